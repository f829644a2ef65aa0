"""`/api/desk/vocabulary`: the words that the desk's lists and forms offer, with their titles. Nobody's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends

from care.desk.titles import titles
from care.handoff.policy import handoff_policy
from care.sla.policy import policy
from care.staff.rules import Permission
from care.staff.sessions import Signed
from care.tasks.findings import causes
from care.tasks.rules import tasks_spec
from web.desk.access import Allowed
from web.desk.access import router as desk_router

router = desk_router("vocabulary", "/vocabulary")


@router.get("")
async def vocabulary(signed: Annotated[Signed, Depends(Allowed(Permission.OWN))]) -> dict[str, Any]:
    ours, desk, words = policy(), handoff_policy(), titles()
    listed: dict[str, Mapping[Any, str]] = {
        "kinds": words.kinds,
        "statuses": words.statuses,
        "categories": {name: ours.title_of(name) for name in [*ours.categories, *ours.other_categories]},
        "departments": ours.departments,
        "channels": words.channels,
        "authorities": words.authorities,
        "outcomes": words.outcomes,
        "queues": {name: queue.title for name, queue in desk.queues.items()},
        "skills": desk.skills,
        "causes": {name: cause.title for name, cause in causes().items() if cause.offered},
        "task_kinds": {name: spec.title for name, spec in tasks_spec().kinds.items()},
        "segments": tasks_spec().segments,
        "severities": words.severities,
        "reasons": {name: spec.title for name, spec in desk.reasons.items()},
    }
    return {name: [{"name": each, "title": title} for each, title in of.items()] for name, of in listed.items()}
