"""An empty database for a developer's command, gone afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from cli.run.postgres import Embedded, throwaway
from cli.run.secrets import MAKERS


@contextmanager
def scratch_database() -> Iterator[Embedded]:
    """Also sets the variables that care/settings.py reads, in this process. Read them only inside."""
    with throwaway() as server:
        os.environ.update({name: make() for name, make in MAKERS.items()})
        os.environ["QUANYI_DATABASE_URL"] = server.url
        yield server
