"""Real sessions, roles and invitations to preview the texts of mails on (see ``outbox.texts.Sample``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.templatetags.look import week_no
from outbox.models import Message, State, Told
from outbox.texts import Sample
from schools.actions.handover import WELCOME
from schools.actions.replies import DECLINED
from schools.mailing.invited import CHANGED as OCCASION_CHANGED
from schools.mailing.invited import INVITED
from schools.mailing.telling import CHANGED, Reader, about, readers_of, said_of
from schools.models import OccasionInvitation, PlannedSession, SchoolMembership, SchoolReply
from schools.models.plans import monday_of

# How many samples are offered, and how many rows are searched for them.
SHOWN, LOOKED_THROUGH = 8, 400
A_WEEK = dt.timedelta(weeks=1)


def mail_to(user: User | None, address: str, kind: str, said: dict[str, Any], now: dt.datetime) -> Message:
    """The row of a mail that is only previewed, and rolled back."""
    return Message.objects.create(kind=kind, user=user, address=address, about=said, not_before=now, made_at=now)


def sessions_and_readers(
    rows: Iterable[PlannedSession], today: dt.date
) -> Iterator[tuple[list[PlannedSession], Reader]]:
    """A topic's groups in a week, with who at the school gets the mail: one sample for each school."""
    found: dict[int, list[PlannedSession]] = {}
    for row in rows:
        several = found.setdefault(row.participation.school_id, [])
        if not several or (several[0].slot_no, several[0].week_start) == (row.slot_no, row.week_start):
            several.append(row)
    shown = 0
    for several in found.values():
        readers = readers_of(several[0].participation.school, today, making_accounts=False)
        if readers and shown < SHOWN:
            shown += 1
            yield several, readers[0]


def coming_sessions(today: dt.date) -> list[PlannedSession]:
    """What has not been held yet, the nearest first."""
    rows = PlannedSession.objects.live().filter(outcome=None, week_start__gte=monday_of(today)).with_names()
    return list(rows.order_by("week_start", "slot_no", "group__name")[:LOOKED_THROUGH])


def label_of(sessions: list[PlannedSession]) -> str:
    first = sessions[0]
    return f"{first.topic_title}, {first.participation.school}, {week_no(first.week_start)}"


def changed(now: dt.datetime) -> list[Sample]:
    """The next session of each school, as if it had been moved a week."""
    today = timezone.localdate(now)

    def sample(several: list[PlannedSession], reader: Reader) -> Sample:
        def write() -> Message:
            first = several[0]
            said = {
                "membership": reader.membership.pk,
                "slots": [[first.participation_id, first.slot_no]],
            }
            message = mail_to(reader.user, reader.user.email, CHANGED, said, now)
            before = mail_to(reader.user, reader.user.email, CHANGED, said, now)
            Message.objects.filter(pk=before.pk).update(state=State.SENT)
            for one in several:
                one.week_start -= A_WEEK
                one.date = one.date - A_WEEK if one.date else None
                Told.objects.create(message=before, user=reader.user, about=about(one), said=said_of(one))
            return message

        return Sample(str(several[0].uuid), label_of(several), write)

    return [sample(several, reader) for several, reader in sessions_and_readers(coming_sessions(today), today)]


def declined(now: dt.datetime) -> list[Sample]:
    """A school's latest proposals, as if they had been declined."""
    replies = SchoolReply.objects.filter(kind=SchoolReply.Kind.TIME).select_related("school").order_by("-at")[:SHOWN]

    def sample(reply: SchoolReply, reader: Reader) -> Sample:
        def write() -> Message:
            declined = {"state": SchoolReply.State.DECLINED, "answered_at": now}
            SchoolReply.objects.filter(pk=reply.pk).update(**declined)
            said = {"membership": reader.membership.pk, "reply": reply.pk}
            return mail_to(reader.user, reader.user.email, DECLINED, said, now)

        week = week_no(reply.proposed_week) if reply.proposed_week else ""
        return Sample(str(reply.uuid), ", ".join(part for part in (str(reply.school), week) if part), write)

    today = timezone.localdate(now)
    found = [(reply, readers_of(reply.school, today, making_accounts=False)) for reply in replies]
    return [sample(reply, readers[0]) for reply, readers in found if readers]


def welcome(now: dt.datetime) -> list[Sample]:
    """Those who have had a role at a school for the shortest time."""
    active = SchoolMembership.objects.in_reach().active(timezone.localdate(now)).filter(person__user__isnull=False)
    rows = active.select_related("person__user", "person__school").order_by("-starts_on", "pk")[:SHOWN]

    def sample(row: SchoolMembership) -> Sample:
        user = row.person.user
        assert user is not None
        label = f"{row.person}, {row.person.school}"
        return Sample(str(row.pk), label, lambda: mail_to(user, user.email, WELCOME, {"membership": row.pk}, now))

    return [sample(row) for row in rows]


def invited(now: dt.datetime) -> list[Sample]:
    return [_of_invitation(row, INVITED, {}, now) for row in invitations_shown(now)]


def occasion_changed(now: dt.datetime) -> list[Sample]:
    """The coming occasions, as if they had been at another time before."""
    return [_of_invitation(row, OCCASION_CHANGED, {"was": "–"}, now) for row in invitations_shown(now)]


def invitations_shown(now: dt.datetime) -> list[OccasionInvitation]:
    """One invitation to each coming occasion."""
    rows = OccasionInvitation.objects.standing().with_names()
    rows = rows.filter(occasion__date__gte=timezone.localdate(now), occasion__cancelled_at=None)
    by_occasion: dict[int, OccasionInvitation] = {}
    for row in rows.order_by("occasion__date", "pk")[:LOOKED_THROUGH]:
        if row.person is None or role_of(row, now):
            by_occasion.setdefault(row.occasion_id, row)
    return list(by_occasion.values())[:SHOWN]


def role_of(invitation: OccasionInvitation, now: dt.datetime) -> SchoolMembership | None:
    person = invitation.person
    if person is None or person.user is None:
        return None
    role: SchoolMembership | None = person.memberships.active(timezone.localdate(now)).first()
    return role


def _of_invitation(row: OccasionInvitation, kind: str, said: dict[str, Any], now: dt.datetime) -> Sample:
    role = role_of(row, now)
    user = row.person.user if row.person else None
    about_it = said | {"invitation": row.pk} | ({"membership": role.pk} if role else {})
    label = f"{row.occasion}, {row}"
    return Sample(str(row.uuid), label, lambda: mail_to(user, user.email if user else row.email, kind, about_it, now))
