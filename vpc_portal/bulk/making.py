"""A municipality, a county or the nation: years of plans and logs, for measuring the portal.

Each year one school's plan is laid out by the portal's own engine. The year's other schools get the same plan, with
random outcomes. The same seed and day give the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import CentreRole, User
from programmes.models import Programme, SessionTopic
from schools.actions.plans import apply_plan, choose_topics, join, open_programme_year
from schools.models import (
    District,
    Group,
    Participation,
    PlannedSession,
    School,
    SchoolMembership,
    SchoolPerson,
    SchoolYear,
    TopicChoice,
)
from sessions_log.models import SessionLog
from vpc_portal.bulk.copying import NULL, as_text, copy_rows, reset_sequences
from vpc_portal.example.calendars import first_calendar_year, make_year

Say = Callable[[str], None]
CLASSES = 20
PASSWORD = "exempel-vpc-2026"


@dataclass(frozen=True)
class Size:
    """How many schools, districts and school years."""

    schools: int
    districts: int
    years: int


SIZES = {
    "municipality": Size(schools=30, districts=4, years=3),
    "county": Size(schools=800, districts=26, years=5),
    "nation": Size(schools=4800, districts=290, years=10),
}


def make_bulk(size: Size, *, seed: int, today: dt.date, say: Say) -> None:
    """Fill a portal that has the reference content and nothing else."""
    random, by = Random(seed), _coordinator()
    schools = _schools(size, say)
    _people(schools, by)
    autumn = first_calendar_year(today)
    for number in range(size.years):
        year = make_year(autumn - size.years + 1 + number, by)
        say(f"Läsåret {year} ({number + 1} av {size.years}): planer och loggar för {size.schools} skolor …")
        _Year(year, schools, random, today, by).make()
    reset_sequences(Group, Participation, TopicChoice, PlannedSession, SessionLog)


def _coordinator() -> User:
    made = [
        (accounts_actions.make_account(email=f"{name}@vpc.example", full_name=full, password=PASSWORD, by=None), role)
        for name, full, role in (
            ("samordnare", "Samira Holm", CentreRole.Role.COORDINATOR),
            ("ledning", "Maria Ek", CentreRole.Role.LEADERSHIP),
        )
    ]
    for user, role in made:
        accounts_actions.give_role(user=user, role=role, starts_on=dt.date(2000, 1, 1), by=user)
    return made[0][0]


def _schools(size: Size, say: Say) -> list[School]:
    say(f"{size.districts} distrikt, {size.schools} skolor …")
    districts = District.objects.bulk_create(
        District(name=f"Distrikt {number:03}", slug=f"distrikt-{number:03}") for number in range(1, size.districts + 1)
    )
    return School.objects.bulk_create(
        School(name=f"Skola {n:04}", slug=f"skola-{n:04}", district=districts[n % len(districts)], highest_grade=5)
        for n in range(1, size.schools + 1)
    )


def _people(schools: list[School], by: User) -> None:
    """A contact person and a coordinator at each school; at the first school they have accounts."""
    for role, name in ((SchoolMembership.Role.CONTACT, "kontakt"), (SchoolMembership.Role.COORDINATOR, "koordinator")):
        account = accounts_actions.make_account(
            email=f"{name}@vpc.example", full_name=f"{role.label} Exempel", password=PASSWORD, by=by
        )
        people = SchoolPerson.objects.bulk_create(
            SchoolPerson(
                school=school,
                name=f"{role.label} {number:04}",
                email=f"{name}{number:04}@vpc.example",
                user=account if number == 1 else None,
            )
            for number, school in enumerate(schools, start=1)
        )
        SchoolMembership.objects.bulk_create(
            SchoolMembership(person=person, role=role, starts_on=dt.date(2000, 8, 1)) for person in people
        )


class _Year:
    """One school year of all the schools."""

    def __init__(self, year: SchoolYear, schools: list[School], random: Random, today: dt.date, by: User) -> None:
        self.year, self.schools, self.random, self.today, self.by = year, schools, random, today, by
        self.taget = Programme.objects.get(slug="taget")
        self.rules = open_programme_year(programme=self.taget, year=year, by=by)
        self.topics = list(SessionTopic.objects.of(self.taget).extra()[: self.rules.required_extra])

    def make(self) -> None:
        """Make the first school's by the portal's own actions, and copy the others'."""
        pattern = self._first_school()
        others = self.schools[1:]
        after = _last_key(Group), _last_key(Participation), _last_key(PlannedSession)
        copy_rows(
            Group,
            ("id", "school_id", "kind", "name", "grade", "headcount", "staff_group_id"),
            self._groups(others, after[0]),
            year_id=self.year.pk,
            starts_on=self.year.starts_on,
        )
        joined = [(after[1] + place, school.pk) for place, school in enumerate(others, start=1)]
        copy_rows(Participation, ("id", "school_id"), joined, programme_year_id=self.rules.pk)
        self._choose(joined)
        copy_rows(
            PlannedSession,
            ("id", "uuid", "participation_id", "group_id", "slot_no", "topic_id", "week_start", "outcome"),
            self._sessions(pattern, len(others), after),
        )
        reset_sequences(Group, Participation, PlannedSession)
        copy_rows(
            SessionLog,
            (
                *("id", "session_id", "key", "batch", "held", "held_on", "reason", "present", "enrolled"),
                *("logged_at", "changed_at"),
            ),
            self._logs(),
            logged_by_id=self.by.pk,
            as_planned=True,
        )
        self.rules.participations.all().raise_version()

    def _first_school(self) -> list[PlannedSession]:
        """What every school has: one plan, as the engine lays it out, with groups in the order in which they were
        made."""
        school, starts_on = self.schools[0], self.year.starts_on
        staff = Group.objects.create(school=school, year=self.year, kind="staff", name="Personal", starts_on=starts_on)
        for number in range(CLASSES):
            Group.objects.create(
                school=school,
                year=self.year,
                kind="class",
                name=_name(number),
                grade=number % 6,
                headcount=self._headcount(),
                starts_on=starts_on,
                staff_group=staff,
            )
        participation = join(school=school, programme_year=self.rules, by=self.by)
        now = timezone.make_aware(dt.datetime.combine(starts_on - dt.timedelta(days=5), dt.time(9)))
        choose_topics(participation=participation, topics=self.topics, by=self.by, now=now)
        apply_plan(participation=participation, from_day=starts_on, by=self.by, now=now)
        sessions = list(participation.sessions.order_by("pk"))
        for session in sessions:
            outcome = self._outcome(session.week_start, luck=0.9)
            session.outcome = None if outcome == NULL else outcome
        PlannedSession.objects.bulk_update(sessions, ["outcome"])
        return sessions

    def _headcount(self) -> int:
        return self.random.randint(16, 28)

    def _groups(self, schools: list[School], key: int) -> Iterator[tuple]:
        for school in schools:
            key += 1
            staff = key
            yield (key, school.pk, "staff", "Personal", NULL, 20, NULL)
            for number in range(CLASSES):
                key += 1
                yield (key, school.pk, "class", _name(number), number % 6, self._headcount(), staff)

    def _choose(self, joined: list[tuple[int, int]]) -> None:
        key = _last_key(TopicChoice)
        chosen = product((own for own, _school in joined), enumerate(self.topics, start=1))
        rows = (
            (key + place, own, topic.pk, position) for place, (own, (position, topic)) in enumerate(chosen, start=1)
        )
        copy_rows(TopicChoice, ("id", "participation_id", "topic_id", "position"), rows)
        reset_sequences(TopicChoice)

    def _sessions(self, pattern: list[PlannedSession], schools: int, after: tuple[int, int, int]) -> Iterator[tuple]:
        group_after, participation_after, key = after
        first_group = group_after - CLASSES
        at_each = [
            (one.group_id - first_group + 1, one.slot_no, one.topic_id or NULL, one.week_start) for one in pattern
        ]
        for school in range(schools):
            luck = self.random.uniform(0.55, 0.99)
            for group, slot, topic, week in at_each:
                key += 1
                yield (
                    key,
                    f"{self.random.getrandbits(128):032x}",
                    participation_after + school + 1,
                    group_after + school * (CLASSES + 1) + group,
                    slot,
                    topic,
                    week,
                    self._outcome(week, luck),
                )

    def _outcome(self, week: dt.date, luck: float) -> str:
        """Held, not held or unlogged: by the school's luck, and only for what has come."""
        if week + dt.timedelta(days=6) > self.today:
            return NULL
        chance = self.random.random()
        return "held" if chance < luck else "not_held" if chance < luck + (1 - luck) / 3 else NULL

    def _logs(self) -> Iterator[tuple]:
        key, random = _last_key(SessionLog), self.random
        told = PlannedSession.objects.filter(participation__programme_year=self.rules).exclude(outcome=None)
        columns = told.order_by("pk").values_list("pk", "week_start", "outcome", "group__headcount")
        for pk, week, outcome, size in columns.iterator(chunk_size=20_000):
            key += 1
            held, enrolled = outcome == "held", size or 20
            day = week + dt.timedelta(days=random.randrange(5))
            logged = f"{day + dt.timedelta(days=random.choice((0, 0, 1, 3, 9)))} 12:00:00+00"
            number = f"{random.getrandbits(128):032x}"
            yield (
                *(key, pk, number, number, as_text(held), day if held else NULL, "" if held else "no_room"),
                *((enrolled - random.randrange(4), enrolled) if held else (NULL, NULL)),
                *(logged, logged),
            )


def _name(number: int) -> str:
    """F A, 1 A … 5 D."""
    grade = number % 6
    return f"{grade or 'F'}{'ABCD'[number // 6]}"


def _last_key(model) -> int:
    last = model.objects.order_by("-pk").values_list("pk", flat=True).first()
    return last or 0
