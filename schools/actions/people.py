"""People at schools and their roles there."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import change_account, make_account
from accounts.models import CentreRole, User
from accounts.validators import refuse_personal_number
from outbox.bounces import clear
from programmes.actions.sent_once import digest, keep, known
from programmes.models import PartnerMembership
from schools.models import School, SchoolMembership, SchoolNote, SchoolPerson, SchoolReply


@transaction.atomic
def add_person(
    *,
    school: School,
    name: str,
    email: str = "",
    phone: str = "",
    user: User | None = None,
    with_account: bool = False,
    key: uuid.UUID | None = None,
    by: User,
) -> SchoolPerson:
    """A new person at a school. ``with_account`` gives the person the account of the e-mail address, making it if
    needed.

    The same form's ``key`` and content again gives the same person. Raises ``ValidationError``.
    """
    key, said = key or uuid.uuid4(), digest(school.pk, name, email, phone, with_account)
    before = known(SchoolPerson, key, said)
    if before:
        return before
    person = SchoolPerson(key=key, content_digest=said, school=school, name=name, phone=phone, user=user)
    person.email = email.strip().lower()
    _check_address(person)
    person.full_clean()
    person, is_new = keep(person)
    if is_new and with_account:
        give_account(person=person, by=by)
    return person


def _check_address(person: SchoolPerson) -> None:
    """Raise ``ValidationError`` when somebody else at the school has the address: one account is one person there, so
    the other would get no mail."""
    if known := who_has(person.email, at=person.school).exclude(pk=person.pk).first():
        text = _("%(name)s at the school has this address already. Change that person instead.")
        raise ValidationError({"email": text % {"name": known.name}})


def who_has(address: str, *, at: School) -> QuerySet[SchoolPerson]:
    """The people at a school who have an address, themselves or through their account."""
    if not address:
        return at.people.none()
    return at.people.filter(Q(email__iexact=address) | Q(user__email__iexact=address))


@transaction.atomic
def change_person(*, person: SchoolPerson, with_account: bool = False, by: User) -> None:
    """Save a person's changed fields, and give an account if that is asked for.

    A corrected address is where mails go from then on, those already waiting included. The account's address follows,
    unless its owner has a role at the centre or at a partner. Raises ``ValidationError`` if another account has the
    address.
    """
    before = SchoolPerson.objects.values_list("email", flat=True).get(pk=person.pk).lower()
    if before != person.email.lower():
        _check_address(person)
    person.full_clean()
    person.save()
    if before and before != person.email.lower():
        _follow(person, before, by, timezone.now())
    if with_account:
        give_account(person=person, by=by)


def _follow(person: SchoolPerson, before: str, by: User, now: dt.datetime) -> None:
    user = person.user
    if user is None or user.email != before or not person.email or _has_other_roles(user):
        clear(address=before, now=now)  # an account whose address is changed does this itself
        return
    if User.objects.filter(email__iexact=person.email).exclude(pk=user.pk).exists():
        raise ValidationError({"email": _("There is already an account with this e-mail address.")})
    user.email = person.email.lower()
    change_account(user=user, by=by, now=now)


def follow_account(user: User, before: str, now: dt.datetime) -> None:
    """Give an account's corrected address to its person at each school, where it was the same before."""
    user.school_people.filter(email__iexact=before).update(email=user.email)


def _has_other_roles(user: User) -> bool:
    """Whether only an administrator may change the user's address for signing in."""
    return CentreRole.objects.filter(user=user).exists() or PartnerMembership.objects.filter(user=user).exists()


@transaction.atomic
def give_account(*, person: SchoolPerson, by: User | None) -> User:
    """Give the person the account with their e-mail address, made if there is none.

    ``by`` is None when it is made in order to send a mail. Raises ``ValidationError`` when the address has a closed
    account.
    """
    if not person.email:
        raise ValidationError({"email": _("An account needs an e-mail address.")})
    user = User.objects.filter(email__iexact=person.email).first()
    if user and not user.is_active:
        raise ValidationError(
            {"email": _("The account with this address is closed. An administrator can open it again.")}
        )
    person.user = user or make_account(email=person.email, full_name=person.name, phone=person.phone, by=by)
    person.full_clean()
    person.save(update_fields=["user"])
    return person.user


def can_have_account(person: SchoolPerson) -> bool:
    """Whether ``account_for`` would give an account: the person's is open, or one can be made."""
    if person.user is not None:
        return person.user.is_active
    return bool(person.email) and not User.objects.filter(email__iexact=person.email, is_active=False).exists()


def account_for(person: SchoolPerson) -> User | None:
    """The account that a person's mails go to and whose answers are kept, made when the first mail needs it.

    None for somebody without an e-mail address, or with a closed account.
    """
    if person.user is not None:
        return person.user if person.user.is_active else None
    try:
        return give_account(person=person, by=None)
    except ValidationError:
        return None


@transaction.atomic
def give_membership(
    *, person: SchoolPerson, role: str, starts_on: dt.date, ends_on: dt.date | None = None, by: User
) -> SchoolMembership:
    """Give a person a role at their school, from a day on. Raises ``ValidationError`` if they have it already in that
    time."""
    membership = SchoolMembership(person=person, role=role, starts_on=starts_on, ends_on=ends_on)
    membership.full_clean()
    # Locked, so that two who give it at once can't both succeed.
    list(SchoolPerson.objects.select_for_update(of=("self",)).filter(pk=person.pk))
    if _overlapping(membership).exists():
        raise ValidationError({"starts_on": _("The person already has this role in that time.")})
    membership.save()
    return membership


def _overlapping(held: SchoolMembership) -> QuerySet[SchoolMembership]:
    """The person's other rows of the same role that overlap this one."""
    others = held.person.memberships.filter(role=held.role).exclude(pk=held.pk).exclude(ends_on__lt=held.starts_on)
    return others if held.ends_on is None else others.filter(starts_on__lte=held.ends_on)


@transaction.atomic
def end_membership(*, membership: SchoolMembership, last_day: dt.date, by: User) -> SchoolMembership:
    """Set a role's last day. Links sent for it stop at once, and an open "not me" is answered by it.

    Raises ``ValidationError`` when the role's new last day would overlap a later row of the same role.
    """
    membership.ends_on = last_day
    membership.full_clean()
    if _overlapping(membership).exists():
        raise ValidationError({"last_day": _("The person already has this role in that time.")})
    membership.save(update_fields=["ends_on"])
    SchoolMembership.objects.filter(pk=membership.pk).update(link_version=F("link_version") + 1)
    waits = SchoolReply.objects.filter(
        kind=SchoolReply.Kind.NOT_ME, state=SchoolReply.State.OPEN, membership=membership
    )
    waits.update(state=SchoolReply.State.ACCEPTED, answered_by=by, answered_at=timezone.now())
    return membership


@transaction.atomic
def write_note(*, school: School, text: str, key: uuid.UUID | None = None, by: User, now: dt.datetime) -> SchoolNote:
    """Write a note about the work at a school. Personal identity numbers are refused, and a form sent twice counts
    once."""
    refuse_personal_number(text)
    key, said = key or uuid.uuid4(), digest(school.pk, text)
    note = SchoolNote(key=key, content_digest=said, school=school, text=text, by=by, at=now)
    return known(SchoolNote, key, said) or keep(note)[0]
