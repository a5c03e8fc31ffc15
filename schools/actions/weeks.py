"""Whether a person can choose a week for a group."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.templatetags.look import week_no
from schools.calendar import SchoolCalendar
from schools.models import Group, PlannedSession
from schools.models.plans import monday_of


def check_week(group: Group, calendar: SchoolCalendar, week: dt.date, *, field: str) -> None:
    """Raise ``ValidationError`` for the field unless the week, given by its Monday, lies in the year and has teaching,
    and the group exists in it.

    A blocked week may be chosen, and so may one in which the group has something else.
    """
    said = {"week": week_no(week)}
    if week not in calendar.weeks():
        raise ValidationError({field: _("The week is outside the school year. Choose another week.")})
    if calendar.is_closed_week(week):
        raise ValidationError({field: _("The school has no teaching in %(week)s. Choose another week.") % said})
    if group.has_ended_by(week):
        raise ValidationError({field: _("The group has ended by %(week)s. Choose another week.") % said})
    if group.starts_on > calendar.open_days(week)[-1]:
        raise ValidationError({field: _("The group begins after %(week)s. Choose another week.") % said})


def check_ahead(week: dt.date, today: dt.date, *, field: str) -> None:
    """Raise when the week has passed: new sessions are planned in this week or later."""
    if week < monday_of(today):
        raise ValidationError({field: _("That week, %(week)s, has passed. Choose another.") % {"week": week_no(week)}})


def check_free(session: PlannedSession, week: dt.date, *, field: str) -> None:
    """Raise when the session's group has anything else in the week, in any programme."""
    others = PlannedSession.objects.live().in_week(week).filter(group=session.group_id).exclude(pk=session.pk)
    if others.exists():
        said = {"group": session.group, "week": week_no(week)}
        raise ValidationError({field: _("%(group)s already has a session in %(week)s. Choose another week.") % said})
