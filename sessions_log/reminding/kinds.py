"""The kinds of reminders: what each is for, who gets it, and the limits of its lead times."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programmes.reminders import KIND as MEASURE
from programmes.reminders import USUAL_LEADS as MEASURE_LEADS
from sessions_log.models import ReminderItem

Kind = ReminderItem.Kind


class To(Enum):
    """Whom a mail goes to."""

    CONTACTS = "contacts"
    SCHOOL_COORDINATORS = "school-coordinators"
    LEADERS = "leaders"
    INVITED = "invited"
    CENTRE = "centre"
    PARTNERS = "partners"


class Unit(Enum):
    """What a lead time counts."""

    WEEKS_BEFORE = "weeks-before"
    DAYS_BEFORE = "days-before"
    DAYS_AFTER = "days-after"
    NONE = "none"


@dataclass(frozen=True)
class Reminding:
    """A kind of reminder.

    ``usual`` are the lead times when nobody has set any, in the order in which the reminders come. There are from
    ``fewest`` to ``most`` lead times, each from ``lowest`` to ``highest``.
    """

    kind: str
    # What lead times are counted from, and why it is sent, for the page where it is set.
    counted_from: str | Promise
    what: str | Promise
    unit: Unit
    usual: tuple[int, ...] = ()
    lowest: int = 0
    highest: int = 0
    fewest: int = 1
    most: int = 1

    def in_order(self, leads: set[int]) -> tuple[int, ...]:
        """Lead times in the order in which the reminders come: the longest first if they are before something."""
        return tuple(sorted(leads, reverse=self.unit != Unit.DAYS_AFTER))


_SESSION = _("the session's week")
OF_PROGRAMME = (
    Reminding(
        Kind.APPROACHING,
        _SESSION,
        _("Before base sessions, and every session of a series: to the contact persons."),
        Unit.WEEKS_BEFORE,
        usual=(3, 1, 0),
        highest=8,
        most=4,
    ),
    Reminding(
        Kind.TOPICS_UNCHOSEN,
        _("the first session without a topic"),
        _("When extra topics are not chosen: to the contact persons, with the way to choose."),
        Unit.WEEKS_BEFORE,
        usual=(6, 3),
        lowest=1,
        highest=12,
        most=3,
    ),
    Reminding(
        Kind.LOG_BY_LINK,
        _SESSION,
        _("On the session's day, at schools that log by link: to whoever holds it."),
        Unit.NONE,
        usual=(0,),
    ),
    Reminding(
        Kind.LOG_MISSING,
        _SESSION,
        _("When a log is missing: to the school's coordinators, or the centre's where the school has none."),
        Unit.DAYS_AFTER,
        usual=(1, 7),
        lowest=1,
        highest=21,
        most=3,
    ),
    Reminding(
        Kind.LOG_ESCALATED,
        _SESSION,
        _("When a log is still missing: first to the school's coordinators, then to the centre's, gathered."),
        Unit.DAYS_AFTER,
        usual=(14, 21),
        lowest=8,
        highest=42,
        fewest=2,
        most=2,
    ),
)
OF_YEAR = (
    Reminding(
        Kind.TERM_PLAN,
        _("the term's first day"),
        _("The term's plan, to be confirmed: to the contact persons."),
        Unit.DAYS_BEFORE,
        usual=(7,),
        lowest=1,
        highest=28,
    ),
    Reminding(
        Kind.NO_CONTACT,
        _("the last contact person's last day"),
        _("When a school has no contact person: to the centre's coordinators, once."),
        Unit.DAYS_AFTER,
        usual=(3,),
        lowest=1,
        highest=30,
    ),
    Reminding(
        Kind.INVITATION,
        _("the occasion"),
        _("When nobody at a school has answered an invitation: to those invited there."),
        Unit.DAYS_BEFORE,
        usual=(7,),
        lowest=1,
        highest=30,
        most=2,
    ),
    Reminding(
        MEASURE,
        _("the measure's follow-up"),
        _("Before a measure's follow-up, and once when it is late: to the partners' representatives."),
        Unit.DAYS_BEFORE,
        usual=MEASURE_LEADS,
        lowest=1,
        highest=60,
        most=2,
    ),
    Reminding(
        Kind.NEXT_YEAR_CENTRE,
        _("the school year's last day"),
        _("To prepare next school year: to the centre's coordinators, while its calendar or settings are missing."),
        Unit.WEEKS_BEFORE,
        usual=(10,),
        lowest=2,
        highest=20,
        most=2,
    ),
    Reminding(
        Kind.NEXT_YEAR_SCHOOL,
        _("the school year's last day"),
        _("To prepare next school year: to the contact persons, about classes, contact person and times."),
        Unit.WEEKS_BEFORE,
        usual=(5,),
        lowest=2,
        highest=20,
        most=2,
    ),
)
BY_KIND = {one.kind: one for one in (*OF_PROGRAMME, *OF_YEAR)}
