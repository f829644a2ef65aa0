"""The sections of the policy file, each as a model; what belongs together across them is checked in `policy`."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from care.plain import plain
from care.sla.specs import Strict

#: what the category of a request about personal data begins with
PRIVACY = "privacy_"
#: complexity of one that a person has to look into; the others are done at once, or by the worker
BY_PERSON = "complex"

Carrier = Literal["中国移动", "中国联通", "中国电信", "中国广电"]
#: 省级行政区, as `care.accounts.origin` names them
Province = Literal[
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江",
    "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆",
    "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆",
]  # fmt: skip
Hotline = Annotated[str, Field(pattern=r"^\d[\d-]{2,18}\d$")]


class Operator(Strict):
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


class Category(Strict):
    title: str
    department: str
    complexity: Literal["simple", "complex"]
    priority: int = Field(ge=1, le=4)
    #: beside the feedback and solution promises, which every category has
    clocks: list[str]
    intents: list[str]
    #: what names the matter where the label does not, as in a threat to appeal (care/complaints/category.py)
    words: list[str] = Field(default=[])
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


class Suggestions(Strict):
    """Proposals of customers: tickets of kind feedback. They seek no redress, so no clock runs on them."""

    title: str
    department: str
    priority: int = Field(ge=1, le=4)


#: as `care.privacy.rules.Kind`, which lies above
PrivacyName = Literal["view", "usage", "copy", "correct", "delete", "withdraw", "leak"]


class PrivacyKind(Strict):
    title: str
    #: clock by which it is done
    solution: str
    #: the same where a person has to look into it
    by_person: str | None = None
    #: 1 urgent to 4 low; None: as all of them
    priority: int | None = Field(default=None, ge=1, le=4)
    #: that run beside
    clocks: list[str] = Field(default=[])

    def solution_of(self, complexity: str) -> str:
        return self.by_person or self.solution if complexity == BY_PERSON else self.solution


class Privacy(Strict):
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


class Appeals(Strict):
    """What authorities send us with a day of their own."""

    title: str
    department: str
    priority: int = Field(ge=1, le=4)
    #: title of the clock that ends on that day
    clock: Annotated[str, Field(min_length=2, max_length=12)]
    #: hours before it is due at which somebody inside is told
    alarms_before: list[Annotated[float, Field(gt=0)]] = Field(default=[])


class Callbacks(Strict):
    """Calls in a time that the customer chose, instead of waiting (care/callbacks)."""

    title: str
    #: title of the clock that ends with that time
    clock: Annotated[str, Field(min_length=2, max_length=12)]
    department: str
    #: by name of a queue (care/handoff/handoff.yml), where it is another one
    departments: dict[str, str] = Field(default={})
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


class Supervision(Strict):
    """What voluntary public supervisors (社会义务监督员) report."""

    #: that runs beside those of the category
    clock: str
    #: at least as urgent; 1 urgent to 4 low
    priority: int = Field(ge=1, le=4)


class Targets(Strict):
    """What the operator published as the service that it aims at."""

    #: mean wait for a person, at most
    wait_seconds: int = Field(gt=0)
    #: customers who are satisfied, at least
    satisfaction_percent: int = Field(ge=1, le=100)
    #: complaints that are solved in the time that was promised, at least
    in_time_percent: int = Field(ge=1, le=100)


class Pauses(Strict):
    """How long promises stand still at most while a customer is asked something."""

    #: from the moment at which the question was delivered
    most_hours: float = Field(gt=0, le=720)
