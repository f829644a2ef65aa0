"""A toy checkout: the real `cli`, with tiny programs in the places of Rasa, actions, web, worker and migrate."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Answers 200 to everything; 503 while there is a file `poor-NAME`.
_SERVER = """
import http.server, os, pathlib, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if pathlib.Path("poor-{name}").exists() else 200)
        self.end_headers()

    def log_message(self, *_):
        pass

port = int({port})
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
pathlib.Path("env-{name}").write_text("\\n".join(sorted(os.environ)))
print("{name} listens on", port, flush=True)
server.serve_forever()
"""

# `.venv/bot/bin/python -m rasa train …` and `… run …`.
_RASA = """#!{python}
import io, os, pathlib, sys, tarfile
command, arguments = sys.argv[3], sys.argv[4:]
value = lambda name: arguments[arguments.index(name) + 1]
if command == "train":
    with open("trained", "a") as file:
        file.write("x")
    if pathlib.Path("cannot-train").exists():
        sys.exit("training data is wrong")
    with tarfile.open(pathlib.Path(value("--out")) / (value("--fixed-model-name") + ".tar.gz"), "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("metadata.json"), io.BytesIO())
    sys.exit()
if pathlib.Path("broken-once").exists():
    pathlib.Path("broken-once").unlink()
    print("Could not load model due to KeyError.", flush=True)
    pathlib.Path("poor-rasa").touch()
else:
    pathlib.Path("poor-rasa").unlink(missing_ok=True)
sys.argv = ["rasa", value("--port")]
{server}
"""

_EXAMPLES = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - 你好

- intent: bye
  examples: |
    - 再见
"""
_CACHES = shutil.ignore_patterns("__pycache__")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def wait_for(condition: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for: {what}"
        time.sleep(0.02)


@dataclass
class Toy:
    root: Path
    ports: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, root: Path) -> Toy:
        shutil.copytree(ROOT / "cli", root / "cli", ignore=_CACHES)
        shutil.copytree(ROOT / "care" / "training", root / "care" / "training", ignore=_CACHES)
        (root / "care" / "privacy").mkdir()
        periods = (f"privacy/{name}" for name in ("__init__.py", "retention.py", "retention.yml", "rules.py"))
        for name in ("numbers.py", "__init__.py", "errors.py", "files.py", "plain.py", *periods):
            shutil.copy(ROOT / "care" / name, root / "care" / name)
        for name, variable in (("actions", "QUANYI_ACTIONS_PORT"), ("web", "QUANYI_PORT")):
            (root / name).mkdir()
            (root / name / "__init__.py").touch()
            port = f"os.environ['{variable}']"
            (root / name / "__main__.py").write_text(_SERVER.format(name=name, port=port))
        (root / "cli" / "migrate.py").write_text("def migrate():\n    open('migrated', 'a').write('x')\n")
        (root / "care" / "startup.py").write_text("def check_policy_version():\n    pass\n")
        (root / "cli" / "demo.py").write_text("def seed():\n    open('seeded', 'a').write('x')\n")
        (root / "cli" / "run" / "running.py").write_text("def connect(_checkout):\n    pass\n")
        worker = _SERVER.format(name="worker", port="os.environ['QUANYI_WORKER_PORT']").replace("\n", "\n    ")
        (root / "cli" / "worker.py").write_text(f"async def serve():\n    {worker}\n")
        rasa = root / "rasa"
        python = rasa / "bin" / "python"
        python.parent.mkdir(parents=True)
        server = _SERVER.format(name="rasa", port="sys.argv[1]")
        python.write_text(_RASA.format(python=sys.executable, server=server))
        python.chmod(0o755)
        (root / ".venv").mkdir()
        (root / ".venv" / "app").symlink_to(sys.prefix)
        (root / ".venv" / "bot").symlink_to(rasa)
        (root / "domain.yml").write_text("version: '3.1'\nintents: [greet, bye]\n")
        (root / "data" / "nlu").mkdir(parents=True)
        (root / "data" / "nlu" / "greet.yml").write_text(_EXAMPLES, encoding="utf-8")
        names = ("QUANYI_PORT", "QUANYI_RASA_PORT", "QUANYI_ACTIONS_PORT", "QUANYI_WORKER_PORT")
        return cls(root, dict(zip(names, map(str, free_ports(4)), strict=True)))

    def start(self, **variables: str) -> Run:
        env = {name: value for name, value in os.environ.items() if not name.startswith("QUANYI_")}
        output = self.root / "terminal"
        with output.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli", "run"],
                cwd=self.root,
                env={**env, **self.ports, **variables},
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        return Run(process, output)


@dataclass
class Run:
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def terminal(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_ready(self) -> None:
        self.wait_says("小益 is ready")

    def wait_says(self, words: str, times: int = 1) -> None:
        def said() -> bool:
            assert self.process.poll() is None or self.terminal.count(words) >= times, self.terminal
            return self.terminal.count(words) >= times

        wait_for(said, words)

    def wait_end(self, seconds: float = 20.0) -> int:
        return self.process.wait(seconds)
