"""How many examples each label has: none, too few, far more than the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from care.training.examples import Example, Fault
from care.training.labels import DOMAIN, SUB_LABELS, Labels

#: A label with so many times the median's examples draws what belongs to others.
TOO_MANY = 4
#: Sub-labels are learnt as labels of their own.
LEAST_SUB = 30


def without_examples(examples: Sequence[Example], labels: Labels) -> list[Fault]:
    """Labels and sub-labels that nothing teaches."""
    seen = {(example.label, example.sub) for example in examples}
    some = {label for label, _ in seen}
    faults = [
        Fault(DOMAIN, labels.lines[label], f"{label} has no examples.", "Write some, or remove it from the intents.")
        for label in labels.intents
        if label not in some
    ]
    return faults + [
        Fault(SUB_LABELS, labels.sub_lines[label], f"{label}/{sub} has no examples.", "Write some, or remove it here.")
        for label, subs in labels.subs.items()
        for sub in subs
        if (label, sub) not in seen
    ]


def uneven(examples: Sequence[Example], labels: Labels) -> list[Fault]:
    """Labels and sub-labels with too few examples, and labels with far more than the others."""
    counts = Counter(example.label for example in examples)
    subs = Counter((example.label, example.sub) for example in examples if example.sub)
    where: dict[str, Example] = {}
    for example in examples:
        where.setdefault(example.label, example)
        where.setdefault(example.full_label, example)
    found = []
    for label, count in sorted(counts.items()):
        if count < labels.least(label):
            what = f"{label} has {count} examples; it needs {labels.least(label)}."
            found.append(Fault(where[label].file, where[label].line, what, "Write more, in other words and lengths."))
    for (label, sub), count in sorted(subs.items()):
        if count < LEAST_SUB:
            place = where[f"{label}/{sub}"]
            what = f"{label}/{sub} has {count} examples; it needs {LEAST_SUB}."
            found.append(Fault(place.file, place.line, what, "Write more, in other words and lengths."))
    usual = median(counts.values()) if counts else 0
    for label, count in sorted(counts.items()):
        if count > TOO_MANY * usual:
            what = f"{label} has {count} examples, more than {TOO_MANY} times as many as the usual label ({usual:.0f})."
            todo = "Write more for the others, or take the weakest of these out."
            found.append(Fault(where[label].file, where[label].line, what, todo))
    return found
