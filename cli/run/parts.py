"""The parts of 小益: what each is started with, what it needs, how it is asked for its health."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.run.checkout import Checkout
from cli.run.environment import app_environment, rasa_environment, training_environment
from cli.run.model import Training, is_whole, model_path
from cli.run.part import Part
from cli.run.ports import Ports
from cli.run.postgres import Embedded
from cli.run.probes import Health, ask
from cli.run.processes import spawn
from cli.run.progress import Progress

#: What Rasa writes when it cannot use a model (rasa/core/agent.py, 3.6.21). It then goes on without one.
_MODEL_IS_BROKEN = ("Could not load model", "No valid model found", "Agent loaded with no model")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where, on which ports, and what the parts are told."""

    checkout: Checkout
    ports: Ports
    told: Mapping[str, str]
    progress: Progress
    #: None: the databases are the user's own, and not a part.
    server: Embedded | None

    @property
    def ground(self) -> tuple[str, ...]:
        """What everything needs that talks to a database: while it is away, nobody tries and fails."""
        return () if self.server is None else ("postgres",)

    @property
    def has_demo(self) -> bool:
        """Whether the operator is the made-up one. Production never; care/settings.py refuses it there."""
        chosen = os.environ.get("QUANYI_BILLING") or "demo"
        return self.told["QUANYI_MODE"] == "demo" and chosen == "demo"


def all_parts(setting: Setting) -> list[Part]:
    """In the order of starting."""
    ports = setting.ports
    return [
        *([] if setting.server is None else [_postgres(setting.server)]),
        _step(setting, "migrate", "Database tables", ["cli", "migrate"], needs=setting.ground),
        *([_demo(setting)] if setting.has_demo else []),
        _model(setting),
        _rasa(setting),
        _service(setting, "actions", "Action server", ["actions"], ports.actions, "health", level=1, seconds=1.5),
        _service(setting, "web", "Web", ["web"], ports.web, "healthz", level=3, seconds=2.5),
        _service(setting, "worker", "Worker", ["cli", "worker"], ports.worker, "healthz", level=3, seconds=2.5),
    ]


def _postgres(server: Embedded) -> Part:
    def start() -> subprocess.Popen[bytes]:
        server.launch()
        assert server.process is not None
        return server.process

    return Part(
        name="postgres",
        title="PostgreSQL",
        log=server.log,
        start=start,
        probe=lambda: Health.GOOD if server.is_ready() else Health.SILENT,
        ready=server.provision,
        level=0,
        stop_signal=signal.SIGINT,
        stop_patience=3.0,
    )


def _model(setting: Setting) -> Part:
    checkout = setting.checkout
    log = checkout.logs / "train.log"
    training = Training(checkout, model_path(checkout))

    def fits() -> bool:
        if not training.model.exists():
            return False
        if not is_whole(training.model):
            setting.progress.say(f"Model: {training.model.name} is damaged; a new one is trained")
            training.model.unlink(missing_ok=True)
            return False
        setting.progress.say(f"Model: {training.model.name} fits the training data")
        return True

    return Part(
        name="model",
        title="Model",
        doing=f"training {training.model.name}",
        log=log,
        start=_starter(checkout, training.command, training_environment(os.environ, checkout.root), log),
        is_done=fits,
        ready=training.finish,
    )


def _rasa(setting: Setting) -> Part:
    checkout = setting.checkout
    log = checkout.logs / "rasa.log"
    model = model_path(checkout)
    mended: list[Path] = []

    def mend(said: list[str]) -> str | None:
        """A model that Rasa cannot load is trained again, once: after that the cause is another."""
        if mended or not _model_is_broken(said):
            return None
        mended.append(model)
        model.unlink(missing_ok=True)
        setting.progress.say(f"Rasa: cannot load {model.name}; a new one is trained")
        return "model"

    def command() -> list[str | Path]:
        rasa: list[str | Path] = [checkout.bot_python, "-m", "bot", "run", "--model", model]
        rasa += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        return [*rasa, "--port", str(setting.ports.rasa), "--interface", "127.0.0.1"]

    return Part(
        name="rasa",
        title="Rasa",
        log=log,
        start=_starter(checkout, command, rasa_environment(os.environ, checkout.root, setting.told), log),
        probe=lambda: ask(f"http://127.0.0.1:{setting.ports.rasa}/webhooks/quanyi/health"),
        needs=(*setting.ground, "model"),
        level=2,
        port=setting.ports.rasa,
        is_hopeless=_model_is_broken,
        mend=mend,
    )


def _model_is_broken(said: list[str]) -> bool:
    return any(sign in line for line in said for sign in _MODEL_IS_BROKEN)


def _demo(setting: Setting) -> Part:
    """Nobody waits for it: until its customers are there, questions about money find no answer, and everything else
    does."""
    return _step(setting, "demo", "Demo operator", ["cli", "demo", "seed"], needs=(*setting.ground, "migrate"))


def _step(setting: Setting, name: str, title: str, module: list[str], needs: tuple[str, ...]) -> Part:
    log = setting.checkout.logs / f"{name}.log"
    return Part(
        name=name,
        title=title,
        doing="bringing up to date",
        log=log,
        start=_app_starter(setting, module, log),
        needs=needs,
    )


def _service(
    setting: Setting, name: str, title: str, module: list[str], port: int, path: str, *, level: int, seconds: float
) -> Part:
    log = setting.checkout.logs / f"{name}.log"
    return Part(
        name=name,
        title=title,
        log=log,
        start=_app_starter(setting, module, log),
        probe=lambda: ask(f"http://127.0.0.1:{port}/{path}"),
        needs=(*setting.ground, "migrate"),
        level=level,
        port=port,
        stop_patience=seconds,
    )


def _app_starter(setting: Setting, module: list[str], log: Path) -> Callable[[], subprocess.Popen[bytes]]:
    checkout = setting.checkout
    env = app_environment(os.environ, checkout.root, setting.told)
    return _starter(checkout, lambda: [checkout.app_python, "-m", *module], env, log)


def _starter(
    checkout: Checkout, command: Callable[[], list[str | Path]], env: Mapping[str, str], log: Path
) -> Callable[[], subprocess.Popen[bytes]]:
    return lambda: spawn(command(), cwd=checkout.root, env=env, log=log)
