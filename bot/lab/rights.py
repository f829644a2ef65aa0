"""``rights``: how often the search finds the right article about rights, through the whole pipeline.

In: ``{"model", "set", "answer", "margin"}``; ``set``: ``questions`` (the test) or ``dev`` (to tune on); an article
answers from the score ``answer`` on where it is ``margin`` before the second. Out: what ``figures`` gives, with
``"speed": {"median", "p95"}`` (milliseconds of the component alone; what the classifier had the encoder read is not
read again) and ``"labels"``: how many questions have each label. Texts are told of ``dev`` alone: ``"misread"``.
"""

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.lab.payload import BadInput, number, path, say

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "bot" / "lab"
SETS = {"questions": FOLDER / "rights_questions.yml", "dev": FOLDER / "rights_dev.yml"}
_SAID_EVERY = 100

Figures = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """``right``: the articles that answer it, the one that was meant first; none: no article does."""

    text: str
    right: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """``articles``: ids and scores, most likely first; ``label``: what the classifier took the question for."""

    articles: list[tuple[str, float]]
    label: str
    seconds: float

    def told(self, answer: float, margin: float) -> "str | None":
        """The article that would be told."""
        if not self.articles:
            return None
        (first, score), second = self.articles[0], self.articles[1][1] if len(self.articles) > 1 else 0.0
        return first if score >= answer and score - second >= margin else None


def questions_of(file: Path) -> list[Question]:
    """The rows of a file of questions; raises BadInput."""
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        asked = [Question(row["text"], (row["article"], *row.get("also", ()))) for row in told["questions"]]
        return asked + [Question(row["text"], ()) for row in told["none"]]
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{file} cannot be read ({type(error).__name__}): it has questions and none.") from None


def figures(questions: Sequence[Question], answers: Sequence[Answer], answer: float, margin: float) -> Figures:
    """Shares, ready for JSON; null where there is nothing to divide by.

    ``first``, ``three``: of questions with an article, those where it is first, among three; ``answered``: those that
    are told an article at once, ``answered_right``: of these the right one; ``answered_without``: of questions without
    an article those that are told one. ``topics``, ``articles``: the first two by topic and by article that was missed.
    """
    pairs = list(zip(questions, answers, strict=True))
    asked = [(question, found) for question, found in pairs if question.right]
    told = [(question, found.told(answer, margin)) for question, found in pairs]
    answered = [id_ in question.right for question, id_ in told if question.right and id_ is not None]
    by_topic: dict[str, list[tuple[Question, Answer]]] = {}
    for pair in asked:
        by_topic.setdefault(pair[0].right[0].partition("-")[0], []).append(pair)
    return {
        "questions": len(asked),
        "without": len(pairs) - len(asked),
        **_found(asked),
        "answered": _share([id_ is not None for question, id_ in told if question.right]),
        "answered_right": _share(answered),
        "answered_without": _share([id_ is not None for question, id_ in told if not question.right]),
        "topics": {topic: {"questions": len(of), **_found(of)} for topic, of in sorted(by_topic.items())},
        "articles": dict(Counter(question.right[0] for question, found in asked if not _is_first(question, found))),
        "labels": dict(Counter(found.label for _, found in asked).most_common()),
        "speed": _speed([found.seconds for found in answers]),
    }


def misread(questions: Sequence[Question], answers: Sequence[Answer], answer: float, margin: float) -> list[Figures]:
    """Questions with a wrong article in front, and those that are told one and have none."""
    return [
        {"text": question.text, "right": list(question.right), "found": found.articles, "label": found.label}
        for question, found in zip(questions, answers, strict=True)
        if (not _is_first(question, found) if question.right else found.told(answer, margin) is not None)
    ]


def run(payload: dict[str, Any]) -> Figures:
    """Answer the command."""
    model, name = path(payload, "model"), payload.get("set")
    answer, margin = number(payload, "answer", 0.5), number(payload, "margin", 0.0)
    if model is None or name not in SETS:
        raise BadInput('"model" must be a path, "set" questions or dev.')
    questions = questions_of(SETS[name])
    from bot.lab.loading import load  # Rasa: seconds that the figures alone need not wait

    pipeline = load(model)
    answers = []
    for done, question in enumerate(questions, 1):
        understood, parsed = pipeline.parse(question.text)
        started = time.perf_counter()
        pipeline.search_again(question.text)
        seconds = time.perf_counter() - started
        found = [(each["id"], each["score"]) for each in parsed.get("articles") or []]
        label = "nlu_fallback" if understood.asked_back else understood.label
        answers.append(Answer(found, label, seconds))
        if done % _SAID_EVERY == 0 or done == len(questions):
            say(f"{done} of {len(questions)} questions read")
    found_figures = figures(questions, answers, answer, margin)
    if name == "dev":
        found_figures["misread"] = misread(questions, answers, answer, margin)
    return found_figures


def _found(pairs: Sequence[tuple[Question, Answer]]) -> Figures:
    three = [any(id_ in question.right for id_, _ in found.articles[:3]) for question, found in pairs]
    return {"first": _share([_is_first(*pair) for pair in pairs]), "three": _share(three)}


def _is_first(question: Question, found: Answer) -> bool:
    return bool(found.articles) and found.articles[0][0] in question.right


def _share(found: Sequence[bool]) -> "float | None":
    return round(sum(found) / len(found), 4) if found else None


def _speed(seconds: Sequence[float]) -> Figures:
    if len(seconds) < 2:
        return {"median": None, "p95": None}
    steps = statistics.quantiles(seconds, n=20, method="inclusive")
    return {"median": round(steps[9] * 1000, 2), "p95": round(steps[18] * 1000, 2)}
