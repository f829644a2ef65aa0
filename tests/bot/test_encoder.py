"""The sentence encoder: shapes, what is close to what, and the cache between trainings."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import encoder
from bot.nlu.encoder import DIMENSIONS, MAX_CHARACTERS, MOST_TERMS, TERMS, Encoder, terms_of

TEXTS = ["我家宽带断了", "家里的网络中断了", "今天天气真好"]


def test_what_means_the_same_is_close(tmp_path: Path) -> None:
    vectors = Encoder(tmp_path).embed(TEXTS)
    assert vectors.shape == (3, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-3)
    alike = vectors @ vectors.T
    assert alike[0, 1] > alike[0, 2] + 0.03


def test_terms_are_few_and_positive(tmp_path: Path) -> None:
    terms = Encoder(tmp_path).terms(TEXTS)
    assert terms.shape == (3, TERMS)
    assert terms.data.min() > 0
    assert 0 < terms.getnnz(axis=1).max() <= MOST_TERMS


def test_no_text_is_no_error(tmp_path: Path) -> None:
    assert Encoder(tmp_path).terms([]).shape == (0, TERMS)
    assert Encoder(tmp_path).embed([]).shape == (0, DIMENSIONS)


def test_one_text_has_the_terms_that_training_saw(tmp_path: Path) -> None:
    row = Encoder(tmp_path).terms(TEXTS[:1])
    indices, weights = terms_of(TEXTS[0])
    assert np.array_equal(row.indices, indices)
    assert np.allclose(row.data, weights)


def test_what_was_read_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Encoder(tmp_path).terms(TEXTS)
    monkeypatch.setattr(encoder, "_engine", None)  # whoever asks it now fails
    assert (Encoder(tmp_path).terms(TEXTS) != first).nnz == 0
    assert Encoder(tmp_path).terms([TEXTS[2], TEXTS[0]]).shape == (2, TERMS)  # in the order asked for


def test_a_broken_file_is_made_again(tmp_path: Path) -> None:
    whole = Encoder(tmp_path).terms(TEXTS)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    assert (Encoder(tmp_path).terms(TEXTS) != whole).nnz == 0


def test_only_the_beginning_is_read(tmp_path: Path) -> None:
    start = "宽带断了" * (MAX_CHARACTERS // 4)
    assert len(start) == MAX_CHARACTERS
    rows = Encoder(tmp_path).terms([start, start + "你好" * 5000])
    assert (rows[0] != rows[1]).nnz == 0
