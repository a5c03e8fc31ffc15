"""What many schools add up to, kept per programme year, district and day: only what has changed is added up anew.

What is kept holds while its fingerprints do: of the schools, of the participations' versions, of the topics, formulas
and rules, of the groups at schools without a plan, and of the reminders. They are asked for in a number of statements
that is the same for all sizes, each over one row a school at most. Where they differ, the districts are asked one by
one, the same way, and only those that differ are added up again from their schools' kept counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, Max, Q, Sum

from evaluations.counting import FORMULAS, Counts
from evaluations.fingerprints import Fingerprint, digest_of
from evaluations.keeping import ASKING_FOR_LOGS, AT_ONCE, counts_by_school, reminders_sent
from evaluations.models import SummedFigures
from evaluations.selection import Selection, schools_of
from evaluations.summing import SHAPE, Summary, from_json, merged, summary_of, to_json
from outbox.models import MAY_HAVE_ARRIVED, WAITING, State
from programmes.models import SessionTopic
from schools.models import District, Group, Participation, ProgrammeYear, School
from sessions_log.models import ReminderItem

# A mail in one of these can still come to have been sent, or not to have been.
UNSETTLED = (*WAITING, *(state for state in MAY_HAVE_ARRIVED if state != State.SENT))
# In ``SummedFigures.scope``.
ALL_SCHOOLS = ""
# Of schools and of participations: what tells whether there are others, or whether they have changed.
REGISTER = {"number": Count("pk"), "print": Fingerprint("pk", "name", "district", "closed_on")}
VERSIONS = {"number": Count("pk"), "keys": Sum("pk"), "versions": Sum("version")}
NO_SCHOOLS, NO_PLANS = (0, None), (0, None, None)
GROUP = ("pk", "school", "kind", "grade", "headcount", "starts_on", "ends_on", "staff_group", "merged_into")

Topics = Sequence[tuple[Any, ...]]


def summary_of_all(selection: Selection) -> Summary:
    """The summary of the selection's schools."""
    [row] = sums_of([selection])
    return from_json(row.content)


def sums_of(selections: Sequence[Selection]) -> list[SummedFigures]:
    """The kept sums of selections in the same programme and district, made anew where they do not hold. What was kept
    comes without its content, which is read when it is asked for."""
    kept = _kept(selections)
    bases, reminded = _bases(selections), reminders_now()
    found = []
    for selection in selections:
        rules = selection.programme_year
        row = kept.get((rules.pk, selection.as_of))
        if row is None or (row.basis, row.reminded) != (bases[rules.pk], reminded) or not _has_same_groups(row, rules):
            row = _made(selection, bases[rules.pk], reminded)
        found.append(row)
    return found


def by_district(selection: Selection) -> dict[str, Summary]:
    """The summary of each district that has schools, by its slug."""
    rows = _districts(selection.programme_year, selection.as_of, reminders_now())
    return {slug: from_json(row.content) for slug, row in rows.items()}


def _kept(selections: Sequence[Selection]) -> dict[tuple[int, dt.date], SummedFigures]:
    wanted = Q()
    for one in selections:
        wanted |= Q(programme_year=one.programme_year, as_of=one.as_of)
    rows = SummedFigures.objects.filter(wanted, scope=_scope(selections[0])).defer("content")
    return {(row.programme_year_id, row.as_of): row for row in rows}


def _scope(selection: Selection) -> str:
    return selection.district.slug if selection.district else ALL_SCHOOLS


# What a sum rests on


def _bases(selections: Sequence[Selection]) -> dict[int, str]:
    """By programme year, a fingerprint of what the sum of the selections' schools rests on, but for the reminders."""
    district, rules = selections[0].district, [one.programme_year for one in selections]
    schools, parts = School.objects.all(), Participation.objects.filter(programme_year__in=rules)
    if district:
        schools, parts = schools.filter(district=district), parts.filter(school__district=district)
    register = tuple(schools.aggregate(**REGISTER).values())
    versions = {pk: tuple(own) for pk, *own in parts.order_by().values_list("programme_year").annotate(**VERSIONS)}
    topics = _topics(rules[0])
    return {one.pk: _basis(one, topics, register, versions.get(one.pk, NO_PLANS)) for one in rules}


def bases_by_district(rules: ProgrammeYear) -> dict[str, str]:
    """The same for each district, by its slug."""
    schools = School.objects.order_by().values_list("district").annotate(**REGISTER)
    parts = Participation.objects.filter(programme_year=rules).order_by()
    registers = {pk: tuple(own) for pk, *own in schools}
    versions = {pk: tuple(own) for pk, *own in parts.values_list("school__district").annotate(**VERSIONS)}
    topics = _topics(rules)
    return {
        slug: _basis(rules, topics, registers.get(pk, NO_SCHOOLS), versions.get(pk, NO_PLANS))
        for pk, slug in District.objects.values_list("pk", "slug")
    }


def _topics(rules: ProgrammeYear) -> Topics:
    topics = SessionTopic.objects.of(rules.programme).order_by("pk")
    return list(topics.values_list("slug", "kind", "month", "number", "title"))


def _basis(rules: ProgrammeYear, topics: Topics, register: tuple[Any, ...], versions: tuple[Any, ...]) -> str:
    own = [rules.required_sessions, rules.lowest_grade, rules.highest_grade, rules.is_for_staff]
    return digest_of(
        [SHAPE, FORMULAS, own, rules.year.starts_on, rules.year.ends_on, topics, register, versions],
    )


def reminders_now() -> str:
    """A fingerprint that changes with every reminder of a missing log that is sent, or that turns out not to have been.

    Those that are settled stay as they are, so the last one that was made and all that are unsettled tell.
    """
    items = ReminderItem.objects.filter(kind__in=ASKING_FOR_LOGS, mail__state__in=UNSETTLED).order_by()
    unsettled = items.values_list("mail__state").annotate(Count("pk"), Sum("pk"), Max("mail__handed_over_at"))
    return digest_of([ReminderItem.objects.aggregate(last=Max("pk"))["last"], sorted(unsettled)])


def _sent(rules: ProgrammeYear, as_of: dt.date, scopes: Collection[str] | None = None) -> dict[str, str]:
    """By district, a fingerprint of how many reminders each participation has had by the day."""
    items = reminders_sent(rules, as_of)
    if scopes is not None:
        items = items.filter(session__participation__school__district__slug__in=scopes)
    counted = items.order_by().values_list("session__participation__school__district__slug")
    found = counted.annotate(Count("pk"), print=Fingerprint("session__participation"))
    return {slug: digest_of(own) for slug, *own in found}


def _has_same_groups(row: SummedFigures, rules: ProgrammeYear) -> bool:
    """Whether the schools that have no plan have the groups that they had."""
    return not row.without or _groups_of(row.without, _groups(rules, row.without)) == row.groups


def _groups(rules: ProgrammeYear, schools: Collection[int]) -> dict[int, str]:
    """By school, a fingerprint of its groups."""
    if not schools:
        return {}
    groups = Group.objects.filter(year=rules.year, school__in=schools).exclude(kind=Group.Kind.MENTORS)
    return dict(groups.order_by().values_list("school").annotate(print=Fingerprint(*GROUP)))


def _groups_of(schools: Iterable[int], groups: Mapping[int, str]) -> str:
    return digest_of([groups.get(pk) for pk in sorted(schools)])


# What is kept made anew


def _made(selection: Selection, basis: str, reminded: str) -> SummedFigures:
    rules, as_of = selection.programme_year, selection.as_of
    if selection.district:
        scope = selection.district.slug
        return _districts(rules, as_of, reminded, [scope])[scope]
    rows = _districts(rules, as_of, reminded).values()
    without = [pk for row in rows for pk in row.without]
    made = _row(
        SummedFigures(programme_year=rules, scope=ALL_SCHOOLS, as_of=as_of, basis=basis, reminded=reminded),
        merged((from_json(row.content) for row in rows), _order()),
        without,
        _groups(rules, without),
    )
    _keep([made])
    return made


def _districts(
    rules: ProgrammeYear, as_of: dt.date, reminded: str, scopes: Collection[str] | None = None
) -> dict[str, SummedFigures]:
    """The districts' sums, of which only those are made anew that do not hold."""
    bases = bases_by_district(rules)
    wanted = list(bases) if scopes is None else list(scopes)
    rows = SummedFigures.objects.filter(programme_year=rules, as_of=as_of, scope__in=wanted)
    kept = {row.scope: row for row in rows if row.basis == bases[row.scope]}
    groups = _groups(rules, [pk for row in kept.values() for pk in row.without])
    kept = {slug: row for slug, row in kept.items() if not row.without or row.groups == _groups_of(row.without, groups)}
    kept = _with_same_reminders(kept, rules, as_of, reminded)
    stale = [slug for slug in wanted if slug not in kept]
    for some in _some_at_a_time(stale):
        kept |= _added_up(rules, as_of, {slug: bases[slug] for slug in some}, reminded)
    return {slug: kept[slug] for slug in wanted}


def _with_same_reminders(
    kept: Mapping[str, SummedFigures], rules: ProgrammeYear, as_of: dt.date, reminded: str
) -> dict[str, SummedFigures]:
    """Those whose schools have had no other reminders. Most others have not: these are marked as looked at."""
    unsure = [slug for slug, row in kept.items() if row.reminded != reminded]
    if not unsure:
        return dict(kept)
    sent = _sent(rules, as_of, unsure)
    same = {slug: row for slug, row in kept.items() if slug not in unsure or row.sent == sent.get(slug, "")}
    seen = [row.pk for slug, row in same.items() if slug in unsure]
    SummedFigures.objects.filter(pk__in=seen).update(reminded=reminded)
    return same


def _some_at_a_time(scopes: Sequence[str]) -> Iterator[list[str]]:
    """Districts with about so many schools together that memory does not grow with their number."""
    sizes = dict(School.objects.order_by().values_list("district__slug").annotate(Count("pk"))) if scopes else {}
    some: list[str] = []
    for slug in scopes:
        some.append(slug)
        if sum(sizes.get(one, 0) for one in some) >= AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _added_up(
    rules: ProgrammeYear, as_of: dt.date, bases: Mapping[str, str], reminded: str
) -> dict[str, SummedFigures]:
    """The sums of some districts, from their schools' counts. What they rest on was read before: what changes while
    we count is counted again the next time."""
    sent = _sent(rules, as_of, bases)
    schools = list(schools_of(Selection(rules, None, as_of)).filter(district__slug__in=bases))
    planned = Participation.objects.filter(programme_year=rules, school__in=schools)
    have_plan = set(planned.values_list("school", flat=True))
    without: dict[str, list[int]] = {slug: [] for slug in bases}
    for school in schools:
        if school.pk not in have_plan:
            without[school.district.slug].append(school.pk)
    groups = _groups(rules, [pk for own in without.values() for pk in own])
    summaries = added_up(schools, counts_by_school(rules, schools, as_of))
    made = {}
    for slug, basis in bases.items():
        row = SummedFigures(programme_year=rules, scope=slug, as_of=as_of, basis=basis, reminded=reminded)
        row.sent = sent.get(slug, "")
        made[slug] = _row(row, summaries.get(slug, Summary()), without[slug], groups)
    _keep(made.values())
    return made


def added_up(schools: Sequence[School], counts: Mapping[int, Counts]) -> dict[str, Summary]:
    """The schools' counts added up district by district. The schools come by name."""
    order = {school.pk: place for place, school in enumerate(schools)}
    own: dict[str, list[Summary]] = {}
    for school in schools:
        own.setdefault(school.district.slug, []).append(summary_of(school, counts[school.pk]))
    return {slug: merged(some, order) for slug, some in own.items()}


def sums_in_use(rules: ProgrammeYear, as_of: dt.date) -> dict[str, SummedFigures]:
    """By scope, the sums that the next one who looks would be shown as they are kept."""
    every = Selection(rules, None, as_of)
    bases = {**bases_by_district(rules), ALL_SCHOOLS: _bases([every])[rules.pk]}
    rows = SummedFigures.objects.filter(programme_year=rules, as_of=as_of, reminded=reminders_now())
    return {row.scope: row for row in rows if row.basis == bases.get(row.scope) and _has_same_groups(row, rules)}


def _row(row: SummedFigures, summary: Summary, without: Sequence[int], groups: Mapping[int, str]) -> SummedFigures:
    row.without, row.groups = list(without), _groups_of(without, groups) if without else ""
    row.shown, row.content = list(summary.shown), to_json(summary)
    row.digest = digest_of(row.content)
    return row


def _keep(rows: Iterable[SummedFigures]) -> None:
    SummedFigures.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["basis", "reminded", "sent", "groups", "without", "shown", "content", "digest"],
        unique_fields=["programme_year", "as_of", "scope"],
    )


def _order() -> dict[int, int]:
    """Each school's place by name, as the database sorts names."""
    return {pk: place for place, pk in enumerate(School.objects.order_by("name").values_list("pk", flat=True))}
