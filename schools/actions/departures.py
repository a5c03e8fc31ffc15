"""A class's departure from its programme's rhythm, chosen on a draft; its sessions follow when the plan is laid out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from schools.actions.deeds import Deed
from schools.actions.plans import join
from schools.calendar import SchoolCalendar
from schools.models import Departure, Group, Participation, PlanChange


@transaction.atomic
def choose_way_out(
    *,
    participation: Participation,
    group: Group,
    first_week: dt.date | None,
    weekly_from: dt.date | None,
    left_out: Sequence[int],
    reason: str,
    by: User,
    now: dt.datetime,
) -> None:
    """Set what a class departs from, replacing its earlier departure; with nothing chosen it keeps to the rhythm.

    Raises ``ValidationError`` by field. The choice is a line of the history.
    """
    if participation.pk is None:
        participation = join(school=participation.school, programme_year=participation.programme_year, by=by)
    _check(participation, group, (first_week, weekly_from), left_out)
    before = Departure.objects.filter(participation=participation, group=group).first()
    departure = before or Departure(participation=participation, group=group)
    was = departure.terms
    departure.first_week, departure.weekly_from = first_week, weekly_from
    departure.left_out, departure.reason = sorted(left_out), reason.strip() if left_out else ""
    if departure.terms == was:
        return
    if departure.is_empty:
        departure.delete()
    else:
        departure.full_clean()
        departure.save()
    after = departure.terms | {"group": group.name}
    deed = Deed(participation, by, now, uuid.uuid4())
    deed.change(PlanChange.What.DEPARTURE, None, before=was, after=after, reason=departure.reason).save()


def _check(
    participation: Participation, group: Group, weeks: Sequence[dt.date | None], left_out: Sequence[int]
) -> None:
    rules = participation.programme_year
    if (group.school_id, group.year_id, group.is_class) != (participation.school_id, rules.year_id, True):
        raise ValidationError(_("Choose a class at the school."))
    open_weeks = SchoolCalendar.of(rules.year, participation.school).open_weeks()
    for name, week in zip(("first_week", "weekly_from"), weeks, strict=True):
        if week and week not in open_weeks:
            raise ValidationError({name: _("Choose a week in which the school has teaching.")})
    numbers = set(rules.programme.topics.values_list("number", flat=True))
    if not numbers.issuperset(left_out):
        raise ValidationError({"left_out": _("Choose sessions by their numbers.")})
