"""Who has a role on a day, at all schools, in two queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from accounts.models import CentreRole, User
from schools.models import School, SchoolMembership

CONTACT, COORDINATOR = SchoolMembership.Role.CONTACT, SchoolMembership.Role.COORDINATOR


class Roles:
    """The roles on a day, without people who cannot get mail and schools that have closed."""

    def __init__(self, today: dt.date) -> None:
        self._by_school: dict[int, list[SchoolMembership]] = {}
        rows = SchoolMembership.objects.in_reach().active(today)
        rows = rows.filter(person__school__in=School.objects.open_on(today))
        for row in rows.select_related("person__user").order_by("role", "starts_on", "pk"):
            self._by_school.setdefault(row.person.school_id, []).append(row)
        self.centre = centre_coordinators(today)

    @property
    def schools(self) -> Iterable[int]:
        """The schools where somebody has a role."""
        return self._by_school

    def contacts(self, school: int) -> list[SchoolMembership]:
        return self._with(school, CONTACT)

    def coordinators(self, school: int) -> list[SchoolMembership]:
        return self._with(school, COORDINATOR)

    def readers(self, school: int) -> list[SchoolMembership]:
        """The school's contact persons, or its coordinators if it has none, each for one role."""
        found = self.contacts(school) or self.coordinators(school)
        reached = {one.person.user_id or one.person.email: one for one in reversed(found)}
        return [one for one in found if one in reached.values()]

    def loggers(self, school: int) -> list[SchoolMembership]:
        """The school's coordinators who have an account to log with."""
        return [one for one in self.coordinators(school) if one.person.user]

    def _with(self, school: int, role: str) -> list[SchoolMembership]:
        return [one for one in self._by_school.get(school, []) if one.role == role]


def centre_coordinators(today: dt.date) -> list[User]:
    roles = CentreRole.objects.active(today).filter(role=CentreRole.Role.COORDINATOR, user__is_active=True)
    return list({role.user_id: role.user for role in roles.select_related("user").order_by("pk")}.values())
