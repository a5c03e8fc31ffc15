"""When a measure's follow-up is reminded of: the reminders themselves are in ``programmes/reminders.py``."""

from __future__ import annotations

import datetime as dt

from programmes.reminders import KIND, USUAL_LEADS
from schools.models import SchoolYear
from sessions_log.reminding.rules import RuleBook


def leads_of_measures(today: dt.date) -> tuple[int, ...]:
    """How many days before a follow-up reminders come, in the day's school year; none when they are off."""
    year = SchoolYear.objects.at(today)
    if year is None:
        return USUAL_LEADS
    rule = RuleBook().of_year(year)[KIND]
    return rule.leads if rule.is_on else ()
