"""The texts of reminders that the administrator can change, and samples to preview them on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from outbox.centre import coordinator
from outbox.letters import local_time
from outbox.models import Message
from outbox.texts import Part, Placeholder, Sample, TextSet
from schools.mailing.samples import SHOWN, coming_sessions, label_of, mail_to, sessions_and_readers
from schools.mailing.telling import Reader
from schools.mailing.texts import OPENING, SCHOOL, SUBJECT, TOPIC
from schools.models import PlannedSession, SchoolMembership, Term
from sessions_log.models import ReminderItem
from sessions_log.policies import can_log_by_link

KIND = ReminderItem.Kind
MORNING = dt.time(8)

_SOON = Placeholder("soon", "när", _("how soon it is, such as “Next week”"))
_GROUPS = Placeholder("groups", "grupper", _("which groups, such as “four classes”"))
_WEEKS = Placeholder("weeks", "veckor", _("the weeks, such as “wk 38”"))
_MISSING = Placeholder("missing", "loggar", _("how many logs, such as “3 logs are missing”"))
_WHERE = Placeholder("where", "var", _("the school, or how many schools, such as “4 schools”"))
_PLAN = Placeholder("plan", "plan", _("which plan, such as “The autumn's plan for Lindängsskolan”"))


def approaching_samples(now: dt.datetime) -> list[Sample]:
    return _of_sessions(KIND.APPROACHING, now)


def _of_sessions(kind: str, now: dt.datetime, **said: Any) -> list[Sample]:
    today = timezone.localdate(now)
    return [
        _sample(several, kind, reader.user, said | {"membership": reader.membership.pk}, now)
        for several, reader in sessions_and_readers(coming_sessions(today), today)
    ]


def _sample(
    several: list[PlannedSession], kind: str, user: User, said: dict[str, Any], now: dt.datetime, **more: Any
) -> Sample:
    about = said | {"sessions": [one.pk for one in several]}
    return Sample(str(several[0].uuid), label_of(several), lambda: mail_to(user, user.email, kind, about, now), **more)


def missing_samples(now: dt.datetime, *, kind: str = KIND.LOG_MISSING, days: int = 2) -> list[Sample]:
    """Sessions as if their week had passed without a log: to the school's coordinator, or to the centre's.

    ``days`` is how many days have passed since the week's Sunday.
    """
    today = timezone.localdate(now)
    samples: list[Sample] = []
    for several, _reader in sessions_and_readers(coming_sessions(today), today):
        roles = SchoolMembership.objects.in_reach().coordinators().active(today).filter(person__user__isnull=False)
        role = roles.filter(person__school=several[0].participation.school).select_related("person__user").first()
        user = role.person.user if role else coordinator(today)
        at = local_time(several[0].week_start + dt.timedelta(days=6 + days), MORNING)
        if user is not None:
            said = {"membership": role.pk} if role else {}
            samples.append(_sample(several, kind, user, said, now, at=at))
    return samples


def escalated_samples(now: dt.datetime) -> list[Sample]:
    """Sessions as if two or three weeks had passed without a log: to the school's coordinator, and last to the
    centre's."""
    today, by = timezone.localdate(now), coordinator(timezone.localdate(now))
    found = missing_samples(now, kind=KIND.LOG_ESCALATED, days=15)
    rows = coming_sessions(today)[:SHOWN]
    if rows and by:
        at = local_time(rows[-1].week_start + dt.timedelta(days=28), MORNING)
        found.append(_sample(rows, KIND.LOG_ESCALATED, by, {}, now, at=at))
    return found


def plan_samples(now: dt.datetime) -> list[Sample]:
    """The plan of the present term, or of the next, at some schools."""
    today = timezone.localdate(now)
    term = Term.objects.filter(ends_on__gte=today).order_by("starts_on").first()
    if term is None:
        return []
    rows = PlannedSession.objects.live().between(term.starts_on, term.ends_on).with_names()

    def sample(several: list[PlannedSession], reader: Reader) -> Sample:
        school, user = several[0].participation.school, reader.user
        said = {"membership": reader.membership.pk, "term": term.pk}
        write: Callable[[], Message] = lambda: mail_to(user, user.email, KIND.TERM_PLAN, said, now)  # noqa: E731
        return Sample(school.slug, str(school), write)

    return [sample(*one) for one in sessions_and_readers(rows.order_by("week_start", "slot_no"), today)]


def by_link_samples(now: dt.datetime) -> list[Sample]:
    """Sessions led by somebody with an account, at schools that log by link."""
    samples: list[Sample] = []
    for one in coming_sessions(timezone.localdate(now)):
        leader = one.leader
        if leader and leader.user and can_log_by_link(one) and len(samples) < SHOWN:
            samples.append(_sample([one], KIND.LOG_BY_LINK, leader.user, {"leader": leader.pk}, now))
    return samples


REMINDER_TEXTS = (
    TextSet(
        KIND.TERM_PLAN,
        (
            Part("subject", SUBJECT, _("%(plan)s: is it right?"), (_PLAN, SCHOOL), is_line=True),
            Part(
                "opening",
                OPENING,
                _("One tap in the plan says that it is right. If a time does not work, propose another there."),
                (SCHOOL,),
            ),
        ),
        plan_samples,
    ),
    TextSet(
        KIND.APPROACHING,
        (
            Part(
                "subject",
                SUBJECT,
                _("%(soon)s: %(topic)s at %(school)s"),
                (_SOON, TOPIC, SCHOOL),
                ("topic",),
                is_line=True,
            ),
            Part(
                "opening",
                OPENING,
                _("%(groups)s at %(school)s have a session in %(weeks)s."),
                (_GROUPS, SCHOOL, _WEEKS, TOPIC),
                ("weeks",),
            ),
            Part(
                "second",
                _("Second paragraph"),
                _("If the times are right you need not do anything."),
                (TOPIC, SCHOOL),
                may_be_empty=True,
            ),
        ),
        approaching_samples,
    ),
    TextSet(
        KIND.LOG_BY_LINK,
        (
            Part(
                "subject",
                SUBJECT,
                _("Log when you have held it: %(topic)s"),
                (TOPIC, SCHOOL),
                ("topic",),
                is_line=True,
            ),
            Part(
                "opening",
                OPENING,
                _("Two taps are enough when it was held as planned. You need no account."),
                (TOPIC,),
            ),
            Part(
                "coming",
                _("What comes next"),
                _("When the session is logged no more mails come about it."),
                is_line=True,
            ),
        ),
        by_link_samples,
    ),
    TextSet(
        KIND.LOG_MISSING,
        (
            Part(
                "subject",
                SUBJECT,
                _("%(missing)s: %(topic)s at %(school)s"),
                (_MISSING, TOPIC, SCHOOL),
                ("topic",),
                is_line=True,
            ),
            Part(
                "opening",
                OPENING,
                _("Was it held, or not? Two taps are enough when it was held as planned."),
                (TOPIC,),
            ),
            Part(
                "second",
                _("Second paragraph"),
                _("Without a log nobody knows whether the groups have had the session."),
                (TOPIC,),
                may_be_empty=True,
            ),
        ),
        missing_samples,
    ),
    TextSet(
        KIND.LOG_ESCALATED,
        (
            Part(
                "subject",
                _("Subject, to the school's coordinator"),
                _("%(missing)s at %(school)s"),
                (_MISSING, SCHOOL),
                ("school",),
                is_line=True,
            ),
            Part(
                "opening",
                _("First paragraph, to the school's coordinator"),
                _(
                    "We have asked before, and nobody has said whether these were held."
                    " Two taps are enough for each that was held as planned."
                ),
                (SCHOOL,),
            ),
            Part(
                "help",
                _("Last paragraph, to the school's coordinator"),
                _("Was something not held? Say so in the log, and we find a new time together."),
                may_be_empty=True,
            ),
            Part(
                "subject-centre",
                _("Subject, to the centre's coordinator"),
                _("%(missing)s: %(where)s"),
                (_MISSING, _WHERE),
                ("where",),
                is_line=True,
            ),
            Part(
                "opening-centre",
                _("First paragraph, to the centre's coordinator"),
                _("The schools have been reminded. Ring, and ask whether the sessions were held."),
            ),
        ),
        escalated_samples,
    ),
)
