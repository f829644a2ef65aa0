"""What a model is trained from: the checkout's files with trainers' changes, and the checkout itself stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from care.dataset import service as dataset
from care.dataset.rules import Meaning
from care.db import run
from care.errors import Conflict
from cli.errors import Stop
from cli.nlu.check import require_trainable
from cli.run.checkout import Checkout
from cli.workshop import materials
from tests.support.times import NOW

pytestmark = pytest.mark.usefixtures("database")

FILES = {
    "config.yml": "pipeline: []\n",
    "domain.yml": "version: '3.1'\nintents: [greet, bye]\n",
    "data/nlu/greet.yml": 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n',
    "data/nlu/bye.yml": 'version: "3.1"\nnlu:\n- intent: bye\n  examples: |\n    - 再见\n',
}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    for name, content in FILES.items():
        path = tmp_path / "checkout" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return Checkout(tmp_path / "checkout")


def test_changes_make_another_model_and_leave_the_checkout_as_it_is(checkout: Checkout, tmp_path: Path) -> None:
    before = materials.model_name(checkout)
    own = materials.lay_out(checkout, tmp_path / "1")
    assert materials.model_name(own) == before, "the same files, the same model"
    run(lambda s: dataset.add(s, Meaning("早上好呀", "greet"), "1001", NOW, root=checkout.root))
    assert run(lambda s: materials.changed(s, own, NOW)) == ["data/merged.yml", "data/nlu/greet.yml"]
    made = materials.model_name(own)
    assert made != before
    assert "早上好呀" in (own.root / "data/nlu/greet.yml").read_text(encoding="utf-8")
    assert (checkout.root / "data/nlu/greet.yml").read_text(encoding="utf-8") == FILES["data/nlu/greet.yml"]
    again = materials.lay_out(checkout, tmp_path / "1")
    run(lambda s: materials.changed(s, again, NOW))
    assert materials.model_name(again) == made, "as of another worker that begins anew"


def test_what_a_killed_training_left_is_cleared_away(checkout: Checkout, tmp_path: Path) -> None:
    left = tmp_path / "1" / "data" / "nlu" / "left.yml"
    left.parent.mkdir(parents=True)
    left.write_text("half a fi")
    materials.lay_out(checkout, tmp_path / "1")
    assert not left.exists()


FAULTS = [
    ("data/nlu/bye.yml", FILES["data/nlu/bye.yml"].replace("再见", "你好"), "two labels claim a text"),
    ("data/nlu/bye.yml", "nlu: [", "no YAML"),
]


@pytest.mark.parametrize(("name", "content", "why"), FAULTS, ids=[why for *_, why in FAULTS])
def test_faulty_data_is_not_trained_and_the_file_is_named(
    checkout: Checkout, tmp_path: Path, name: str, content: str, why: str
) -> None:
    (checkout.root / name).write_text(content, encoding="utf-8")
    own = materials.lay_out(checkout, tmp_path / "1")

    def prepare() -> None:
        run(lambda s: materials.changed(s, own, NOW))
        require_trainable(own.root)

    with pytest.raises((Stop, Conflict), match=name):
        prepare()
