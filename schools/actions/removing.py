"""Removing a person at a school who was entered by mistake."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from schools.models import PlanChange, PlanConfirmation, PlannedSession, SchoolPerson, SchoolReply

# Whether something that another app keeps names a person, such as a log.
named_elsewhere: list[Callable[[SchoolPerson], bool]] = []


def can_remove(person: SchoolPerson) -> bool:
    """Whether nothing that anybody did rests on the person: no answer, invitation, planned session or log."""
    return not (
        SchoolReply.objects.filter(membership__person=person).exists()
        or person.invitations.exists()
        or PlannedSession.objects.filter(leader=person).exists()
        or _has_confirmed(person)
        or _is_in_history(person)
        or any(names(person) for names in named_elsewhere)
    )


def _has_confirmed(person: SchoolPerson) -> bool:
    of_school = PlanConfirmation.objects.filter(participation__school=person.school_id)
    return person.user is not None and of_school.filter(by=person.user).exists()


def _is_in_history(person: SchoolPerson) -> bool:
    """Whether a line of the school's history names the person: undoing it would give a session to nobody."""
    led = Q(before__leader_id=person.pk) | Q(after__leader_id=person.pk)
    return PlanChange.objects.filter(led, participation__school=person.school_id).exists()


@transaction.atomic
def remove_person(*, person: SchoolPerson, by: User) -> None:
    """Remove a person with their roles, whose links and waiting mails stop at once. The account stays.

    Raises ``ValidationError`` when something rests on the person.
    """
    person = SchoolPerson.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if not can_remove(person):
        raise ValidationError(_("Something rests on %(name)s by now. End the role instead.") % {"name": person})
    person.delete()
