"""Thirty schools and what happens there in a school year: made in bulk, and lived day by day."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import CentreRole, User
from programmes.models import Measure, PartnerMembership, PartnerOrganisation, Programme, SessionTopic
from schools.models import (
    District,
    Group,
    Occasion,
    OccasionInvitation,
    Participation,
    PlannedSession,
    ProgrammeYear,
    School,
    SchoolMembership,
    SchoolPerson,
    SchoolYear,
    Term,
)

D, DAY, WEEK = dt.date, dt.timedelta(days=1), dt.timedelta(weeks=1)
SCHOOLS = 30
# One school's contact person leaves, and another comes a month later.
LEFT, CAME = D(2026, 9, 30), D(2026, 11, 2)
LEAVING = 5
# Schools that choose no topics to begin with, and the day when all but one do.
CHOOSES_LATE, CHOOSES_NEVER, CHOSE = 10, 20, D(2026, 12, 1)
OCCASION, INVITED, ANSWERED = D(2026, 10, 22), D(2026, 10, 1), D(2026, 10, 14)
FOLLOW_UP, FOLLOWED_UP = D(2026, 11, 20), D(2026, 12, 10)
YEAR_MADE, CLASSES_MADE = D(2027, 4, 20), D(2027, 4, 26)


@dataclass
class Session:
    """A planned session as the test knows it."""

    pk: int
    school: int
    programme: str
    slot: int
    week: dt.date
    is_announced: bool
    logged_after: int | None
    is_chosen: bool = True
    is_logged: bool = False

    @property
    def sunday(self) -> dt.date:
        return self.week + 6 * DAY


@dataclass
class Role:
    """Somebody's role at a school; the last day is known when it has come."""

    pk: int
    school: int
    role: str
    email: str
    starts_on: dt.date
    ends_on: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass
class Municipality:
    """What the rules are told to the test in: rows without a database."""

    year: SchoolYear
    terms: list[Term]
    sessions: list[Session] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    centre: list[str] = field(default_factory=list)
    participations: dict[tuple[int, str], int] = field(default_factory=dict)
    schools: list[int] = field(default_factory=list)
    # By key: school, recipient.
    invitations: dict[int, tuple[int, str]] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)
    measures: dict[int, tuple[dt.date | None, str]] = field(default_factory=dict)
    has_next_year: bool = False
    with_classes: set[int] = field(default_factory=set)

    def live(self, day: dt.date) -> None:
        """What people do in the afternoon."""
        self._log(day)
        self._move(day)
        self._come_and_go(day)
        self._answer(day)
        if day == YEAR_MADE:
            coming = SchoolYear.objects.create(starts_on=D(2027, 8, 17), ends_on=D(2028, 6, 9))
            for programme in Programme.objects.all():
                ProgrammeYear.objects.create(programme=programme, year=coming)
            self.has_next_year = True
        if day == CLASSES_MADE:
            coming, self.with_classes = SchoolYear.objects.latest("starts_on"), set(range(10))
            said = {"year": coming, "kind": "staff", "name": "Personal", "starts_on": coming.starts_on}
            Group.objects.bulk_create(Group(school_id=self.schools[n], **said) for n in self.with_classes)

    def _log(self, day: dt.date) -> None:
        """Three sessions of four on the week's Friday; of the rest some late, and some never."""
        logged = [one for one in self.sessions if not one.is_logged and self._logs(one, day)]
        for one in logged:
            one.is_logged = True
        PlannedSession.objects.filter(pk__in=[one.pk for one in logged]).update(outcome="held")

    @staticmethod
    def _logs(one: Session, day: dt.date) -> bool:
        return one.logged_after is not None and day >= one.week + 4 * DAY + one.logged_after * DAY

    def _move(self, day: dt.date) -> None:
        """On each month's first Wednesday a session that lies four weeks ahead goes to the week after."""
        if day.weekday() == 2 and day.day <= 7:
            ahead = [one for one in self.sessions if day + 3 * WEEK < one.week < day + 5 * WEEK]
            for one in ahead[:1]:
                one.week += WEEK
                PlannedSession.objects.filter(pk=one.pk).update(week_start=one.week)

    def _come_and_go(self, day: dt.date) -> None:
        if day == LEFT:
            [gone] = [one for one in self.roles if one.school == LEAVING and one.role == "contact"]
            gone.ends_on = LEFT
            SchoolMembership.objects.filter(pk=gone.pk).update(ends_on=LEFT)
        if day == CAME:
            add_role(self, LEAVING, "contact", "ny", CAME)

    def _answer(self, day: dt.date) -> None:
        """Every third school answers an invitation, and a school chooses its topics."""
        if day == ANSWERED:
            self.answered = {pk for pk, (school, _to) in self.invitations.items() if school % 3 == 0}
            at = timezone.make_aware(dt.datetime.combine(day, dt.time(14)))
            OccasionInvitation.objects.filter(pk__in=self.answered).update(answer=True, answered_at=at, coming=1)
        if day == CHOSE:
            topics = {3 + one.number: one for one in SessionTopic.objects.filter(kind="extra")}
            for one in self.sessions:
                if one.school == CHOOSES_LATE and not one.is_chosen:
                    one.is_chosen = True
                    PlannedSession.objects.filter(pk=one.pk).update(topic=topics[one.slot])
        if day == FOLLOWED_UP:
            self.measures = dict.fromkeys(self.measures, (None, ""))
            Measure.objects.update(next_follow_up=None)


def add_role(town: Municipality, school: int, role: str, name: str, starts_on: dt.date) -> None:
    email = f"{name}{school}@vpc.example"
    user = User.objects.create(email=email, full_name=f"{name.capitalize()} {school}")
    person = SchoolPerson.objects.create(school_id=town.schools[school], name=user.full_name, email=email, user=user)
    row = SchoolMembership.objects.create(person=person, role=role, starts_on=starts_on)
    town.roles.append(Role(row.pk, school, role, email, starts_on))


def a_municipality(year: SchoolYear, by: User) -> Municipality:
    """Schools, people, plans, an occasion and two measures."""
    town = Municipality(year, list(year.terms.order_by("starts_on")), centre=[by.email])
    second = User.objects.create(email="sixten@vpc.example", full_name="Sixten Test")
    CentreRole.objects.create(user=second, role="coordinator", starts_on=D(2020, 1, 1))
    town.centre.append(second.email)
    district = District.objects.create(name="Mitt")
    rows = School.objects.bulk_create(
        School(name=f"Skola {n}", slug=f"skola-{n}", district=district) for n in range(SCHOOLS)
    )
    town.schools = [one.pk for one in rows]
    for n in range(SCHOOLS):
        if n % 10 != 3:
            add_role(town, n, "contact", "kontakt", D(2025, 8, 1))
        if n % 10 != 7:
            add_role(town, n, "coordinator", "koord", D(2025, 8, 1))
    _plan(town, year)
    _invite(town, by)
    _measures(town)
    return town


def _plan(town: Municipality, year: SchoolYear) -> None:
    taget = Programme.objects.create(slug="taget", name="TÅGET", rhythm="months")
    mvp = Programme.objects.create(slug="mvp", name="MVP", rhythm="series")
    said = {"kind": "staff", "year": year, "starts_on": year.starts_on}
    groups: list[Group] = []
    for school in town.schools:
        groups += [Group(school_id=school, name=name, **said) for name in ("P1", "P2", "P3")]
    groups = Group.objects.bulk_create(groups)
    of_school = {school: [one for one in groups if one.school_id == school] for school in town.schools}
    topics = [
        SessionTopic(programme=taget, slug=f"b{n}", kind="base", number=n, title=f"Bas {n}", month=9) for n in range(3)
    ]
    topics += [SessionTopic(programme=taget, slug=f"e{n}", kind="extra", number=n, title=f"Val {n}") for n in range(3)]
    topics += [SessionTopic(programme=mvp, slug=f"m{n}", kind="mvp", number=n, title=f"Steg {n}") for n in range(6)]
    topics = SessionTopic.objects.bulk_create(topics)
    for programme, some in ((taget, range(SCHOOLS)), (mvp, range(8))):
        rules = ProgrammeYear.objects.create(programme=programme, year=year)
        for n in some:
            part = Participation.objects.create(school_id=town.schools[n], programme_year=rules)
            town.participations[n, programme.slug] = part.pk
            _sessions(town, n, programme.slug, part, of_school[town.schools[n]], topics)


def _sessions(
    town: Municipality, n: int, programme: str, part: Participation, groups: list[Group], topics: list[SessionTopic]
) -> None:
    """Base topics in September, November and February, extra ones between; the groups in weeks of their own."""
    monday = D(2026, 9, 7) + (n % 4) * WEEK
    rows = []
    for slot, topic in enumerate(one for one in topics if one.programme.slug == programme):
        chosen = topic.kind != "extra" or n not in (CHOOSES_LATE, CHOOSES_NEVER) or slot < 4
        for order, group in enumerate(groups if programme == "taget" else groups[:1]):
            lies = monday + (slot * 5 + order) * WEEK if programme == "taget" else monday + slot * 2 * WEEK
            rows.append(
                PlannedSession(
                    participation=part, group=group, slot_no=slot, topic=topic if chosen else None, week_start=lies
                )
            )
    for row in PlannedSession.objects.bulk_create(rows):
        late = [0, 0, 0, [7, 13, 21, None][(row.slot_no + n) % 4]][(row.pk + n) % 4]
        announced = row.topic is not None and row.topic.kind != "extra"
        said = Session(row.pk, n, programme, row.slot_no, row.week_start, announced, late, row.topic is not None)
        town.sessions.append(said)


def _invite(town: Municipality, by: User) -> None:
    """The contact persons and coordinators of the first twelve schools."""
    said = {"kind": "further", "title": "Träff", "content_digest": "", "by": by}
    occasion = Occasion.objects.create(key=uuid.uuid4(), date=OCCASION, **said)
    for one in town.roles:
        if one.school < 12:
            person = SchoolPerson.objects.get(memberships=one.pk)
            where = {"occasion": occasion, "school": person.school, "organisation": "school"}
            row = OccasionInvitation.objects.create(person=person, **where)
            town.invitations[row.pk] = (one.school, one.email)


def _measures(town: Municipality) -> None:
    """One of a partner with a representative, one of a partner without."""
    for name, member in (("Polisen", "lena@vpc.example"), ("Bostad", "")):
        partner = PartnerOrganisation.objects.create(name=name, slug=name.lower())
        if member:
            user = User.objects.create(email=member, full_name="Lena Test")
            PartnerMembership.objects.create(user=user, partner=partner, starts_on=D(2025, 1, 1))
        row = Measure.objects.create(
            key=uuid.uuid4(), title=name, starts_on=D(2026, 8, 1), next_follow_up=FOLLOW_UP, status="going_on"
        )
        row.owners.add(partner)
        town.measures[row.pk] = (FOLLOW_UP, member)
