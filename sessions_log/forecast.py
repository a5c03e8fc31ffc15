"""Which mails a session leads to: to whom, when, and why each; those that have gone and those that will."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from outbox.digests import next_digest
from outbox.kinds import kind_named
from outbox.letters import local_time
from outbox.models import MailPreference, Message, State
from schools.models import PlannedSession
from schools.telling import Reader, about, readers_of
from sessions_log.models import ReminderItem
from sessions_log.reminders import MORNING, Step, loggers_of, steps_of

Kind = ReminderItem.Kind


@dataclass(frozen=True)
class Forecast:
    """One mail to one person: sent, waiting, skipped, or to be made; ``mail`` is None until it is made."""

    kind: str
    user: User
    at: dt.datetime
    why: str
    mail: Message | None
    is_ahead: bool = False

    @property
    def title(self) -> str:
        return str(kind_named(self.kind).title)


def mails_of(session: PlannedSession, now: dt.datetime) -> list[Forecast]:
    """Every mail that has told of the session, or will, in the order of time."""
    return sorted([*_made(session), *_ahead(session, now)], key=lambda one: one.at)


def _made(session: PlannedSession) -> Iterator[Forecast]:
    """Mails that are there: reminders by the ledger, and whatever else has told of the session."""
    by_item = Message.objects.filter(reminder_items__session=session)
    by_told = Message.objects.filter(told__about=about(session))
    on_its_way = Message.objects.filter(
        about__participation=session.participation_id, about__slot=session.slot_no, state__in=[State.QUEUED, State.HELD]
    )
    found = (by_item | by_told).distinct().select_related("user")
    mails = {mail.pk: mail for mail in [*found, *on_its_way.select_related("user")]}
    for mail in mails.values():
        if mail.user is not None:
            moment = mail.handed_over_at or mail.settled_at or mail.not_before
            yield Forecast(mail.kind, mail.user, moment, mail.why, mail)


def _ahead(session: PlannedSession, now: dt.datetime) -> Iterator[Forecast]:
    """The reminders that will come, if everything stays as it is."""
    if session.outcome is not None or not session.is_live:
        return
    today, school = timezone.localdate(now), session.participation.school
    made = set(session.reminders.standing().values_list("user_id", "kind", "lead"))
    weekly = set(MailPreference.objects.filter(weekly=True).values_list("user_id", flat=True))
    readers: dict[str, Sequence[Reader | User]] = {
        Kind.APPROACHING: readers_of(school, today, making_accounts=False),
        Kind.LOG_MISSING: loggers_of(school, today),
    }
    for step in steps_of(session):
        at = local_time(step.due_on, MORNING)
        for reader in readers[step.kind] if not step.is_too_late(today) else []:
            user = reader.user if isinstance(reader, Reader) else reader
            if (user.pk, step.kind, step.lead) not in made:
                yield Forecast(
                    step.kind, user, next_digest(at) if user.pk in weekly else at, in_words(step), None, is_ahead=True
                )


def in_words(step: Step) -> str:
    """Why a mail comes on its day."""
    if step.kind == Kind.LOG_MISSING:
        text = ngettext(
            "%(n)s day after the week, if there is no log then.",
            "%(n)s days after the week, if there is no log then.",
            step.lead,
        )
        return text % {"n": step.lead}
    if step.lead == 0:
        return _("The same week, because it is a base session.")
    text = ngettext(
        "%(n)s week before, because it is a base session.",
        "%(n)s weeks before, because it is a base session.",
        step.lead,
    )
    return text % {"n": step.lead}
