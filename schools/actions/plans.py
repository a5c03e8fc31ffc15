"""A school's plan for a year: topics are chosen, the plan is laid out, its sessions are moved and cancelled."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import week_no
from accounts.validators import refuse_personal_number
from programmes.models import Programme, SessionTopic
from schools.actions.applying import Deed, RowsHaveChanged, change_topics, origin_after, write
from schools.actions.replacements import plan_replacement
from schools.calendar import WEEK, SchoolCalendar
from schools.drafts import Draft
from schools.models import (
    Group,
    Participation,
    PlanChange,
    PlannedSession,
    ProgrammeYear,
    School,
    SchoolYear,
    TopicChoice,
)
from schools.models.plans import CancelReason, monday_of
from schools.outlines import outline_of
from schools.planning import plan
from schools.telling import tell_of_changes

What = PlanChange.What
# What a person can give as the reason; that a group ended is said by what ends it.
REASONS = tuple(reason for reason in CancelReason if reason != CancelReason.GROUP_ENDED)


class StaleSession(Exception):  # noqa: N818 - reads as what happened
    """Somebody else has changed, logged or cancelled the session since it was seen."""


class StaleDraft(Exception):  # noqa: N818
    """What applying would do is no longer what the person saw."""


@transaction.atomic
def open_programme_year(*, programme: Programme, year: SchoolYear, by: User, **settings: Any) -> ProgrammeYear:
    """A programme's rules for a school year, by ``ProgrammeYear``'s fields; done again it changes those given."""
    rules = ProgrammeYear.objects.filter(programme=programme, year=year).first()
    rules = rules or ProgrammeYear(programme=programme, year=year)
    for name, value in settings.items():
        setattr(rules, name, value)
    rules.full_clean()
    rules.save()
    rules.participations.all().raise_version()
    return rules


@transaction.atomic
def join(*, school: School, programme_year: ProgrammeYear, by: User) -> Participation:
    """The school's part in a programme one year; it is made once."""
    return Participation.objects.get_or_create(school=school, programme_year=programme_year)[0]


@transaction.atomic
def choose_topics(*, participation: Participation, topics: Sequence[SessionTopic], by: User, now: dt.datetime) -> None:
    """The extra topics that a school has chosen, in their order in the year; sessions that are ahead follow at once.

    Raises ``ValidationError`` if they are too many, repeated, not extra topics of the programme, or differ from
    those of a place whose session has been held.
    """
    participation = Participation.objects.select_for_update().get(pk=participation.pk)
    _check_choice(participation, topics)
    participation.choices.all().delete()
    TopicChoice.objects.bulk_create(
        TopicChoice(participation=participation, topic=topic, position=position)
        for position, topic in enumerate(topics, start=1)
    )
    retopics = draft_plan(participation=participation, from_day=timezone.localdate(now)).difference.retopic
    PlanChange.objects.bulk_create(change_topics(retopics, Deed(participation, by, now, uuid.uuid4())))
    tell_of_changes(participation=participation, sessions=[one.row for one in retopics], by=by, now=now)
    _raise_version(participation)


def locked_topics(participation: Participation) -> dict[int, SessionTopic]:
    """The chosen topics that have been held with some group, by their position."""
    held = participation.sessions.filter(outcome=PlannedSession.Outcome.HELD).values("topic")
    choices = participation.choices.filter(topic__in=held).select_related("topic")
    return {choice.position: choice.topic for choice in choices}


def _check_choice(participation: Participation, topics: Sequence[SessionTopic]) -> None:
    rules = participation.programme_year
    if len(topics) > rules.required_extra:
        raise ValidationError(_("Choose at most %(n)s topics.") % {"n": rules.required_extra})
    if len({topic.pk for topic in topics}) < len(topics):
        raise ValidationError(_("Choose each topic only once."))
    if any(topic.kind != SessionTopic.Kind.EXTRA or topic.programme_id != rules.programme_id for topic in topics):
        raise ValidationError(_("Choose among the programme's extra topics."))
    for position, topic in locked_topics(participation).items():
        if position > len(topics) or topics[position - 1].pk != topic.pk:
            raise ValidationError(
                _("%(topic)s has been held, and stays in place %(n)s.") % {"topic": topic, "n": position}
            )


def draft_plan(*, participation: Participation, from_day: dt.date) -> Draft:
    """What applying the plan from a day on would do. Writes nothing; the participation need not be saved."""
    outline = outline_of(participation, from_day)
    return Draft(participation, from_day, outline, plan(outline))


@transaction.atomic
def apply_plan(
    *, participation: Participation, from_day: dt.date, by: User, now: dt.datetime, digest: str | None = None
) -> uuid.UUID:
    """Lay out the plan: create, move, cancel and give topics as the draft says. Gives the batch of the changes.

    Raises ``StaleDraft`` if a ``digest`` is given and the draft is no longer the one that has it.
    """
    if participation.pk is None:
        participation = join(school=participation.school, programme_year=participation.programme_year, by=by)
    # Of two who lay out the same plan, the second waits here, and then finds nothing to do.
    participation = (
        Participation.objects.select_for_update(of=("self",))
        .select_related("school", "programme_year__programme", "programme_year__year")
        .get(pk=participation.pk)
    )
    outline = outline_of(participation, from_day, lock=True)
    draft = Draft(participation, from_day, outline, plan(outline))
    if digest is not None and digest != draft.digest:
        raise StaleDraft
    deed = Deed(participation, by, now, uuid.uuid4())
    if not draft.changes_nothing:
        try:
            write(draft.difference, deed)
        except RowsHaveChanged as changed:
            raise StaleDraft from changed
        tell_of_changes(participation=participation, sessions=draft.difference.changed_rows, by=by, now=now)
        _raise_version(participation)
    return deed.batch


@transaction.atomic
def apply_plans(
    *, rules: ProgrammeYear, digests: Mapping[School, str], from_day: dt.date, by: User, now: dt.datetime
) -> None:
    """Lay out the plans of several schools, each as the draft with its digest says, or none.

    Raises ``StaleDraft`` if any of them is no longer that draft.
    """
    for school, digest in digests.items():
        participation = join(school=school, programme_year=rules, by=by)
        apply_plan(participation=participation, from_day=from_day, by=by, now=now, digest=digest)


@transaction.atomic
def move_session(
    *,
    session: PlannedSession,
    week_start: dt.date,
    version: int,
    by: User,
    now: dt.datetime,
    reason: str = "",
    date: dt.date | None = None,
    start_time: dt.time | None = None,
    end_time: dt.time | None = None,
) -> PlannedSession:
    """Move a session to a week, or to a day and time in it; planning then leaves it there.

    Raises ``ValidationError`` by field when the time cannot be used, and ``StaleSession`` when the session is no
    longer at ``version``, or has been logged or cancelled.
    """
    _check_time(session, week_start, date, start_time, end_time)
    refuse_personal_number(reason)
    before, moved_from = _said(session), origin_after(session, week_start)
    _change(
        session,
        version,
        week_start=week_start,
        moved_from=moved_from,
        date=date,
        start_time=start_time,
        end_time=end_time,
        pinned=True,
    )
    deed = Deed(session.participation, by, now, uuid.uuid4())
    deed.change(What.MOVED, session, before=before, after=_said(session), reason=reason.strip()).save()
    tell_of_changes(participation=session.participation, sessions=[session], by=by, now=now)
    _raise_version(session.participation)
    return session


@transaction.atomic
def cancel_session(
    *,
    session: PlannedSession,
    reason: str,
    version: int,
    by: User,
    now: dt.datetime,
    note: str = "",
    new_week: dt.date | None = None,
) -> PlannedSession | None:
    """Cancel a session, and give it a new week in the same step if one is known: the new session is returned.

    Raises ``ValidationError`` by field, and ``StaleSession`` as ``move_session`` does.
    """
    if reason not in REASONS:
        raise ValidationError({"reason": _("Choose why the session is cancelled.")})
    refuse_personal_number(note)
    before = _said(session)
    _change(session, version, cancelled_at=now, cancel_reason=reason, cancel_note=note.strip())
    deed = Deed(session.participation, by, now, uuid.uuid4())
    deed.change(What.CANCELLED, session, before=before, after={"note": note.strip()}, reason=reason).save()
    tell_of_changes(participation=session.participation, sessions=[session], by=by, now=now)
    _raise_version(session.participation)
    if new_week is None:
        return None
    try:
        return plan_replacement(session=session, week_start=new_week, by=by, now=now, batch=deed.batch)
    except ValidationError as refused:
        raise ValidationError({"new_week": refused.messages}) from refused


@transaction.atomic
def cancel_for_ended_group(*, group: Group, last_day: dt.date, by: User, now: dt.datetime) -> int:
    """Cancel the sessions of a group that ends which lie after its last day and are not logged; gives their number."""
    rows = list(
        group.sessions.without_outcome().filter(week_start__gt=last_day).select_related("participation__school")
    )
    reason, batch = CancelReason.GROUP_ENDED, uuid.uuid4()
    group.sessions.without_outcome().filter(pk__in=[row.pk for row in rows]).update(
        cancelled_at=now, cancel_reason=reason, version=F("version") + 1
    )
    PlanChange.objects.bulk_create(
        Deed(row.participation, by, now, batch).change(What.CANCELLED, row, before=_said(row), reason=reason)
        for row in rows
    )
    for participation in {row.participation for row in rows}:
        of_it = [row for row in rows if row.participation == participation]
        tell_of_changes(participation=participation, sessions=of_it, by=by, now=now)
    Participation.objects.filter(pk__in={row.participation_id for row in rows}).raise_version()
    return len(rows)


def free_weeks(
    *, session: PlannedSession, calendar: SchoolCalendar, count: int = 3, from_day: dt.date
) -> list[dt.date]:
    """The next open weeks, from a day's and after the session's own, in which the session's group has nothing."""
    group = session.group
    taken = set(PlannedSession.objects.live().filter(group=group).values_list("week_start", flat=True))
    first = max(monday_of(from_day), session.week_start + WEEK)
    last = group.ends_on or calendar.ends_on
    weeks = (week for week in calendar.open_weeks() if first <= week <= last and week not in taken)
    return [week for _place, week in zip(range(count), weeks, strict=False)]


def _check_time(
    session: PlannedSession,
    week_start: dt.date,
    date: dt.date | None,
    start_time: dt.time | None,
    end_time: dt.time | None,
) -> None:
    participation = session.participation
    calendar = SchoolCalendar.of(participation.programme_year.year, participation.school)
    _check_week(session.group, calendar, week_start)
    if date and monday_of(date) != week_start:
        raise ValidationError({"date": _("The day is not in %(week)s.") % {"week": week_no(week_start)}})
    if date and not calendar.is_school_day(date):
        raise ValidationError({"date": _("The school has no teaching on that day.")})
    if start_time and not date:
        raise ValidationError({"date": _("Choose the day, too.")})
    if end_time and not start_time:
        raise ValidationError({"start_time": _("Write when the session begins, too.")})
    if start_time and end_time and end_time <= start_time:
        raise ValidationError({"end_time": _("The session ends before it begins.")})


def _check_week(group: Group, calendar: SchoolCalendar, week_start: dt.date) -> None:
    week = {"week": week_no(week_start)}
    if week_start not in calendar.weeks():
        raise ValidationError({"week_start": _("The week is outside the school year. Choose another week.")})
    if calendar.is_closed_week(week_start):
        raise ValidationError({"week_start": _("The school has no teaching in %(week)s. Choose another week.") % week})
    if group.ends_on and week_start > group.ends_on:
        raise ValidationError({"week_start": _("The group has ended by %(week)s. Choose another week.") % week})


def _change(session: PlannedSession, version: int, **values: Any) -> None:
    """Change the session if it still is as it was seen: of two at once, one gets it."""
    as_seen = PlannedSession.objects.without_outcome().filter(pk=session.pk, version=version)
    if as_seen.update(**values, version=F("version") + 1) != 1:
        raise StaleSession
    session.refresh_from_db(fields=["version", *values])


def _said(session: PlannedSession) -> dict[str, str]:
    """When a session is, as the history keeps it."""
    said = {name: getattr(session, name) for name in ("week_start", "date", "start_time", "end_time")}
    return {name: value.isoformat() for name, value in said.items() if value}


def _raise_version(participation: Participation) -> None:
    Participation.objects.filter(pk=participation.pk).raise_version()
