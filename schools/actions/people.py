"""People at schools and their roles there."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from schools.models import School, SchoolMembership, SchoolNote, SchoolPerson


@transaction.atomic
def add_person(
    *, school: School, name: str, email: str = "", phone: str = "", user: User | None = None, by: User
) -> SchoolPerson:
    """Someone at a school; an account is optional."""
    person = SchoolPerson(school=school, name=name, email=email.strip().lower(), phone=phone, user=user)
    person.full_clean()
    person.save()
    return person


@transaction.atomic
def give_membership(
    *, person: SchoolPerson, role: str, starts_on: dt.date, ends_on: dt.date | None = None, by: User
) -> SchoolMembership:
    """A role at the person's school, from a day."""
    membership = SchoolMembership(person=person, role=role, starts_on=starts_on, ends_on=ends_on)
    membership.full_clean()
    membership.save()
    return membership


@transaction.atomic
def write_note(*, school: School, text: str, by: User, now: dt.datetime) -> SchoolNote:
    """A note about the work at a school."""
    return SchoolNote.objects.create(school=school, text=text, by=by, at=now)
