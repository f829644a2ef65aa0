"""Looking up who works in the desk."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.staff.tables import Staff


def staff_by_number(session: Session, number: str) -> Staff | None:
    """Also somebody who has left (`left_at`)."""
    return session.scalars(select(Staff).where(Staff.number == number)).one_or_none()
