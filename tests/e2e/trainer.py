"""A trainer at the inbox of a running stack, in a copy of the training data: `python -m tests.e2e.trainer ROOT …`."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.main import app
from cli.run import checkout
from cli.run.checkout import Checkout

if __name__ == "__main__":
    root = Checkout(Path(sys.argv[1]))
    checkout.here = lambda: root
    app(["nlu", "inbox", *sys.argv[2:]])
