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
    if not checkout.bot_python.exists():
        raise Stop("Rasa's environment .venv/bot is not there; make train makes it.")
    done = subprocess.run(
        [checkout.bot_python, "-m", "bot.lab", command],
        cwd=checkout.root,
        env={**training_environment(os.environ, checkout.root), **variables},
        input=json.dumps(payload, ensure_ascii=False).encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or (done.returncode != 0 and "error" not in answer):
        raise Stop(f"bot.lab {command} ended with exit code {done.returncode} and no answer; what it said is above.")
    if done.returncode != 0:
        raise Stop(str(answer["error"]))
    return answer


def shared(checkout: Checkout) -> dict[str, Any]:
    """What every command needs: the sentence vectors that training keeps as well, and the tokenizer's dictionaries."""
    return {
        "cache": str(encoder_cache(checkout.root)),
        "dictionary": str(checkout.root / "data" / "jieba"),
    }
