"""The satisfaction index: the overall mark of a wave, from 0 to 100, with what chance alone may move it by.

(mean − 1) / 9 × 100 of the weighted overall marks from 1 to 10, so that 1 is 0 and 10 is 100 (REQUIREMENTS A30). The
interval is of 95 %: the variance of a stratified mean with the finite population counted (Cochran 1977, 5.6), and
Student's t for as many degrees of freedom as answers less strata.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.satisfaction.rules import satisfaction
from care.satisfaction.survey_tables import Invite, SurveyAnswer, Wave

LEAST, MOST = 1, 10
#: with fewer answers there is no index: it would tell what somebody said
FEWEST = 5


@dataclass(frozen=True)
class Index:
    """0 to 100."""

    quarter: str
    value: float
    low: float
    high: float
    answers: int
    #: share of marks of satisfied customers (satisfaction.yml), weighted in the same way; the policy's target is of it
    satisfied: float


def index_of(session: Session, quarter: str) -> Index | None:
    """None: there is no wave of the quarter, or too few have answered."""
    return next((each for each in indexes(session, [quarter])), None)


def indexes(session: Session, quarters: Collection[str] | None = None) -> list[Index]:
    """Of these quarters, or of all, the oldest first; those with enough answers."""
    waves = select(Wave).order_by(Wave.quarter)
    if quarters is not None:
        waves = waves.where(Wave.quarter.in_(quarters))
    found = []
    for wave in session.scalars(waves):
        rows = session.execute(
            select(Invite.stratum, SurveyAnswer.overall)
            .join(SurveyAnswer, SurveyAnswer.invite_id == Invite.id)
            .where(Invite.wave_id == wave.id)
        ).all()
        marks: dict[str, list[int]] = {}
        for stratum, overall in rows:
            marks.setdefault(stratum or "", []).append(overall)
        if (index := stratified(wave.quarter, wave.frame, marks)) is not None:
            found.append(index)
    return found


def stratified(quarter: str, frame: Mapping[str, int], marks: Mapping[str, Sequence[float]]) -> Index | None:
    """`frame`: how many people a stratum has; `marks`: what those of it who answered said. Pure."""
    from scipy import stats  # not in a process that draws no index

    told = {name: values for name, values in marks.items() if values and frame.get(name, 0) > 0}
    answers = sum(len(values) for values in told.values())
    if answers < FEWEST:
        return None
    people = sum(frame[name] for name in told)
    mean = sum(frame[name] / people * fmean(values) for name, values in told.items())
    # Of a stratum with one answer nobody knows the spread: that of all answers stands for it.
    everybody = variance([mark for values in told.values() for mark in values])
    spread = sum(
        (frame[name] / people) ** 2
        * (variance(values) if len(values) > 1 else everybody)
        / len(values)
        * (1 - len(values) / max(frame[name], len(values)))
        for name, values in told.items()
    )
    half = float(stats.t.ppf(0.975, max(1, answers - len(told)))) * spread**0.5
    least = satisfaction().satisfied_from
    content = {name: sum(mark >= least for mark in values) / len(values) for name, values in told.items()}
    satisfied = sum(frame[name] / people * share for name, share in content.items())
    return Index(quarter, scaled(mean), scaled(mean - half), scaled(mean + half), answers, satisfied)


def scaled(mark: float) -> float:
    """A mark from 1 to 10 as a number from 0 to 100; what lies outside is cut."""
    return min(100.0, max(0.0, (mark - LEAST) / (MOST - LEAST) * 100))
