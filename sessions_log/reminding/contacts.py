"""The mail about a school without a contact person, to the centre's coordinators, once each time it happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from schools.models import Participation, PlannedSession, School, SchoolMembership, SchoolYear
from schools.models.places import SchoolQuerySet
from sessions_log.reminding.kinds import Kind
from sessions_log.reminding.once import Once
from sessions_log.reminding.places import DAY
from sessions_log.reminding.runs import Run
from sessions_log.reminding.steps import working_day


def lost_contacts_asked(run: Run, until: dt.date) -> Iterator[Once]:
    """A time without a contact person is identified by who had the role last, and until when."""
    year = SchoolYear.objects.at(run.today)
    if year is None:
        return
    rule = run.book.of_year(year)[Kind.NO_CONTACT]
    schools = list(without_contact(run.today)) if rule.is_on else []
    last = _last_contacts(schools)
    for school in schools:
        spell, since = _spell(last.get(school.pk), run.today)
        due_on = working_day(since + rule.leads[0] * DAY) if since else run.today
        if not rule.counts(rule.leads[0], due_on):
            continue
        for user in run.roles.centre:
            yield Once(
                f"{Kind.NO_CONTACT}:{school.pk}:{spell}:{user.pk}", Kind.NO_CONTACT, user, {"school": school.pk}, due_on
            )


def without_contact(today: dt.date) -> SchoolQuerySet:
    """Schools with coming sessions where nobody is, or is about to become, contact person."""
    ahead = PlannedSession.objects.upcoming(today).filter(participation=OuterRef("pk"))
    takes_part = Participation.objects.filter(Exists(ahead), school=OuterRef("pk"))
    coming = SchoolMembership.objects.contacts().in_reach().filter(starts_on__gt=today)
    rows = School.objects.open_on(today).without_contact(today)
    return rows.exclude(pk__in=coming.values("person__school")).filter(Exists(takes_part)).order_by("pk")


def _last_contacts(schools: list[School]) -> dict[int, SchoolMembership]:
    if not schools:
        return {}
    rows = SchoolMembership.objects.contacts().filter(person__school__in=schools).order_by("starts_on", "pk")
    return {one.person.school_id: one for one in rows.select_related("person")}


def _spell(last: SchoolMembership | None, today: dt.date) -> tuple[str, dt.date | None]:
    """The identity of the time without a contact person, and the day after which it began, if known."""
    if last is None:
        return "0", None
    ended_on = last.ends_on if last.ends_on and last.ends_on < today else None
    return f"{last.pk}-{ended_on or 'shut'}", ended_on
