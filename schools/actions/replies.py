"""A school's answers other than yes, and a coordinator's response to them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import week_no
from accounts.validators import refuse_personal_number
from outbox.actions import enqueue
from programmes.actions.sent_once import digest, keep, known
from schools.actions.deeds import StaleSession, lock_rows
from schools.actions.moves import move_session
from schools.actions.people import end_membership
from schools.actions.weeks import check_week
from schools.calendar import DAY, SchoolCalendar
from schools.mailing.telling import readers_of
from schools.models import PlannedSession, ReplyReason, SchoolMembership, SchoolReply
from schools.models.plans import monday_of
from schools.times import time_in

State = SchoolReply.State
DECLINED = "reply-declined"


class ReplyRefused(ValidationError):  # noqa: N818 - reads as what happened
    """The reply can't be given or answered as it stands; the message says why, for the user."""


@transaction.atomic
def propose_time(
    *,
    sessions: Sequence[PlannedSession],
    reason: str,
    proposed_week: dt.date | None,
    key: uuid.UUID,
    by: User,
    now: dt.datetime,
    note: str = "",
    membership: SchoolMembership | None = None,
) -> SchoolReply:
    """Say that a time does not work for some groups of one session, and propose another week. Nothing is moved by it.

    The same key and content again gives the same reply; an open reply about the same sessions is replaced. Raises
    ``ValidationError`` by field, or without a field when the key has been used for other content, and ``ReplyRefused``
    when the sessions are no longer ahead.
    """
    said = digest(sorted(str(one.uuid) for one in sessions), reason, proposed_week, note)
    before = known(SchoolReply, key, said)
    if before:
        return before
    _check_time(sessions, reason, proposed_week, note)
    _replace_open(sessions, but=key)
    reply = SchoolReply(
        key=key,
        content_digest=said,
        kind=SchoolReply.Kind.TIME,
        school=sessions[0].participation.school,
        membership=membership,
        week_start=sessions[0].week_start,
        proposed_week=proposed_week,
        reason=reason,
        note=note.strip(),
        by=by,
        at=now,
    )
    reply = keep(reply)[0]
    reply.sessions.set(sessions)
    return reply


@transaction.atomic
def say_not_me(
    *, membership: SchoolMembership, key: uuid.UUID, by: User, now: dt.datetime, note: str = ""
) -> SchoolReply:
    """Say that one no longer has the role. The role ends only when a coordinator accepts this."""
    refuse_personal_number(note)
    said = digest(membership.pk, note)
    before = known(SchoolReply, key, said)
    if before:
        return before
    waits = SchoolReply.objects.open().filter(kind=SchoolReply.Kind.NOT_ME, membership=membership).first()
    if waits:
        return waits
    reply = SchoolReply(
        key=key,
        content_digest=said,
        kind=SchoolReply.Kind.NOT_ME,
        school=membership.person.school,
        membership=membership,
        note=note.strip(),
        by=by,
        at=now,
    )
    return keep(reply)[0]


@transaction.atomic
def accept(*, reply: SchoolReply, by: User, now: dt.datetime) -> list[PlannedSession]:
    """Do as the school proposes: move its sessions to the week, or end the role. Gives the moved sessions.

    Raises ``ReplyRefused`` when it has been answered already, when a session is no longer where the school saw it, or
    when the week can no longer be used; then nothing is moved.
    """
    reply = _answer(reply, State.ACCEPTED, by, now)
    if reply.kind == SchoolReply.Kind.NOT_ME:
        assert reply.membership is not None
        end_membership(membership=reply.membership, last_day=_last_day(reply.membership, now), by=by)
        return []
    lock_rows(reply.sessions.all())
    sessions, batch = reply.sessions.select_related("participation__school"), uuid.uuid4()
    return [_move(session, reply, by, now, batch) for session in sessions]


@transaction.atomic
def decline(*, reply: SchoolReply, by: User, now: dt.datetime, note: str = "") -> SchoolReply:
    """Keep the plan as it is, and tell the school why. Raises ``ReplyRefused`` when the reply has been answered
    already."""
    refuse_personal_number(note)
    reply = _answer(reply, State.DECLINED, by, now, note=note.strip())
    if reply.kind == SchoolReply.Kind.TIME:
        for reader in readers_of(reply.school, timezone.localdate(now)):
            enqueue(
                kind=DECLINED,
                user=reader.user,
                address=reader.user.email,
                about={"membership": reader.membership.pk, "reply": reply.pk},
                once_key=f"{DECLINED}:{reply.pk}:{reader.user.pk}",
                now=now,
            )
    return reply


def _check_time(sessions: Sequence[PlannedSession], reason: str, proposed: dt.date | None, note: str) -> None:
    if not sessions:
        raise ValidationError({"groups": _("Choose at least one group.")})
    if reason not in ReplyReason.values:
        raise ValidationError({"reason": _("Choose why the time does not work.")})
    try:
        refuse_personal_number(note)
    except ValidationError as refused:
        raise ValidationError({"note": refused.messages}) from refused
    if any(one.outcome is not None or one.cancelled_at is not None for one in sessions):
        raise ReplyRefused(_("The session is no longer ahead. Look at the plan again."))
    if proposed is not None:
        _check_week(sessions, proposed)


def _replace_open(sessions: Sequence[PlannedSession], but: uuid.UUID) -> None:
    """Replace the school's open replies about the same sessions. The same form may have been saved a moment ago."""
    others = SchoolReply.objects.open().exclude(key=but)
    earlier = others.filter(kind=SchoolReply.Kind.TIME, sessions__in=sessions)
    SchoolReply.objects.filter(pk__in=list(earlier.values_list("pk", flat=True))).update(state=State.REPLACED)


def _check_week(sessions: Sequence[PlannedSession], week: dt.date) -> None:
    participation = sessions[0].participation
    calendar = SchoolCalendar.of(participation.programme_year.year, participation.school)
    for session in sessions:
        check_week(session.group, calendar, week, field="week")


def _answer(reply: SchoolReply, state: State, by: User, now: dt.datetime, note: str = "") -> SchoolReply:
    """Save the answer; of two who answer at once, one succeeds."""
    mine = SchoolReply.objects.open().order_by().filter(pk=reply.pk)
    if mine.update(state=state, answered_by=by, answered_at=now, answer_note=note) != 1:
        raise ReplyRefused(_("Somebody has answered this already."))
    return SchoolReply.objects.with_names().get(pk=reply.pk)


def _move(session: PlannedSession, reply: SchoolReply, by: User, now: dt.datetime, batch: uuid.UUID) -> PlannedSession:
    if reply.proposed_week is None:
        return session
    if session.week_start != reply.week_start:
        raise ReplyRefused(_("%(session)s has been moved since the school answered.") % {"session": session})
    if reply.proposed_week < monday_of(timezone.localdate(now)):
        raise ReplyRefused(
            _("The week that the school proposed, %(week)s, has passed. Move the session, or let the plan stand.")
            % {"week": week_no(reply.proposed_week)}
        )
    calendar = SchoolCalendar.of(session.participation.programme_year.year, session.participation.school)
    try:
        return move_session(
            session=session,
            week_start=reply.proposed_week,
            version=session.version,
            by=by,
            now=now,
            reason=_("the school's proposal: %(reason)s") % {"reason": str(reply.get_reason_display()).lower()},
            batch=batch,
            **time_in(session, reply.proposed_week, calendar)._asdict(),
        )
    except StaleSession as stale:
        raise ReplyRefused(_("%(session)s is held or cancelled by now.") % {"session": session}) from stale
    except ValidationError as refused:
        raise ReplyRefused(refused.messages[0]) from refused


def _last_day(membership: SchoolMembership, now: dt.datetime) -> dt.date:
    """The role's last day: yesterday, so that nothing more is sent, or the day on which it ended already; never before
    it began."""
    yesterday = timezone.localdate(now) - DAY
    return max(min(membership.ends_on or yesterday, yesterday), membership.starts_on)
