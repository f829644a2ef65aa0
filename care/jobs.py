"""Background work: procrastinate, jobs in the same PostgreSQL. `quanyi worker` runs them, any number of workers.

A job is at least once: everything it calls is safe to repeat.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import anyio.to_thread
import procrastinate
from prometheus_client import Counter, Gauge
from sqlalchemy.orm import Session

from care import db
from care.accounts.sms import SmsSender
from care.accuracy.drawing import draw_week
from care.alarms import service as alarms
from care.audit.verifying import head_of
from care.billing import placing, reminding
from care.billing.system import billing
from care.dataset import nearest
from care.errors import CareError
from care.escalation import sweep as escalating
from care.followup import owners
from care.golden.asking import ask_all
from care.handoff import tending
from care.inbox import filling as inbox
from care.inbox import grouping
from care.insight import counting as figures
from care.locks import service as locks
from care.logs import get_logger
from care.models.working import forget_lines
from care.notices import sending
from care.privacy import auditing, by_person, copying, erasing, expiring, requests
from care.privacy.tracker import Tracker
from care.redress import filling
from care.reports import service as reporting
from care.reports.rules import Kind as ReportKind
from care.satisfaction import counter, due, inviting, waves
from care.settings import settings
from care.sla import pauses, recounting
from care.sla.policy import policy
from care.staff.accounts import works_here
from care.staff.rules import Role
from care.surges import counting
from care.surges.encoder import Encoder
from care.surges.reading import read_new
from care.surges.service import tell_clear
from care.tasks import closing, planning
from care.training.masking import mask, without_marks
from care.turns import service
from care.turns.runner import Runner
from care.wechat.api import KfApi, OfficialApi
from care.wechat.forgetting import forget_settled
from care.wechat.media import fetch_due as fetch_wechat_pictures

#: A job whose worker has not been heard of for this long is run again.
_STALLED = timedelta(seconds=60)
_SWEPT_AT_ONCE = 8
_SETTLED_AT_ONCE = 50
_COUNTED_AT_ONCE = 500
#: of trainings
_LOGS_KEPT = timedelta(days=90)

_log = get_logger("care.jobs")
_swept = Counter("quanyi_turns_swept_total", "Conversations taken up by the sweep")
_waiting = Gauge("quanyi_turns_waiting", "Conversations that the last sweep found waiting")


def create_app(
    runner: Runner,
    sender: SmsSender,
    tracker: Tracker,
    encoder: Encoder,
    official: OfficialApi | None = None,
    kf: KfApi | None = None,
) -> procrastinate.App:
    """The app with all tasks; `runner` answers what web processes left behind, `sender` carries the notices, `tracker`
    reaches what Rasa has stored, `encoder` reads what complaints say, `official` and `kf` call WeChat's platforms."""
    connector = procrastinate.PsycopgConnector(
        conninfo=settings().database_url.get_secret_value(), min_size=1, max_size=4, timeout=5
    )
    app = procrastinate.App(connector=connector)

    # Seconds come last in procrastinate's cron expressions.
    @app.periodic(cron="* * * * * */5")
    @app.task(name="turns.sweep", queueing_lock="turns.sweep", pass_context=False)
    async def sweep_turns(timestamp: int) -> None:
        """Messages whose process died, or whose next try is due."""
        waiting = await runner.in_database(lambda s: service.waiting_conversations(s, db.utcnow()))
        _waiting.set(len(waiting))
        if waiting:
            _log.info("turns_swept", conversations=len(waiting))
            _swept.inc(len(waiting))
            await runner.run_many(waiting, _SWEPT_AT_ONCE)

    @app.periodic(cron="* * * * * */5")
    @app.task(name="handoff.tend", queueing_lock="handoff.tend", pass_context=False)
    async def tend_queue(timestamp: int) -> None:
        """Who waits for a person: offered to who is free, told when it takes long; who has gone gives back."""
        target = timedelta(seconds=policy().targets.wait_seconds)
        done = await anyio.to_thread.run_sync(tending.tend, db.utcnow(), target)
        if done.get("gone") or done.get("late"):
            _log.info("queue_tended", **done)

    @app.periodic(cron="* * * * * */5")
    @app.task(name="clocks.sweep", queueing_lock="clocks.sweep", pass_context=False)
    async def sweep_clocks(timestamp: int) -> None:
        """Alarms ring, misses are recorded, and whom it concerns is told."""
        done = await anyio.to_thread.run_sync(escalating.sweep, db.utcnow())
        if done["rang"] or done["missed"]:
            _log.info("clocks_swept", **done)

    @app.periodic(cron="* * * * * */5")
    @app.task(name="notices.send", queueing_lock="notices.send", pass_context=False)
    async def send_notices(timestamp: int) -> None:
        """SMS that are due, or whose next try is."""
        await sending.send_due(sender)

    system = billing()
    reminders_off = reminding.why_off(system)
    if reminders_off:
        _log.info("reminders_off", why=reminders_off)

    @app.periodic(cron="* * * * *")
    @app.task(name="reminders.send", queueing_lock="reminders.send", lock="reminders.send", pass_context=False)
    async def send_reminders(timestamp: int) -> None:
        """Consumption reminders to numbers whose state changed."""
        if system is not None and not reminders_off:
            await reminding.remind(system)

    @app.periodic(cron="* * * * * */5")
    @app.task(name="orders.place", queueing_lock="orders.place", pass_context=False)
    async def place_orders(timestamp: int) -> None:
        """Orders that a code confirmed and the billing system has not taken yet."""
        if system is not None:
            await placing.place_due(system)

    @app.periodic(cron="* * * * *")
    @app.task(name="orders.expire", queueing_lock="orders.expire", pass_context=False)
    async def expire_orders(timestamp: int) -> None:
        """Orders that were shown and never confirmed."""
        await placing.expire_due()

    @app.periodic(cron="* * * * * */5")
    @app.task(name="privacy.erase", queueing_lock="privacy.erase", lock="privacy.erase", pass_context=False)
    async def erase(timestamp: int) -> None:
        """Deletions of personal data that customers confirmed; what was written meanwhile is answered at once.

        One run at a time: a long one must not take every slot of the worker."""
        await runner.run_many(await erasing.erase_due(tracker), _SWEPT_AT_ONCE)

    @app.periodic(cron="* * * * * */5")
    @app.task(name="privacy.copy", queueing_lock="privacy.copy", lock="privacy.copy", pass_context=False)
    async def copy(timestamp: int) -> None:
        """Copies of personal data that customers asked for, one at a time: they are large. Old ones go."""
        await copying.copy_due(tracker)

    @app.periodic(cron="* * * * *")
    @app.task(name="privacy.settle", queueing_lock="privacy.settle", pass_context=False)
    async def settle(timestamp: int) -> None:
        """Requests that staff have answered get their receipt; those that nobody said yes to end."""

        def work(session: Session) -> None:
            by_person.settle(session, db.utcnow(), _SETTLED_AT_ONCE)
            requests.forget_shown(session, db.utcnow(), _SETTLED_AT_ONCE)

        await runner.in_database(work)

    # 03:17 in China.
    @app.periodic(cron="17 19 * * *")
    @app.task(name="privacy.expire", queueing_lock="privacy.expire", lock="privacy.expire", pass_context=False)
    async def expire(timestamp: int) -> None:
        """Personal data that are older than their period. The head of the audit goes into the log, out of its reach."""
        await expiring.expire_due(tracker)
        _log.info("audit_head", head=str(await runner.in_database(head_of)))

    # Sunday 03:40 in China.
    @app.periodic(cron="40 19 * * 6")
    @app.task(name="privacy.audit", queueing_lock="privacy.audit", lock="privacy.audit", pass_context=False)
    async def audit(timestamp: int) -> None:
        """Questions of our own that must not be answered with anybody's data."""
        await auditing.audit(runner)

    # 03:00 in China, every day: last week's on Monday, and later where no worker ran then.
    @app.periodic(cron="0 19 * * *")
    @app.task(name="accuracy.draw", queueing_lock="accuracy.draw", lock="accuracy.draw", pass_context=False)
    async def draw_answers(timestamp: int) -> None:
        """Answers of last week that are judged blind."""
        week = await runner.in_database(lambda session: draw_week(session, db.utcnow()))
        if week:
            _log.info("accuracy_drawn", week=week)

    # 03:10 in China; the later ones go on with a night that was cut off.
    @app.periodic(cron="10,25,40,55 19,20 * * *")
    @app.task(name="golden.ask", queueing_lock="golden.ask", lock="golden.ask", pass_context=False)
    async def ask_golden_questions(timestamp: int) -> None:
        """Questions whose answers are known, in every channel."""
        await ask_all(runner)

    @app.periodic(cron="* * * * *")
    @app.task(name="surges.count", queueing_lock="surges.count", lock="surges.count", pass_context=False)
    async def count_surges(timestamp: int) -> None:
        """Whether more complain of something, somewhere, than usual."""
        found = await runner.in_database(lambda session: counting.count(session, db.utcnow(), _COUNTED_AT_ONCE))
        if found:
            _log.info("surges_found", surges=found)

    @app.periodic(cron="* * * * *")
    @app.task(name="surges.texts", queueing_lock="surges.texts", lock="surges.texts", pass_context=False)
    async def read_complaints(timestamp: int) -> None:
        """Whether more complain in like words than usual. What cannot be read now is read in the next minute."""
        found = await read_new(encoder, lambda words: without_marks(mask(words)))
        if found:
            _log.info("surges_found", surges=found)

    @app.periodic(cron="* * * * *")
    @app.task(name="surges.clear", queueing_lock="surges.clear", pass_context=False)
    async def clear_surges(timestamp: int) -> None:
        """Everybody who complained of an incident hears that it is over."""
        while await runner.in_database(lambda session: tell_clear(session, db.utcnow(), _SETTLED_AT_ONCE)):
            pass

    @app.periodic(cron="17 * * * *")
    @app.task(name="lookups.forget", queueing_lock="lookups.forget", pass_context=False)
    async def forget_lookups(timestamp: int) -> None:
        """Wrong proofs and passwords that count no more."""
        while await runner.in_database(lambda session: locks.forget_tries(session, db.utcnow())):
            pass

    @app.periodic(cron="* * * * *")
    @app.task(name="clocks.pauses", queueing_lock="clocks.pauses", pass_context=False)
    async def end_pauses(timestamp: int) -> None:
        """Promises that stood still as long as they may run again."""
        await runner.in_database(lambda session: pauses.end_long(session, db.utcnow(), _SETTLED_AT_ONCE))

    # 02:47 in China.
    @app.periodic(cron="47 18 * * *")
    @app.task(name="clocks.recount", queueing_lock="clocks.recount", pass_context=False)
    async def recount_clocks(timestamp: int) -> None:
        """Due times that were counted without the calendar of their year, once that is known."""
        while await runner.in_database(lambda session: recounting.recount(session, _SETTLED_AT_ONCE)):
            pass

    @app.periodic(cron="27 * * * *")
    @app.task(name="alarms.forget", queueing_lock="alarms.forget", pass_context=False)
    async def forget_alarms(timestamp: int) -> None:
        """Alarms that have been over for a year."""
        await runner.in_database(lambda session: alarms.forget_alarms(session, db.utcnow()))

    # One at a time: a hostile picture may need much while it is looked at.
    @app.periodic(cron="* * * * * */5")
    @app.task(name="wechat.media", queueing_lock="wechat.media", lock="wechat.media", pass_context=False)
    async def fetch_pictures(timestamp: int) -> None:
        """Pictures that customers sent in WeChat and that are still on its side."""
        await fetch_wechat_pictures(official, kf)

    @app.periodic(cron="29 * * * *")
    @app.task(name="wechat.forget", queueing_lock="wechat.forget", pass_context=False)
    async def forget_events(timestamp: int) -> None:
        """Events of WeChat that will not be sent again, names of pictures that were fetched."""
        await runner.in_database(lambda session: forget_settled(session, db.utcnow()))

    @app.periodic(cron="* * * * * */5")
    @app.task(name="tickets.assign", queueing_lock="tickets.assign", pass_context=False)
    async def assign_tickets(timestamp: int) -> None:
        """Open tickets that nobody took, to whoever of their department has the fewest."""
        await runner.in_database(lambda session: owners.assign_due(session, db.utcnow()))

    @app.periodic(cron="37 * * * *")
    @app.task(name="tickets.close", queueing_lock="tickets.close", pass_context=False)
    async def close_tickets(timestamp: int) -> None:
        """Tickets whose answer reached their customer, who did not object."""
        while await runner.in_database(lambda session: closing.close_due(session, db.utcnow())):
            pass

    @app.periodic(cron="* * * * *")
    @app.task(name="insight.count", queueing_lock="insight.count", lock="insight.count", pass_context=False)
    async def count_figures(timestamp: int) -> None:
        """The figures of today and yesterday."""
        await runner.in_database(lambda session: figures.count(session, db.utcnow()))

    @app.periodic(cron="7 * * * *")
    @app.task(name="insight.states", queueing_lock="insight.states", pass_context=False)
    async def count_states(timestamp: int) -> None:
        """How far the calls of the quarter are."""
        await runner.in_database(lambda session: figures.count_states(session, db.utcnow()))

    # 03:57 in China.
    @app.periodic(cron="57 19 * * *")
    @app.task(name="insight.recount", queueing_lock="insight.recount", pass_context=False)
    async def recount_figures(timestamp: int) -> None:
        """Of the last weeks: what was corrected since."""
        for day in figures.days_to_recount(db.utcnow()):
            await runner.in_database(partial(figures.count_days, first=day, last=day, now=db.utcnow()))

    @app.periodic(cron="* * * * *")
    @app.task(name="surveys.ask", queueing_lock="surveys.ask", lock="surveys.ask", pass_context=False)
    async def ask_surveys(timestamp: int) -> None:
        """Waves that are over end; counter samples are drawn; who was drawn is asked, and once more after days."""
        await runner.in_database(lambda session: waves.close_due(session, db.utcnow()))
        await runner.in_database(lambda session: counter.draw_due(session, db.utcnow()))
        # One batch a minute: other notices wait in the same queue.
        for step in (inviting.send_due, inviting.remind_due):
            await runner.in_database(partial(step, now=db.utcnow()))

    @app.periodic(cron="* * * * *")
    @app.task(name="ratings.ask", queueing_lock="ratings.ask", lock="ratings.ask", pass_context=False)
    async def ask_ratings(timestamp: int) -> None:
        """Customers are asked how a ticket, a visit, the bot was, at hours at which people are asked."""
        await runner.in_database(lambda session: due.note_over(session, db.utcnow(), _COUNTED_AT_ONCE))
        while await runner.in_database(lambda session: due.ask_due(session, db.utcnow(), _SETTLED_AT_ONCE)):
            pass
        await runner.in_database(lambda session: due.ask_about_bot(session, db.utcnow(), _SETTLED_AT_ONCE))

    # 08:07 in China.
    @app.periodic(cron="7 0 * * *")
    @app.task(name="tasks.plan", queueing_lock="tasks.plan", pass_context=False)
    async def plan_calls(timestamp: int) -> None:
        """Today's calls to customers, by segment."""
        while await runner.in_database(lambda session: planning.plan(session, db.utcnow())):
            pass

    # 08:00 in China.
    @app.periodic(cron="0 0 * * *")
    @app.task(name="reports.make", queueing_lock="reports.make", lock="reports.make", pass_context=False)
    async def make_reports(timestamp: int) -> None:
        """Drafts that are due; supervisors hear of a joint meeting's pack that is missing."""
        for kind in ReportKind:
            try:
                made = await runner.in_database(partial(reporting.make_due, kind=kind, now=db.utcnow()))
            except CareError as error:
                _log.error("report_not_made", kind=kind, reason=error.reason)
            else:
                if made is not None:
                    _log.info("report_made", kind=kind, period=made.period)
        await runner.in_database(lambda session: reporting.look_for_missing(session, db.utcnow()))

    @app.periodic(cron="* * * * * */5")
    @app.task(name="inbox.fill", queueing_lock="inbox.fill", lock="inbox.fill", pass_context=False)
    async def fill_inbox(timestamp: int) -> None:
        """What was understood badly, masked, for trainers; out goes whose customer withdrew; like stands by like."""
        now = db.utcnow()
        unsure = inbox.below()
        while not (await runner.in_database(lambda session: inbox.fill(session, unsure, now))).is_all:
            pass
        await runner.in_database(lambda session: inbox.sweep(session, now, timedelta(minutes=10)))
        await grouping.read_new(encoder)

    @app.periodic(cron="13 * * * *")
    @app.task(name="inbox.tidy", queueing_lock="inbox.tidy", lock="inbox.tidy", pass_context=False)
    async def tidy_inbox(timestamp: int) -> None:
        """What was answered only after an outage; what a run of the sweep missed; groups that are empty; old logs."""
        now = db.utcnow()
        unsure = inbox.below()
        await runner.in_database(lambda session: inbox.fill(session, unsure, now, timedelta(days=1)))
        await runner.in_database(lambda session: inbox.sweep(session, now, timedelta(days=settings().inbox_days)))
        await runner.in_database(grouping.remove_empty)
        await runner.in_database(lambda session: forget_lines(session, now - _LOGS_KEPT))

    @app.periodic(cron="* * * * *")
    @app.task(name="examples.read", queueing_lock="examples.read", lock="examples.read", pass_context=False)
    async def read_examples(timestamp: int) -> None:
        """What examples mean, for those that are nearest to a message; only where somebody trains."""
        if await runner.in_database(lambda session: works_here(session, Role.TRAINER)):
            await nearest.read_new(encoder)

    @app.periodic(cron="* * * * *")
    @app.task(name="redress.fill", queueing_lock="redress.fill", lock="redress.fill", pass_context=False)
    async def fill_redress(timestamp: int) -> None:
        """What a line pays a month, where redress is worked out from it."""
        if system is not None:
            await filling.fill_due(system)

    @app.periodic(cron="* * * * *")
    @app.task(name="jobs.retry_stalled", queueing_lock="jobs.retry_stalled")
    async def retry_stalled(timestamp: int) -> None:
        """Jobs whose worker was killed stay `doing`; put them back."""
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED.total_seconds()):
            _log.warning("job_stalled", job_id=job.id, task=job.task_name)
            try:
                await app.job_manager.retry_job(job)
            except procrastinate.exceptions.UniqueViolation:
                # The next one of its kind is queued already, and does the same.
                await app.job_manager.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=True)

    return app
