"""The coordinators' start page: what needs attention, in which order, read in a constant number of queries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from django.db.models import Count, F, Prefetch, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from schools.calendar import SchoolCalendar, calendars_of
from schools.models import PlanChange, PlannedSession, School, SchoolPerson, SchoolYear
from schools.models.plans import PlannedSessionQuerySet, monday_of
from schools.term_plan import Standing, standing_of
from sessions_log.entries import LogEntry, planned_entry
from sessions_log.models import SessionLog
from sessions_log.policies import can_log, can_log_as_planned, can_undo, undo_until

# A section with more cards than this shows them as rows that open.
MOST_CARDS = 10
# How many sessions without a log the start page, or a link's page, shows before it refers to the list.
MOST_AWAITING = 30
# With more sessions than this in a week, at several schools, only each school's number is shown.
MOST_IN_WEEK = 60
# And with more schools than this, only those with most to log are named.
MOST_SCHOOLS = 40

Status = PlannedSession.Status
Calendars = dict[tuple[int, int], SchoolCalendar]


@dataclass(frozen=True)
class Card:
    """One session, and what its reader can do with it."""

    session: PlannedSession
    status: Status
    # What logging in two taps would save; None while that cannot be known.
    planned: LogEntry | None
    loggable: bool
    # The session that the group has instead of a lost one.
    new_session: PlannedSession | None = None
    # Whether its reader most likely wants to log it now; then it is open.
    is_likely: bool = False
    key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def log(self) -> SessionLog | None:
        return getattr(self.session, "log", None)

    @property
    def label(self) -> str:
        """The state in a word; a session that can be logged this week says so."""
        if self.status == Status.MOVED:
            return _("Moved here")
        if self.status == Status.PLANNED and self.loggable:
            return _("To log")
        return str(self.status.label)

    @property
    def moved_because(self) -> str:
        """The reason for the latest move, if one was given."""
        moves: list[PlanChange] = getattr(self.session, "moves", [])
        return moves[0].reason if moves else ""


@dataclass(frozen=True)
class Section:
    """A part of the page: its anchor, its cards, and how they are shown."""

    anchor: str
    cards: list[Card]

    @property
    def to_log(self) -> list[Card]:
        return [card for card in self.cards if card.loggable]

    @property
    def done(self) -> list[Card]:
        return [card for card in self.cards if not card.loggable]

    @property
    def at_once(self) -> list[Card]:
        """Those that can be logged as planned all at once; empty unless there are several."""
        found = [card for card in self.cards if card.planned]
        return found if len(found) > 1 else []

    @property
    def as_rows(self) -> bool:
        """Whether there are too many for cards."""
        return len(self.cards) > MOST_CARDS

    @property
    def schools(self) -> list[tuple[School, Section]]:
        """The section by school, those with most to log first."""
        parts = _by_school(self.cards, self.anchor)
        return sorted(parts, key=lambda part: (-len(part[1].to_log), part[0].name))


@dataclass(frozen=True)
class Undo:
    """The logs of one deed that their writer can still undo, and until when."""

    logs: tuple[SessionLog, ...]
    until: dt.datetime

    @property
    def batch(self) -> uuid.UUID:
        return self.logs[0].batch


@dataclass(frozen=True)
class SchoolWeek:
    """How many sessions a school has in a week, and how many of them can be logged now."""

    name: str
    slug: str
    sessions: int
    to_log: int


@dataclass(frozen=True)
class Board:
    """Everything that the start page shows. A week with too much to show has only numbers by school."""

    today_cards: Section
    week: Section
    awaiting: Section
    later: Section
    awaiting_count: int
    by_school: Sequence[SchoolWeek] = ()

    @property
    def has_this_week(self) -> bool:
        return bool(self.by_school) or any(part.cards for part in (self.today_cards, self.week, self.later))

    @property
    def sessions(self) -> int:
        return sum(one.sessions for one in self.by_school)

    @property
    def to_log(self) -> int:
        return sum(one.to_log for one in self.by_school)

    @property
    def schools_shown(self) -> Sequence[SchoolWeek]:
        return self.by_school[:MOST_SCHOOLS]


def board_for(schools: QuerySet[School], *, by: User, now: dt.datetime) -> Board:
    """The board for a coordinator of some schools."""
    today = timezone.localdate(now)
    ours = PlannedSession.objects.filter(participation__school__in=schools)
    in_week = ours.in_week(monday_of(today))
    by_school = too_much_by_school(in_week, today)
    this_week = [] if by_school else list(_with_all(in_week))
    waiting = ours.awaiting_log(today)
    oldest = list(
        _with_all(waiting).order_by("week_start", "date", "participation__school__name", "group")[:MOST_AWAITING]
    )
    cards = with_likely(cards_of([*this_week, *oldest], by=by, now=now), now)
    week, awaiting = cards[: len(this_week)], cards[len(this_week) :]
    return Board(
        today_cards=Section("idag", [card for card in week if card.session.date == today]),
        week=Section("veckan", _to_log_first(c for c in week if c.session.date is None or c.session.date < today)),
        awaiting=Section("saknar", awaiting),
        later=Section("senare", [card for card in week if card.session.date and card.session.date > today]),
        awaiting_count=waiting.count() if len(oldest) == MOST_AWAITING else len(oldest),
        by_school=by_school,
    )


def too_much_by_school(in_week: PlannedSessionQuerySet, today: dt.date) -> list[SchoolWeek]:
    """A week's sessions counted by school, those with most to log first; empty if the week's sessions fit on the
    page."""
    sessions = _number_by_school(in_week)
    if len(sessions) < 2 or sum(sessions.values()) <= MOST_IN_WEEK:
        return []
    due = _number_by_school(in_week.due_for_log(today))
    found = [SchoolWeek(*school, number, due.get(school, 0)) for school, number in sessions.items()]
    return sorted(found, key=lambda one: (-one.to_log, one.name))


def _number_by_school(sessions: PlannedSessionQuerySet) -> dict[tuple[str, str], int]:
    """The numbers, by school name and slug."""
    schools = sessions.order_by().values_list("participation__school__name", "participation__school__slug")
    return {(name, slug): number for name, slug, number in schools.annotate(Count("pk"))}


def cards_of(sessions: Sequence[PlannedSession], *, by: User, now: dt.datetime) -> list[Card]:
    """Cards of sessions that the user may log."""
    today = timezone.localdate(now)
    loggable = [session for session in sessions if can_log(session, today)]
    calendars, standing = _calendars(loggable), standing_of(sessions)
    return [_card(session, calendars, standing, by=by, now=now) for session in sessions]


def with_likely(cards: Sequence[Card], now: dt.datetime) -> list[Card]:
    """The cards, with the one marked that is most likely wanted now: the class that has just met, or else a past one of
    this week, or else the oldest without a log."""
    likely = min((card for card in cards if card.planned), key=lambda card: _likeliness(card, now), default=None)
    return [replace(card, is_likely=card is likely) for card in cards]


def _likeliness(card: Card, now: dt.datetime) -> tuple[int, float]:
    """Sort key: the most likely wanted comes first."""
    session, here = card.session, timezone.localtime(now)
    if session.date == here.date() and session.start_time:
        met = dt.datetime.combine(session.date, session.end_time or session.start_time, here.tzinfo)
        return (0, abs((here - met).total_seconds()))
    if session.week_start == monday_of(here.date()):
        return (1 if session.date else 2, -(session.date or session.week_start).toordinal())
    return (3, session.week_start.toordinal())


def awaiting_by_school(schools: QuerySet[School], today: dt.date) -> QuerySet[PlannedSession]:
    """Every session without a log, by school, the oldest first."""
    rows = PlannedSession.objects.filter(participation__school__in=schools).awaiting_log(today)
    return _with_all(rows).order_by("participation__school__name", "week_start", "date", "group", "pk")


def awaiting_by_leader(schools: QuerySet[School], today: dt.date) -> QuerySet[PlannedSession]:
    """Every session without a log, by its leader, the oldest first; those without a leader last."""
    rows = PlannedSession.objects.filter(participation__school__in=schools).awaiting_log(today)
    nobody_last = F("leader__name").asc(nulls_last=True)
    return _with_all(rows).order_by(nobody_last, "leader", "week_start", "date", "group", "pk")


def sections_by_school(cards: Sequence[Card]) -> list[tuple[School, Section]]:
    """A section for each school, from cards in the schools' order."""
    return _by_school(cards, "saknar")


def sections_by_leader(cards: Sequence[Card]) -> list[tuple[SchoolPerson | None, Section]]:
    """A section for each leader, from cards in the leaders' order; None: no leader is set."""
    return [
        (leader, Section("saknar", list(part))) for leader, part in groupby(cards, key=lambda card: card.session.leader)
    ]


def next_session(schools: QuerySet[School], today: dt.date) -> PlannedSession | None:
    """The next session that is still ahead."""
    rows = PlannedSession.objects.filter(participation__school__in=schools).upcoming(today)
    return rows.filter(week_start__gt=monday_of(today)).with_names().order_by("week_start", "date").first()


def latest_to_undo(by: User, now: dt.datetime) -> Undo | None:
    """What the person logged last, with everything in the same deed, while it can be undone."""
    latest = SessionLog.objects.filter(logged_by=by).order_by("-logged_at", "-pk").values("batch")[:1]
    logs = SessionLog.objects.filter(logged_by=by, batch=Subquery(latest)).select_related("session__group")
    undoable = [log for log in logs.order_by("pk") if can_undo(log, by, now)]
    return Undo(tuple(undoable), undo_until(undoable[0])) if undoable else None


def _with_all(rows: PlannedSessionQuerySet) -> QuerySet[PlannedSession]:
    moves = PlanChange.objects.filter(what=PlanChange.What.MOVED).order_by("-at", "-pk")
    logs = SessionLog.objects.select_related("logged_by").prefetch_related("parts_done")
    return (
        rows.with_names()
        .select_related("participation__programme_year__year")
        .prefetch_related("topic__parts", Prefetch("changes", moves, to_attr="moves"), Prefetch("log", logs))
        .order_by("date", "start_time", "participation__school__name", "group__kind", "group__grade", "group__name")
    )


def _card(session: PlannedSession, calendars: Calendars, standing: Standing, *, by: User, now: dt.datetime) -> Card:
    today = timezone.localdate(now)
    planned = None
    if can_log_as_planned(session, now):
        calendar = calendars[_place(session)]
        planned = planned_entry(session, by=by, today=today, calendar=calendar)
    return Card(
        session=session,
        status=session.status(today),
        planned=planned,
        loggable=can_log(session, today),
        new_session=None if session.is_live else standing.stand_in_for(session),
    )


def _place(session: PlannedSession) -> tuple[int, int]:
    return session.participation.programme_year.year_id, session.participation.school_id


def _calendars(sessions: Iterable[PlannedSession]) -> Calendars:
    schools: dict[SchoolYear, set[School]] = {}
    for session in sessions:
        participation = session.participation
        schools.setdefault(participation.programme_year.year, set()).add(participation.school)
    return {
        (year.pk, school): calendar
        for year, at_year in schools.items()
        for school, calendar in calendars_of(year, sorted(at_year, key=lambda school: school.pk)).items()
    }


def _by_school(cards: Iterable[Card], anchor: str) -> list[tuple[School, Section]]:
    ordered = sorted(cards, key=lambda card: card.session.participation.school.name)
    return [
        (school, Section(anchor, list(part)))
        for school, part in groupby(ordered, key=lambda card: card.session.participation.school)
    ]


def _to_log_first(cards: Iterable[Card]) -> list[Card]:
    return sorted(cards, key=lambda card: not card.loggable)
