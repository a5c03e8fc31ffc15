"""Keeps secrets out of logs: an address that opens something by itself is logged without its secret part."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

# Where addresses with secrets begin: calendars, links of mails, of sessions and to invitations, a person's own mails
# and how to stop one kind of them, and links to choose a password.
BEGINNINGS = ("kalender", "lank", "passlank", "inbjudan", "mejl/dina", "mejl/sluta", r"konto/valj-losenord/[^/\s\"]+")
SECRET = re.compile(rf"(/(?:{'|'.join(BEGINNINGS)})/)([^/\s\"?]{{20,}})")
# Nobody is to read in a log who answers a survey, when and from where.
UNSEEN = re.compile(r"[\s\"]/enkat/")
# Django's own loggers, and those of the servers that may run it.
LOGGERS = ("django.request", "django.server", "django.security.csrf", "gunicorn.access", "gunicorn.error")


def without_secrets(text: str) -> str:
    """The text with only four characters of each secret, enough to see that two lines are about the same."""
    return SECRET.sub(lambda found: f"{found[1]}{found[2][:4]}…", text)


class ShortenSecrets(logging.Filter):
    """A filter that lets every record through with its secrets shortened."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _shortened(record.msg)
        if isinstance(record.args, MutableMapping):
            # Gunicorn's parts of a request come in a mapping class of its own, which must be kept.
            for name, value in list(record.args.items()):
                record.args[name] = _shortened(value)
        elif record.args:
            record.args = tuple(_shortened(value) for value in record.args)
        return True


def _shortened(value: Any) -> Any:
    return without_secrets(value) if isinstance(value, str) else value


class KeepUnseen(logging.Filter):
    """A filter that drops records about visitors of a survey's page. Errors there are kept, without the visitor's
    address."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or not UNSEEN.search(f" {record.getMessage()}")


def shorten_secrets() -> None:
    """Add the filters to every log that mentions requests."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, KeepUnseen) for one in logger.filters):
            logger.addFilter(KeepUnseen())
        if not any(isinstance(one, ShortenSecrets) for one in logger.filters):
            logger.addFilter(ShortenSecrets())
