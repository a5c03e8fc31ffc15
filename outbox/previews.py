"""What a mail says, and what becomes of it, for the coordinators' page. Looking changes nothing."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.digests import next_digest
from outbox.going import composed
from outbox.kinds import is_secret, kind_of
from outbox.letters import Letter, NotWanted
from outbox.models import WAITING, Message, State
from outbox.sender import ONCE_MORE_AFTER
from outbox.templatetags.mail import moment

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preview:
    """A letter without its links' addresses, or why there is none. ``is_now``: it is what would be sent now."""

    letter: dict[str, Any] | None = None
    is_now: bool = False
    is_secret: bool = False
    not_wanted: str = ""
    fault: str = ""


def preview(message: Message, now: dt.datetime) -> Preview:
    """What was said; for a waiting mail, what would be said now."""
    if is_secret(message):
        return Preview(is_secret=True)
    if message.state in WAITING:
        return _as_if_sent(message, now)
    return Preview(letter=message.letter)


def _as_if_sent(message: Message, now: dt.datetime) -> Preview:
    try:
        return Preview(letter=_composed(message, now).kept(), is_now=True)
    except NotWanted as reason:
        return Preview(is_now=True, not_wanted=str(reason))
    except Exception as fault:  # the page shows any error that the sender would meet
        log.exception("The mail %s could not be written.", message.pk)
        return Preview(is_now=True, fault=str(fault) or type(fault).__name__)


def _composed(message: Message, now: dt.datetime) -> Letter:
    """The letter. Whatever composing has written is rolled back, such as mails that a digest skips."""
    with transaction.atomic():
        try:
            return composed(message, kind_of(message), now)
        finally:
            transaction.set_rollback(True)


def comes_next(message: Message, now: dt.datetime) -> str:
    """What happens to the mail if nobody does anything, in a sentence."""
    match message.state:
        case State.QUEUED if message.not_before > now:
            return _("It is sent %(when)s.") % {"when": moment(message.not_before)}
        case State.QUEUED:
            return _("It is sent as soon as a sender is free.")
        case State.GATHERED:
            when = next_digest(max(message.not_before, now))
            return _("It goes in the weekly mail %(when)s.") % {"when": moment(when)}
        case State.CLAIMED:
            return _("It is being sent right now.")
        case State.HANDED_OVER:
            return _("The mail server has got it, and has not answered yet.")
        case State.UNCERTAIN:
            return _after_uncertain(message)
    return str(_SETTLED[State(message.state)])


def _after_uncertain(message: Message) -> str:
    if message.repeats == 0 and message.digest is None and message.handed_over_at is not None:
        return _("It may have arrived. It is sent once more %(when)s.") % {
            "when": moment(message.handed_over_at + ONCE_MORE_AFTER)
        }
    return _("It may have arrived. It is not sent again by itself: ask the recipient, or send it again.")


_SETTLED = {
    State.SENT: gettext_lazy("Nothing. The mail server has taken it."),
    State.FAILED: gettext_lazy("It is not sent again by itself. Mend the address if it is wrong, and send it again."),
    State.SKIPPED: gettext_lazy("Nothing. It is not sent."),
    State.HELD: gettext_lazy("It stays until somebody lets it go."),
}
