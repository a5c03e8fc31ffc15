"""Logs, their revisions, and the reminders that have been sent."""

from sessions_log.models.logs import LogRevision, SessionLog, log_of
from sessions_log.models.reminders import ReminderItem
from sessions_log.models.rules import RuleVersion

__all__ = ["LogRevision", "ReminderItem", "RuleVersion", "SessionLog", "log_of"]
