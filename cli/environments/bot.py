"""`.venv/bot`: Rasa on Python 3.10, from bot.lock, with the uv that came with `.venv/app`."""

from __future__ import annotations

from pathlib import Path

from cli.environments.indexes import uv_environment
from cli.environments.install import is_link, remove, run_installer, start_anew
from cli.environments.pythons import find_python310
from cli.environments.stamp import Plan, expected_stamp, interpreter, interpreter_works, plan, read_stamp, write_stamp
from cli.run.progress import Progress

#: Free space that an installation needs at most: 2.8 GB, and as much again in uv's cache on another disk.
GIGABYTES = 4.0


def ensure_bot(root: Path, progress: Progress) -> None:
    environment = root / ".venv" / "bot"
    if is_link(environment, progress):
        return
    lock = root / "requirements" / "bot.lock"
    found = read_stamp(environment)
    wanted = expected_stamp(environment, "bot", lock)
    # `uv pip sync` also removes what is too much: an environment of any older lock can become the new one.
    todo = plan(found, wanted, works=interpreter_works(environment), may_grow_from=found)
    if todo is Plan.KEEP:
        return
    start_anew(environment, root, gigabytes=GIGABYTES)
    log = root / ".venv" / "bot.log"
    log.unlink(missing_ok=True)
    uv = root / ".venv" / "app" / "bin" / "uv"
    if todo is Plan.MAKE:
        python = find_python310(uv, progress)
        progress.say(f".venv/bot: making it with {python}")
        remove(environment)
        run_installer([uv, "venv", "--python", python, environment], what=".venv/bot", log=log, progress=progress)
    progress.say(".venv/bot: installing Rasa and what it needs (2.8 GB: the first time this takes minutes)")
    sync: list[str | Path] = [uv, "pip", "sync", "--require-hashes", "--compile-bytecode"]
    sync += ["--python", interpreter(environment)]
    env = uv_environment(interpreter(root / ".venv" / "app"))
    run_installer([*sync, lock], what=".venv/bot", log=log, progress=progress, env=env)
    write_stamp(environment, wanted)
    progress.say(".venv/bot: ready")
