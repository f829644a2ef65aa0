"""Asks `bot.lab`, which has the model, from the application's environment."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from cli.errors import Stop
from cli.run.checkout import Checkout
from cli.run.environment import encoder_cache, training_environment


def run(checkout: Checkout, command: str, payload: dict[str, Any], **variables: str) -> dict[str, Any]:
    """The answer of `python -m bot.lab COMMAND`; its progress goes to the terminal. Raises Stop.

    `variables`: more of its environment.
    """
    argv, env = started(checkout, command, **variables)
    done = subprocess.run(argv, cwd=checkout.root, env=env, input=written(payload), stdout=subprocess.PIPE, check=False)
    return answer_of(command, done.returncode, done.stdout)


def started(checkout: Checkout, command: str, **variables: str) -> tuple[list[str], dict[str, str]]:
    """How it is started: command line and environment. Raises Stop without Rasa's environment."""
    if not checkout.bot_python.exists():
        raise Stop("Rasa's environment .venv/bot is not there; make train makes it.")
    return [str(checkout.bot_python), "-m", "bot.lab", command], {
        **training_environment(os.environ, checkout.root),
        **variables,
    }


def written(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def answer_of(command: str, code: int, said: bytes) -> dict[str, Any]:
    """Of its exit code and standard output. Raises Stop."""
    try:
        answer = json.loads(said)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or (code != 0 and "error" not in answer):
        raise Stop(f"bot.lab {command} ended with exit code {code} and no answer; what it said is above.")
    if code != 0:
        raise Stop(str(answer["error"]))
    return answer


def shared(checkout: Checkout) -> dict[str, Any]:
    """What every command needs: the sentence vectors that training keeps as well, and the tokenizer's dictionaries."""
    return {
        "cache": str(encoder_cache(checkout.root)),
        "dictionary": str(checkout.root / "data" / "jieba"),
    }
