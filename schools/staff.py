"""The people at a school with the roles that each has on a day, in one query."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, FilteredRelation, Q

from schools.actions.people import can_have_account
from schools.models import School, SchoolMembership, SchoolPerson

# What the page shows of a role, under the names by which it is read with its person.
SHOWN = ("pk", "role", "starts_on", "ends_on")


@dataclass
class AtSchool:
    """A person at the school, with today's roles there."""

    person: SchoolPerson
    memberships: list[SchoolMembership] = field(default_factory=list)

    @property
    def is_contact(self) -> bool:
        """Whether the person is an active contact person, as ``SchoolQuerySet.with_contact`` defines it."""
        has_role = any(one.role == SchoolMembership.Role.CONTACT for one in self.memberships)
        return has_role and can_have_account(self.person)


def people_at(school: School, today: dt.date) -> list[AtSchool]:
    """Everyone at the school with today's roles, those with a role first."""
    holds = Q(memberships__starts_on__lte=today)
    holds &= Q(memberships__ends_on=None) | Q(memberships__ends_on__gte=today)
    # One row for each role, and one for each person without any.
    rows: Any = school.people.select_related("user").annotate(held=FilteredRelation("memberships", condition=holds))
    rows = rows.annotate(**{f"held_{name}": F(f"held__{name}") for name in SHOWN})
    found: dict[int, AtSchool] = {}
    for row in rows.order_by("name", "pk", "held_role", "held_starts_on"):
        one = found.setdefault(row.pk, AtSchool(row))
        values = {name: getattr(row, f"held_{name}") for name in SHOWN}
        if values["pk"]:
            one.memberships.append(SchoolMembership(person=row, **values))
    return sorted(found.values(), key=lambda one: (not one.memberships, one.person.name))
