"""`python -m cli.environments [clean] [dev | app] [bot] [widget]`: make what is missing or outdated, nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.environments.app import ensure_app
from cli.environments.bot import ensure_bot
from cli.environments.clean import clean
from cli.environments.lock import exclusive
from cli.environments.ui import ensure_ui
from cli.errors import Stop
from cli.run.progress import Progress

ROOT = Path(__file__).resolve().parents[2]


def main(wanted: list[str]) -> int:
    progress = Progress()
    try:
        with exclusive(ROOT, progress):
            if "clean" in wanted:
                clean(ROOT, progress)
            if "dev" in wanted or "app" in wanted:
                ensure_app(ROOT, progress, development="dev" in wanted)
            if "bot" in wanted:
                ensure_bot(ROOT, progress)
            if "widget" in wanted:
                ensure_ui(ROOT, progress)
    except Stop as reason:
        print(f"quanyi: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nquanyi: interrupted; the next start goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
