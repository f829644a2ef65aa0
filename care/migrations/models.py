"""Every table of ours, imported: what migrations compare with and what key rotation walks through."""

import care.accesses.tables
import care.accounts.tables
import care.accuracy.tables
import care.alarms.tables
import care.answers.tables
import care.appeals.tables
import care.attachments.tables
import care.audit.tables
import care.billing.tables
import care.callbacks.tables
import care.conversations.tables
import care.desk.tables
import care.escalation.tables
import care.handoff.tables
import care.insight.tables
import care.locks.tables
import care.notices.tables
import care.once
import care.privacy.tables
import care.redress.tables
import care.reports.tables
import care.rights.tables
import care.satisfaction.survey_tables
import care.satisfaction.tables
import care.sla.tables
import care.staff.tables
import care.surges.tables
import care.tasks.tables
import care.tickets.tables
import care.training.tables
import care.turns.tables
import care.wechat.tables  # noqa: F401
