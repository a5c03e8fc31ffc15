"""Checks that what is kept agrees with the facts: every figure and sum in use, and each survey round's number of
answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, F
from django.utils.translation import gettext as _

from evaluations.counting import Counts, count
from evaluations.keeping import AT_ONCE, basis_of, years_of_schools
from evaluations.models import ParticipationFigures, SummedFigures, SurveyRound
from evaluations.selection import Selection, schools_of
from evaluations.summing import Summary, merged, to_json
from evaluations.sums import ALL_SCHOOLS, added_up, regions_of, sums_in_use
from schools.models import Participation, ProgrammeYear, School


def faults() -> Iterator[str]:
    """A sentence for each kept row that differs from what its participation's sessions and logs give."""
    for rules in ProgrammeYear.objects.select_related("programme", "year"):
        kept = ParticipationFigures.objects.filter(version=F("participation__version"))
        joined = list(Participation.objects.filter(programme_year=rules).select_related("school").order_by("pk"))
        for first in range(0, len(joined), AT_ONCE):
            yield from _differing(rules, joined[first : first + AT_ONCE], kept)


def sum_faults() -> Iterator[str]:
    """A sentence for each kept sum in use that differs from what its schools' facts give."""
    for rules in ProgrammeYear.objects.select_related("programme", "year"):
        days = SummedFigures.objects.filter(programme_year=rules).order_by("as_of").values_list("as_of", flat=True)
        for day in days.distinct():
            yield from _differing_sums(rules, day)


def _differing_sums(rules: ProgrammeYear, day: dt.date) -> Iterator[str]:
    kept = sums_in_use(rules, day)
    if not kept:
        return
    schools = list(schools_of(Selection(rules, None, day)))
    found = added_up(schools, _counted(rules, schools, day))
    order = {school.pk: place for place, school in enumerate(schools)}
    regions = {scope: merged([found[slug] for slug in slugs], order) for scope, slugs in regions_of(found).items()}
    found |= regions | {ALL_SCHOOLS: merged(regions.values(), order)}
    for scope, row in sorted(kept.items()):
        own = to_json(found.get(scope, Summary()))
        if names := sorted(name for name in own if own[name] != row.content.get(name)):
            said = {"scope": scope or _("all schools"), "rules": rules, "day": day, "names": ", ".join(names)}
            yield _("Sums of %(scope)s, %(rules)s, as of %(day)s differ from the facts: %(names)s.") % said


def _counted(rules: ProgrammeYear, schools: list[School], day: dt.date) -> dict[int, Counts]:
    counts: dict[int, Counts] = {}
    for first in range(0, len(schools), AT_ONCE):
        years = years_of_schools(rules, schools[first : first + AT_ONCE])
        counts |= {pk: count(year, day) for pk, year in years.items()}
    return counts


def survey_faults() -> Iterator[str]:
    """A sentence for each round whose number of answers differs from its number of sheets."""
    counted = SurveyRound.objects.with_names().annotate(kept=Count("answers"))
    for one in counted.exclude(answered=F("kept")).order_by("pk"):
        said = {"round": one, "said": one.answered, "kept": one.kept}
        yield _("Survey round %(round)s counts %(said)s answers and has %(kept)s.") % said


def _differing(rules: ProgrammeYear, joined: list[Participation], kept) -> Iterator[str]:
    rows = list(kept.filter(participation__in=joined).order_by("as_of"))
    if not rows:
        return
    schools = {one.pk: one.school for one in joined}
    years = years_of_schools(rules, list(schools.values()))
    bases = {day: basis_of(rules, joined, day) for day in {row.as_of for row in rows}}
    for row in rows:
        if row.basis != bases[row.as_of][row.participation_id]:
            # Not in use: it is counted again the next time somebody looks.
            continue
        school = schools[row.participation_id]
        found = count(years[school.pk], row.as_of)
        names = sorted(name for name in {*found, *row.counts} if found.get(name) != row.counts.get(name))
        if names:
            said = {"school": school, "rules": rules, "day": row.as_of, "names": ", ".join(names)}
            yield _("Figures of %(school)s, %(rules)s, as of %(day)s differ from the facts: %(names)s.") % said
