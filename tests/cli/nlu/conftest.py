from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.nlu.trainer import Trainer


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    return Trainer.make(tmp_path)
