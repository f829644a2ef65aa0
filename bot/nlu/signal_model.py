"""How likely each emotion and risk signal is: logistic regressions on n-grams and phrases. Nothing of Rasa.

One regression a signal, on the n-grams of ``bot.nlu.ngrams`` and the phrases of ``bot.nlu.signal_patterns`` as further
features; together they were measured better than either alone (docs/understanding.md). Scores become probabilities by
Platt's method (https://en.wikipedia.org/wiki/Platt_scaling) on examples that a model was not trained on.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from bot.nlu import linear, ngrams, signal_patterns
from bot.nlu.ngrams import Example, Vocabulary
from bot.nlu.signal_data import SIGNALS

STRENGTH = 10.0  # inverse strength of regularisation: the best of 3, 10 and 30
_PHRASE = 0.5  # the value of a phrase beside n-grams of length 1: better than 1.0
_FOLDS = 5
#: So many examples of intents are told apart from each signal as well: without them three times as many ordinary
#: messages look like one; all 18,000 of them cost 0.024 of F1 on the signals' own examples.
BACKGROUND = 2500
#: Labels whose examples may hold the signal without a phrase for it.
_MAY_HOLD = {
    "distress": ("handoff",),
    "fraud": ("complaint_spam_fraud", "privacy_leak"),
    "leak": ("privacy_", "complaint_spam_fraud", "rights_"),
    "threat": ("rights_",),
    "anger": ("complaint_", "greet_chitchat", "satisfaction", "ticket_status", "handoff", "rights_"),
    "elderly": ("handoff",),
}
# these say nothing of a signal
_NEUTRAL = {
    "asks_about", "not_meant", "joking", "hyperbole", "for_the_old", "seen_through", "no_fraud_now", "general_privacy",
    "heard_of", "insulted", "code_for_us", "choosing",
}  # fmt: skip


@dataclass
class SignalModel:
    """``weights``: (n-grams and phrases, signals); ``bias``, ``slope``: (signals,), calibrated; float32."""

    vocabulary: Vocabulary
    weights: np.ndarray
    bias: np.ndarray
    slope: np.ndarray

    def probabilities(self, example: Example) -> np.ndarray:
        """Of each of ``SIGNALS``: (signals,), float32, 0 to 1."""
        indices, values = self.vocabulary.vector(example)
        phrases = np.array(signal_patterns.found(example.text), dtype=np.int64) + len(self.vocabulary.index)
        if not len(indices) and not len(phrases):
            return np.zeros(len(SIGNALS), np.float32)
        score = values @ self.weights[indices] + _PHRASE * self.weights[phrases].sum(axis=0)
        return np.asarray(1 / (1 + np.exp(-(self.slope * score + self.bias))), np.float32)

    def save(self, folder: Path) -> None:
        """Write ``signals.npz`` and ``signals.json``: arrays and text, nothing that runs when it is loaded."""
        np.savez(
            folder / "signals.npz", weights=self.weights, bias=self.bias, slope=self.slope, idf=self.vocabulary.idf
        )
        told = {"signals": SIGNALS, "phrases": _phrase_names(), "vocabulary": list(self.vocabulary.index)}
        (folder / "signals.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "SignalModel":
        """Read what ``save`` wrote. ValueError where this code has other signals or phrases."""
        told = json.loads((folder / "signals.json").read_text(encoding="utf-8"))
        if (told["signals"], told["phrases"]) != (list(SIGNALS), _phrase_names()):
            raise ValueError("The model was trained with other signals or phrases: run `make train`.")
        with np.load(folder / "signals.npz", allow_pickle=False) as arrays:
            index = {gram: at for at, gram in enumerate(told["vocabulary"])}
            return cls(Vocabulary(index, arrays["idf"]), arrays["weights"], arrays["bias"], arrays["slope"])


def train(
    examples: Sequence[Example],
    signals: Sequence[frozenset[str]],
    background: Sequence[Example] = (),
    labels: Sequence[str] = (),
) -> SignalModel:
    """Train and calibrate.

    Args:
        examples, signals: normalised texts and what is in them; each signal is in one at least.
        background, labels: examples of intents and their labels; a part of them is taken for free of signals.
    """
    rows, targets, may_use, vocabulary = _rows(examples, signals, background, labels)
    weights = np.zeros((rows.shape[1], len(SIGNALS)), np.float32)
    bias, slope = np.zeros(len(SIGNALS), np.float32), np.ones(len(SIGNALS), np.float32)
    for at in range(len(SIGNALS)):
        used = np.flatnonzero(may_use[:, at])
        fitted, own = linear.fit(rows[used], targets[used, at], 2, STRENGTH)
        weights[:, at] = fitted[:, 1]
        a, b = _platt(_unseen(rows[used], targets[used, at], _FOLDS), targets[used, at])
        slope[at], bias[at] = a, a * own[1] + b
    return SignalModel(vocabulary, weights, bias, slope)


def out_of_fold(
    examples: Sequence[Example],
    signals: Sequence[frozenset[str]],
    background: Sequence[Example] = (),
    labels: Sequence[str] = (),
) -> np.ndarray:
    """What a model says of each of ``examples`` that was trained without it: probabilities (examples, signals)."""
    rows, targets, may_use, _ = _rows(examples, signals, background, labels)
    found = np.zeros((len(examples), len(SIGNALS)))
    for at in range(len(SIGNALS)):
        used = np.flatnonzero(may_use[:, at])
        scores = _unseen(rows[used], targets[used, at], _FOLDS)
        a, b = _platt(scores, targets[used, at])
        found[:, at] = (1 / (1 + np.exp(-(a * scores + b))))[: len(examples)]
    return found


def _rows(
    examples: Sequence[Example],
    signals: Sequence[frozenset[str]],
    background: Sequence[Example],
    labels: Sequence[str],
) -> tuple[csr_matrix, np.ndarray, np.ndarray, Vocabulary]:
    """Rows of all examples, targets and whether the row counts for the signal (both rows by signals), vocabulary."""
    chosen = _chosen(background, {example.text for example in examples})
    whole = [*examples, *(background[at] for at in chosen)]
    vocabulary = ngrams.learn(whole)
    targets = np.zeros((len(whole), len(SIGNALS)), int)
    may_use = np.ones(targets.shape, bool)
    for row, present in enumerate(signals):
        targets[row] = [signal in present for signal in SIGNALS]
    for row, at in enumerate(chosen, len(examples)):
        may_use[row] = [not labels[at].startswith(_MAY_HOLD[signal]) for signal in SIGNALS]
    return hstack([vocabulary.matrix(whole), _phrases(whole)]).tocsr(), targets, may_use, vocabulary


def _chosen(background: Sequence[Example], known: set[str]) -> list[int]:
    """Those without a phrase that speaks for a signal; by a hash, so that another example changes nothing about one."""
    names = _phrase_names()
    free = [
        at
        for at, example in enumerate(background)
        if example.text not in known and {names[each] for each in signal_patterns.found(example.text)} <= _NEUTRAL
    ]
    free.sort(key=lambda at: hashlib.sha256(background[at].text.encode()).digest())
    return free[:BACKGROUND]


def _phrases(examples: Sequence[Example]) -> csr_matrix:
    found = [signal_patterns.found(example.text) for example in examples]
    starts = np.cumsum([0] + [len(each) for each in found])
    indices = np.array([at for each in found for at in each], dtype=np.int64)
    return csr_matrix((np.full(len(indices), _PHRASE), indices, starts), shape=(len(found), len(_phrase_names())))


def _unseen(rows: csr_matrix, targets: np.ndarray, folds: int) -> np.ndarray:
    fold, scores = linear.folds_of(targets, folds), np.zeros(len(targets))
    for part in range(folds):
        inside, outside = np.flatnonzero(fold != part), np.flatnonzero(fold == part)
        weights, bias = linear.fit(rows[inside], targets[inside], 2, STRENGTH)
        scores[outside] = rows[outside] @ weights[:, 1] + bias[1]
    return scores


def _platt(scores: np.ndarray, targets: np.ndarray) -> tuple[float, float]:
    model = LogisticRegression(C=1e3).fit(scores[:, None], targets)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _phrase_names() -> list[str]:
    return [name for name, _ in signal_patterns.FEATURES]
