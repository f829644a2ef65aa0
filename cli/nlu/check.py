"""What must be right in the training data before a model may be trained with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from care.training import corpus, duplicates, signals
from care.training.corpus import Corpus, Fault
from cli.errors import Stop

_SHOWN = 20


def sound_corpus(root: Path) -> Corpus:
    """The examples; raises Stop with file, line and what to do for each fault."""
    found = corpus.read(root)
    stop_for([*found.faults, *signals.faults(root)])
    return found


def require_trainable(root: Path) -> None:
    """Raises Stop for data that cannot be read whole, and for a text that two labels claim."""
    stop_for(duplicates.contradictions(sound_corpus(root).examples))


def stop_for(faults: Sequence[Fault]) -> None:
    if not faults:
        return
    lines = [f"  {fault}" for fault in faults[:_SHOWN]]
    if len(faults) > _SHOWN:
        lines.append(f"  … and {len(faults) - _SHOWN} more; quanyi nlu lint shows all.")
    count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
    raise Stop("\n".join([f"The training data has {count}; mend it and start again.", *lines]))
