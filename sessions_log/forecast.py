"""Which mails a session leads to, sent and to come: to whom, when and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from outbox.digests import next_digest
from outbox.going import morning_of
from outbox.kinds import kind_named
from outbox.letters import local_time
from outbox.models import WAITING, MailPreference, Message, MessageQuerySet, State
from schools.actions.replies import DECLINED
from schools.mailing.telling import CHANGED, about, readers_of, slots_of
from schools.models import PlannedSession, SchoolMembership, Term
from sessions_log.models import ReminderItem
from sessions_log.reminding.places import place_of
from sessions_log.reminding.readers import Foreseen, readers_of_step
from sessions_log.reminding.rules import RuleBook
from sessions_log.reminding.runs import MORNING, Run
from sessions_log.reminding.steps import Step, steps_of
from sessions_log.reminding.term_plans import plan_due_on, plan_key

Kind = ReminderItem.Kind
DAY = dt.timedelta(days=1)
PLAN_CAUSE = gettext_lazy("The plan of the term, before it begins.")


@dataclass(frozen=True)
class Forecast:
    """A mail to one person: sent, waiting, skipped, or yet to be made; ``mail`` is None until it is made."""

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
    """Every mail that has told of the session, or will, in order of time."""
    return sorted([*_made(session), *_ahead(session, now)], key=lambda one: one.at)


def _made(session: PlannedSession) -> Iterator[Forecast]:
    """The mails that exist: reminders by the ledger, other mails that told of the session, and those on their way."""
    mails = {mail.pk: mail for found in _about(session) for mail in found.select_related("user")}
    leads = dict(session.reminders.values_list("mail", "lead"))
    for mail in mails.values():
        if mail.user is not None:
            yield Forecast(mail.kind, mail.user, _moment_of(mail), _cause(mail, leads.get(mail.pk), session), mail)


def _moment_of(mail: Message) -> dt.datetime:
    """When a mail was sent, or will be."""
    if mail.state == State.GATHERED:
        return next_digest(mail.not_before)
    return mail.handed_over_at or mail.settled_at or mail.not_before


def _about(session: PlannedSession) -> Iterator[MessageQuerySet]:
    mails = Message.objects.all()
    yield mails.filter(reminder_items__session=session).distinct()
    yield mails.filter(told__about=about(session)).distinct()
    on_its_way = mails.filter(state__in=WAITING)
    yield on_its_way.filter(pk__in=_of_changes(session))
    yield mails.filter(kind=DECLINED, about__reply__in=list(session.replies.values_list("pk", flat=True)))
    at_school = SchoolMembership.objects.filter(person__school=session.participation.school)
    keys = [plan_key(membership, term) for term in _terms_of(session) for membership in at_school]
    yield on_its_way.filter(once_key__in=keys)


def _of_changes(session: PlannedSession) -> list[int]:
    """Waiting mails about changes that include the session's place in the year."""
    place = (session.participation_id, session.slot_no)
    return [mail.pk for mail in Message.objects.waiting().filter(kind=CHANGED) if place in slots_of(mail)]


def _terms_of(session: PlannedSession) -> list[Term]:
    """The term that the session is in, if any."""
    monday = session.week_start
    return list(Term.objects.filter(starts_on__lte=monday + 6 * DAY, ends_on__gte=monday)[:1])


def _cause(mail: Message, lead: int | None, session: PlannedSession) -> str:
    """Why a mail was made: which step of reminders it is, or what happened."""
    if lead is not None:
        return in_words(mail.kind, lead, session)
    causes = {
        Kind.TERM_PLAN: PLAN_CAUSE,
        CHANGED: _("The session was moved or cancelled, and the recipient had been told of it."),
        DECLINED: _("The school had proposed another time."),
    }
    return str(causes.get(mail.kind, ""))


def _ahead(session: PlannedSession, now: dt.datetime) -> Iterator[Forecast]:
    """What will come if everything stays as it is; for those who prefer it, in their weekly mail."""
    if session.outcome is not None or not session.is_live:
        return
    weekly = set(MailPreference.objects.filter(weekly=True).values_list("user_id", flat=True))
    for kind, user, at, why in [*_plans_ahead(session, now), *_reminders_ahead(session, now)]:
        yield Forecast(kind, user, next_digest(at) if user.pk in weekly else at, why, None, is_ahead=True)


Coming = tuple[str, User, dt.datetime, str]


def _plans_ahead(session: PlannedSession, now: dt.datetime) -> Iterator[Coming]:
    """The mail with the term's plan, if it is yet to be made."""
    for term in _terms_of(session):
        due_on = plan_due_on(term, RuleBook())
        if due_on is None:
            continue
        at = local_time(due_on, MORNING)
        readers = readers_of(session.participation.school, timezone.localdate(now), making_accounts=False)
        for reader in readers if at > now else []:
            if not Message.objects.filter(once_key=plan_key(reader.membership, term)).exists():
                yield (Kind.TERM_PLAN, reader.user, at, str(PLAN_CAUSE))


def _reminders_ahead(session: PlannedSession, now: dt.datetime) -> Iterator[Coming]:
    run, place = Run(now), place_of(session)
    made = set(session.reminders.standing().values_list("user_id", "kind", "lead"))
    rules = run.book.of_programme(place.programme_year)
    readers = Foreseen(run.roles, [place.leader] if place.leader else [])
    users = User.objects.in_bulk
    for step in steps_of(place, rules):
        told = [] if step.is_too_late(run.today) else readers_of_step(readers, step.kind, step.lead, place, rules)
        keys = [one.key for one in told if isinstance(one.key, int) and (one.key, step.kind, step.lead) not in made]
        for user in users(keys).values():
            at = _arrives(step, session, user)
            if not step.is_too_late(timezone.localdate(at)):
                yield (step.kind, user, at, in_words(step.kind, step.lead, session))


def _arrives(step: Step, session: PlannedSession, user: User) -> dt.datetime:
    """When a reminder will arrive, after quiet hours and days."""
    mail = Message(kind=step.kind, user=user, about={"sessions": [session.pk]})
    return morning_of(mail, local_time(step.due_on, MORNING))


def in_words(kind: str, lead: int, session: PlannedSession) -> str:
    """Why a reminder comes on its day."""
    if kind == Kind.LOG_BY_LINK:
        return _("On the session's day, because the school logs by link.")
    if kind in (Kind.LOG_MISSING, Kind.LOG_ESCALATED):
        text = ngettext(
            "%(n)s day after the week, if there is no log then.",
            "%(n)s days after the week, if there is no log then.",
            lead,
        )
        return text % {"n": lead}
    is_base = session.topic is not None and session.topic.is_base
    if lead == 0:
        return _("The same week, because it is a base session.") if is_base else _("The same week.")
    text = (
        ngettext(
            "%(n)s week before, because it is a base session.",
            "%(n)s weeks before, because it is a base session.",
            lead,
        )
        if is_base
        else ngettext("%(n)s week before.", "%(n)s weeks before.", lead)
    )
    return text % {"n": lead}
