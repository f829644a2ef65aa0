"""What 小益 says of the newest published report, in one sentence."""

from __future__ import annotations

from sqlalchemy.orm import Session

from care.reports.content import Content
from care.reports.rules import Kind
from care.reports.service import newest_published
from care.wording import say

#: path of the public page
PAGE = "/report"


def newest_in_words(session: Session) -> str:
    """Of the newest monthly report; of the quarterly one where no month was published. Or that there is none."""
    report = newest_published(session, Kind.PUBLIC) or newest_published(session, Kind.QUARTERLY)
    if report is None:
        return say("report_none", url=PAGE)
    content = Content.model_validate(report.content)
    brief = content.brief
    return say(
        "report_newest",
        period=content.title,
        complaints=brief.complaints,
        in_time=brief.in_time,
        mean=brief.mean,
        url=PAGE,
    )
