"""Reading and checking the policy file: a mistake is named with its place, and nothing starts with a wrong policy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from care.files import read_model
from care.sla.sections import (
    BY_PERSON,
    PRIVACY,
    Appeals,
    Callbacks,
    Category,
    Operator,
    Pauses,
    Privacy,
    Suggestions,
    Supervision,
    Targets,
)
from care.sla.specs import Calendar, ClockSpec, Profile, Severity, Strict, Traits

DEFAULT = Path(__file__).with_name("policy.yml")
FIRST_FEEDBACK = "first_feedback"
#: the only clock of an appeal; its day comes with the letter, so that it is no clock of the file
APPEAL_REPLY = "appeal_reply"
#: category of a call-back and its only clock, which ends with the time that the customer chose
CALLBACK = "callback"
#: what a ticket of `suggestions` has as its category
SUGGESTION = "suggestion"
_SOLUTIONS = ("solution_simple", f"solution_{BY_PERSON}")
_PRIORITIES = range(1, 5)


class Policy(Strict):
    version: str = Field(max_length=32)
    operator: Operator
    # As long as their columns.
    departments: dict[Annotated[str, Field(max_length=40)], str]
    calendars: dict[Annotated[str, Field(max_length=32)], Calendar] = Field(default={})
    clocks: dict[Annotated[str, Field(max_length=32)], ClockSpec]
    profiles: list[Profile] = Field(default=[])
    pauses: Pauses
    #: by priority, 1 urgent to 4 low
    severities: dict[int, Severity]
    targets: Targets
    categories: dict[Annotated[str, Field(max_length=40)], Category]
    suggestions: Suggestions
    privacy: Privacy
    appeals: Appeals
    supervision: Supervision
    callbacks: Callbacks

    @model_validator(mode="after")
    def _names_exist(self) -> Policy:
        for name in (FIRST_FEEDBACK, *_SOLUTIONS):
            if name not in self.clocks:
                raise ValueError(f"clocks: {name} is missing")
        if "other" not in self.categories:
            raise ValueError("categories: other is missing; it takes what fits nowhere else")
        if SUGGESTION in self.categories:
            raise ValueError(f"categories: {SUGGESTION} is the name of what is under suggestions; take another")
        if self.suggestions.department not in self.departments:
            raise ValueError(f"suggestions.department: {self.suggestions.department} is not under departments")
        self._check_privacy()
        if self.appeals.department not in self.departments:
            raise ValueError(f"appeals.department: {self.appeals.department} is not under departments")
        for department in (self.callbacks.department, *self.callbacks.departments.values()):
            if department not in self.departments:
                raise ValueError(f"callbacks: {department} is not under departments")
        if CALLBACK in self.clocks or CALLBACK in self.categories:
            raise ValueError(f"clocks, categories: {CALLBACK} is the name of what is under callbacks; take another")
        if self.supervision.clock not in self.clocks:
            raise ValueError(f"supervision.clock: {self.supervision.clock} is not under clocks")
        if APPEAL_REPLY in self.clocks:
            raise ValueError(f"clocks: {APPEAL_REPLY} is the clock of an appeal, whose day comes with the letter")
        self._check_clocks()
        owner: dict[str, str] = {}
        named_by: dict[str, str] = {}
        for name, category in self.categories.items():
            if category.department not in self.departments:
                raise ValueError(f"categories.{name}.department: {category.department} is not under departments")
            for clock in category.clocks:
                if clock not in self.clocks:
                    raise ValueError(f"categories.{name}.clocks: {clock} is not under clocks")
            for intent in category.intents:
                if intent in owner:
                    raise ValueError(f"categories.{name}.intents: {intent} belongs to {owner[intent]} already")
                owner[intent] = name
            for word in category.words:
                if word in named_by:
                    raise ValueError(f"categories.{name}.words: {word} belongs to {named_by[word]} already")
                named_by[word] = name
        return self

    def _check_privacy(self) -> None:
        if self.privacy.department not in self.departments:
            raise ValueError(f"privacy.department: {self.privacy.department} is not under departments")
        for name, kind in self.privacy.kinds.items():
            if PRIVACY + name in self.categories:
                raise ValueError(f"categories: {PRIVACY}{name} is the name of what is under privacy; take another")
            for clock in (kind.solution, *filter(None, [kind.by_person]), *kind.clocks):
                if clock not in self.clocks:
                    raise ValueError(f"privacy.kinds.{name}: {clock} is not under clocks")

    def _check_clocks(self) -> None:
        if set(self.severities) != set(_PRIORITIES):
            raise ValueError("severities: give one for each of the priorities 1, 2, 3, 4")
        for name, spec in self.clocks.items():
            if spec.calendar is not None and spec.calendar not in self.calendars:
                raise ValueError(f"clocks.{name}.calendar: {spec.calendar} is not under calendars")
        # Rights articles and the chat tell these in words, to everybody.
        told: dict[str, tuple[str, ...]] = dict.fromkeys((FIRST_FEEDBACK, *_SOLUTIONS), ("hours", "days"))
        for kind in self.privacy.kinds.values():
            own = filter(None, (kind.solution, kind.by_person))
            told |= {name: ("hours", "days", "working_days") for name in own if name not in told}
        for name, lengths in told.items():
            if all(getattr(self.clocks[name], length) is None for length in lengths):
                raise ValueError(f"clocks.{name}: customers are told its length in words: give {' or '.join(lengths)}")
        names: set[str] = set()
        for place, profile in enumerate(self.profiles):
            if profile.name in names:
                raise ValueError(f"profiles.{place}.name: {profile.name} is the name of another one already")
            names.add(profile.name)
            for where, problem in self._problems_of(profile):
                raise ValueError(f"profiles.{place}.{where}: {problem}")

    def _problems_of(self, profile: Profile) -> Iterator[tuple[str, str]]:
        known = {*self.categories, *self.other_categories}
        for category in profile.when.categories or []:
            if category not in known:
                yield "when.categories", f"{category} is not under categories"
        for name in ("first_feedback", "solution"):
            clock = getattr(profile.clocks, name)
            if clock is not None and clock not in self.clocks:
                yield f"clocks.{name}", f"{clock} is not under clocks"
            elif clock is not None and self.clocks[clock].kind != "promise":
                yield f"clocks.{name}", f"{clock} is the law's; a profile changes promises only"
        for clock in profile.beside:
            if clock not in self.clocks:
                yield "beside", f"{clock} is not under clocks"

    def category_of(self, intent: str | None) -> str:
        """The category of a complaint that began with this label; `other` when no category names it."""
        for name, category in self.categories.items():
            if intent in category.intents:
                return name
        return "other"

    def title_of(self, category: str) -> str:
        """What customers are told of a ticket's category; of one that the policy has lost, that of `other`."""
        if category == SUGGESTION:
            return self.suggestions.title
        if category == CALLBACK:
            return self.callbacks.title
        if kind := self.privacy.kind_of(category):
            return kind.title
        return self.categories.get(category, self.categories["other"]).title

    @property
    def other_categories(self) -> list[str]:
        """Those of tickets that are no complaints."""
        return [SUGGESTION, CALLBACK, *(PRIVACY + name for name in self.privacy.kinds)]

    def title_of_clock(self, name: str) -> str:
        """Of one that the policy has lost, its name."""
        if name == APPEAL_REPLY:
            return self.appeals.clock
        if name == CALLBACK:
            return self.callbacks.clock
        return self.clocks[name].title if name in self.clocks else name

    def title_of_department(self, name: str) -> str:
        """Of one that the policy has lost, its name."""
        return self.departments.get(name, name)

    def solution_of(self, category: str, complexity: str) -> str:
        """The clock by which the customer has a result."""
        if category == CALLBACK:
            return CALLBACK
        kind = self.privacy.kind_of(category)
        return kind.solution_of(complexity) if kind else f"solution_{complexity}"

    def severity_of(self, priority: int) -> Severity:
        return self.severities[priority]

    def profile_of(self, traits: Traits) -> Profile | None:
        """The first that holds; None: the plain promises."""
        return next((profile for profile in self.profiles if profile.when.holds(traits)), None)

    def clocks_of(self, traits: Traits) -> dict[str, ClockSpec]:
        """By the name that each is stored under; a profile changes what is behind a promise, not its name.

        No first feedback on a request about personal data that nobody looks into: its result is the first.
        """
        category = traits.category
        kind = self.privacy.kind_of(category)
        beside = kind.clocks if kind else self.categories[category].clocks
        feedback = [FIRST_FEEDBACK] if kind is None or traits.complexity == BY_PERSON else []
        profile = self.profile_of(traits)
        own = [self.solution_of(category, traits.complexity), *beside, *(profile.beside if profile else [])]
        return {name: self.spec_of(name, traits) for name in [*feedback, *own]}

    def spec_of(self, name: str, traits: Traits) -> ClockSpec:
        """What the clock of that name is for such a ticket. Raises KeyError for one that the policy has lost."""
        spec, profile = self.clocks[name], self.profile_of(traits)
        if profile is None:
            return spec
        # Also the promise that the ticket would have if a supervisor changed its complexity.
        solutions = {self.solution_of(traits.category, each) for each in ("simple", BY_PERSON)}
        instead = (
            profile.clocks.first_feedback
            if name == FIRST_FEEDBACK
            else profile.clocks.solution
            if name in solutions
            else None
        )
        return self.clocks[instead] if instead else spec


def load_policy(path: Path) -> Policy:
    """Raises InvalidInput (reason `policy`) naming file, line and place."""
    return read_model(path, Policy, "policy", "QUANYI_POLICY")


@lru_cache(maxsize=1)
def policy() -> Policy:
    return load_policy(Path(os.environ.get("QUANYI_POLICY") or DEFAULT))
