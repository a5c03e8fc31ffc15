"""The only code that writes a session's outcome: logging it, and changing logs afterwards."""

from sessions_log.actions.corrections import change_log, remove_log, restore_log, undo_logs
from sessions_log.actions.logs import Said, log_as_planned, log_session, log_several_as_planned
from sessions_log.entries import LogEntry, planned_entry

__all__ = [
    "LogEntry",
    "Said",
    "change_log",
    "log_as_planned",
    "log_session",
    "log_several_as_planned",
    "planned_entry",
    "remove_log",
    "restore_log",
    "undo_logs",
]
