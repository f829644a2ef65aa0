"""The official account's menu: data/wechat/menu.yml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from care.files import read_model

FILE = Path(__file__).resolve().parents[2] / "data" / "wechat" / "menu.yml"


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    #: the platform shows eight Chinese characters of an entry, five of a column
    title: Annotated[str, Field(min_length=1, max_length=8)]
    says: Annotated[str, Field(min_length=1, max_length=40)]


class Column(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(min_length=1, max_length=5)]
    entries: Annotated[list[Entry], Field(min_length=1, max_length=5)]


class Menu(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Annotated[list[Column], Field(min_length=1, max_length=3)]

    @model_validator(mode="after")
    def _titles_differ(self) -> Menu:
        titles = [entry.title for column in self.columns for entry in column.entries]
        if len(set(titles)) < len(titles):
            raise ValueError("two entries have one title: it is what the platform tells us of a touch")
        return self

    def words_of(self, key: str) -> str | None:
        """What a customer says by touching the entry with this key; None: it is not on our menu (any more)."""
        return next((e.says for column in self.columns for e in column.entries if e.title == key), None)

    def as_platform(self) -> dict[str, Any]:
        """The body of menu/create."""
        return {
            "button": [
                {
                    "name": column.title,
                    "sub_button": [{"type": "click", "name": e.title, "key": e.title} for e in column.entries],
                }
                for column in self.columns
            ]
        }


def read(path: Path) -> Menu:
    """Raises InvalidInput (reason `wechat_menu`) naming file and place."""
    return read_model(path, Menu, "wechat_menu")


@lru_cache(maxsize=1)
def menu() -> Menu:
    return read(FILE)
