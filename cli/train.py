"""`quanyi train`: the model alone, without starting anything."""

from __future__ import annotations

import os

from cli.environments.bot import ensure_bot
from cli.environments.lock import exclusive
from cli.errors import Stop
from cli.run import logs
from cli.run.checkout import Checkout
from cli.run.disk import require_space
from cli.run.environment import training_environment
from cli.run.model import Training, is_whole, model_path
from cli.run.processes import end_group, spawn, wait_for_exit
from cli.run.progress import Progress

_GIGABYTES = 0.5
_HEARTBEAT = 15.0


def train(checkout: Checkout, *, force: bool = False) -> None:
    progress = Progress()
    with exclusive(checkout.root, progress):
        ensure_bot(checkout.root, progress)
    model = model_path(checkout)
    if not force and is_whole(model):
        progress.say(f"{model.name} fits the training data; nothing to do")
        return
    require_space(checkout.models, _GIGABYTES, "training")
    training = Training(checkout, model)
    log = checkout.logs / "train.log"
    logs.rotate(log)
    progress.say(f"training {model.name}")
    process = spawn(training.command(), cwd=checkout.root, env=training_environment(os.environ, checkout.root), log=log)
    try:
        while not wait_for_exit(process, _HEARTBEAT):
            progress.say("still training")
    finally:
        end_group(process.pid)
    if process.returncode != 0:
        said = "\n".join(f"    {line}" for line in logs.tail(log, 8))
        raise Stop(f"Training failed with exit code {process.returncode}. The end of its log {log}:\n{said}")
    training.finish()
    progress.say(f"{model.name} is trained")
