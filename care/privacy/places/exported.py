"""A row as it goes into a copy."""

from __future__ import annotations

import base64
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect

from care.db import Base
from care.privacy.data_map import ColumnKind, data_map
from care.privacy.places.base import Record

_STAFF = re.compile(r"staff:[!-~]{1,64}")


def record(row: Base) -> Record:
    """All its columns by name, without inner marks, which say nothing to anybody."""
    table = str(row.__tablename__)
    marks = {name for name, each in data_map().table(table).columns.items() if each.kind is ColumnKind.INDEX}
    names = [column.name for column in inspect(type(row)).columns if column.name not in marks]
    return Record(table, {name: _without_staff(as_json(getattr(row, name))) for name in names})


def _without_staff(value: Any) -> Any:
    """`staff:7` (who did it, or wrote it down) as `staff`: the role, not the person."""
    return "staff" if isinstance(value, str) and _STAFF.fullmatch(value) else value


def as_json(value: Any) -> Any:
    """A column's value as JSON: times as ISO 8601, amounts as text, files as base64."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
