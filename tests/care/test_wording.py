"""Wording lives in `data/responses/`: every key that Python names is there, and Python itself says nothing."""

from __future__ import annotations

import re
import string
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.billing.answers.offers import WISH_BUTTONS
from actions.billing.orders import REFUSED
from actions.complaints.complaint import TOLD
from actions.digressions import ASIDES
from actions.tickets import READERS
from actions.topics import RESPONSES as RESPONSES_BY_LABEL
from care.accesses.rules import Reader, Use
from care.accounts.codes import CodeCheck
from care.billing.access import LEVELS
from care.billing.catalogue import Availability
from care.billing.disputes import Reason as Disputed
from care.billing.explanation import Reason
from care.billing.reminders import Kind as ReminderKind
from care.billing.values import AllowanceKind, ConsentMethod, OrderKind, TopUpStatus
from care.handoff.rules import CONCERNS, ENTITLED
from care.notices.rules import Kind
from care.privacy.correcting import OURS, Field
from care.privacy.places import PLACES
from care.privacy.results import TRAINING, Refusal
from care.privacy.rules import Switch
from care.redress.rules import redress_file
from care.tickets.rules import STAGE, Status
from care.wording import RESPONSES, buttons, choice_of, say, spoken_time
from tests.support.appeals import WORDING as APPEALS
from tests.support.source import ROOT, chinese_sentences, reasons, spoken, trees
from tests.support.times import china, utc

PACKAGES = ("actions", "care", "web")


def _responses() -> dict[str, list[dict[str, Any]]]:
    merged: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(RESPONSES.glob("*.yml")):
        for key, variants in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items():
            assert key not in merged, f"{key} is in two files: the second one would win silently"
            merged[key] = variants
    return merged


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


SEEN_AT = china("2026-11-21 15:20")

SPOKEN = [
    (china("2026-11-21 18:00"), SEEN_AT, "今天 18:00"),  # later today
    (china("2026-11-22 15:20"), SEEN_AT, "明天 15:20"),  # 24 hours later is tomorrow, the same time
    (china("2026-11-23 15:20"), SEEN_AT, "后天 15:20"),  # 48 hours later
    (china("2026-11-24 00:00"), SEEN_AT, "11月24日 00:00"),  # from the third day on: the date
    (china("2026-12-07 00:00"), SEEN_AT, "12月7日 00:00"),  # no leading zeros, as one says it
    (china("2027-01-02 09:05"), china("2026-12-30 10:00"), "1月2日 09:05"),  # over New Year
    (china("2026-11-21 23:59"), china("2026-11-21 00:00"), "今天 23:59"),  # the whole day is today
    (china("2026-11-22 00:00"), china("2026-11-21 23:59"), "明天 00:00"),  # one minute later is tomorrow
    (china("2026-11-22 00:30"), china("2026-11-22 00:10"), "今天 00:30"),  # after midnight it is today
    (utc("2026-11-21 16:30"), utc("2026-11-21 15:50"), "明天 00:30"),  # 23:50 and 00:30 in China, one day in UTC
    (utc("2026-11-22 00:10"), utc("2026-11-21 23:50"), "今天 08:10"),  # two days in UTC, one in China
    (utc("2026-11-21 17:00"), china("2026-11-22 00:30"), "今天 01:00"),  # zones may be mixed
    (china("2026-11-20 09:00"), SEEN_AT, "11月20日 09:00"),  # what is over gets its date
    (china("2028-02-29 12:00"), china("2028-02-28 12:00"), "明天 12:00"),  # leap day
]


@pytest.mark.parametrize(("moment", "now", "words"), SPOKEN)
def test_spoken_time(moment: datetime, now: datetime, words: str) -> None:
    assert spoken_time(moment, now) == words


def test_values_are_filled_in_once() -> None:
    """A customer's braces are not looked at again."""
    assert say("ticket_choice", category="{number}", number="TS") == "{number} TS"


def test_each_customer_gets_buttons_of_their_own() -> None:
    buttons("in_queue").clear()
    assert [button["payload"] for button in buttons("in_queue")] == ["/stop_waiting"]


def test_wording_without_buttons_has_none() -> None:
    assert buttons("answer_delayed") == []


def test_every_key_that_python_names_exists() -> None:
    responses = _responses()
    named = spoken(*PACKAGES)
    assert len(named) > 20, "the reading of our own code is broken"
    for each in (each for each in named if "*" not in each.key):
        assert f"utter_{each.key}" in responses, each


def test_every_key_that_is_put_together_exists() -> None:
    """`say(f"stage_{…}")`: the patterns, and everything that can stand for the star."""
    errors = reasons("care/complaints/rules.py", "care/accounts/rules.py", "actions/complaints/fields.py")
    errors |= reasons("actions/complaints/answers.py", "care/accounts/codes.py") | set(CodeCheck) - {CodeCheck.RIGHT}
    errors |= reasons("care/privacy/correcting.py")
    complete = {
        "label_*": [f"label_{row}" for row in (*TOLD, "area")],
        "area_*": ["area_town", "area_country"],
        "stage_*": [f"stage_{stage}" for stage in STAGE.values()],
        "sms_*": [f"sms_{kind}" for kind in Kind],
        "sms_purpose_*": [
            f"sms_purpose_{purpose}"
            for purpose in ("contact", "withdraw", "lookup", "account", "identity", "order", "generic")
        ],
        "time_*": ["time_today", "time_tomorrow", "time_day_after"],
        "ticket_ask_*": [f"ticket_ask_{question}" for question in READERS],
        "aside_*": [f"aside_{name}" for name in ASIDES - {"progress", "article"}],  # tickets; an article
        "priority_*": [f"priority_{priority}" for priority in range(1, 5)],
        "clock_*": ["clock_feedback", "clock_solution"],
        "to_*": [f"to_{topic}" for topic in LEVELS],
        "measure_*": [f"measure_{unit}" for unit in ("gb", "minute", "message", "day", "other")],
        "consent_*": [f"consent_{method}" for method in ConsentMethod],
        "allowance_*": [f"allowance_{kind}" for kind in AllowanceKind],
        "topup_status_*": [f"topup_status_{status}" for status in TopUpStatus],
        "why_*": [f"why_{reason}" for reason in (*Reason, "new_since", "several", "beyond_allowance")],
        "offer_*": [f"offer_{why}" for why in Availability if why is not Availability.ON_SALE],
        "offers_wish_*": [f"offers_wish_{wish}" for wish in WISH_BUTTONS],
        "roaming_switch_*": [f"roaming_switch_{kind}" for kind in OrderKind if kind.startswith("roaming")],
        "order_*": [f"order_{kind}" for kind in OrderKind],
        "order_refused_*": [f"order_refused_{reason}" for reason in (*REFUSED, "other")],
        "dispute_why_*": [f"dispute_why_{reason}" for reason in Disputed],
        "reminder_kind_*": [f"reminder_kind_{kind}" for kind in ReminderKind],
        "sms_reminder_*": [f"sms_reminder_{what}" for what in ("usage_80", "unusual_charge", "promotion")],
        "basis_*": ["basis_law", "basis_ministry", "basis_industry"],
        "minor_**": [f"minor_{said}{more}" for said in ("guardian", "grown") for more in ("", "_goes_on")],
        "privacy_to_*": [f"privacy_to_{matter}" for matter in ("view", "usage", "copy", "delete")],
        "privacy_concern_*": [f"privacy_concern_{reason}" for reason in (*CONCERNS, *ENTITLED)],
        "privacy_reader_*": [f"privacy_reader_{reader}" for reader in Reader if reader is not Reader.PARTNER],
        "privacy_partner_*": [f"privacy_partner_{who}" for who in ("billing", "sms", "dialler")],
        "privacy_use_*": [f"privacy_use_{use}" for use in Use],
        "privacy_correct_*": [f"privacy_correct_{field}" for field in OURS],
        "privacy_correct_nothing_*": [f"privacy_correct_nothing_{field}" for field in OURS],
        "privacy_field_title_*": [f"privacy_field_title_{field}" for field in Field],
        "privacy_delete_*": ["privacy_delete_all", "privacy_delete_chat"],
        "privacy_plan_*": [f"privacy_plan_{what}" for what in ("removed", "anonymised", "held")],
        "privacy_whose_*": ["privacy_whose_dead", "privacy_whose_child"],
        "privacy_given_*": [f"privacy_given_{what}" for what in ("name", "number", "address")],
        "privacy_ask_*": [f"privacy_ask_{sub}" for sub in ("what", "why", "kept", "shared")],
        "privacy_of_*": [f"privacy_of_{place.name}" for place in PLACES],
        "privacy_receipt_*": ["privacy_receipt_view", "privacy_receipt_usage", "privacy_receipt_leak"],
        "privacy_refused_*": [f"privacy_refused_{reason}" for reason in Refusal],
        "redress_told_*": [f"redress_told_{law}" for law in redress_file().laws],
        "redress_next_*": ["redress_next_account", "redress_next_person"],
        "privacy_field_*": [f"privacy_field_{field}" for field in Field],
        "privacy_note_*": ["privacy_note_contact", "privacy_note_address"],
        "privacy_papers_*": [f"privacy_papers_{field}" for field in Field if field not in OURS],
        "privacy_switch_*": [f"privacy_switch_{switch}" for switch in (*Switch, TRAINING)],
        "copy_page_*": [
            f"copy_page_{reason}" for reason in ("copy_link_unknown", "copy_link_over", "copy_link_unproved", "busy")
        ]
        + ["copy_page_broken"],
        "receipt_row_*": [f"receipt_row_{name}" for name in ("asked", "done", "result", "stays")],
        "wechat_sent_*": ["wechat_sent_voice", "wechat_sent_other"],
        "privacy_off_*": [f"privacy_off_{switch}" for switch in (*Switch, TRAINING)],
        "*": sorted({*errors, *RESPONSES_BY_LABEL.values(), "ticket_closed", "reopen_too_late"}),
    } | APPEALS
    patterns = {each.key for each in spoken(*PACKAGES) if "*" in each.key}
    assert patterns <= complete.keys(), "a new kind of key that is put together: add it here"
    responses = _responses()
    for pattern in patterns:
        for key in complete[pattern]:
            assert f"utter_{key}" in responses


def test_every_value_has_its_place_in_every_variant() -> None:
    """Rasa picks a variant by chance: each must take the same values, and no place may stay empty."""
    responses = _responses()
    for each in (each for each in spoken("actions") if "*" not in each.key and each.values):
        for variant in responses[f"utter_{each.key}"]:
            assert _placeholders(variant["text"]) <= each.values, each


@pytest.mark.parametrize("status", Status)
def test_customers_have_a_word_for_every_status(status: Status) -> None:
    assert re.fullmatch(r"[\u4e00-\u9fff]+", say(f"stage_{STAGE[status]}"))


# The button under "did you mean": what has none is never offered.
NO_CHOICE = {
    "handoff",  # is under every such question anyway
    "satisfaction",  # nobody means to choose it
    "greet_chitchat",
    "out_of_scope",
}


def _labels() -> list[str]:
    """The wishes of domain.yml, without the moves of the dialogue."""
    intents: list[str] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]
    return intents[: intents.index("complain")]


@pytest.mark.parametrize("label", _labels())
def test_choice_buttons(label: str) -> None:
    button = choice_of(label)
    if label in NO_CHOICE:
        assert button is None
    else:
        assert button is not None
        assert button["payload"] == f"/{label}"
        assert 0 < len(button["title"]) <= 12


@pytest.mark.parametrize("label", ["", "affirm", "nlu_fallback", "complaint_unknown"])
def test_what_is_no_label_is_no_choice(label: str) -> None:
    assert choice_of(label) is None


def test_every_button_is_a_command_that_the_domain_knows() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    known = {*domain["intents"], "stop_waiting"}  # the last one is answered outside Rasa
    for key, variants in _responses().items():
        for variant in variants:
            for button in variant.get("buttons", []):
                payload = re.fullmatch(r"/([a-z_]+)(\{.*\})?", button["payload"])
                assert payload, f"{key}: {button}"
                assert payload[1] in known, f"{key}: {button}"


#: what it says stands on bills and in lists of orders, as another company's systems would have it
OUTSIDE = Path("care/billing/demo")


def test_python_does_not_speak_to_customers() -> None:
    spoken_here = [
        f"{path}:{line}: {text}"
        for path, tree in trees(*PACKAGES)
        if OUTSIDE not in path.parents
        for line, text in chinese_sentences(tree)
    ]
    assert spoken_here == [], "wording belongs into data/responses/"
