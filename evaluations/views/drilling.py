"""The pages below the overview: districts, a school, a group, a topic; programmes, terms, MVP, partners and
occasions."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluations import drilling, series, tables, terms
from evaluations.addresses import address
from evaluations.dashboard import tiles_of
from evaluations.lists import NO_TOPIC
from evaluations.policies import FEWEST_SCHOOLS
from evaluations.selection import Selection
from evaluations.views.access import with_selection, with_totals
from evaluations.views.export import asks_for_file, file_of
from evaluations.views.lists import page_of
from programmes.models import PartnerOrganisation, SessionTopic
from schools.models import Group, Occasion, OccasionAttendance, OccasionKind, Organisation, PlannedSession, School
from schools.models.plans import title_of_topic
from schools.trainings import PARTNERS, TRAININGS

COUNTED_KINDS = (OccasionKind.SUPERVISION, *TRAININGS)
# As many bars as have room for their labels on a phone.
MOST_BARS = 6
# Stands in addresses for occasions at no school.
CENTRE = "centret"


@with_selection
def districts(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    table = tables.district_table(drilling.districts_of(selection), selection)
    return render(request, "evaluations/districts.html", {"selection": selection, "table": table})


@with_selection
def school(request: HttpRequest, slug: str, *, selection: Selection) -> HttpResponse:
    """A school's year in the programme, with its groups."""
    own = get_object_or_404(School.objects.select_related("district"), slug=slug)
    selection = _with(own, selection)
    found = drilling.school_of(selection, own)
    shown = {
        "groups": tables.group_table(found.groups, found.counts, selection, own),
        "topics": tables.topic_table(found.topics, selection, school=own.slug),
        "reasons": tables.reason_table(found.reasons, selection, school=own.slug),
    }
    if asks_for_file(request, selection):
        return file_of(request, selection, list(shown.values()), (_("School"), own.name), name=own.slug)
    context = {"selection": selection, "school": own, "found": found, "way": way_to(selection, own)[:-1], **shown}
    return render(request, "evaluations/school.html", context)


@with_selection
def group(request: HttpRequest, slug: str, pk: int, *, selection: Selection) -> HttpResponse:
    """A group's year: its figures, and its sessions one by one. A group that takes no part leads to its school."""
    own = get_object_or_404(Group.objects.select_related("school__district"), school__slug=slug, pk=pk)
    selection = _with(own.school, selection)
    parts = [part for part in drilling.groups_of(selection, own.school) if part.about == own]
    if not parts:
        return redirect(address(selection, "school", slug))
    places = drilling.places_of_group(selection, own)
    sessions = PlannedSession.objects.with_names().in_bulk([place.row.pk for place in places if place.row])
    table = tables.place_table(places, sessions)
    if asks_for_file(request, selection):
        about = [(_("Group"), own.name), (_("School"), own.school.name)]
        return file_of(request, selection, [table], *about, name=f"{slug}-{pk}")
    context = {
        "selection": selection,
        "group": own,
        "way": way_to(selection, own.school),
        "tiles": tiles_of([figure for figure in parts[0].figures if figure.key in drilling.OF_GROUPS], []),
        "table": table,
    }
    return render(request, "evaluations/group.html", context)


def _with(school: School, selection: Selection) -> Selection:
    """The selection; without its district if the school is in another, since that district's lists do not have the
    school."""
    if selection.district in (None, school.district):
        return selection
    said = {"school": school, "district": selection.district}
    selection.mended.append(_("%(school)s is not in %(district)s. Here are all districts.") % said)
    return dataclasses.replace(selection, district=None)


@with_selection
def topic(request: HttpRequest, slug: str, *, selection: Selection) -> HttpResponse:
    """One topic at every school where it was due."""
    programme = selection.programme_year.programme
    about = None if slug == NO_TOPIC else get_object_or_404(SessionTopic, slug=slug)
    if about and about.programme_id != programme.pk:
        selection.mended.append(_("The topic is not one of %(name)s's.") % {"name": programme})
    found = drilling.topic_by_school(selection, about.slug if about else "")
    if asks_for_file(request, selection):
        whole = tables.topic_school_table(found, found.schools, slug, selection)
        return file_of(request, selection, [whole], (_("Topic"), title_of_topic(about)), name=slug)
    page = page_of(request, found.schools)
    context = {
        "selection": selection,
        "topic": about,
        "title": title_of_topic(about),
        "page": page,
        "table": tables.topic_school_table(found, page, slug, selection),
    }
    return render(request, "evaluations/topic.html", context)


@with_selection
def programmes(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    table = tables.programme_table(drilling.programmes_of(selection))
    return render(request, "evaluations/programmes.html", {"selection": selection, "table": table})


@with_totals
def term_list(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    """The figures term by term, across the years."""
    years = terms.years_by_term(selection)
    rows = [row for _year, own in years for row in own]
    context = {"selection": selection, "rows": rows, "charts": _charts(rows), "table": tables.term_table(years)}
    return render(request, "evaluations/terms.html", context)


def _charts(rows: list[terms.TermRow]) -> list[dict[str, Any]]:
    """A small chart for each figure, over the terms that have something to count."""
    charts = []
    for place, figure in enumerate(rows[0].figures if rows else []):
        shown = [(row.short, row.figures[place]) for row in rows if row.figures[place].denominator]
        if shown:
            charts.append({"key": figure.key, "title": figure.title, "terms": shown[-MOST_BARS:]})
    return charts


@with_totals
def mvp(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    """MVP in numbers, and who has been trained."""
    found = series.series_of(selection)
    table = tables.series_table(found) if found and not selection.totals_only else None
    too_few = bool(found and selection.totals_only and len(found.rows) < FEWEST_SCHOOLS)
    context = {
        "selection": selection,
        "series": found,
        "table": table,
        "summary": tables.series_summary(found) if found and not too_few else [],
        "too_few": too_few,
        "fewest": FEWEST_SCHOOLS,
        "training": tables.training_table(series.trained(selection), selection),
        "not_told": series.not_told(selection),
        "left_out": series.trained_in_no_district(selection) if selection.district else 0,
    }
    return render(request, "evaluations/mvp.html", context)


@with_totals
def partners(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    table = tables.partner_table(series.partners_of(selection, timezone.localdate()), selection)
    if asks_for_file(request, selection):
        return file_of(request, dataclasses.replace(selection, district=None), [table])
    return render(request, "evaluations/partners.html", {"selection": selection, "table": table})


@with_selection
def occasion_list(request: HttpRequest, *, selection: Selection) -> HttpResponse:
    """The occasions that a number of trained people, or of supervision, counts."""
    kind, slug = request.GET.get("slag", ""), request.GET.get("skola", "")
    chosen = [one for one in COUNTED_KINDS if one == kind]
    if kind and not chosen:
        selection.mended.append(_("There is no such kind of occasion. Here are all trainings."))
    who = _people_asked_for(request, selection)
    is_training = not chosen or chosen[0] in TRAININGS
    of_kind = series.trainings_of if is_training else series.occasions_of
    found = _at(of_kind(selection, *(chosen or TRAININGS)), slug, selection)
    came = _came(series.who_came(selection, found), who)
    rows = [(one, came[one.pk]) for one in found if came[one.pk] or not who.organisations]
    table = tables.occasion_table(rows)
    if asks_for_file(request, selection):
        return file_of(request, selection, [table], *([(_("Organisation"), who.name)] if who.name else []))
    context = {
        "selection": selection,
        "title": str(chosen[0].label) if chosen else _("Trainings"),
        "who": who.name,
        "way": [(_("MVP and trainings"), address(selection, "mvp"))],
        "number": len(rows),
        "table": table,
    }
    return render(request, "evaluations/occasions.html", context)


class People(NamedTuple):
    """Those of some organisations, and what they are called together; of none in particular they are all."""

    organisations: Collection[str] = ()
    name: str = ""


def _people_asked_for(request: HttpRequest, selection: Selection) -> People:
    """Those of one organisation, or those that a partner's people are counted as."""
    organisation, slug = request.GET.get("organisation", ""), request.GET.get("part", "")
    if one := next((one for one in Organisation if one == organisation), None):
        return People([one], str(one.label))
    if partner := PartnerOrganisation.objects.filter(slug=slug).first() if slug in PARTNERS else None:
        return People(PARTNERS[slug], partner.name)
    if organisation or slug:
        selection.mended.append(_("There is no such organisation. Here are all."))
    return People()


def _at(found: series.OccasionQuerySet, slug: str, selection: Selection) -> list[Occasion]:
    if slug == CENTRE:
        found = found.filter(school=None)
    elif slug and _schools_once(selection).filter(slug=slug).exists():
        found = found.filter(school__slug=slug)
    elif slug:
        selection.mended.append(_("There is no such school here. Here are all."))
    return list(found.with_names())


def _schools_once(selection: Selection) -> QuerySet[School]:
    """The schools of the district or of all, closed ones too: what was held there still counts."""
    return School.objects.filter(district=selection.district) if selection.district else School.objects.all()


def _came(rows: QuerySet[OccasionAttendance], who: People) -> Counter[int]:
    """How many came to each occasion, in all or from some organisations."""
    rows = rows.filter(organisation__in=who.organisations) if who.organisations else rows
    came: Counter[int] = Counter()
    for occasion, number in rows.values_list("occasion", "count"):
        came[occasion] += number
    return came


def way_to(selection: Selection, own: School) -> list[tuple[str, str]]:
    """The links above a school: its district, if none is chosen, and the school."""
    way = []
    if selection.district is None:
        way.append((str(own.district), f"{address(selection, 'overview')}&distrikt={own.district.slug}"))
    return [*way, (own.name, address(selection, "school", own.slug))]
