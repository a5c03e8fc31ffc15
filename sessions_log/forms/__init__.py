"""The forms by which sessions are logged."""

from sessions_log.forms.logs import LogForm

__all__ = ["LogForm"]
