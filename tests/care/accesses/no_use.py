"""Functions with a `staff` of their own that leave no row in the log of uses, and why."""

from __future__ import annotations

NO_USE = {
    "care.accounts.proofs.prove": "verify_by_agent, which calls it, writes it down",
    "care.answers.service.record": "give_feedback and record_result, which call it, write it down",
    "care.answers.service.reach_by_word": "told_by_word, which calls it, writes it down",
    "care.attachments.sending.send_file": "the agent's own file",
    "care.attachments.service.keep": "the agent's own file",
    "care.complaints.entering.entry_key": "reads nothing",
    **dict.fromkeys(
        (
            f"care.desk.{name}"
            for name in (
                "cards.card_of",
                "cards.cards",
                "entering.barge",
                "entering.listen",
                "files.send",
                "cards.cards_of",
                "leaving.close",
                "leaving.hand_on",
                "replies.fill",
                "summary.summary",
                "writing.add_note",
                "writing.send",
                "writing.sent_before",
                "verifying.refused",
                "verifying.verify",
            )
        ),
        "masked; whoever opens a conversation, or reads on in it, goes through opened and read_on (web/desk)",
    ),
    **dict.fromkeys(
        (
            f"care.desk.{name}"
            for name in (
                "entering.use_of",
                "holding.has_barged",
                "holding.may_write",
                "holding.writable",
                "reading.check_may_read",
                "reading.check_may_follow",
                "reading.end_of",
                "reading.may_follow",
                "reading.readable_by",
            )
        ),
        "who may; nothing of the customer's is read",
    ),
    **dict.fromkeys(
        (f"care.surges.service.{name}" for name in ("clear", "confirm", "dismiss", "take")),
        "an incident names no customer; who is told of it is read by nobody",
    ),
    **dict.fromkeys(
        (f"care.reports.service.{name}" for name in ("make", "sign", "withdraw")),
        "a report tells of no customer, and of no few",
    ),
    "care.satisfaction.ratings.ask": "a question to the customer",
    **dict.fromkeys(
        (f"care.satisfaction.waves.{name}" for name in ("close_wave", "open_wave", "plan_wave")),
        "who is drawn is nobody's to see; only how many",
    ),
    "care.staff.accounts.choose_password": "the agent's own account",
    "care.staff.sessions.check_csrf": "the agent's own session",
    "care.accuracy.service.judge": "next_for, which showed it, writes it down",
    **dict.fromkeys(
        (
            *(f"care.dataset.service.{name}" for name in ("add", "delete", "edit", "undo")),
            *("care.dataset.committing.commit", "care.inbox.proposals.decide", "care.inbox.proposals.propose"),
        ),
        "trainers' own sentences",
    ),
    **dict.fromkeys(
        (f"care.models.service.{name}" for name in ("publish", "publish_anyway", "roll_back", "start")),
        "a model is nobody's",
    ),
    "care.inbox.deciding.give_opinion": "one.detail, which showed the message, writes it down",
    "care.inbox.deciding.point_out": "reads nothing",
    "care.inbox.deciding.take_back": "reads nothing",
    "care.followup.linking.note_link": "link and go_back_to, which call it, write it down",
    "care.followup.working.actor_of": "reads nothing",
    "care.followup.working.leave_traces": "writes it down itself, at the end of every step",
    "care.privacy.assessments.record": "a document about the whole system, nobody's data",
    "care.privacy.incidents.add_step": "an incident names no customer",
    "care.privacy.incidents.close": "an incident names no customer",
    "care.alarms.service.note_seen": "an alarm names no customer",
    "care.handoff.assigning.end": "who talks with a customer; nothing of theirs is read",
    "care.handoff.assigning.reassign": "who talks with a customer; nothing of theirs is read",
    "care.handoff.assigning.take": "nothing is read until the conversation is opened (care.desk.entering.opened)",
    "care.handoff.assigning.transfer": "who talks with a customer; nothing of theirs is read",
    "care.handoff.routing.loads_of": "how many customers agents have",
    "care.handoff.service.finish": "a hand-off ends; nothing of the customer's is read",
    "care.handoff.steps.note_step": "a step of a hand-off; it holds numbers and words of ours",
}
