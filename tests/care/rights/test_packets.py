"""Papers for an appeal: what stands in them, that the PDF says the same, and who can open them until when."""

from __future__ import annotations

import re
import time
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Executable, delete, select, update

from care.accesses.tables import Access
from care.attachments.tables import Attachment
from care.conversations.tables import Conversation
from care.crypto import blind_index
from care.db import transaction
from care.errors import InvalidInput
from care.followup.service import add_information
from care.once import OnceKey
from care.rights import packets
from care.rights.appeals import Ground, Matter, Told, Where
from care.rights.packet_blocks import Fields, Heading, Items, Papers, Paragraph, Table
from care.rights.packet_papers import opened
from care.rights.packet_pdf import as_pdf
from care.rights.packets import Made, PacketRefused, Wanted, make, matter_in, matter_of, own_matter, own_matters
from care.rights.tables import AppealPacket
from care.sla.policy import policy
from care.tickets.rules import Level, Status
from care.tickets.service import grant_level, ticket_by_number
from care.tickets.tables import Ticket, TicketGrant
from care.wording import say
from tests.support.appeals import PHONE, overdue
from tests.support.pdf import fonts_of, pages_of
from tests.support.tickets import file, resolve, step
from tests.support.times import NOW

ELSEWHERE = Wanted(
    None,
    Matter.SERVICE,
    is_dissatisfied=True,
    told=Told(Where.PHONE, date(2026, 11, 10), date(2026, 10, 31), "打 13800138000 投诉信号，说修好了其实没有", None),
)


@pytest.fixture(autouse=True)
def conversations(database: object) -> None:
    with transaction() as session:
        for id_ in ("c1", "c2"):
            session.add(Conversation(id=id_, channel="rest", created_at=NOW - timedelta(days=30)))


def made(wanted: Wanted, message_id: int = 1, now: datetime = NOW) -> Made:
    with transaction() as session:
        return make(session, wanted, OnceKey("c1", message_id, "packet"), now)


def token_of(found: Made) -> str:
    return found.path.removeprefix(packets.PATH)


def of_ticket(number: str, **told: str) -> Wanted:
    return Wanted(number, Matter.FEE, is_dissatisfied=False, told=Told(Where.HERE, **told))  # type: ignore[arg-type]


def read(found: Made, now: datetime = NOW) -> Papers:
    with transaction() as session:
        return opened(session, token_of(found), now)


def words_of(papers: Papers) -> str:
    """Everything that stands in them, one line a piece."""
    lines = [papers.title, *papers.notes]
    for section in papers.sections:
        lines.append(section.title)
        for block in section.blocks:
            match block:
                case Heading(text) | Paragraph(text):
                    lines.append(text)
                case Fields(rows):
                    lines += [f"{label}|{value}" for label, value in rows]
                case Table():
                    lines += ["|".join(row) for row in (block.head, *block.rows)]
                case Items(given):
                    lines += given
    return "\n".join(lines)


IN_THE_PAPERS = [
    # what stands there, why
    ("15 天过了还没有答复您，是我们没做好", "the ground, said honestly"),
    ("yhssglxt.miit.gov.cn", "where it is handed in"),
    ("2027年4月1日（从2026年11月1日算，还剩 131 天）", "five months for fees, from when it happened"),
    ("2026年11月27日（按今天交齐算）", "five working days"),
    ("2026年12月21日（按今天交齐算）", "thirty days"),
    ("姓名（名称）|\n身份证件号码|\n地址|\n联系电话|\n邮政编码|", "left empty: nobody is asked for them"),
    ("名称|示例电信运营商", "against whom"),
    ("号码或账号|138****8000", "masked: whoever has the address sees it"),
    ("10月份账单多扣了我 36 元的视频会员", "the ticket's own words"),
    ("到目前为止，没有收到处理结果。", "no answer is called none"),
    ("把钱退给我", "what is wanted"),
    ("|用户|催办：怎么还没有结果", "the customer's steps with their words"),
    ("|工作人员|首次反馈：正在核对扣费记录，请您稍等", "what the staff said"),
    ("没能按时做到“服务承诺（24 小时内反馈）”，告知用户", "what was missed and told"),
    ("下面这些时限，我们没有按时做到：服务承诺（24 小时内反馈）；服务承诺（较复杂的问题 48 小时内解决）；", "named"),
    ("|我们的承诺|2026-11-02 15:20|晚了，2026-11-02 19:21 才做到", "late is not in time"),
    ("|规定的期限|2026-11-16 24:00|没有按时做到", "nobody has looked at it since: still a miss"),
    ("10月账单.jpg|", "what was sent"),
    ("有问题那几个月的账单", "what else to take along"),
    ("工信部要求：《电信用户申诉处理办法》第九条、第十条", "grade B is told as what the ministry asks for"),
    ("《电信条例》第三十九条（国务院令第291号", "grade A is told as law"),
]


@pytest.fixture
def overdue_papers() -> Papers:
    return read(made(of_ticket(overdue(NOW))))


@pytest.mark.parametrize(("expected", "why"), IN_THE_PAPERS)
def test_what_stands_in_the_papers_of_an_overdue_ticket(overdue_papers: Papers, expected: str, why: str) -> None:
    assert expected in words_of(overdue_papers), why


def test_no_number_stands_there_whole(overdue_papers: Papers) -> None:
    assert PHONE not in words_of(overdue_papers)
    assert "staff" not in words_of(overdue_papers)


def test_the_pdf_says_the_same(overdue_papers: Papers) -> None:
    pdf = as_pdf(overdue_papers)
    pages = pages_of(pdf)
    shown = re.sub(r"\s", "", "".join(pages))
    assert 3 <= len(pages) <= 7
    for line in words_of(overdue_papers).replace("|", "\n").split("\n"):
        assert re.sub(r"\s", "", line) in shown, line
    (font,) = fonts_of(pdf)
    assert re.fullmatch(r"/\w{6}\+NotoSansSC embedded", font), "it prints alike everywhere"


def test_signs_that_the_font_has_not_do_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    told = Told(Where.SHOP, words="营业员😀说“不退”，<b>36</b>\t元\n第二行", wish="退\x00钱")
    papers = read(made(Wanted(None, Matter.FEE, True, told)))
    assert as_pdf(papers).startswith(b"%PDF-")
    assert "😀" not in caplog.text, "a warning would hold the customer's words"


SIGNS = [
    # words, is it told that some signs are not in the file?, why
    ("多收了 36 元，“不退”", False, "Chinese, digits, punctuation"),
    ("营业员😀", True, "an emoji"),
    ("مرحبا", True, "Arabic"),
    ("ئۇيغۇر", True, "Uyghur"),
    ("第一行\n第二行\t", False, "lines and spaces are nothing to print"),
]


@pytest.mark.parametrize(("words", "is_told", "why"), SIGNS)
def test_the_file_says_where_it_cannot_print_all(words: str, is_told: bool, why: str) -> None:
    papers = read(made(Wanted(None, Matter.FEE, True, Told(Where.SHOP, words=words))))
    shown = re.sub(r"\s", "", "".join(pages_of(as_pdf(papers))))
    assert (re.sub(r"\s", "", say("appeal_paper_no_sign")) in shown) is is_told, why
    assert words.strip().split()[0] in words_of(papers), "the page has them"


HOSTILE = ["扣费" + "\u0301" * 11_990, "。" * 12_000, "字\n" * 6000, "x" * 12_000, "\U00020000" * 12_000, "1 " * 6000]


@pytest.mark.parametrize("words", HOSTILE)
def test_no_words_make_the_file_costly(words: str) -> None:
    papers = read(made(Wanted(None, Matter.FEE, True, Told(Where.SHOP, words=words, wish=words))))
    began = time.process_time()
    as_pdf(papers)
    assert time.process_time() - began < 5, "what was quadratic took minutes"
    assert "后面的没有印" in words_of(papers) or len(words_of(papers)) < 8000


@pytest.mark.parametrize(("more", "left_out"), [(10, 0), (200, 148)])
def test_a_long_history_is_told_from_its_end(more: int, left_out: int) -> None:
    """Eight steps were there before."""
    number = overdue(NOW)
    with transaction() as session:
        for each in range(more):
            words = f"第{each}次补充"
            add_information(session, "c1", number, words, OnceKey("c1", 2000 + each, "add"), NOW - timedelta(hours=20))
    papers = read(made(of_ticket(number)))
    words = words_of(papers)
    assert f"第{more - 1}次补充" in words
    assert ("第0次补充" in words) is (left_out == 0)
    told = re.findall(say("appeal_paper_left_out", n=r"(\d+)"), words)
    assert told == ([str(left_out)] if left_out else [])


def test_names_of_files_hold_no_number() -> None:
    number = overdue(NOW)
    with transaction() as session:
        session.execute(update(Attachment).values(name="13800138000 账单 11010519491231002X.jpg"))
    words = words_of(read(made(of_ticket(number))))
    assert "138****8000 账单 110****002X.jpg" in words
    assert PHONE not in words


def test_where_the_fault_is_stays_an_empty_line() -> None:
    number = overdue(NOW)
    with transaction() as session:
        session.execute(update(Ticket).values(address="幸福路1号2栋301室"))
    words = words_of(read(made(of_ticket(number))))
    assert "幸福路" not in words, "whoever has the address of the papers sees them"
    assert "\n地点|\n" in words


def _papers_of_a_grant(number: str) -> Made:
    """`c1` makes papers of a ticket that was filed in `c2`."""
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        grant_level(session, "c1", ticket, Level.CODE, NOW)
    return made(of_ticket(number))


def test_papers_of_another_conversations_ticket_are_a_use_of_it() -> None:
    found = _papers_of_a_grant(overdue(NOW, "c2"))
    with transaction() as session:
        session.execute(delete(Access))
    read(found)
    with transaction() as session:
        used = session.execute(select(Access.conversation_id, Access.what).order_by(Access.conversation_id)).all()
    assert [tuple(each) for each in used] == [("c1", "appeal"), ("c2", "ticket")]


CHANGES = [
    # what happened to the ticket since, may the papers still be opened?, why
    (delete(TicketGrant), False, "the proof was taken back"),
    (update(TicketGrant).values(level="digits"), False, "the last digits alone"),
    (update(Ticket).values(status="closed"), True, "closed, and still theirs"),
]


@pytest.mark.parametrize(("change", "is_opened", "why"), CHANGES)
def test_while_the_ticket_may_be_seen(change: Executable, is_opened: bool, why: str) -> None:
    found = _papers_of_a_grant(overdue(NOW, "c2"))
    with transaction() as session:
        session.execute(change)
    if is_opened:
        assert "视频会员" in words_of(read(found)), why
        return
    with pytest.raises(PacketRefused) as refused:
        read(found)
    assert refused.value.reason == "appeal_unproved", why


def test_when_the_data_of_a_ticket_were_deleted_its_papers_are_over() -> None:
    number = overdue(NOW)
    found = made(of_ticket(number))
    with transaction() as session:
        session.execute(update(Ticket).where(Ticket.number == number).values(conversation_id=None))
    with pytest.raises(PacketRefused):
        read(found)


def test_a_complaint_made_elsewhere() -> None:
    found = made(ELSEWHERE)
    papers = read(found)
    words = words_of(papers)
    assert (found.standing.ground, found.open_ticket, papers.number) == (Ground.DISSATISFIED, None, None)
    assert "投诉渠道|客服热线" in words
    assert "投诉时间|2026年11月10日" in words
    assert "发生时间|2026年10月31日" in words
    assert "打 138****8000 投诉信号" in words
    assert "受理编号|\n" in words, "a line to write on"
    assert "处理经过" not in words, "there is no ticket of ours"


def test_where_nobody_said_when_it_happened() -> None:
    told = Told(Where.PHONE, date(2026, 11, 10), None, "信号一直不好")
    words = words_of(read(made(Wanted(None, Matter.SERVICE, True, told))))
    assert "申诉期限先从2026年11月10日算。实际从事情发生那天算起，会更早" in words
    assert "发生时间|\n" in words, "a line to write on"


def test_when_the_time_is_over_the_other_ways_are_named() -> None:
    told = Told(Where.SHOP, date(2026, 2, 1), date(2026, 1, 31), "多收了钱")
    found = made(Wanted(None, Matter.FEE, True, told))
    words = words_of(read(found))
    assert found.standing.is_over
    assert "2026年6月30日，已经过了" in words
    assert "消费者协会" in words
    assert "《民法典》第一百八十八条" in words


def test_an_answered_ticket_shows_the_answer_and_the_reason() -> None:
    number = file()
    resolve(number)
    words = words_of(read(made(Wanted(number, Matter.SERVICE, False, Told(Where.HERE, words="还是断")))))
    assert "运营商答复：已更换光猫，测速正常。" in words
    assert "不满意的理由\n还是断" in words
    assert "您对答复不满意，现在就可以申诉。" in words


GROUNDS = [
    # days since filing, steps, said not satisfied, ground, why
    (12, (), False, Ground.OPEN, "no answer, 12 days: made ahead, not refused"),
    (12, (), True, Ground.DISSATISFIED, "not satisfied is enough at once"),
    (16, (), False, Ground.OPEN, "the 15th day is a Sunday, so the answer is due on the Monday (民法典第二百零三条)"),
    (17, (), False, Ground.UNANSWERED, "15 days have passed"),
    (1, (Status.IN_PROGRESS, Status.RESOLVED), False, Ground.DISSATISFIED, "who appeals an answer is not satisfied"),
    (1, (Status.IN_PROGRESS, Status.RESOLVED, Status.IN_PROGRESS), False, Ground.OPEN, "worked on again by staff"),
]


@pytest.mark.parametrize(("days", "steps", "is_dissatisfied", "ground", "why"), GROUNDS)
def test_grounds(days: int, steps: tuple[Status, ...], is_dissatisfied: bool, ground: Ground, why: str) -> None:
    number = file()
    step(number, *steps)
    told = Wanted(number, Matter.SERVICE, is_dissatisfied, Told(Where.HERE))
    assert made(told, now=NOW + timedelta(days=days)).standing.ground == ground, why


def test_the_address_is_stored_as_its_index_alone() -> None:
    token = token_of(made(ELSEWHERE))
    assert re.fullmatch(r"[\w-]{43}", token)
    with transaction() as session:
        (row,) = session.scalars(select(AppealPacket))
        assert row.token_index == blind_index(token, "appeal_packets.token")
        assert row.expires_at == NOW + timedelta(hours=24)


def test_the_same_turn_again_gives_one_row_and_a_working_address() -> None:
    first, second = made(ELSEWHERE), made(ELSEWHERE)
    with pytest.raises(PacketRefused) as refused:
        read(first)
    assert refused.value.reason == "appeal_unknown"
    assert read(second).title == "电信用户申诉材料"
    made(ELSEWHERE, message_id=2)
    with transaction() as session:
        assert len(session.scalars(select(AppealPacket)).all()) == 2


def test_after_a_day_it_is_over() -> None:
    found = made(ELSEWHERE)
    read(found, NOW + timedelta(hours=23, minutes=59))
    with pytest.raises(PacketRefused) as refused:
        read(found, NOW + timedelta(hours=24))
    assert refused.value.reason == "appeal_over"


@pytest.mark.parametrize(("level", "is_theirs"), [(None, False), (Level.DIGITS, False), (Level.CODE, True)])
def test_whose_ticket(level: Level | None, is_theirs: bool) -> None:
    number = file(conversation_id="c2")
    with transaction() as session:
        ticket = ticket_by_number(session, number)
        assert ticket is not None
        if level is not None:
            grant_level(session, "c1", ticket, level, NOW)
    with transaction() as session:
        assert (own_matter(session, "c1", number, NOW) is not None) is is_theirs
        assert [each.number for each in own_matters(session, "c1", NOW)] == ([number] if is_theirs else [])
    if not is_theirs:
        with pytest.raises(InvalidInput):
            made(of_ticket(number))


def test_withdrawn_tickets_are_not_offered_and_resolved_ones_are() -> None:
    withdrawn, answered = file(101), file(102, category="complaint_billing")
    step(withdrawn, Status.CANCELLED)
    resolve(answered)
    with transaction() as session:
        assert [each.number for each in own_matters(session, "c1", NOW)] == [answered]


MATTERS = [
    ("上个月多扣了我36块钱", Matter.FEE, "money was taken"),
    ("宽带断了三天没人修", Matter.SERVICE, "a fault"),
    ("信号差，月租倒是照收", Matter.FEE, "both: what is charged has the shorter time"),
    ("就是不想给我办", None, "asked"),
    ("多给我算了36 元", Matter.FEE, "an amount, with a space"),
    ("1" * 12_000, None, "no amount: nothing behind the digits"),
]


@pytest.mark.parametrize(("words", "matter", "why"), MATTERS)
def test_fees_or_service_by_the_words(words: str, matter: Matter | None, why: str) -> None:
    assert matter_in(words) == matter, why


def test_every_category_is_decided_or_asked_about() -> None:
    asked = {name for name in policy().categories if matter_of(name) is None}
    assert asked == {"roaming", "contract", "complaint_marketing", "other"}, "a new category: fees, service, or asked?"
