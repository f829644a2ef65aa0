"""Tells Rasa's training cache what a component's result depends on beside its own class and its config.

Rasa fingerprints the source of the component class only: without this, a change in ``bot/nlu/text.py`` or in the
dictionary leaves the cached result of the old one in the new model.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

_HERE = Path(__file__).parent


def of_code() -> str:
    """Fingerprint of all modules of this package."""
    return of_files(_HERE.glob("*.py"))


def of_files(paths: Iterable[Path]) -> str:
    """Fingerprint of files, by name and content."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
