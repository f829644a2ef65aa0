"""Which model fits, and which file is a model."""

from __future__ import annotations

import io
import os
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.errors import Stop
from cli.run.checkout import Checkout
from cli.run.model import Training, fingerprint, is_whole

ARTICLE = """articles:
  - {id: fee-cap, title: 封顶, label: rights_other, asks: [能封顶吗], short: 能, longer: 可以的, review_by: 2027-05-22}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in {
        "config.yml": "pipeline: []",
        "domain.yml": "intents: []",
        "requirements/bot.lock": "rasa==3.6.21",
        "data/nlu/billing.yml": "nlu: 1",
        "data/rules/billing.yml": "rules: 1",
        "data/jieba/telecom.txt": "携号转网",
        "data/rights/law.yml": ARTICLE,
        "bot/nlu/normalise.py": "x = 1",
        "bot/gateway.py": "x = 1",
        "endpoints.yml": "",
        "README.md": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


def write(name: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("changed")

    return change


def in_article(old: str, new: str) -> Callable[[Path], object]:
    return lambda root: (root / "data/rights/law.yml").write_text(ARTICLE.replace(old, new))


def rename(root: Path) -> None:
    (root / "data/nlu/billing.yml").rename(root / "data/nlu/bills.yml")


@pytest.mark.parametrize(
    "change",
    [
        write("config.yml"),
        write("domain.yml"),
        write("data/nlu/billing.yml"),
        write("data/nlu/complaints/new.yml"),
        # Now and then a folder is new.
        write("data/stories/new.yml"),
        write("data/responses/new.yml"),
        # The dictionary cuts sentences differently.
        write("data/jieba/telecom.txt"),
        # The search reads it: an ask, further ones, what no article answers, a file that is broken now.
        in_article("能封顶吗", "可以封顶吗"),
        write("data/rights/asks/law.yml"),
        write("data/no_article.yml"),
        write("data/rights/law.yml"),
        # A component of ours works differently.
        write("bot/nlu/normalise.py"),
        write("bot/nlu/deep/new.py"),
        # Another Rasa cannot always load the old one's models.
        write("requirements/bot.lock"),
        rename,
    ],
)
def test_another_model_is_needed(root: Path, change: Callable[[Path], object]) -> None:
    before = fingerprint(root)
    change(root)
    assert fingerprint(root) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda root: None,
        # Saved again without a change, or checked out again.
        lambda root: (root / "config.yml").touch(),
        # Not what a model is made from.
        write("README.md"),
        write("endpoints.yml"),
        write("bot/gateway.py"),
        in_article("2027-05-22", "2027-06-22"),
        write("bot/nlu/__pycache__/normalise.cpython-310.pyc"),
    ],
)
def test_the_same_model_fits(root: Path, change: Callable[[Path], object]) -> None:
    before = fingerprint(root)
    change(root)
    assert fingerprint(root) == before
    assert len(before) == 12


def save_model(path: Path, name: str = "metadata.json") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for member in (name, "components/classifier"):
            info = tarfile.TarInfo(member)
            info.size = 100_000
            archive.addfile(info, io.BytesIO(bytes(range(250)) * 400))
    return path


def shorten(model: Path, keep: float) -> None:
    content = model.read_bytes()
    model.write_bytes(content[: int(len(content) * keep)])


def test_whole_model(tmp_path: Path) -> None:
    assert is_whole(save_model(tmp_path / "model.tar.gz"))


@pytest.mark.parametrize(
    "damage",
    [
        # A full disk, a killed copy: cut off anywhere.
        lambda model: shorten(model, 0.0),
        lambda model: shorten(model, 0.5),
        lambda model: shorten(model, 0.99),
        # Flipped bits in the middle: gzip's check sum.
        lambda model: model.write_bytes(model.read_bytes()[:300] + b"????" + model.read_bytes()[304:]),
        # Something else under the name of a model.
        lambda model: model.write_text("not an archive"),
        lambda model: save_model(model, name="something else"),
        lambda model: model.unlink(),
    ],
)
def test_damaged_model(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    model = save_model(tmp_path / "model.tar.gz")
    damage(model)
    assert not is_whole(model)


def test_training_puts_only_a_whole_model_in_place_and_keeps_three(root: Path) -> None:
    checkout = Checkout(root)
    for age, name in enumerate(("a", "b", "c")):
        old = save_model(checkout.models / f"quanyi-{name}.tar.gz")
        past = time.time() - 1000 + age
        os.utime(old, (past, past))
    foreign = save_model(checkout.models / "mine.tar.gz")
    (root / "domain.yml").write_text("intents: [greet]")
    (root / "data/nlu/billing.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - 你好\n", encoding="utf-8")
    training = Training(checkout, checkout.models / "quanyi-new.tar.gz")

    command = training.command()
    made = Path(command[command.index("--out") + 1]) / "quanyi-new.tar.gz"
    # Only the folders that exist: Rasa does not take a missing one.
    data = command[command.index("--data") + 1 : command.index("--out")]
    assert data == ["data/nlu", "data/rules"]

    with pytest.raises(Stop, match="left no whole model"):
        training.finish()
    save_model(made)
    shorten(made, 0.9)
    with pytest.raises(Stop, match="left no whole model"):
        training.finish()
    assert not training.model.exists()

    save_model(made)
    training.finish()
    kept = sorted(path.name for path in checkout.models.iterdir())
    assert kept == [foreign.name, "quanyi-b.tar.gz", "quanyi-c.tar.gz", "quanyi-new.tar.gz"]
