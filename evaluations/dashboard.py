"""The overview's contents: schools worst first, topics, the line of the year, and why sessions were lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import figures
from evaluations.counting import EMPTY, Counts, add_up
from evaluations.figures import Figure
from evaluations.keeping import counts_by_school
from evaluations.selection import Selection
from programmes.models import SessionTopic
from schools.models import School, SchoolMembership
from schools.models.plans import CancelReason


@dataclass(frozen=True)
class Month:
    """A month's bar: planned, held and awaiting log."""

    first: dt.date
    plan: int
    held: int
    awaiting: int


@dataclass(frozen=True)
class SchoolRow:
    """A school in the list."""

    school: School
    counts: Counts
    pace: Figure
    figures: list[Figure]
    months: list[Month]
    why: str


@dataclass(frozen=True)
class TopicRow:
    title: str
    slug: str
    held: int
    awaiting: int
    lost: int

    @property
    def due(self) -> int:
        return self.held + self.awaiting + self.lost


@dataclass(frozen=True)
class LinePoint:
    """The year's line to a month's end: planned, held and last year's held, added up."""

    month: dt.date
    plan: int
    held: int | None
    last: int | None


@dataclass(frozen=True)
class ReasonRow:
    title: str
    lost: int
    again: int

    @property
    def total(self) -> int:
        return self.lost + self.again


@dataclass(frozen=True)
class Dashboard:
    """All that the overview shows."""

    selection: Selection
    totals: Counts
    figures: list[Figure]
    schools: list[SchoolRow]
    topics: list[TopicRow]
    line: list[LinePoint]
    reasons: list[ReasonRow]
    held_last_year: int | None

    @property
    def pace(self) -> Figure:
        return self.figures[0]


def dashboard_of(selection: Selection) -> Dashboard:
    """Everything about a selection, in a number of queries that doesn't grow with sessions."""
    schools = selection.schools()
    counts = counts_by_school(selection.programme_year, schools, selection.as_of)
    # What has no target classes that year, and no plan, is not in the picture.
    eligible = [school for school in schools if counts[school.pk]["eligible"] or counts[school.pk]["held"]]
    totals = add_up([EMPTY, *(counts[school.pk] for school in eligible)])
    last = _last_year(selection)
    return Dashboard(
        selection=selection,
        totals=totals,
        figures=figures.all_figures(totals, selection.as_of),
        schools=_school_rows(eligible, counts, selection.as_of),
        topics=_topic_rows(totals),
        line=_line(totals, last, selection),
        reasons=_reason_rows(totals),
        held_last_year=last["held"] if last else None,
    )


def lead(dashboard: Dashboard) -> str:
    """The answer in a sentence: how many schools are in pace, and who needs help first."""
    counted = [row for row in dashboard.schools if row.pace.light != "none"]
    if not counted:
        return _("No session was due by this day.")
    helped = [row for row in counted if row.pace.light != "green"]
    said = ngettext("%(n)s of %(total)s school is in pace.", "%(n)s of %(total)s schools are in pace.", len(counted))
    text = said % {"n": len(counted) - len(helped), "total": len(counted)}
    if helped:
        text += " " + _("%(school)s needs help first.") % {"school": helped[0].school}
    return text


def months_of(year_start: dt.date, as_of: dt.date) -> list[dt.date]:
    """The first day of each month from the year's first to the day's."""
    months, month = [], year_start.replace(day=1)
    while month <= as_of:
        months.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return months


def _school_rows(schools: Sequence[School], counts: dict[int, Counts], as_of: dt.date) -> list[SchoolRow]:
    without_contact = _without_contact(schools, as_of)
    rows = [_school_row(school, counts[school.pk], as_of, school.pk in without_contact) for school in schools]
    return sorted(rows, key=lambda row: (row.pace.lowest is None, row.pace.lowest or 0, row.school.name))


def _school_row(school: School, counts: Counts, as_of: dt.date, without_contact: bool) -> SchoolRow:
    own = figures.all_figures(counts, as_of)
    by_month = sorted(counts["months"].items())
    months = [
        Month(dt.date.fromisoformat(f"{name}-01"), one["plan"], one["held"], one["awaiting"])
        for name, one in by_month
        if name <= f"{as_of:%Y-%m}"
    ]
    return SchoolRow(school, counts, own[0], own, months, _why(counts, without_contact))


def _why(counts: Counts, without_contact: bool) -> str:
    """What stands out at a school, in a sentence or two."""
    said = [_("No active contact person.")] if without_contact else []
    if lost := counts["lost"]:
        text = ngettext("%(n)s session lost without a new time.", "%(n)s sessions lost without a new time.", lost)
        said.append(text % {"n": lost})
    if awaiting := counts["awaiting"]:
        text = ngettext("%(n)s session awaits a log.", "%(n)s sessions await a log.", awaiting)
        said.append(text % {"n": awaiting})
    if not counts["months"]:
        said.append(_("No plan is made yet."))
    return " ".join(said) or _("Everything is logged.")


def _without_contact(schools: Iterable[School], as_of: dt.date) -> set[int]:
    school_pks = {school.pk for school in schools}
    active = SchoolMembership.objects.active(as_of).contacts().filter(Q(person__school__in=school_pks))
    return school_pks - set(active.values_list("person__school", flat=True))


def _topic_rows(totals: Counts) -> list[TopicRow]:
    """Base topics in their order, then the extra ones; what is not chosen last."""
    titles = {topic.slug: topic for topic in SessionTopic.objects.filter(slug__in=totals["topics"])}
    rows = []
    for slug, states in totals["topics"].items():
        title = titles[slug].title if slug in titles else _("Extra session, topic not chosen")
        rows.append(TopicRow(title, slug, states["held"], states["nolog"], states["notheld"]))
    order = {slug: (topic.kind != "base", topic.number) for slug, topic in titles.items()}
    return sorted(rows, key=lambda row: order.get(row.slug, (True, 99)))


def _last_year(selection: Selection) -> Counts | None:
    before = selection.last_year()
    if before is None:
        return None
    return add_up([EMPTY, *counts_by_school(before.programme_year, before.schools(), before.as_of).values()])


def _line(totals: Counts, last: Counts | None, selection: Selection) -> list[LinePoint]:
    """Cumulated by month from the year's start to the day."""
    points, plan, held, before = [], 0, 0, 0
    for month in months_of(selection.year.starts_on, selection.as_of):
        name, a_year_ago = f"{month:%Y-%m}", f"{month.replace(year=month.year - 1):%Y-%m}"
        plan += totals["months"].get(name, {}).get("plan", 0)
        held += totals["held_months"].get(name, 0)
        before += last["held_months"].get(a_year_ago, 0) if last else 0
        points.append(LinePoint(month, plan, held, before if last else None))
    return points


def _reason_rows(totals: Counts) -> list[ReasonRow]:
    rows = [
        ReasonRow(str(CancelReason(reason).label), one["lost"], one["again"])
        for reason, one in totals["reasons"].items()
    ]
    return sorted(rows, key=lambda row: -row.total)
