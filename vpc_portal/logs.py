"""What the logs don't say: an address that opens something by itself is logged without its secret part."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

# Where addresses with secrets begin: a calendar's, a mail's link and a session's, an invitation, somebody's own mails,
# how to stop one kind of them, and a link to choose a password.
BEGINNINGS = ("kalender", "lank", "passlank", "inbjudan", "mejl/dina", "mejl/sluta", r"konto/valj-losenord/[^/\s\"]+")
SECRET = re.compile(rf"(/(?:{'|'.join(BEGINNINGS)})/)([^/\s\"?]{{20,}})")
# Who answers a survey: when, and from where, nobody is to read.
UNSEEN = re.compile(r"[\s\"]/enkat/")
# Django's own, and those of the servers that may carry it.
LOGGERS = ("django.request", "django.server", "django.security.csrf", "gunicorn.access", "gunicorn.error")


def without_secrets(text: str) -> str:
    """The text with four characters left of each secret, enough to see that two lines are about the same."""
    return SECRET.sub(lambda found: f"{found[1]}{found[2][:4]}…", text)


class ShortenSecrets(logging.Filter):
    """Lets every record through, with the secrets in it shortened."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _shortened(record.msg)
        if isinstance(record.args, MutableMapping):
            # Gunicorn's parts of a request: a mapping of its own kind, which has to stay that.
            for name, value in list(record.args.items()):
                record.args[name] = _shortened(value)
        elif record.args:
            record.args = tuple(_shortened(value) for value in record.args)
        return True


def _shortened(value: Any) -> Any:
    return without_secrets(value) if isinstance(value, str) else value


class KeepUnseen(logging.Filter):
    """Lets no record through that tells of somebody at a survey's page; what went wrong there is kept, without whose
    address it was."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or not UNSEEN.search(f" {record.getMessage()}")


def shorten_secrets() -> None:
    """From now on, in every log that tells of requests."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, KeepUnseen) for one in logger.filters):
            logger.addFilter(KeepUnseen())
        if not any(isinstance(one, ShortenSecrets) for one in logger.filters):
            logger.addFilter(ShortenSecrets())
