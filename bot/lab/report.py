"""``report``: everything that is measured of understanding, from readings that the command ``read`` has given.

In: ``{"real": {"rows", "readings"} or null, "phrasings": {"wanted": [[kind, text], …], "not_wanted": rows, "readings":
of both, in this order}, "examples": [{"text", "label"}, …] or null, "config": of the classifier in config.yml, "cache",
"dictionary", "folder"}``; rows are ``{"text", "label", "alt", "source"}``; without examples there is no
cross-validation. The figures are drawn into ``folder``.

Out: ``{"real": {"all", "look", "score": figures, "labels", "sources", "stages", "confusion", "misread"} or null,
"phrasings", "latency", "own": {"examples", "accuracy", "groups", "top_three", "sub_accuracy", "labels", "confusion"}
or null, "gap", "drawn": names of files}``. The only texts of the real set are in ``misread``, those of the phrasings in
``missed_texts`` and ``false_alarm_texts``, each of the half that may be looked at.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import jieba
import numpy as np

from bot.lab import evaluation
from bot.lab.evaluation import Figures, Pairs, Row
from bot.lab.payload import BadInput, labelled, path, say
from bot.nlu.text import normalise

FOLDS = 5
_SAID_EVERY = 15.0  # seconds


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the command."""
    folder = path(payload, "folder")
    if folder is None or not folder.is_dir():
        raise BadInput('"folder" must be a folder to draw into.')
    pairs = _pairs(payload["real"], "real") if payload.get("real") else []
    told = payload.get("phrasings") or {}
    wanted, not_wanted = _phrasings(told)
    of_phrasings = _joined([*(row for _, row in wanted), *not_wanted], told.get("readings"), "phrasings")
    found: dict[str, Any] = {
        "real": real(pairs) if pairs else None,
        "phrasings": phrasings([kind for kind, _ in wanted], of_phrasings),
        "latency": evaluation.latency([read for _, read in pairs]),
        "own": own(payload) if payload.get("examples") else None,
    }
    found["gap"] = gap(found["own"]["labels"], found["real"]["labels"]) if found["own"] and found["real"] else []
    from bot.lab import figures  # matplotlib: a second that other commands need not wait

    found["drawn"] = figures.draw(folder, pairs, found)
    say(f"drawn: {', '.join(found['drawn']) or 'nothing'}")
    return found


def real(pairs: Pairs) -> Figures:
    """Figures of the real set, of both halves and in parts."""
    halves = {
        half: [pair for pair in pairs if evaluation.half_of(pair[0].text) == half]
        for half in (evaluation.LOOK, evaluation.SCORE)
    }
    return {
        "all": evaluation.figures(pairs),
        **{half: evaluation.figures(part) for half, part in halves.items()},
        "labels": evaluation.per_label(pairs),
        "sources": evaluation.by(pairs, lambda row, _: row.source),
        "stages": evaluation.by(pairs, lambda _, read: read.stage),
        "confusion": evaluation.confusion((row.truth(read.label), read.label) for row, read in pairs),
        "misread": [
            {
                "text": row.text,
                "label": row.label,
                "alt": row.alt,
                "read": read.label,
                "confidence": round(read.confidence, 3),
                "asked_back": read.asked_back,
                "stage": read.stage,
            }
            for row, read in sorted(halves[evaluation.LOOK], key=lambda pair: (pair[0].label, -pair[1].confidence))
            if not evaluation.is_right(row, read)
        ],
    }


def phrasings(kinds: list[str], pairs: Pairs) -> Figures:
    """Requests for a human by kind with those that were missed, and false alarms among what only sounds like one."""
    figures = evaluation.handoff(pairs)
    asked_for, others = pairs[: len(kinds)], pairs[len(kinds) :]
    missed = [
        {"kind": kind, "text": row.text, "read": read.label, "asked_back": read.asked_back}
        for kind, (row, read) in zip(kinds, asked_for, strict=True)
        if read.asked_back or not evaluation.is_right(row, read)
    ]
    return {
        **figures,
        "latency": evaluation.latency([read for _, read in pairs]),
        "near_misses": len(others),
        "near_misses_accuracy": evaluation.share(evaluation.is_right(*pair) for pair in others),
        "missed_of_kind": {kind: sum(each["kind"] == kind for each in missed) for kind in dict.fromkeys(kinds)},
        "missed_texts": [each for each in missed if evaluation.half_of(each["text"]) == evaluation.LOOK],
        "false_alarm_texts": [
            {"text": row.text, "label": row.label}
            for row, read in others
            if read.label == evaluation.HANDOFF and not read.asked_back
            if evaluation.half_of(row.text) == evaluation.LOOK
        ],
    }


def own(payload: dict[str, Any]) -> Figures:
    """Our own examples, each read by a model that was trained without it and without what was made from it."""
    from bot.nlu import cascade
    from bot.nlu.encoder import Encoder
    from bot.nlu.intents import CascadeIntentClassifier, settings_of

    texts, labels = labelled(payload)
    config = payload.get("config") or {}
    if not isinstance(config, dict):
        raise BadInput('"config" must be the classifier\'s part of config.yml.')
    settings = settings_of({**CascadeIntentClassifier.get_default_config(), **config})
    # The tokenizer of the whole process: what is made out of examples is cut by it, as in the pipeline.
    for dictionary in sorted((path(payload, "dictionary") or _missing("dictionary")).glob("*")):
        jieba.load_userdict(str(dictionary))
    # The same text twice, once in each part, would be known by heart.
    once = {normalise(text): label for text, label in zip(texts, labels, strict=True)}
    examples = [cascade.Example(text, jieba.lcut(text)) for text in once]
    full, encoder = np.array(list(once.values())), Encoder(path(payload, "cache"))
    whole = [label.partition("/")[0] for label in full]
    with _said_meanwhile(f"cross-validation of {len(examples)} examples"):
        figures = own_figures(whole, cascade.out_of_fold(examples, whole, settings, encoder, FOLDS))
        # As the model does it: a sub-label is decided within its label.
        plain, right = replace(settings, phrases=None), []
        for label in sorted({label.partition("/")[0] for label in full if "/" in label}):
            at = [row for row, name in enumerate(whole) if name == label]
            if len(set(full[at])) > 1:
                of_label = [examples[row] for row in at]
                read = cascade.subs_out_of_fold(of_label, list(full[at]), plain, encoder, FOLDS)
                right += list(np.array(read) == full[at])
    return {**figures, "sub_accuracy": evaluation.share(map(bool, right))}


def own_figures(labels: list[str], probabilities: np.ndarray) -> Figures:
    """``probabilities``: (examples, labels), with ``sorted(set(labels))`` for columns."""
    names = sorted(set(labels))
    order = np.argsort(-probabilities, axis=1, kind="stable")
    both = [(label, names[row[0]]) for label, row in zip(labels, order, strict=True)]
    return {
        "examples": len(labels),
        "accuracy": evaluation.share(label == read for label, read in both),
        "groups": evaluation.share(evaluation.group_of(label) == evaluation.group_of(read) for label, read in both),
        "top_three": evaluation.share(
            label in {names[at] for at in row[:3]} for label, row in zip(labels, order, strict=True)
        ),
        "labels": evaluation.scores(both),
        "confusion": evaluation.confusion(both),
    }


def gap(own: dict[str, Figures], real: dict[str, Figures]) -> list[Figures]:
    """F1 of each label in our own examples and in the real set, and how much less it is there, most first."""
    found = [
        {
            "label": label,
            "own": own[label]["f1"],
            "real": figures["f1"],
            "gap": evaluation.rounded(own[label]["f1"] - figures["f1"]),
            "support": figures["support"],
        }
        for label, figures in real.items()
        if label in own and figures["support"]
    ]
    return sorted(found, key=lambda each: (-each["gap"], each["label"]))


@contextmanager
def _said_meanwhile(what: str) -> Iterator[None]:
    done, started = Event(), time.monotonic()

    def tell() -> None:
        while not done.wait(_SAID_EVERY):
            say(f"{what}: {time.monotonic() - started:.0f} s")

    say(what)
    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _phrasings(told: Any) -> tuple[list[tuple[str, Row]], list[Row]]:
    try:
        wanted = [(kind, Row(text, evaluation.HANDOFF, source=kind)) for kind, text in told["wanted"]]
        return wanted, evaluation.rows_of(told["not_wanted"], "not_wanted")
    except (TypeError, KeyError, ValueError):
        raise BadInput('"phrasings" must be {"wanted": [[kind, text]], "not_wanted": rows, "readings"}.') from None


def _pairs(told: Any, name: str) -> Pairs:
    if not isinstance(told, dict):
        raise BadInput(f'"{name}" must be {{"rows", "readings"}} or null.')
    return _joined(evaluation.rows_of(told.get("rows"), "rows"), told.get("readings"), name)


def _joined(rows: list[Row], readings: Any, name: str) -> Pairs:
    return list(zip(rows, evaluation.readings_of(readings, name, len(rows)), strict=True))


def _missing(name: str) -> Any:
    raise BadInput(f'"{name}" must be a path.')
