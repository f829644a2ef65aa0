"""``suggest``: examples whose label is likely wrong, and labels that are hard to tell apart.

In: ``{"examples": [{"text", "label"}, …], "cache", "dictionary"}``; ``label`` may be ``label/sub``.

Out: ``{"errors": [{"index", "label", "sure", "given"}, …], "pairs": [{"labels": [one, other], "wrong", "examples":
[index, …]}, …], "accuracy"}``. ``label`` is the suggested one, ``sure`` and ``given`` the probabilities of it and of
the label that the example has; most likely errors first. ``wrong``: how many examples of either label were taken for
the other.

Every example is read by a model that was not trained with it (``bot.nlu.cascade.out_of_fold``). Which of the
disagreements are errors of the label and not of the model is told by confident learning: Northcutt, Jiang, Chuang 2021,
https://arxiv.org/abs/1911.00068, as ``cleanlab`` does it.
"""

from collections import Counter
from typing import Any

import numpy as np

from bot.lab.payload import BadInput, labelled, path, say
from bot.lab.words import tokenizer
from bot.nlu.text import normalise

#: A label needs this many examples for every part of the cross-validation to have seen it.
LEAST = 5
PAIRS = 15
OF_EACH = 6


def run(payload: dict[str, Any]) -> dict[str, Any]:
    """Answer the command."""
    texts, labels = labelled(payload)
    counts = Counter(labels)
    rare = {label for label, count in counts.items() if count < LEAST}
    kept = [index for index, label in enumerate(labels) if label not in rare]
    names = sorted(set(labels) - rare)
    if len(names) < 2:
        raise BadInput(f"Nothing to compare: fewer than two labels have {LEAST} examples.")
    if rare:
        say(f"left out, with fewer than {LEAST} examples: {', '.join(sorted(rare))}")
    probabilities = _out_of_fold(payload, [texts[index] for index in kept], [labels[index] for index in kept])
    given = np.array([names.index(labels[index]) for index in kept])
    return {
        "errors": [{**error, "index": kept[error["index"]]} for error in likely_errors(given, probabilities, names)],
        "pairs": [
            {**pair, "examples": [kept[index] for index in pair["examples"]]}
            for pair in confused(given, probabilities, names)
        ],
        "accuracy": round(float((probabilities.argmax(axis=1) == given).mean()), 4),
    }


def likely_errors(given: np.ndarray, probabilities: np.ndarray, names: list[str]) -> list[dict[str, Any]]:
    """``given``: (n,) columns of the labels that examples have; ``probabilities``: (n, labels), out of fold."""
    from cleanlab.filter import find_label_issues

    # "both": what the shares of each label and of each pair of labels say alike. Of our 7,976 examples 750; 994 by the
    # pairs alone, and the first hundred are the same.
    found = find_label_issues(
        given, probabilities, filter_by="both", return_indices_ranked_by="self_confidence", n_jobs=1
    )
    best = probabilities.argmax(axis=1)
    return [
        {
            "index": int(index),
            "label": names[best[index]],
            "sure": round(float(probabilities[index, best[index]]), 4),
            "given": round(float(probabilities[index, given[index]]), 4),
        }
        for index in found
        if best[index] != given[index]
    ]


def confused(given: np.ndarray, probabilities: np.ndarray, names: list[str]) -> list[dict[str, Any]]:
    """The pairs of labels that are taken for each other most often, each with the examples nearest to the border."""
    best = probabilities.argmax(axis=1)
    wrong: dict[tuple[int, int], list[int]] = {}
    for index in np.flatnonzero(best != given):
        one, other = sorted((int(given[index]), int(best[index])))
        wrong.setdefault((one, other), []).append(int(index))
    pairs = sorted(wrong.items(), key=lambda entry: (-len(entry[1]), entry[0]))[:PAIRS]
    return [
        {
            "labels": [names[one], names[other]],
            "wrong": len(indices),
            "examples": sorted(indices, key=lambda i: abs(probabilities[i, one] - probabilities[i, other]))[:OF_EACH],
        }
        for (one, other), indices in pairs
    ]


def _out_of_fold(payload: dict[str, Any], texts: list[str], labels: list[str]) -> np.ndarray:
    from bot.nlu.cascade import Settings, out_of_fold
    from bot.nlu.encoder import Encoder
    from bot.nlu.ngrams import Example

    words = tokenizer(path(payload, "dictionary"))
    normal = [normalise(text) for text in texts]
    examples = [Example(text, words.lcut(text)) for text in normal]
    say(f"reading {len(texts)} examples, each by a model that has not seen it")
    probabilities: np.ndarray = out_of_fold(examples, labels, Settings(), Encoder(path(payload, "cache")))
    return probabilities
