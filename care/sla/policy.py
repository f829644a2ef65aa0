"""Reading and checking the policy file: a mistake is named with its place, and nothing starts with a wrong policy."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from care.errors import InvalidInput
from care.files import read_yaml
from care.plain import plain

DEFAULT = Path(__file__).with_name("policy.yml")
FIRST_FEEDBACK = "first_feedback"
#: the only clock of an appeal; its day comes with the letter, so that it is no clock of the file
APPEAL_REPLY = "appeal_reply"
#: category of a call-back and its only clock, which ends with the time that the customer chose
CALLBACK = "callback"
#: what a ticket of `suggestions` has as its category
SUGGESTION = "suggestion"
#: what the category of a request about personal data begins with
PRIVACY = "privacy_"
#: complexity of one that a person has to look into; the others are done at once, or by the worker
BY_PERSON = "complex"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Carrier = Literal["中国移动", "中国联通", "中国电信", "中国广电"]
#: 省级行政区, as `care.accounts.origin` names them
Province = Literal[
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江",
    "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆",
    "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆",
]  # fmt: skip
Hotline = Annotated[str, Field(pattern=r"^\d[\d-]{2,18}\d$")]


class Operator(_Strict):
    """Whose assistant this is, and where the customers of others are sent."""

    title: str
    hotline: Hotline
    #: told in the papers for an appeal (35号令第十二条 asks for it); None: the customer fills it in
    address: Annotated[str, Field(min_length=4, max_length=100)] | None = None
    #: customers; None: nothing is told a million users
    users: Annotated[int, Field(gt=0)] | None = None
    carriers: list[Carrier] = Field(min_length=1)
    #: empty: the whole country
    provinces: list[Province]
    #: hotline by carrier
    others: dict[Carrier, Hotline]

    def seems_ours(self, carrier: str | None, province: str | None) -> bool:
        """False where a number seems to be another operator's or another province's; what is not known is ours."""
        is_carrier = carrier is None or carrier in self.carriers
        return is_carrier and (province is None or not self.provinces or province in self.provinces)


class ClockSpec(_Strict):
    #: what staff read
    title: Annotated[str, Field(min_length=2, max_length=12)]
    kind: Literal["promise", "statutory"]
    hours: float | None = Field(default=None, gt=0)
    #: in the country (农村), where the law gives more time there; a place that is not known counts as town
    hours_country: float | None = Field(default=None, gt=0)
    days: int | None = Field(default=None, gt=0)
    working_days: int | None = Field(default=None, gt=0)
    #: hours after the start at which somebody inside is told
    alarms: list[float] = []
    source: str

    @model_validator(mode="after")
    def _one_length(self) -> ClockSpec:
        if sum(length is not None for length in (self.hours, self.days, self.working_days)) != 1:
            raise ValueError("give either hours or days or working_days")
        if self.hours_country is not None and (self.hours is None or self.hours_country < self.hours):
            raise ValueError("hours_country goes with hours and is not shorter")
        if any(alarm >= self.least_hours for alarm in self.alarms):
            raise ValueError("an alarm comes before its clock is due")
        return self

    @property
    def least_hours(self) -> float:
        """What passes at least before it is due."""
        return self.hours or 24 * (self.days or self.working_days or 0)


class Category(_Strict):
    title: str
    department: str
    complexity: Literal["simple", "complex"]
    priority: int = Field(ge=1, le=4)
    #: beside the feedback and solution promises, which every category has
    clocks: list[str]
    intents: list[str]
    #: what names the matter where the label does not, as in a threat to appeal (care/complaints/category.py)
    words: list[str] = []
    #: address: asked where the fault is, and whether that is town or country
    place: Literal["none", "address"] = "none"
    #: a slow line is asked for a measured test
    measure: bool = False

    @field_validator("words")
    @classmethod
    def _plain_words(cls, words: list[str]) -> list[str]:
        """As the rules see a text: an operator may write them in traditional characters."""
        words = [plain(word).lower() for word in words]
        if not all(words):
            raise ValueError("an empty word is in every text")
        return words


class Suggestions(_Strict):
    """Proposals of customers: tickets of kind feedback. They seek no redress, so no clock runs on them."""

    title: str
    department: str
    priority: int = Field(ge=1, le=4)


#: as `care.privacy.rules.Kind`, which lies above
PrivacyName = Literal["view", "usage", "copy", "correct", "delete", "withdraw", "leak"]


class PrivacyKind(_Strict):
    title: str
    #: clock by which it is done
    solution: str
    #: the same where a person has to look into it
    by_person: str | None = None
    #: 1 urgent to 4 low; None: as all of them
    priority: int | None = Field(default=None, ge=1, le=4)
    #: that run beside
    clocks: list[str] = []

    def solution_of(self, complexity: str) -> str:
        return self.by_person or self.solution if complexity == BY_PERSON else self.solution


class Privacy(_Strict):
    """Requests about personal data: tickets of kind privacy, of the categories `privacy_<kind>`."""

    department: str
    priority: int = Field(ge=1, le=4)
    kinds: dict[PrivacyName, PrivacyKind]

    @model_validator(mode="after")
    def _all_kinds(self) -> Privacy:
        if missing := sorted(set(get_args(PrivacyName)) - self.kinds.keys()):
            raise ValueError(f"kinds: missing: {', '.join(missing)}")
        return self

    def kind_of(self, category: str) -> PrivacyKind | None:
        """None: a category of something else."""
        is_ours = category.startswith(PRIVACY)
        return next((kind for name, kind in self.kinds.items() if is_ours and category == PRIVACY + name), None)

    def priority_of(self, kind: PrivacyName) -> int:
        return self.kinds[kind].priority or self.priority


class Appeals(_Strict):
    """What authorities send us with a day of their own."""

    title: str
    department: str
    priority: int = Field(ge=1, le=4)
    #: title of the clock that ends on that day
    clock: Annotated[str, Field(min_length=2, max_length=12)]
    #: hours before it is due at which somebody inside is told
    alarms_before: list[Annotated[float, Field(gt=0)]] = []


class Callbacks(_Strict):
    """Calls in a time that the customer chose, instead of waiting (care/callbacks)."""

    title: str
    #: title of the clock that ends with that time
    clock: Annotated[str, Field(min_length=2, max_length=12)]
    department: str
    #: by name of a queue (care/handoff/handoff.yml), where it is another one
    departments: dict[str, str] = {}
    priority: int = Field(ge=1, le=4)
    #: length of a time that is offered
    hours: int = Field(ge=1, le=4)
    #: days on which the queue is open and times are offered, today included
    days: int = Field(ge=1, le=14)
    #: calls in one time of one queue
    most: int = Field(gt=0)
    #: whole hours of the day before and after which nobody is called
    earliest: int = Field(ge=0, le=23)
    latest: int = Field(ge=1, le=24)

    @model_validator(mode="after")
    def _has_room(self) -> Callbacks:
        if self.latest - self.earliest < self.hours:
            raise ValueError("latest must leave room for one time after earliest")
        return self

    def department_of(self, queue: str) -> str:
        return self.departments.get(queue, self.department)


class Supervision(_Strict):
    """What voluntary public supervisors (社会义务监督员) report."""

    #: that runs beside those of the category
    clock: str
    #: at least as urgent; 1 urgent to 4 low
    priority: int = Field(ge=1, le=4)


class Targets(_Strict):
    """What the operator published as the service that it aims at."""

    #: mean wait for a person, at most
    wait_seconds: int = Field(gt=0)
    #: customers who are satisfied, at least
    satisfaction_percent: int = Field(ge=1, le=100)
    #: complaints that are solved in the time that was promised, at least
    in_time_percent: int = Field(ge=1, le=100)


class Policy(_Strict):
    version: str = Field(max_length=32)
    operator: Operator
    # As long as their columns.
    departments: dict[Annotated[str, Field(max_length=40)], str]
    clocks: dict[Annotated[str, Field(max_length=32)], ClockSpec]
    targets: Targets
    categories: dict[Annotated[str, Field(max_length=40)], Category]
    suggestions: Suggestions
    privacy: Privacy
    appeals: Appeals
    supervision: Supervision
    callbacks: Callbacks

    @model_validator(mode="after")
    def _names_exist(self) -> Policy:
        for name in (FIRST_FEEDBACK, "solution_simple", "solution_complex"):
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

    def clocks_of(self, category: str, complexity: str) -> dict[str, ClockSpec]:
        """No first feedback on a request about personal data that nobody looks into: its result is the first."""
        kind = self.privacy.kind_of(category)
        beside = kind.clocks if kind else self.categories[category].clocks
        feedback = [FIRST_FEEDBACK] if kind is None or complexity == BY_PERSON else []
        return {name: self.clocks[name] for name in (*feedback, self.solution_of(category, complexity), *beside)}


def load_policy(path: Path) -> Policy:
    """Raises InvalidInput (reason `policy`) naming file and place."""
    try:
        return Policy.model_validate(read_yaml(path, "policy", "QUANYI_POLICY"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "file"
        raise InvalidInput("policy", f"{path}: {place}: {first['msg']}") from error


@lru_cache(maxsize=1)
def policy() -> Policy:
    return load_policy(Path(os.environ.get("QUANYI_POLICY") or DEFAULT))
