"""The first message of a complaint: its category, and what it already tells."""

from __future__ import annotations

import pytest

from bot.nlu.patterns import find
from care.db import utcnow
from tests.support.accounts import open_account
from tests.support.rasa import Actions, Json, Talk, slot, turned

PHONE = "13800138000"
STORY = "我家宽带断了三天没人修"


def told(text: str) -> dict[str, tuple[str, ...]]:
    """Numbers and days of a text, as Rasa's pipeline finds them."""
    found: dict[str, tuple[str, ...]] = {}
    for span in find(text):
        found[span.kind] = (*found.get(span.kind, ()), text[span.start : span.end])
    return found


async def _open(actions: Actions, text: str, intent: str, **slots: object) -> list[Json]:
    result = await actions.validate(Talk(**slots).user(text, intent, **told(text)))
    assert result.said in ([], ["utter_complaint_summary"]), "nothing is wrong with a first message"
    return result.events


OPENINGS = [
    # A story under each kind of label
    (STORY, "complaint_broadband", turned("line", category="complaint_broadband", description=STORY)),
    (
        "没欠费停我的机",
        "billing_arrears_suspension",
        turned("line", category="suspension", description="没欠费停我的机"),
    ),
    ("想转走处处设卡", "rights_portability", turned("line", category="portability", description="想转走处处设卡")),
    # A threat says nothing of the matter: what lies under it does
    (
        "宽带三天没人修，再不来我去工信部",
        "rights_appeal",
        turned("line", category="complaint_broadband", description="宽带三天没人修，再不来我去工信部"),
    ),
    # Only the wish to complain: what happened is asked for
    ("我要投诉", "complain", turned("description", category="other")),
    ("我要投诉", "complaint_network", turned("description", category="complaint_network")),
    ("喂你好我要投诉你们", "complain", turned("description", category="other")),
    # What is in it is not asked for again
    (
        "13800138000从11月18日开始没信号了",
        "complaint_network",
        turned(
            "address",
            category="complaint_network",
            description="13800138000从11月18日开始没信号了",
            callable=True,
            line="13800138000",
            since="11月18日",
        ),
    ),
    (
        "我的+86 138-0013-8000多扣了钱，退给我",
        "complaint_billing",
        turned(
            "since",
            category="complaint_billing",
            description="我的+86 138-0013-8000多扣了钱，退给我",
            callable=True,
            line="13800138000",
            wish="退给我",
        ),
    ),
    # A number or a day that cannot be is no reason to complain to the customer: it is asked for later
    (
        "说2月30日装宽带一直不来",
        "complaint_broadband",
        turned("line", category="complaint_broadband", description="说2月30日装宽带一直不来"),
    ),
    (
        "约了明天来修又改期好几次",
        "complaint_broadband",
        turned("line", category="complaint_broadband", description="约了明天来修又改期好几次"),
    ),
]


@pytest.mark.parametrize(("text", "intent", "events"), OPENINGS)
async def test_opening(actions: Actions, text: str, intent: str, events: list[Json]) -> None:
    assert await _open(actions, text, intent) == events


async def test_the_whole_story_in_one_message(actions: Actions) -> None:
    """Nothing is asked: the summary comes at once."""
    story = (
        "家里宽带从昨天断了，号码13800138000，地址是方庄芳古园一区12号楼，尽快派人来修，打这个号码"  # no word too many
    )
    result = await actions.validate(Talk().user(story, "complaint_broadband", **told(story)))
    assert result.events == turned(
        "confirmed",
        category="complaint_broadband",
        description=story,
        callable=True,
        line="13800138000",
        area="town",
        address="方庄芳古园一区12号楼",
        since="昨天",
        wish="尽快派人来修",
        contact="13800138000",
    )
    assert result.said == ["utter_complaint_summary"]


async def test_what_to_call_is_not_the_number_concerned(actions: Actions) -> None:
    story = "没信号三天了没人管，联系电话13900139000"
    events = await _open(actions, story, "complaint_network")
    assert slot("complaint_contact", "13900139000") in events
    assert events[-1] == slot("requested_slot", "complaint_line")


async def test_same_as_above_needs_a_number_above(actions: Actions) -> None:
    """「打这个号码」 without any number: it will be asked for."""
    events = await _open(actions, "没信号三天了没人管，有结果就打这个号码", "complaint_network")
    assert not [event for event in events if event["name"] == "complaint_contact"]


async def test_the_longest_story_is_taken(actions: Actions) -> None:
    story = "断网了😡" * 3000
    events = await _open(actions, story, "complaint_broadband")
    assert events == turned("line", category="complaint_broadband", description=story)


ANGRY = [
    ("他妈的，偷偷给我开了个视频会员", 0.9, ["utter_empathy"]),
    ("偷偷给我开了个视频会员", 0.1, []),
]


@pytest.mark.parametrize(("text", "anger", "said"), ANGRY)
async def test_one_sentence_for_an_angry_person(actions: Actions, text: str, anger: float, said: list[str]) -> None:
    result = await actions.validate(Talk().user(text, "complaint_vas", signals={"anger": anger}))
    assert result.said == said
    assert slot("complaint_description", text) in result.events


async def test_what_is_urgent_comes_first(actions: Actions) -> None:
    """Somebody is being cheated right now (actions/urgent.py)."""
    text = "刚才有个自称移动客服的让我把验证码给他，还让我转账"
    result = await actions.validate(Talk().user(text, "complaint_spam_fraud", signals={"fraud": 0.5}))
    assert result.said == ["utter_fraud_advice"]
    assert slot("complaint_description", text) in result.events


TWO = "我家宽带老是断，另外这个月话费还多扣了我二十块钱，号码13800138000"


async def test_two_matters(actions: Actions) -> None:
    """The first is filed first, the second kept in mind; day and wish of the second are not those of the first."""
    talk = Talk().user(TWO, "complaint_broadband", matter=("complaint_broadband", "complaint_billing"), **told(TWO))
    _place(talk, "complaint_billing", TWO.index("这个月"))
    result = await actions.validate(talk)
    assert result.events == turned(
        "address",
        category="complaint_broadband",
        rest="complaint_billing",
        description=TWO,
        callable=True,
        line="13800138000",
    )


async def test_a_question_of_the_same_category_is_a_matter_of_its_own(actions: Actions) -> None:
    text = "多扣了我五十块，另外查下流量剩多少"
    talk = Talk().user(text, "complaint_billing", matter=("complaint_billing", "billing_usage"))
    _place(talk, "billing_usage", text.index("查下"))
    await actions.validate(talk)
    assert talk.slots["complaint_rest"] == "billing_usage"


def _place(talk: Talk, matter: str, start: int) -> None:
    for entity in talk.latest_message["entities"]:
        if entity["value"] == matter:
            entity["start"] = start


async def test_a_button_under_another_answer_means_the_message_before(actions: Actions) -> None:
    """「十八怎么又变成二十八」 → a bill? → 「登记投诉」: nobody tells their story twice."""
    talk = Talk().user("十八怎么又变成二十八", "billing_detail").did("action_answer").did("action_listen")
    result = await actions.validate(talk.user("/complain"))
    assert result.events == turned("line", category="complaint_billing", description="十八怎么又变成二十八")


async def test_a_button_after_a_button_means_no_words(actions: Actions) -> None:
    """Further back lies another matter."""
    talk = Talk().user("我的流量怎么没了", "billing_usage").did("action_answer").did("action_listen")
    talk.user("/billing_balance").did("action_answer").did("action_listen")
    result = await actions.validate(talk.user("/complain"))
    assert result.events == turned("description", category="other")


MOVES = [
    # words to the bot about the conversation itself, none of them a story
    ("算了算了不说了", "cancel", ()),
    ("不是这个意思啊", "deny", ()),
    ("你都能帮我做什么呢", "greet_chitchat", ()),
    ("叫你们经理来跟我说", "handoff", ()),
    ("你是机器人还是真人", "greet_chitchat", ()),
    ("我就是要投诉你们到底", "complain", ()),
    ("随便你怎么弄都行吧", "nlu_fallback", ("skip", "complaint_service")),  # not sure: the likeliest label counts
]


@pytest.mark.parametrize(("text", "intent", "ranking"), MOVES)
async def test_a_button_after_a_word_to_the_bot_means_no_words(
    actions: Actions, text: str, intent: str, ranking: tuple[str, ...]
) -> None:
    talk = Talk().user(STORY, "complaint_broadband").did("action_listen")
    talk.user(text, intent, ranking=ranking).did("action_listen")
    assert (await actions.validate(talk.user("/complain"))).events == turned("description", category="other")


async def test_a_button_under_the_greeting(actions: Actions) -> None:
    talk = Talk().user("你好", "greet_chitchat").did("action_answer").did("action_listen")
    assert (await actions.validate(talk.user("/complain"))).events == turned("description", category="other")


async def test_a_button_as_the_very_first_message(actions: Actions) -> None:
    assert (await actions.validate(Talk().user("/complain"))).events == turned("description", category="other")


async def test_a_chosen_guess_is_the_category(actions: Actions) -> None:
    """您是想说下面哪一种？ → 「投诉手机信号或上网」: the choice counts, and the words before it are the story."""
    talk = Talk().user("一格都莫得打个屁哦", "nlu_fallback", 0.35, ("complaint_service", "complaint_network"))
    talk.did("action_not_understood").did("action_listen")
    result = await actions.validate(talk.user("/complaint_network"))
    assert result.events == turned("line", category="complaint_network", description="一格都莫得打个屁哦")


async def test_a_button_after_words_that_were_not_understood_takes_the_nearest_guess(actions: Actions) -> None:
    talk = Talk().user("一格都莫得打个屁哦", "nlu_fallback", 0.35, ("complaint_network", "billing_usage"))
    talk.did("action_not_understood").did("action_listen")
    result = await actions.validate(talk.user("/complain"))
    assert result.events == turned("line", category="complaint_network", description="一格都莫得打个屁哦")


LEFT = {"category": "complaint_broadband", "description": STORY, "line": "13800138000", "since": "昨天", "tries": 2}

BACK = [
    # the words that bring it back                 label
    ("还是登记吧", "complain"),
    ("/complain", "complain"),
    ("唉不行我还是要投诉", "complain"),  # words enough for a story, but none
]


@pytest.mark.parametrize(("text", "intent"), BACK)
@pytest.mark.parametrize("cancelled", [True, None])  # given up, or a person was asked for
async def test_it_goes_on_where_it_was_left(actions: Actions, text: str, intent: str, cancelled: bool | None) -> None:
    result = await actions.validate(Talk(**LEFT, cancelled=cancelled).user(text, intent))
    assert result.events == turned("address", **({"cancelled": None} if cancelled else {}))
    assert result.responses == [("utter_complaint_taken_up", {"story": STORY})]


async def test_it_goes_on_although_something_else_was_said_in_between(actions: Actions) -> None:
    """「今天天气不错」 → out of scope → 「登记投诉」: that is no story."""
    talk = Talk(**LEFT, cancelled=True).user("今天天气真是不错啊", "out_of_scope").did("action_listen")
    assert (await actions.validate(talk.user("/complain"))).said == ["utter_complaint_taken_up"]


async def test_what_is_shown_of_a_story_that_was_left_is_masked_and_short(actions: Actions) -> None:
    told = {"description": "13800138000没信号" + "很久" * 20}
    ((_, values),) = (await actions.validate(Talk(**LEFT | told).user("接着来", "complain"))).responses
    assert values["story"] == "138****8000没信号很久很久很久…"


async def test_another_story_begins_anew(actions: Actions) -> None:
    """Nothing of the one that was given up may be in its ticket."""
    other = "提前解约要我三百块违约金，当时根本没说有合约"
    result = await actions.validate(Talk(**LEFT, cancelled=True).user(other, "complaint_marketing"))
    assert result.events == [
        slot("complaint_category", "contract"),
        slot("complaint_description", other),
        *(slot(f"complaint_{name}", None) for name in ("line", "since", "cancelled")),
        *turned("line"),
    ]


async def test_told_once_more_after_a_person_was_asked_for(actions: Actions) -> None:
    """The same matter in other words: what was said before is kept."""
    result = await actions.validate(Talk(**LEFT).user("宽带还是断的啊，一直没人来", "complaint_broadband"))
    assert result.events == [
        slot("complaint_description", f"{STORY}\n宽带还是断的啊，一直没人来"),
        *turned("address", tries=2),
    ]
    assert result.said == []


REST = {"rest": "complaint_billing", "description": TWO, "line": "13800138000", "contact": "13800138000", "ours": True}


@pytest.mark.parametrize(
    ("text", "intent"), [("/complain", "complain"), ("好的", "affirm"), ("要的，都登记一下吧", "affirm")]
)
async def test_the_second_matter_is_taken_up(actions: Actions, text: str, intent: str) -> None:
    result = await actions.validate(Talk(**REST).user(text, intent))
    assert result.events == turned("since", category="complaint_billing", rest=None)
    assert result.responses == [("utter_complaint_second", {"title": "费用争议"})]


async def test_a_new_story_instead_of_the_second_matter(actions: Actions) -> None:
    text = "你们营业厅的人态度也太差了"
    result = await actions.validate(Talk(**REST).user(text, "complaint_service"))
    assert slot("complaint_line", None) in result.events
    assert slot("complaint_description", text) in result.events
    assert result.said == []


PROVED = [
    # charged on the number that was just looked at
    ("又乱扣我钱，上个月多扣三十", "complaint_billing", PHONE),
    # no number of this kind: the broken line may be another
    (STORY, "complaint_broadband", None),
    # named: that one
    ("13800138001多扣了我三十块钱", "complaint_billing", "13800138001"),
]


@pytest.mark.parametrize(("text", "intent", "line"), PROVED)
async def test_who_proved_a_number_is_not_asked_for_it(
    actions: Actions, text: str, intent: str, line: str | None
) -> None:
    open_account(PHONE, utcnow())
    events = await _open(actions, text, intent)
    lines = [event["value"] for event in events if event.get("name") == "complaint_line"]
    assert lines == ([line] if line else [])


async def test_a_proof_of_two_numbers_says_nothing(actions: Actions) -> None:
    for phone in (PHONE, "13800138001"):
        open_account(phone, utcnow())
    events = await _open(actions, "又乱扣我钱，上个月多扣三十", "complaint_billing")
    assert events[-1] == slot("requested_slot", "complaint_line")
