"""The choices for a session's log: its days, people, parts, scenarios and free weeks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import short_day, week_and_span
from programmes.models import Scenario, SessionTopic, TopicPart
from schools.actions.moves import free_weeks
from schools.calendar import SchoolCalendar
from schools.models import PlannedSession, SchoolPerson
from schools.term_plan import new_session_of
from sessions_log.models import SessionLog

OTHER = "other"
NEW_WEEKS = 3

Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Offers:
    """The choices of one session's form, for one person on a day."""

    session: PlannedSession
    user: User
    today: dt.date
    log: SessionLog | None

    @cached_property
    def calendar(self) -> SchoolCalendar:
        return SchoolCalendar.of(self.session.participation.programme_year.year, self.session.participation.school)

    @cached_property
    def new_session(self) -> PlannedSession | None:
        return new_session_of(self.session)

    @property
    def is_mvp(self) -> bool:
        """Whether pupil mentors lead it and use scenarios."""
        return self.session.topic is not None and self.session.topic.kind == SessionTopic.Kind.MVP

    @cached_property
    def people(self) -> list[SchoolPerson]:
        return list(self.session.participation.school.people.all())

    @cached_property
    def days(self) -> Choices:
        """The planned day, or those open days of the week that have come."""
        planned = self.session.date
        if planned:
            return [(planned.isoformat(), _("%(day)s, as planned") % {"day": short_day(planned)})]
        past = [day for day in self.calendar.open_days(self.session.week_start) if day <= self.today]
        return [(day.isoformat(), self._named(day)) for day in past]

    def leaders(self) -> Choices:
        """The person who logs first, then the school's people, then whoever an earlier log names."""
        others = [person for person in self.people if not self._is_own(person)]
        return [
            ("me", _("%(name)s (you)") % {"name": self.user.full_name}),
            *((f"person:{person.pk}", person.name) for person in others),
            *self._former_leader(),
            (OTHER, _("Somebody else")),
        ]

    def co_leaders(self) -> QuerySet[SchoolPerson]:
        """Everyone at the school. The person who logs is included: somebody else may have led it together with them."""
        return SchoolPerson.objects.filter(school=self.session.participation.school_id).order_by("name")

    def parts(self) -> QuerySet[TopicPart]:
        return self.session.topic.parts.all() if self.session.topic else TopicPart.objects.none()

    @cached_property
    def parts_in_order(self) -> list[TopicPart]:
        return list(self.parts())

    def scenarios(self) -> QuerySet[Scenario]:
        return Scenario.objects.filter(programme=self.session.participation.programme_year.programme_id)

    def new_weeks(self) -> Choices:
        """The next free weeks for a session that was not held; none when it has a new time."""
        if self.new_session:
            return []
        from_day = max(self.today, self.session.week_start) + dt.timedelta(days=1)
        weeks = free_weeks(session=self.session, calendar=self.calendar, count=NEW_WEEKS, from_day=from_day)
        return [(week.isoformat(), week_and_span(week)) for week in weeks]

    def _is_own(self, person: SchoolPerson) -> bool:
        """Whether this is the person who logs. A reader with a link may have no account yet, but has the person's
        address."""
        if self.user.pk is None:
            return bool(person.email) and person.email == self.user.email
        return person.user_id == self.user.pk

    def _named(self, day: dt.date) -> str:
        return _("today, %(day)s") % {"day": short_day(day)} if day == self.today else short_day(day)

    def _former_leader(self) -> Choices:
        """The account that an earlier log names, if it is somebody else's."""
        leader = self.log.led_by_user if self.log else None
        return [(f"user:{leader.pk}", leader.full_name)] if leader and leader.pk != self.user.pk else []
