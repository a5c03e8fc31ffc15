"""What many schools add up to, kept per programme year, district and day (ADR 27).

A kept sum is valid while its fingerprints are: of the schools, the participations' versions, the topics, formulas and
rules, the groups at schools without a plan, and the reminders. Computing them takes the same number of statements at
every size, each over at most one row a school. Where they differ, each district's own are computed in the same way, and
only the districts that differ are added up again from their schools' kept counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.db.models import Count, Max, Q, Sum

from accounts.kept_pages import following_from_what_was_asked
from evaluations.counting import COUNTED, Counts
from evaluations.fingerprints import Fingerprint, digest_of
from evaluations.keeping import ASKING_FOR_LOGS, AT_ONCE, counts_by_school, reminders_sent
from evaluations.models import SummedFigures
from evaluations.selection import Selection, schools_of
from evaluations.summing import SHAPE, Summary, from_json, merged, summary_of, to_json
from outbox.models import MAY_HAVE_ARRIVED, WAITING, State
from programmes.models import SessionTopic
from schools.models import District, Group, Participation, ProgrammeYear, School
from sessions_log.models import ReminderItem

# A mail in one of these states may still be sent, or turn out not to have been.
UNSETTLED = (*WAITING, *(state for state in MAY_HAVE_ARRIVED if state != State.SENT))
# The value of ``SummedFigures.scope`` for all schools.
ALL_SCHOOLS = ""
# With more districts than this, they are added up in as many lots.
MOST_TOGETHER, REGIONS = 32, 16
# Columns of schools and of participations that tell whether there are others, or whether they have changed.
REGISTER = {"number": Count("pk"), "print": Fingerprint("pk", "name", "district", "closed_on")}
VERSIONS = {"number": Count("pk"), "keys": Sum("pk"), "versions": Sum("version")}
NO_SCHOOLS, NO_PLANS = [0, None], [0, None, None]
GROUP = ("pk", "school", "kind", "name", "grade", "headcount", "starts_on", "ends_on", "staff_group", "merged_into")

Topics = Sequence[tuple[Any, ...]]


def summary_of_all(selection: Selection) -> Summary:
    """The summary of the selection's schools."""
    [row] = sums_of([selection])
    return from_json(row.content)


def sums_of(selections: Sequence[Selection]) -> list[SummedFigures]:
    """The kept sums of selections in the same programme and district; invalid ones are made again first.

    Those that were kept are returned without their content, which is read when it is needed.
    """
    with following_from_what_was_asked():
        kept = _kept(selections)
    bases, reminded = _bases(selections), reminders_now()
    found = []
    for selection in selections:
        rules = selection.programme_year
        row = kept.get((rules.pk, selection.as_of))
        while row is None or not _holds(row, rules, bases[rules.pk], reminded):
            with following_from_what_was_asked():
                row = _made(selection, bases[rules.pk], reminded)
        found.append(row)
    return found


def by_district(selection: Selection) -> dict[str, Summary]:
    """The summary of each district, by its slug."""
    rules, reminded = selection.programme_year, reminders_now()
    day = _Day(rules, selection.as_of, reminded, bases_by_district(rules))
    return {slug: from_json(row.content) for slug, row in day.districts(list(day.bases)).items()}


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
    """For each programme year, a fingerprint of everything but the reminders that the sum of the selections' schools
    rests on."""
    district, rules = selections[0].district, [one.programme_year for one in selections]
    schools, parts = School.objects.all(), Participation.objects.all()
    if district:
        schools, parts = schools.filter(district=district), parts.filter(school__district=district)
    register, topics = list(schools.aggregate(**REGISTER).values()), _topics(rules[0])
    # One year at a time: sorting many rows by year takes longer than adding them up.
    versions = [list(parts.filter(programme_year=one).aggregate(**VERSIONS).values()) for one in rules]
    return {one.pk: digest_of([_common(one, topics), register, own]) for one, own in zip(rules, versions, strict=True)}


def bases_by_district(rules: ProgrammeYear) -> dict[str, str]:
    """The same for each district, by its slug."""
    schools = School.objects.order_by().values_list("district").annotate(**REGISTER)
    parts = Participation.objects.filter(programme_year=rules).order_by()
    registers = {pk: own for pk, *own in schools}
    versions = {pk: own for pk, *own in parts.values_list("school__district").annotate(**VERSIONS)}
    common = _common(rules, _topics(rules))
    return {
        slug: digest_of([common, registers.get(pk, NO_SCHOOLS), versions.get(pk, NO_PLANS)])
        for pk, slug in District.objects.order_by("slug").values_list("pk", "slug")
    }


def _topics(rules: ProgrammeYear) -> Topics:
    topics = SessionTopic.objects.of(rules.programme).order_by("pk")
    return list(topics.values_list("slug", "kind", "month", "number", "title"))


def _common(rules: ProgrammeYear, topics: Topics) -> str:
    """A fingerprint of what every district's sum rests on: formulas, rules, year and topics."""
    own = [rules.required_sessions, rules.lowest_grade, rules.highest_grade, rules.is_for_staff]
    return digest_of([SHAPE, COUNTED, own, rules.year.starts_on, rules.year.ends_on, topics])


def reminders_now() -> str:
    """A fingerprint that changes when a reminder of a missing log is sent, or turns out not to have been.

    Settled reminders stay as they are, so it is made from the last one created and all that are unsettled.
    """
    items = ReminderItem.objects.filter(kind__in=ASKING_FOR_LOGS, mail__state__in=UNSETTLED).order_by()
    unsettled = items.values_list("mail__state").annotate(Count("pk"), Sum("pk"), Max("mail__handed_over_at"))
    return digest_of([ReminderItem.objects.aggregate(last=Max("pk"))["last"], sorted(unsettled)])


def _sent(rules: ProgrammeYear, as_of: dt.date, scopes: Collection[str] | None = None) -> dict[str, str]:
    """For each district, a fingerprint of how many reminders each participation had had by the day."""
    items = reminders_sent(rules, as_of)
    if scopes is not None:
        items = items.filter(session__participation__school__district__slug__in=scopes)
    counted = items.order_by().values_list("session__participation__school__district__slug")
    found = counted.annotate(Count("pk"), print=Fingerprint("session__participation"))
    return {slug: digest_of(own) for slug, *own in found}


def _holds(row: SummedFigures, rules: ProgrammeYear, basis: str, reminded: str) -> bool:
    return (row.basis, row.reminded) == (basis, reminded) and _has_same_groups(row, rules)


def _has_same_groups(row: SummedFigures, rules: ProgrammeYear) -> bool:
    """Whether the schools without a plan have the same groups as before."""
    return not row.without or _groups_of(row.without, _groups(rules, row.without)) == row.groups


def _groups(rules: ProgrammeYear, schools: Collection[int]) -> dict[int, str]:
    """For each school, a fingerprint of its groups."""
    if not schools:
        return {}
    groups = Group.objects.filter(year=rules.year, school__in=schools).exclude(kind=Group.Kind.MENTORS)
    return dict(groups.order_by().values_list("school").annotate(print=Fingerprint(*GROUP)))


def _groups_of(schools: Iterable[int], groups: Mapping[int, str]) -> str:
    return digest_of([groups.get(pk) for pk in sorted(schools)])


# What is kept made anew


def _made(selection: Selection, basis: str, reminded: str) -> SummedFigures:
    day = _Day(selection.programme_year, selection.as_of, reminded, bases_by_district(selection.programme_year))
    if selection.district:
        scope = selection.district.slug
        return day.districts([scope])[scope]
    parts = day.regions() if len(day.bases) > MOST_TOGETHER else day.districts(list(day.bases))
    made = day.together(ALL_SCHOOLS, basis, list(parts.values()))
    _keep([made])
    return made


@dataclass(frozen=True)
class _Day:
    """The sums of a programme year as of a day.

    ``bases`` are the fingerprints of what each district's sum rests on, by slug, and ``reminded`` that of the
    reminders. Both are read before anything is counted, so that what changes during the counting is counted again next
    time.
    """

    rules: ProgrammeYear
    as_of: dt.date
    reminded: str
    bases: Mapping[str, str]

    def regions(self) -> dict[str, SummedFigures]:
        """The sums of lots of districts, between the whole and the districts: with many districts, few have to be
        read."""
        regions = regions_of(self.bases)
        kept = self._held(regions)
        stale = {scope: slugs for scope, slugs in regions.items() if scope not in kept}
        districts = self.districts([slug for slugs in stale.values() for slug in slugs])
        made = {
            scope: self.together(scope, joint_basis(self.bases, slugs), [districts[slug] for slug in slugs])
            for scope, slugs in stale.items()
        }
        _keep(made.values())
        return kept | made

    def districts(self, slugs: Sequence[str]) -> dict[str, SummedFigures]:
        """The districts' sums; only invalid ones are made again."""
        found = self._held({slug: [slug] for slug in slugs})
        stale = [slug for slug in slugs if slug not in found]
        for some in _some_at_a_time(stale):
            found |= self._added_up(some)
        return found

    def together(self, scope: str, basis: str, parts: Sequence[SummedFigures]) -> SummedFigures:
        """The sum of some sums, not yet saved."""
        summaries = [from_json(row.content) for row in parts]
        without = [pk for row in parts for pk in row.without]
        row = self._new(scope, basis, parts[0].sent if len(parts) == 1 else digest_of([row.sent for row in parts]))
        return _filled(row, merged(summaries, _order(summaries)), without, _groups(self.rules, without))

    def _held(self, scopes: Mapping[str, Sequence[str]]) -> dict[str, SummedFigures]:
        """Of the sums kept for some districts, those that are valid, by scope."""
        if not scopes:
            return {}
        rows = SummedFigures.objects.filter(programme_year=self.rules, as_of=self.as_of, scope__in=scopes)
        same = [row for row in rows if row.basis == joint_basis(self.bases, scopes[row.scope])]
        groups = _groups(self.rules, [pk for row in same for pk in row.without])
        same = [row for row in same if not row.without or row.groups == _groups_of(row.without, groups)]
        return {row.scope: row for row in self._with_same_reminders(same, scopes)}

    def _with_same_reminders(
        self, rows: Sequence[SummedFigures], scopes: Mapping[str, Sequence[str]]
    ) -> list[SummedFigures]:
        """Those whose schools have had no new reminders, as most have not; they are marked with the new fingerprint."""
        unsure = [row for row in rows if row.reminded != self.reminded]
        if not unsure:
            return list(rows)
        sent = _sent(self.rules, self.as_of, [slug for row in unsure for slug in scopes[row.scope]])
        others = {row.pk for row in unsure if row.sent != _joint_sent(sent, scopes[row.scope])}
        seen = [row.pk for row in unsure if row.pk not in others]
        SummedFigures.objects.filter(pk__in=seen).update(reminded=self.reminded)
        return [row for row in rows if row.pk not in others]

    def _added_up(self, slugs: Sequence[str]) -> dict[str, SummedFigures]:
        """The sums of some districts, from their schools' counts."""
        sent = _sent(self.rules, self.as_of, slugs)
        every = schools_of(Selection(self.rules, None, self.as_of))
        schools = list(every.filter(district__slug__in=slugs))
        planned = Participation.objects.filter(programme_year=self.rules, school__in=schools)
        have_plan = set(planned.values_list("school", flat=True))
        without: dict[str, list[int]] = {slug: [] for slug in slugs}
        for school in schools:
            if school.pk not in have_plan:
                without[school.district.slug].append(school.pk)
        groups = _groups(self.rules, [pk for own in without.values() for pk in own])
        summaries = added_up(schools, counts_by_school(self.rules, schools, self.as_of))
        made = {}
        for slug in slugs:
            row = self._new(slug, self.bases[slug], _joint_sent(sent, [slug]))
            made[slug] = _filled(row, summaries.get(slug, Summary()), without[slug], groups)
        _keep(made.values())
        return made

    def _new(self, scope: str, basis: str, sent: str) -> SummedFigures:
        row = SummedFigures(programme_year=self.rules, as_of=self.as_of, scope=scope, basis=basis, sent=sent)
        row.reminded = self.reminded
        return row


def regions_of(slugs: Iterable[str]) -> dict[str, list[str]]:
    """The districts in lots of about as many districts as there are lots. A lot's name cannot be a district's slug."""
    regions: dict[str, list[str]] = {}
    for slug in sorted(slugs):
        regions.setdefault(f"~{crc32(slug.encode()) % REGIONS}", []).append(slug)
    return regions


def joint_basis(bases: Mapping[str, str], slugs: Sequence[str]) -> str:
    """What the sum of some districts rests on: for one district its own basis, for several all of theirs."""
    return bases[slugs[0]] if len(slugs) == 1 else digest_of([[slug, bases[slug]] for slug in slugs])


def _joint_sent(sent: Mapping[str, str], slugs: Sequence[str]) -> str:
    own = [sent.get(slug, "") for slug in slugs]
    return own[0] if len(own) == 1 else digest_of(own)


def _some_at_a_time(slugs: Sequence[str]) -> Iterator[list[str]]:
    """Districts in chunks of about so many schools, so that memory does not grow with their number."""
    several = len(slugs) > 1
    sizes = dict(School.objects.order_by().values_list("district__slug").annotate(Count("pk"))) if several else {}
    some: list[str] = []
    for slug in slugs:
        some.append(slug)
        if sum(sizes.get(one, 0) for one in some) >= AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def added_up(schools: Sequence[School], counts: Mapping[int, Counts]) -> dict[str, Summary]:
    """The schools' counts added up by district; the schools come in order of name."""
    order = {school.pk: place for place, school in enumerate(schools)}
    own: dict[str, list[Summary]] = {}
    for school in schools:
        own.setdefault(school.district.slug, []).append(summary_of(school, counts[school.pk]))
    return {slug: merged(some, order) for slug, some in own.items()}


def sums_in_use(rules: ProgrammeYear, as_of: dt.date) -> dict[str, SummedFigures]:
    """The kept sums that the next reader would be shown without counting, by scope."""
    own = bases_by_district(rules)
    bases = {scope: joint_basis(own, slugs) for scope, slugs in regions_of(own).items()}
    bases |= {**own, ALL_SCHOOLS: _bases([Selection(rules, None, as_of)])[rules.pk]}
    rows = SummedFigures.objects.filter(programme_year=rules, as_of=as_of, reminded=reminders_now())
    return {row.scope: row for row in rows if row.basis == bases.get(row.scope) and _has_same_groups(row, rules)}


def _filled(row: SummedFigures, summary: Summary, without: Sequence[int], groups: Mapping[int, str]) -> SummedFigures:
    row.without, row.groups = list(without), _groups_of(without, groups) if without else ""
    row.shown, row.content = list(summary.shown), to_json(summary)
    row.digest = digest_of(row.content)
    return row


def _keep(rows: Iterable[SummedFigures]) -> None:
    SummedFigures.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["basis", "reminded", "sent", "groups", "without", "shown", "content", "digest", "kept_at"],
        unique_fields=["programme_year", "as_of", "scope"],
    )


def _order(parts: Iterable[Summary]) -> dict[int, int]:
    """The places by name of the schools that the parts tell of, as the database sorts names."""
    named = {pk for part in parts for one in part.missed.values() for pk in one.first}
    by_name = School.objects.filter(pk__in=named).order_by("name") if named else School.objects.none()
    return {pk: place for place, pk in enumerate(by_name.values_list("pk", flat=True))}
