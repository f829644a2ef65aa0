"""What an answer about rights costs more than a greeting, the whole path through, with the search for its article."""

from __future__ import annotations

from typing import Any

import yaml

from benchmarks.figures import percentile, quantiles
from benchmarks.sides import Bench, Side
from benchmarks.work import do
from cli.errors import Stop

#: p95 of an answer, in p95 of a greeting
MOST = 1.5
#: written by somebody who had not read how the articles say that people ask
_QUESTIONS = "tests/bot/lab/rights_questions.yml"


def run(bench: Bench, side: Side, clients: int, most: int | None = None) -> dict[str, Any]:
    """Each question is asked once: a text that was read before would be remembered."""
    rows = yaml.safe_load((bench.checkout.root / _QUESTIONS).read_text(encoding="utf-8"))["questions"]
    questions = [str(row["text"]) for row in rows][:most]
    bench.progress.say(f"{len(questions)} questions about rights, each behind a greeting")
    measured = do({"do": "questions", "side": side.name, "port": side.port, "clients": clients, "questions": questions})
    if measured.failures:
        raise Stop(f"rights: {measured.failures}")
    # the first pair of a conversation warms it up
    pairs = [(turn % 2, seconds) for turn, seconds in measured.messages if turn > 1]
    greetings, answers = ([seconds for kind, seconds in pairs if kind == wanted] for wanted in (0, 1))
    ratio = percentile(answers, 0.95) / percentile(greetings, 0.95)
    bench.progress.say(f"p95 of an answer about rights is {ratio:.2f} times that of a greeting")
    return {
        "questions": len(questions),
        "clients": clients,
        "greeting": quantiles(greetings),
        "answer": quantiles(answers),
        "ratio": ratio,
        "most": MOST,
    }
