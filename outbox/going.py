"""Whether a mail is sent now and to whom, decided when it is about to be sent. What is registered here asks the apps
above.

A mail that must wait goes back to the queue with a later ``not_before`` and the reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import short_day
from outbox.kinds import Kind, kind_of
from outbox.letters import LeftTheRole, Letter, Link, NotWanted, local_time
from outbox.models import KindChoice, Message, State, WaitsFor
from outbox.own_links import later_url, own_token, own_url
from outbox.quiet import DAY_BEGINS, IsOpen, when_to_go
from outbox.together import asked_for_all, written_together


class NotYet(Exception):  # noqa: N818 - reads as what happened
    """The mail waits until a moment; the message says why, in the users' language."""

    def __init__(self, until: dt.datetime, why: str, waits_for: WaitsFor) -> None:
        super().__init__(why)
        self.until, self.waits_for = until, waits_for


# The calendars with the days on which a mail's recipient can get it, the strictest first.
CalendarsOf = Callable[[Message, dt.datetime], Sequence[IsOpen]]
# Who has the recipient's role now and gets the mail instead, with what it is then about. Raises NotWanted when nobody
# has it, or when everybody who has it gets the mail anyway.
HeirOf = Callable[[Message, dt.datetime], tuple[User, dict[str, Any]]]


# The last day on which the reminders to the mail's school are paused, and why in words; None if they are not.
PauseOf = Callable[[Message, dt.datetime], tuple[dt.date, str] | None]


def _weekdays(message: Message, now: dt.datetime) -> Sequence[IsOpen]:
    return [lambda day: day.weekday() < 5]


def _nobody(message: Message, now: dt.datetime) -> tuple[User, dict[str, Any]]:
    raise NotWanted(_("The recipient has left the role, and nobody has it now."))


def _not_paused(message: Message, now: dt.datetime) -> tuple[dt.date, str] | None:
    return None


class Rules:
    """What the apps above have registered."""

    calendars_of: CalendarsOf = staticmethod(_weekdays)
    heir_of: HeirOf = staticmethod(_nobody)
    pause_of: PauseOf = staticmethod(_not_paused)


def register_calendars(rule: CalendarsOf) -> None:
    Rules.calendars_of = staticmethod(rule)


def register_heirs(rule: HeirOf) -> None:
    Rules.heir_of = staticmethod(rule)


def register_pauses(rule: PauseOf) -> None:
    Rules.pause_of = staticmethod(rule)


def letter_for(message: Message, now: dt.datetime) -> Letter:
    """The letter to send now; ``message`` then has its right recipient. Raises ``NotWanted`` or ``NotYet``."""
    # Composed even if it is to wait: a mail that is not wanted now does not become wanted by waiting.
    letter = chosen(message, now)
    if not is_sent_by_hand(message):
        _keep_quiet(message, now)
    return _with_own_links(message, letter, now)


def chosen(message: Message, now: dt.datetime) -> Letter:
    """The letter, unless its recipient has turned it off or put it off. Raises ``NotWanted`` or ``NotYet``."""
    kind = kind_of(message)
    letter = composed(message, kind, now)
    if kind.may_be_off:
        _follow_choice(message, now)
        if not is_sent_by_hand(message):
            _wait_for_pause(message, now)
    return letter


def _follow_choice(message: Message, now: dt.datetime) -> None:
    choice = _choice_of(message)
    if choice is None:
        return
    if choice.is_off:
        raise NotWanted(_("The recipient has turned these mails off."))
    until = choice.snoozed_until
    if until and until > timezone.localdate(now) and not is_sent_by_hand(message):
        why = _("The recipient has put these mails off until %(day)s.") % {"day": short_day(until)}
        raise NotYet(local_time(until, DAY_BEGINS), why, WaitsFor.SNOOZE)


def _choice_of(message: Message) -> KindChoice | None:
    """What the recipient has chosen for the mail's kind; somebody who gets it instead has choices of their own."""
    if message.about.get("left"):
        return _choices([message]).get(message.pk)
    return asked_for_all(message, "choices", _choices)


def _choices(messages: Sequence[Message]) -> dict[int, KindChoice]:
    rows = KindChoice.objects.filter(
        user__in={one.user_id for one in messages if one.user_id}, kind__in={one.kind for one in messages}
    )
    chosen = {(row.user_id, row.kind): row for row in rows}
    found = ((one, chosen.get((one.user_id or 0, one.kind))) for one in messages)
    return {one.pk: choice for one, choice in found if choice}


def _wait_for_pause(message: Message, now: dt.datetime) -> None:
    paused = Rules.pause_of(message, now)
    if paused:
        last_day, why = paused
        raise NotYet(local_time(last_day + dt.timedelta(days=1), DAY_BEGINS), why, WaitsFor.PAUSE)


def _with_own_links(message: Message, letter: Letter, now: dt.datetime) -> Letter:
    """The letter with links to put it off and to one's own settings, for recipients with an account."""
    kind, user, today = kind_of(message), message.user, timezone.localdate(now)
    if user is None or not kind.keeps_quiet:
        return letter
    token = own_token(user, today)
    own = Link(_("Your mails: which, and how often"), own_url(token))
    later = Link(_("Remind me again in a week"), later_url(token, message.uuid))
    return replace(letter, foot_links=[*([later] if kind.can_wait else []), *letter.foot_links, own])


def is_sent_by_hand(message: Message) -> bool:
    """Whether a coordinator has said that it is to be sent now."""
    return bool(message.about.get("again"))


def _keep_quiet(message: Message, now: dt.datetime) -> None:
    when = morning_of(message, now)
    if when > now:
        raise NotYet(when, _why_quiet(), WaitsFor.QUIET)


def _why_quiet() -> str:
    return _("Evenings, nights and days off are quiet.")


def wait_from_the_beginning(message: Message, until: dt.datetime) -> None:
    """Set the mail's ``not_before`` to the end of the quiet hours that apply then, so that it is not claimed while it
    can be added to."""
    message.not_before = morning_of(message, until)
    is_quiet = message.not_before > until
    message.why, message.waits_for = (_why_quiet(), WaitsFor.QUIET) if is_quiet else ("", "")


def morning_of(message: Message, now: dt.datetime) -> dt.datetime:
    """When a mail that is ready at a moment may be sent."""
    kind = kind_of(message)
    if not kind.keeps_quiet or not settings.MAIL_QUIET_HOURS:
        return now
    calendars = Rules.calendars_of(message, now)
    if when_to_go(now, calendars[:1]) == now:
        return now
    return when_to_go(now, calendars, too_late=kind.too_late(message, now), at=kind.morning)


def composed(message: Message, kind: Kind, now: dt.datetime) -> Letter:
    """The letter to the recipient, or to whoever has the role now."""
    try:
        return kind.compose(message, now)
    except LeftTheRole:
        if not kind.goes_to_heir:
            raise
    _hand_on(message, now)
    # What was read for the whole batch was read for the former recipient.
    with written_together([message]):
        return kind.compose(message, now)


@transaction.atomic
def _hand_on(message: Message, now: dt.datetime) -> None:
    """Give the mail to its new recipient. ``left`` keeps the former one, whose knowledge the mail compares with."""
    left = [*message.about.get("left", []), message.user_id]
    heir, about = Rules.heir_of(message, now)
    message.user, message.address, message.about = heir, heir.email, about | {"left": left}
    message.save(update_fields=["user", "address", "about", "once_key"])


@transaction.atomic
def put_off(message: Message, later: NotYet, now: dt.datetime) -> str:
    """Put a claimed mail back into the queue until its moment, without counting an attempt, or merge it into another
    that waits."""
    mine = Message.objects.filter(pk=message.pk, state=State.CLAIMED, claimed_by=message.claimed_by)
    free: dict[str, Any] = {"claimed_by": None, "leased_until": None, "attempts": F("attempts") - 1}
    if kind_of(message).join(message):
        why = _("It goes together with another mail about the same.")
        mine.update(state=State.SKIPPED, why=why, settled_at=now, **free)
        return str(State.SKIPPED)
    waits = {"not_before": later.until, "why": str(later), "waits_for": later.waits_for}
    mine.update(state=State.QUEUED, **waits, **free)
    return "put off"
