"""`/api/desk/staff`: accounts of the others, for admins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from care.db import utcnow
from care.handoff import presence
from care.handoff.policy import handoff_policy
from care.sla.policy import policy
from care.staff import accounts, passwords
from care.staff.accounts import Changes, Member
from care.staff.rules import Permission, Role, permissions_of
from care.staff.sessions import Signed
from care.staff.tables import Staff
from web.desk.access import Allowed, in_database
from web.desk.access import router as desk_router
from web.desk.account import Desk, leave_if_gone

router = desk_router("staff", "/staff")
Admin = Annotated[Signed, Depends(Allowed(Permission.STAFF))]

_Name = Annotated[str, Field(max_length=200)]
_Department = Annotated[str, Field(max_length=40)]
_Skills = Annotated[list[Annotated[str, Field(max_length=24)]], Field(max_length=50)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewMember(_Strict):
    number: Annotated[str, Field(max_length=64)]
    name: _Name
    role: Role
    skills: _Skills = []
    load_limit: int = 3
    department: _Department | None = None
    is_head: bool = False


class MemberChanges(_Strict):
    """What is missing stays as it is."""

    name: _Name | None = None
    role: Role | None = None
    skills: _Skills | None = None
    load_limit: int | None = None
    #: null: of none
    department: _Department | None = None
    is_head: bool | None = None
    left: bool | None = None


class MemberOut(BaseModel):
    number: str
    name: str
    role: Role
    skills: list[str]
    load_limit: int
    department: str | None
    is_head: bool
    must_change: bool
    left_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, staff: Staff) -> MemberOut:
        return cls.model_validate(staff, from_attributes=True)


class MemberWithPassword(MemberOut):
    password: Annotated[str, Field(description="Shown this once: it is stored nowhere as it is.")]


class Members(BaseModel):
    items: list[MemberOut]


class Password(BaseModel):
    password: Annotated[str, Field(description="Shown this once: it is stored nowhere as it is.")]


@router.get("")
async def everybody(signed: Admin, request: Request) -> Members:
    found = await in_database(request, accounts.everybody)
    return Members(items=[MemberOut.of(staff) for staff in found])


@router.post("", status_code=201)
async def add(asked: NewMember, signed: Admin, request: Request) -> MemberWithPassword:
    """The password is made here: an admin who chooses one for others would choose the same for all."""
    password, hashed = await _new_password(request)
    member = Member(
        asked.number.strip(), asked.name, asked.role, asked.skills, asked.load_limit, asked.department, asked.is_head
    )
    by = accounts.subject_of(signed.number)
    staff = await in_database(
        request,
        lambda session: accounts.add(
            session, member, hashed, handoff_policy().skills, utcnow(), by=by, departments=policy().departments
        ),
    )
    return MemberWithPassword(**MemberOut.of(staff).model_dump(), password=password)


@router.patch("/{number}")
async def change(number: str, asked: MemberChanges, signed: Admin, request: Request) -> MemberOut:
    """At once, also for whoever is signed in: their next request is answered by their new role."""
    given = asked.model_dump()
    if "department" in asked.model_fields_set:
        given["department"] = asked.department or ""
    changes = Changes(**given)

    def work(session: Session) -> Staff:
        now = utcnow()
        by = accounts.subject_of(signed.number)
        known, departments = handoff_policy().skills, policy().departments
        staff = accounts.change(session, number, changes, known, now, by=by, departments=departments)
        if staff.left_at is not None or Permission.QUEUE not in permissions_of(Role(staff.role)):
            presence.signed_out(session, staff.id, now)
        return staff

    return MemberOut.of(await in_database(request, work))


@router.post("/{number}/password")
async def reset_password(number: str, signed: Admin, request: Request) -> Password:
    """A new one, to be given to them: they choose their own with it. Unlocks, and signs them out everywhere."""
    password, hashed = await _new_password(request)
    await in_database(request, _and_leave(partial(accounts.reset_password, number=number, hashed=hashed), signed))
    return Password(password=password)


@router.post("/{number}/sign-out")
async def sign_out(number: str, signed: Admin, request: Request) -> MemberOut:
    staff = await in_database(request, _and_leave(partial(accounts.sign_out_everywhere, number=number), signed))
    return MemberOut.of(staff)


def _and_leave(work: Callable[..., Staff], signed: Signed) -> Callable[[Session], Staff]:
    def both(session: Session) -> Staff:
        now = utcnow()
        staff = work(session, now=now, by=accounts.subject_of(signed.number))
        leave_if_gone(session, staff.id, now)
        return staff

    return both


async def _new_password(request: Request) -> tuple[str, str]:
    desk: Desk = request.app.state.accounts
    password = passwords.random_password()
    return password, await desk.hashing.run(partial(passwords.hash_password, password))
