"""What a customer did, out of the fields of the platform's message."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.conversations.rules import check_message_id
from care.errors import InvalidInput
from web.channels.wechat.inbound import Event, Image, Link, Location, Received, Text, Unsupported, Voice, received
from web.channels.wechat.xml import Fields

#: the frame of the official examples:
#: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
FRAME = {"ToUserName": "gh_97417a04a28d", "FromUserName": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY", "CreateTime": "1348831860"}
MESSAGE = FRAME | {"MsgId": "1234567890123456"}


@pytest.mark.parametrize(
    ("given", "what", "why"),
    [
        ({"MsgType": "text", "Content": "宽带断了"}, Text("宽带断了"), "words"),
        ({"MsgType": "text", "Content": ""}, Text(""), "a sticker that has no words"),
        (
            {"MsgType": "text", "Content": "满意", "bizmsgmenuid": "77.1"},
            Text("满意", "77.1"),
            "a choice of a msgmenu, with the id that we gave it",
        ),
        (
            {"MsgType": "voice", "MediaId": "m1", "Format": "amr", "Recognition": " 宽带断了。 "},
            Voice("宽带断了。", "m1"),
            "a voice message that the platform recognised",
        ),
        ({"MsgType": "voice", "MediaId": "m1", "Format": "amr"}, Voice(None, "m1"), "recognition is off"),
        ({"MsgType": "voice", "MediaId": "m1", "Recognition": " "}, Voice(None, "m1"), "nothing was recognised"),
        ({"MsgType": "image", "PicUrl": "http://x/y", "MediaId": "m1"}, Image("m1"), "a picture"),
        (
            {"MsgType": "location", "Location_X": "23.134521", "Location_Y": "113.358803", "Label": "天河区"},
            Location("天河区", 23.134521, 113.358803),
            "a place: X is the latitude",
        ),
        ({"MsgType": "location", "Location_X": "-90", "Location_Y": "180"}, Location("", -90, 180), "without a name"),
        (
            {"MsgType": "link", "Title": "公告", "Description": "停机", "Url": "https://example.cn/a"},
            Link("公告", "停机", "https://example.cn/a"),
            "a link",
        ),
        ({"MsgType": "link"}, Link("", "", ""), "a link of which nothing is told"),
        ({"MsgType": "video", "MediaId": "m1", "ThumbMediaId": "m2"}, Unsupported("video"), "a video"),
        ({"MsgType": "shortvideo", "MediaId": "m1"}, Unsupported("shortvideo"), "a short one"),
        ({"MsgType": "file", "Title": "a.doc"}, Unsupported("file"), "a file, which the documentation does not name"),
    ],
)
def test_messages(given: Fields, what: object, why: str) -> None:
    told = received(MESSAGE | given)
    assert told.what == what, why
    assert told == Received(
        openid="o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
        account="gh_97417a04a28d",
        at=datetime(2012, 9, 28, 11, 31, tzinfo=UTC),
        id="wx-1234567890123456",
        what=told.what,
    )


@pytest.mark.parametrize(
    ("given", "what", "why"),
    [
        ({"Event": "subscribe"}, Event("subscribe", ""), "somebody follows"),
        ({"Event": "subscribe", "EventKey": "qrscene_1", "Ticket": "T"}, Event("subscribe", "qrscene_1"), "by QR code"),
        ({"Event": "unsubscribe", "EventKey": ""}, Event("unsubscribe", ""), "and not any more"),
        ({"Event": "SCAN", "EventKey": "123", "Ticket": "T"}, Event("SCAN", "123"), "a follower scanned a QR code"),
        ({"Event": "CLICK", "EventKey": "complain"}, Event("CLICK", "complain"), "chose from the menu"),
        ({"Event": "VIEW", "EventKey": "https://a.cn"}, Event("VIEW", "https://a.cn"), "opened a page from the menu"),
        ({"Event": "LOCATION", "Latitude": "23.1", "Longitude": "113.3"}, Event("LOCATION", ""), "told where they are"),
        ({"Event": "TEMPLATESENDJOBFINISH", "Status": "success"}, Event("TEMPLATESENDJOBFINISH", ""), "notice arrived"),
    ],
)
def test_events(given: Fields, what: Event, why: str) -> None:
    told = received(FRAME | {"MsgType": "event"} | given)
    assert told.what == what, why
    assert re.fullmatch(r"wx-event-[0-9a-f]{64}", told.id)


CLICK = FRAME | {"MsgType": "event", "Event": "CLICK", "EventKey": "complain"}


@pytest.mark.parametrize(
    ("change", "is_same", "why"),
    [
        ({}, True, "the platform's retry"),
        ({"ToUserName": "gh_other"}, True, "the account is no part of it: each has openids of its own"),
        ({"FromUserName": "o2"}, False, "another customer"),
        ({"CreateTime": "1348831861"}, False, "a second later"),
        ({"Event": "VIEW"}, False, "another event in the same second"),
        ({"EventKey": "track"}, False, "another entry of the menu in the same second"),
        ({"Event": "CLICKcom", "EventKey": "plain"}, False, "the same letters, cut elsewhere"),
    ],
)
def test_an_event_is_the_same_by_whom_when_and_what(change: Fields, is_same: bool, why: str) -> None:
    assert (received(CLICK | change).id == received(CLICK).id) is is_same, why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"FromUserName": ""}, "from nobody"),
        ({"FromUserName": "o 1"}, "no openid"),
        ({"FromUserName": "o" * 129}, "an openid longer than any"),
        ({"FromUserName": "用户"}, "no ASCII"),
        ({"ToUserName": ""}, "to nobody"),
        ({"MsgType": ""}, "no kind"),
        ({"MsgType": "text\nforged log line"}, "a kind that would look like something else in a log"),
        ({"CreateTime": ""}, "no time"),
        ({"CreateTime": "-5"}, "a time before all times"),
        ({"CreateTime": "9" * 30}, "a time after all times"),
        ({"CreateTime": "1348831860.5"}, "no whole seconds"),
        ({"MsgId": ""}, "no id: a retry could not be told from a new message"),
        ({"MsgId": "12 34"}, "no id"),
        ({"MsgId": "9" * 33}, "an id longer than 64 bits"),
        ({"Content": "长" * 12_001}, "longer than the platform takes from its customers"),
        ({"bizmsgmenuid": "7" * 65}, "a choice that was never ours"),
        ({"MsgType": "image"}, "a picture without a picture"),
        ({"MsgType": "image", "MediaId": "m" * 513}, "a media id longer than any"),
        ({"MsgType": "voice"}, "a voice message without voice"),
        ({"MsgType": "location"}, "a place without a place"),
        ({"MsgType": "location", "Location_X": "north", "Location_Y": "1"}, "no degrees"),
        ({"MsgType": "location", "Location_X": "nan", "Location_Y": "1"}, "not a number"),
        ({"MsgType": "location", "Location_X": "1e999", "Location_Y": "1"}, "infinite"),
        ({"MsgType": "location", "Location_X": "90.1", "Location_Y": "1"}, "north of the pole"),
        ({"MsgType": "link", "Url": "h" * 2001}, "a link longer than any"),
        ({"MsgType": "event"}, "an event without a name"),
        ({"MsgType": "event", "Event": "CLICK", "EventKey": "k" * 513}, "a key longer than any"),
        ({"MsgType": "event", "Event": "<b>"}, "no event's name"),
    ],
)
def test_what_no_message_of_the_platform_is_like_is_refused(change: Fields, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        received(MESSAGE | {"MsgType": "text", "Content": "你好"} | change)
    assert caught.value.reason == "wechat_malformed", why


_FIELDS = st.sampled_from(
    [
        *("ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "bizmsgmenuid", "MediaId"),
        *("Recognition", "Location_X", "Location_Y", "Label", "Title", "Description", "Url", "Event", "EventKey"),
    ]
)
_KINDS = st.sampled_from(["text", "voice", "image", "location", "link", "event", "video"])


@given(kind=_KINDS, changes=st.dictionaries(_FIELDS, st.text(), max_size=4))
def test_any_fields_are_a_message_or_one_of_our_errors(kind: str, changes: Fields) -> None:
    whole = MESSAGE | {"MsgType": kind, "MediaId": "m1", "Location_X": "1", "Location_Y": "1", "Event": "CLICK"}
    with contextlib.suppress(InvalidInput):
        # What is not refused has an id that the conversation takes.
        assert check_message_id(received(whole | changes).id)
