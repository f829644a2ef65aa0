"""The map of personal data: every table, in one place, with what its columns are and what they are kept for.

One file a place (places/*.yml): the data dictionary of a copy (个人信息保护法第四十五条), and the list of what is
processed that the public page shows (第十七条). `faults_of` compares it with the tables that there really are.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Column, LargeBinary, MetaData, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from care.db import SealedSecret, SealedType
from care.errors import InvalidInput
from care.files import read_model
from care.privacy.retention import PERIODS

FOLDER = Path(__file__).with_name("places")
#: the file of tables that hold nobody's data, each with the reason
NOTHING = "nothing"
#: what stands in the map as a table and is a file: the telephones of demo mode
FILES = frozenset({"sms_log"})

_Words = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ColumnKind(StrEnum):
    PERSONAL = "personal"  # says something of somebody
    INFERRED = "inferred"  # what the system concluded of them
    INDEX = "index"  # an inner mark (keyed hash, staff number): in no copy
    LINK = "link"  # says which other row it belongs to
    PLAIN = "plain"  # a state, an amount, a time


class ColumnMap(_Strict):
    #: customers read it
    title: _Words
    kind: Annotated[ColumnKind, Field(strict=False)] = ColumnKind.PLAIN


class TableMap(_Strict):
    title: _Words
    columns: dict[str, ColumnMap]


class PlaceMap(_Strict):
    title: _Words
    #: what for
    purpose: _Words
    #: who else gets it, and what for
    shared_with: _Words
    #: a period of retention.yml
    retention: str
    tables: dict[str, TableMap] = Field(min_length=1)


class _Nothing(_Strict):
    #: reason by table
    tables: dict[str, _Words]


class DataMap(_Strict):
    #: by name, in the order of names
    places: dict[str, PlaceMap]
    #: tables without personal data, with the reason
    nothing: dict[str, str]

    def tables(self) -> Iterator[tuple[str, str, TableMap]]:
        """Place, name and map of each table."""
        for place, found in self.places.items():
            for name, table in found.tables.items():
                yield place, name, table

    def table(self, name: str) -> TableMap:
        """Raises KeyError for a table that is in no place."""
        for _, each, table in self.tables():
            if each == name:
                return table
        raise KeyError(name)


@lru_cache(maxsize=1)
def data_map() -> DataMap:
    return load_data_map(FOLDER)


def load_data_map(folder: Path) -> DataMap:
    """All maps of a folder. Raises InvalidInput (reason `data_map`) naming file and place."""
    files = {path.stem: path for path in sorted(folder.glob("*.yml"))}
    nothing = read_model(files.pop(NOTHING), _Nothing, "data_map") if NOTHING in files else _Nothing(tables={})
    places = {name: read_model(path, PlaceMap, "data_map") for name, path in files.items()}
    for name, place in places.items():
        if place.retention not in PERIODS:
            told = f"retention: {place.retention} is none of {', '.join(sorted(PERIODS))}"
            raise InvalidInput("data_map", f"{files[name]}: {told}")
    return DataMap(places=places, nothing=nothing.tables)


def faults_of(known: DataMap, metadata: MetaData) -> list[str]:
    """What does not fit between the map and the tables, each as a sentence that says what to do."""
    places: dict[str, list[str]] = {name: [] for name in metadata.tables}
    faults = []
    for place, name, mapped in known.tables():
        places.setdefault(name, []).append(place)
        if name in metadata.tables:
            faults += [f"{place}.yml: {name}: {told}" for told in _column_faults(mapped, metadata.tables[name])]
    for name in known.nothing:
        places.setdefault(name, []).append(NOTHING)
        if name in metadata.tables:
            faults += [
                f"{NOTHING}.yml: {name}.{column.name} is sealed, so it is personal: put the table into a place"
                for column in metadata.tables[name].columns
                if isinstance(column.type, SealedType) and not isinstance(column.type, SealedSecret)
            ]
    for name, found in places.items():
        if name not in metadata.tables and name not in FILES:
            faults.append(f"{found[0]}.yml: there is no table {name}: take it out")
        elif not found:
            faults.append(f"the table {name} is in no place: put it into one of places/*.yml")
        elif len(found) > 1:
            faults.append(f"the table {name} is in {' and '.join(found)}: leave it in one")
    return sorted(faults)


def _column_faults(mapped: TableMap, table: Table) -> Iterator[str]:
    for name in mapped.columns.keys() - table.columns.keys():
        yield f"there is no column {name}: take it out"
    for column in table.columns:
        listed = mapped.columns.get(column.name)
        if listed is None:
            if isinstance(column.type, SealedType | LargeBinary | String | JSONB):
                yield f"the column {column.name} is not listed: say what it is"
        elif (fitting := _fitting(column)) and listed.kind not in fitting:
            yield f"{column.name} is {listed.kind}, and must be {' or '.join(fitting)}"


def _fitting(column: Column[Any]) -> tuple[ColumnKind, ...]:
    """Empty: any."""
    if isinstance(column.type, SealedType):
        return ColumnKind.PERSONAL, ColumnKind.INFERRED
    if isinstance(column.type, LargeBinary):
        return ColumnKind.INDEX, ColumnKind.PERSONAL
    return ()
