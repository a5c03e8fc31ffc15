"""How many mails a term makes for whom, computed by the same rules and code that make them; nothing is written.

It is computed from how things are now, as if the rules had applied all term: every session is as planned, nothing is
logged, and nothing is answered or chosen before its reminder. So the number of mails about missing logs is the largest
possible.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from outbox.letters import local_time
from programmes import reminders as measures
from programmes.models import Measure, PartnerMembership
from schools.models import PlannedSession, ProgrammeYear, School, SchoolYear, Term
from sessions_log.models import RuleVersion
from sessions_log.reminding.contacts import lost_contacts_asked
from sessions_log.reminding.gathering import TAKEN_ALONG, Gathering
from sessions_log.reminding.invitations import invitations_asked
from sessions_log.reminding.kinds import Kind, To
from sessions_log.reminding.next_year import next_year_asked
from sessions_log.reminding.once import Once
from sessions_log.reminding.places import DAY, WEEK, Place, places
from sessions_log.reminding.readers import Foreseen
from sessions_log.reminding.rules import Rule, Rules
from sessions_log.reminding.runs import MORNING, Run
from sessions_log.reminding.steps import Steps
from sessions_log.reminding.term_plans import plans_asked
from sessions_log.reminding.topics import topics_asked

# The first term's mails begin this long before it.
BEFORE_AUTUMN = 6 * WEEK


@dataclass
class Count:
    """Mails of one kind: how many for whom, and how many the person who gets most of them gets."""

    to: Counter[To] = field(default_factory=Counter)
    each: Counter[tuple[To, int | str]] = field(default_factory=Counter)

    def add(self, to: To, who: int | str) -> None:
        self.to[to] += 1
        self.each[to, who] += 1

    @property
    def total(self) -> int:
        return sum(self.to.values())

    @property
    def most(self) -> int:
        return max(self.each.values(), default=0)


# For each kind.
Counts = dict[str, Count]


@dataclass(frozen=True)
class Span:
    """The days whose mails belong to a term."""

    first: dt.date
    last: dt.date

    def holds(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


def term_of(year: SchoolYear, today: dt.date) -> Term | None:
    """The year's term on a day: the present or next one, or the last."""
    terms = list(year.terms.order_by("starts_on"))
    return next((term for term in terms if term.ends_on >= today), terms[-1] if terms else None)


def span_of(term: Term) -> Span:
    """From the day after the year's earlier term, so that each day belongs to exactly one."""
    earlier = Term.objects.filter(year=term.year_id, ends_on__lt=term.starts_on).order_by("-ends_on").first()
    return Span(earlier.ends_on + DAY if earlier else term.starts_on - BEFORE_AUTUMN, term.ends_on)


def mails_of_programme(rules: Rules, programme_year: ProgrammeYear, term: Term, today: dt.date) -> Counts:
    """The mails that a programme's rules make in a term."""
    year, rules = programme_year.year, _all_term(rules)
    run = _run(RuleVersion(year=year, programme=programme_year.programme, rules=_kept(rules)), today)
    counts: Counts = {}
    span = span_of(term)
    _count_sessions(counts, run, programme_year, rules, span)
    mine = set(programme_year.participations.values_list("pk", flat=True))
    _count_once(counts, (one for one in topics_asked(run, span.last) if one.about["participation"] in mine), span)
    return counts


def mails_of_year(rules: Rules, year: SchoolYear, term: Term, today: dt.date) -> Counts:
    """The mails that the rules for all programmes make in a term."""
    run = _run(RuleVersion(year=year, rules=_kept(_all_term(rules))), today)
    span, counts = span_of(term), Counts()
    for asker in (plans_asked, lost_contacts_asked, invitations_asked, next_year_asked):
        _count_once(counts, asker(run, span.last), span)
    _count_measures(counts, rules[measures.KIND], span, today)
    return counts


def _all_term(rules: Rules) -> Rules:
    """The rules as if they had been set before the term, since what a whole term makes is to be compared."""
    return {kind: replace(rule, since={}) for kind, rule in rules.items()}


def _kept(rules: Rules) -> dict[str, dict[str, object]]:
    return {kind: rule.kept() for kind, rule in rules.items()}


def _run(version: RuleVersion, today: dt.date) -> Run:
    """A run on the day, with the tried rules as the year's."""
    run = Run(local_time(today, MORNING))
    run.book.try_out(version)
    return run


def _count_once(counts: Counts, asked: Iterable[Once], span: Span) -> None:
    for one in asked:
        if span.holds(one.due_on):
            counts.setdefault(one.kind, Count()).add(one.to, one.who.pk)


def _count_sessions(counts: Counts, run: Run, programme_year: ProgrammeYear, rules: Rules, span: Span) -> None:
    """What would be made, day by day."""
    run.book.try_out(_from_day_on(span.first, programme_year, rules))
    rows, steps = _places(run, programme_year, span), Steps(run.book)
    readers = Foreseen(run.roles, (place.leader for place in rows if place.leader))
    made: set[tuple[int | str, int, str, int]] = set()
    for day, several in sorted(_by_day(rows, steps, span).items()):
        gathering = Gathering(book=run.book, readers=readers, due_by=day, today=day, steps=steps)
        for one in gathering.mails(several, made):
            made |= {(one.addressee.key, place.session, one.kind, lead) for place, lead in one.pairs}
            if not one.is_too_late:
                counts.setdefault(one.kind, Count()).add(one.addressee.to, one.addressee.key)


def _from_day_on(day: dt.date, programme_year: ProgrammeYear, rules: Rules) -> RuleVersion:
    """The rules without what would have been due before a day."""
    later = {kind: replace(rule, since=dict.fromkeys(rule.leads, day)) for kind, rule in rules.items()}
    return RuleVersion(year=programme_year.year, programme=programme_year.programme, rules=_kept(later))


def _places(run: Run, programme_year: ProgrammeYear, span: Span) -> list[Place]:
    back = run.book.longest(Kind.LOG_ESCALATED) * DAY + 2 * WEEK
    ahead = run.book.longest(Kind.APPROACHING) * WEEK + TAKEN_ALONG
    rows = PlannedSession.objects.live().between(span.first - back, span.last + ahead)
    open_schools = School.objects.open_on(run.today)
    return places(rows.filter(participation__programme_year=programme_year, participation__school__in=open_schools))


def _by_day(rows: list[Place], steps: Steps, span: Span) -> dict[dt.date, list[Place]]:
    """The days on which something is due, with all sessions of the topics concerned, in order."""
    topics: dict[tuple[int, int], list[Place]] = {}
    for place in rows:
        topics.setdefault((place.participation, place.slot_no), []).append(place)
    found: dict[dt.date, list[Place]] = {}
    for several in topics.values():
        days = {step.due_on for place in several for step in steps.of(place)}
        for day in days:
            if span.holds(day):
                found.setdefault(day, []).extend(several)
    return found


def _count_measures(counts: Counts, rule: Rule, span: Span, today: dt.date) -> None:
    """The mails before each follow-up; the mail when it is late is counted only if it is."""
    if not rule.is_on:
        return
    for measure, day in _follow_ups(rule, span):
        readers = measures.readers_of(measure, today)
        partners = PartnerMembership.objects.active(today).filter(user__in=readers, partner__in=measure.owners.all())
        to = To.PARTNERS if partners.exists() else To.CENTRE
        for _lead in [lead for lead in rule.leads if span.holds(day - lead * DAY)]:
            for user in readers:
                counts.setdefault(measures.KIND, Count()).add(to, user.pk)


def _follow_ups(rule: Rule, span: Span) -> Iterator[tuple[Measure, dt.date]]:
    last = span.last + max(rule.leads) * DAY
    for measure in Measure.objects.open().filter(next_follow_up__range=(span.first, last)).prefetch_related("owners"):
        assert measure.next_follow_up is not None
        yield measure, measure.next_follow_up
