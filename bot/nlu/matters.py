"""Two matters in one message: 「宽带断了三天没人修，另外上个月多扣了我五十块」.

The message is cut into clauses, and the classifier that read the whole reads each of them, or what stands between two
words such as 「另外」. The classifier stays the only model. Conservative on purpose: a story told in many clauses is
one matter, and so is a complaint with a word on the staff (「断网三天，客服态度还差」), on what is wanted, or on whom
the customer will go to. A question counts where the customer tells it apart: 「查下余额，另外宽带断了三天」.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.intents import READER

# Label and probability, best first.
Reading = list[tuple[str, float]]

_MOST_CHARACTERS = 512
_MOST_CLAUSES = 10
_SHORTEST_CLAUSE = 4
_SHORTEST_MESSAGE = 10

_MARKS = "。；;！!？?，,、…\n"
# 「另外」 tells a new matter apart; 「还」 and 「也」 go on with the old one.
_APART = (
    r"另外(?![两兩二三几幾的收付交]|一[个個只位](?![问問事]))|另(?=有|还|還|一)|此外|其次|第[二三](?:[，,、：:]|[点點件]|[个個]问|[个個]問|(?=[我你您]))|[二三]是|[二三][来來](?=[我你您])"
    r"|再一[个個]|再就是|再者|[还還]有(?:就是|一?[个個件][事问問]|一[点點]|[，,：:])|[还還]要(?:投诉|投訴|反映)"
    r"|[还還]有(?=[我你您手宽寬话話流])|[还還]想(?=[问問查办辦投了知])|再(?=[问問查]一?[下个個])|[还還]有.{0,2}想(?=[问問查])"
    r"|[顺順]便(?:再|帮我|幫我|给我|給我)?(?:说|說|问|問|投|查|看)|[对對]了[，,]|2[、.．](?!\d)"
)
_BREAK = re.compile(
    rf"(?P<apart>{_APART})|[{_MARKS}]+|而且|[并並]且|同[时時]"
    r"|(?<=[\u3400-\u9fff]{4})\s+(?=[\u3400-\u9fff]{4})"  # a space for a comma
)
# What the customer wants or threatens belongs to the matter before it.
_NO_MATTER = re.compile(
    r"^(?:所以|那|就|都|我|你们|你們|必须|必須|麻[烦煩])*(?:要求|希望|想要|请|請|赶紧|趕緊|尽快|盡快|退|赔|賠|给我退|給我退|再不|否则|否則|不然)"
    r"|^把.{1,10}(?:退|还|還|取消|关|關|修|补|補)|工信部|12315|12300|12381|申诉|申訴|消协|消協|法院|起诉|起訴|律师|律師|曝光"
)
_WRONG_CHARGE = re.compile(
    r"[多乱亂](?:扣|收)|莫名|不明|不知道|[没沒](?:订|訂|办|辦|开|開|用)过?|自[动動]|擅自|私自|偷偷|彩[铃鈴]|增值"
)
# Without 「另外」 a clause begins another matter only where its words name it too: 「网用不了还收月租」 is one story.
_FAMILIES = (
    (
        {"complaint_network", "complaint_broadband"},
        re.compile(
            r"[断斷]|掉[线線]|[没沒无無]有?(?:信号|信號|訊號|服务|服務)|(?:信号|信號|訊號|网|網|宽带|寬帶|WiFi).{0,4}(?:差|慢|卡|坏|壞|不好|弱)"
            r"|[上连連打接]不[了上去通]|[红紅]灯|[没沒]人[来來]?修",
            re.IGNORECASE,
        ),
    ),
    ({"complaint_billing", "complaint_vas"}, _WRONG_CHARGE),
    ({"complaint_spam_fraud"}, re.compile(r"[骚騷][扰擾]|[诈詐][骗騙]|垃圾短信|垃圾簡訊|[响響]一[声聲]")),
)
#: told apart, these are matters as well; service never is: it comes with every complaint
_MATTERS = {
    "complaint_network", "complaint_broadband", "complaint_billing", "complaint_vas", "complaint_marketing",
    "complaint_spam_fraud", "billing_arrears_suspension", "billing_roaming", "billing_invoice", "privacy_leak",
    "rights_portability", "rights_cancellation",
}  # fmt: skip
_SERVICE = "complaint_service"
#: told apart by the customer, so is a question, and service beside one
_WISHES = _MATTERS | {
    _SERVICE, "billing_balance", "billing_detail", "billing_usage", "billing_package", "privacy_access",
    "privacy_correct", "privacy_delete", "ticket_status",
}  # fmt: skip
#: one matter, whatever is told of it first
_ALIKE = (
    {"complaint_billing", "complaint_vas", "billing_detail", "billing_balance"},
    {"billing_package", "complaint_marketing", "complaint_vas"},
    {"complaint_broadband", "complaint_network"},
    {"complaint_network", "billing_usage"},
    {"privacy_access", "privacy_leak", "complaint_spam_fraud"},
)
_TOLD_APART = 0.6
# A question about a bill in the midst of a complaint is the complaint: 「不知道扣的什么费用」.
_ASKED = {"billing_detail": "complaint_billing", "billing_usage": "complaint_billing"}
_FEW_CLAUSES = 4
_DISPUTED = 0.2
_SURE = 0.75
_QUITE_SURE = 0.85


@dataclass(frozen=True)
class Clause:
    """A part of a text, end excluded. ``is_apart``: the customer says that something else begins here."""

    start: int
    end: int
    is_apart: bool


@dataclass(frozen=True)
class Matter:
    """A label, the part of the text that tells it, and how sure that is."""

    label: str
    start: int
    end: int
    probability: float


def split(text: str) -> list[Clause]:
    """The clauses of a text; what is too short to say something stays with the clause before it."""
    text = text[:_MOST_CHARACTERS]
    clauses: list[Clause] = []
    start, apart = 0, False
    for found in [*_BREAK.finditer(text), None]:
        end = found.start() if found else len(text)
        if end - start >= _SHORTEST_CLAUSE:
            clauses.append(Clause(start, end, apart))
            apart = False
        elif clauses and not apart:
            clauses[-1] = Clause(clauses[-1].start, end, clauses[-1].is_apart)
        if found is None or len(clauses) == _MOST_CLAUSES:
            break
        apart = apart or found["apart"] is not None
        start = found.end()
    return clauses


def matters(text: str, read: Callable[[str], Reading]) -> list[Matter]:
    """The matters of a text in the order in which they are told; empty where it tells one, or none for sure.

    One alone is returned where the whole would be taken for a complaint about the service that comes with it.
    """
    clauses = split(text) if len(text) >= _SHORTEST_MESSAGE else []
    if len(clauses) < 2:
        return []
    found: list[Matter] = []
    for clause in clauses:
        words = text[clause.start : clause.end]
        if _NO_MATTER.search(words):
            continue
        label, probability = _told(read(words), words)
        if label not in _MATTERS or probability < (_SURE if clause.is_apart or clause is clauses[0] else _QUITE_SURE):
            continue
        if not found or _is_another(text, found, label, words, clause.is_apart):
            found.append(Matter(label, clause.start, clause.end, probability))
        elif label == found[-1].label:
            found[-1] = replace(found[-1], end=clause.end)
    if len(found) < 2 and len(apart := _told_apart(text, clauses, read)) > 1:
        return apart
    if len(found) > 1 or (found and _is_under_service(found[0], clauses, read(text[:_MOST_CHARACTERS]))):
        return found
    return []


def _told_apart(text: str, clauses: list[Clause], read: Callable[[str], Reading]) -> list[Matter]:
    """What stands before, between and behind the customer's words for something else, each read as a whole."""
    if not any(clause.is_apart for clause in clauses):
        return []
    parts: list[list[Clause]] = []
    for clause in clauses:
        if clause.is_apart or not parts:
            parts.append([])
        if not _NO_MATTER.search(text[clause.start : clause.end]):
            parts[-1].append(clause)
    found: list[Matter] = []
    for part in (part for part in parts if part):
        start, end = part[0].start, part[-1].end
        label, probability = max(read(text[start:end]), key=lambda each: each[1], default=("", 0.0))
        is_told = label in _WISHES and probability >= _TOLD_APART
        if is_told and not any(_are_alike(label, matter.label) for matter in found):
            found.append(Matter(label, start, end, probability))
    others = [matter for matter in found if matter.label != _SERVICE]
    return others if any(matter.label.startswith("complaint_") for matter in others) else found


def _are_alike(label: str, other: str) -> bool:
    return label == other or any({label, other} <= alike for alike in _ALIKE)


def _told(reading: Reading, words: str) -> tuple[str, float]:
    """The matter that a clause most likely tells, and the probability of its family (a charge is a charge)."""
    of_label = dict(reading)
    for question, complaint in _ASKED.items():
        is_disputed = of_label.get(complaint, 0.0) >= _DISPUTED or _WRONG_CHARGE.search(words) is not None
        if is_disputed:
            of_label[complaint] = of_label.get(complaint, 0.0) + of_label.pop(question, 0.0)
    label = max(of_label, key=lambda name: of_label[name], default="")
    family = _family(label)
    return label, sum(of_label.get(other, 0.0) for other in (family[0] if family else {label}))


def _is_another(text: str, found: list[Matter], label: str, words: str, is_apart: bool) -> bool:
    if is_apart or label in {matter.label for matter in found}:
        return label not in {matter.label for matter in found}
    told = [(label, words), *((matter.label, text[matter.start : matter.end]) for matter in found)]
    families = [_family(name) for name, _ in told]
    are_named = all(family and family[1].search(part) for family, (_, part) in zip(families, told, strict=True))
    return are_named and families[0] not in families[1:]


def _family(label: str) -> tuple[set[str], "re.Pattern[str]"] | None:
    return next((family for family in _FAMILIES if label in family[0]), None)


def _is_under_service(first: Matter, clauses: list[Clause], of_whole: Reading) -> bool:
    """「断网三天，客服态度还差」 is read as a whole as a complaint about the service: what was told first counts."""
    is_short = len(clauses) <= _FEW_CLAUSES and first.start == clauses[0].start
    return is_short and _family(first.label) is not None and bool(of_whole) and of_whole[0][0] == _SERVICE


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class MatterFinder(GraphComponent, EntityExtractorMixin):
    """Adds an entity ``matter`` for each matter of a message that tells more than one: value label, place in the text.

    The intent becomes that of the first one: two matters together look like neither of both. Place it behind the
    classifier and behind ``RuleEntityExtractor``, which puts the customer's own words back.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "MatterFinder":
        """Create the component; see ``GraphComponent.create``."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to incoming messages."""
        for message in messages:
            text, read = message.get(TEXT) or "", message.get(READER)
            if read is None or text.startswith("/"):
                continue
            found = matters(text, read)
            if not found:
                continue
            _lead(message, found)
            entities = [
                {"entity": "matter", "start": matter.start, "end": matter.end, "value": matter.label}
                for matter in found
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(entities), add_to_output=True)
        return messages


def _lead(message: Message, found: list[Matter]) -> None:
    first = found[0]
    certain = round(first.probability, 4)
    others = [
        {**entry, "confidence": round(entry["confidence"] * (1 - certain), 4)}
        for entry in message.get(INTENT_RANKING_KEY, [])
        if entry["name"] != first.label
    ]
    message.set(INTENT, {"name": first.label, "confidence": certain, "sub": None}, add_to_output=True)
    ranking = [{"name": first.label, "confidence": certain}, *others]
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
