"""The shared findings and goals, and what a partner tells about itself."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.files import File
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from programmes.actions.sent_once import digest, keep, known, save_unless_changed
from programmes.material import check_material, discard_on_commit, suffix_of
from programmes.models import (
    Commitment,
    Goal,
    PartnerContact,
    PartnerMembership,
    PartnerOrganisation,
    SituationFinding,
)


@transaction.atomic
def add_finding(
    *,
    found_on: dt.date,
    title: str,
    text: str = "",
    file: File[bytes] | None = None,
    key: uuid.UUID,
    by: User,
    now: dt.datetime,
) -> SituationFinding:
    """A finding of the shared picture. Raises ``ValidationError`` by field, and for a file of a wrong type or size."""
    said = digest(str(found_on), title, text, file.size if file else None)
    before = known(SituationFinding, key, said)
    if before:
        return before
    finding = SituationFinding(key=key, content_digest=said, found_on=found_on, title=title, text=text)
    finding.changed_by, finding.changed_at = by, now
    finding.full_clean()
    finding, is_new = keep(finding)
    if is_new and file:
        _attach(finding, file)
        finding.save(update_fields=["file"])
    return finding


@transaction.atomic
def change_finding(
    *,
    finding: SituationFinding,
    found_on: dt.date,
    title: str,
    text: str = "",
    file: File[bytes] | None = None,
    version: int,
    by: User,
    now: dt.datetime,
) -> SituationFinding:
    """Change a finding; without a new file it keeps the one it has.

    Raises ``ChangedMeanwhile`` when somebody else changed it first, and ``ValidationError`` as ``add_finding`` does.
    """
    finding.found_on, finding.title, finding.text = found_on, title, text
    finding.full_clean()
    save_unless_changed(finding, version=version, by=by, now=now)
    if file:
        former = finding.file.name
        _attach(finding, file)
        finding.save(update_fields=["file"])
        if former:
            discard_on_commit(finding.file.storage, former)
    return finding


def _attach(finding: SituationFinding, file: File[bytes]) -> None:
    check_material(file)
    finding.file.save(f"{finding.uuid}{suffix_of(file.name or '')}", file, save=False)


@transaction.atomic
def add_goal(*, title: str, text: str = "", key: uuid.UUID, by: User, now: dt.datetime) -> Goal:
    """A new goal that the partners share, placed last."""
    said = digest(title, text)
    before = known(Goal, key, said)
    if before:
        return before
    goal = Goal(key=key, content_digest=said, title=title, text=text, changed_by=by, changed_at=now)
    goal.position = (Goal.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    goal.full_clean()
    return keep(goal)[0]


@transaction.atomic
def change_goal(*, goal: Goal, title: str, text: str = "", version: int, by: User, now: dt.datetime) -> Goal:
    """Raises ``ChangedMeanwhile`` when somebody else changed it first."""
    goal.title, goal.text = title, text
    goal.full_clean()
    save_unless_changed(goal, version=version, by=by, now=now)
    return goal


@transaction.atomic
def add_contact(
    *,
    partner: PartnerOrganisation,
    name: str,
    title: str = "",
    email: str = "",
    phone: str = "",
    key: uuid.UUID,
    by: User,
    now: dt.datetime,
) -> PartnerContact:
    """A new person to contact at a partner."""
    said = digest(partner.pk, name, title, email, phone)
    before = known(PartnerContact, key, said)
    if before:
        return before
    contact = PartnerContact(key=key, content_digest=said, partner=partner, name=name, title=title, phone=phone)
    contact.email, contact.changed_by, contact.changed_at = email, by, now
    contact.full_clean()
    return keep(contact)[0]


@transaction.atomic
def change_contact(
    *,
    contact: PartnerContact,
    name: str,
    title: str = "",
    email: str = "",
    phone: str = "",
    version: int,
    by: User,
    now: dt.datetime,
) -> PartnerContact:
    """Raises ``ChangedMeanwhile`` when somebody else changed it first."""
    contact.name, contact.title, contact.email, contact.phone = name, title, email, phone
    contact.full_clean()
    save_unless_changed(contact, version=version, by=by, now=now)
    return contact


@transaction.atomic
def remove_contact(*, contact: PartnerContact, by: User) -> None:
    contact.delete()


@transaction.atomic
def add_commitment(
    *, partner: PartnerOrganisation, text: str, key: uuid.UUID, by: User, now: dt.datetime
) -> Commitment:
    """A new commitment of a partner, placed last."""
    said = digest(partner.pk, text)
    before = known(Commitment, key, said)
    if before:
        return before
    commitment = Commitment(key=key, content_digest=said, partner=partner, text=text, changed_by=by, changed_at=now)
    commitment.position = (partner.commitments.aggregate(last=Max("position"))["last"] or 0) + 1
    commitment.full_clean()
    return keep(commitment)[0]


@transaction.atomic
def change_commitment(*, commitment: Commitment, text: str, version: int, by: User, now: dt.datetime) -> Commitment:
    """Raises ``ChangedMeanwhile`` when somebody else changed it first."""
    commitment.text = text
    commitment.full_clean()
    save_unless_changed(commitment, version=version, by=by, now=now)
    return commitment


@transaction.atomic
def remove_commitment(*, commitment: Commitment, by: User) -> None:
    commitment.delete()


@transaction.atomic
def give_partner_membership(
    *, user: User, partner: PartnerOrganisation, starts_on: dt.date, ends_on: dt.date | None = None, by: User | None
) -> PartnerMembership:
    """Let somebody represent a partner from a day on. Raises ``ValidationError`` if they do so already in that time."""
    membership = PartnerMembership(user=user, partner=partner, starts_on=starts_on, ends_on=ends_on)
    membership.full_clean()
    membership.save()
    return membership
