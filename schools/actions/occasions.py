"""Occasions: planning, changing and cancelling them, inviting and answering, and how many came."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.validators import refuse_personal_number
from programmes.actions.sent_once import digest, keep, known
from programmes.models import Programme
from schools.mailing.invited import send_invitation, tell, tell_invited, when_and_where
from schools.models import (
    CancelReason,
    Occasion,
    OccasionAttendance,
    OccasionInvitation,
    OccasionKind,
    Organisation,
    School,
    SchoolMembership,
    SchoolPerson,
)
from schools.models.occasions import MOST_AT_ONCE, MOST_FROM_ONE
from schools.policies import can_answer, can_change_occasion, can_invite, can_log_attendance

# An occasion further ahead than this is a typing error.
FURTHEST = dt.timedelta(days=730)
PROGRAMME_OF = {
    OccasionKind.MENTORS_TRAINING: "mvp",
    OccasionKind.KEY_PERSONS_TRAINING: "mvp",
    OccasionKind.SUPERVISION: "mvp",
    OccasionKind.MENTORS_MEETING: "mvp",
    OccasionKind.APT: "taget",
    OccasionKind.FURTHER: "taget",
    OccasionKind.ABC: "taget",
}


class StaleOccasion(Exception):  # noqa: N818 - reads as what happened
    """Somebody else has changed, logged or cancelled the occasion since it was seen."""


class OccasionRefused(ValidationError):  # noqa: N818
    """It can't be done as the occasion stands; the message says why, for the user."""


@dataclass(frozen=True)
class Guest:
    """Somebody who is invited by e-mail."""

    name: str
    email: str
    organisation: str


Counts = Mapping[tuple[str, School | None], int]


@transaction.atomic
def plan_occasion(
    *,
    key: uuid.UUID,
    kind: str,
    school: School | None,
    date: dt.date,
    by: User,
    now: dt.datetime,
    title: str = "",
    start_time: dt.time | None = None,
    end_time: dt.time | None = None,
    place: str = "",
    text: str = "",
) -> Occasion:
    """A new occasion. The same key and content again gives the same one.

    Raises ``ValidationError`` by field, or without a field when the key has been used for other content.
    """
    said = digest(kind, school and school.pk, date, title, start_time, end_time, place, text)
    before = known(Occasion, key, said)
    if before:
        return before
    occasion = Occasion(
        key=key,
        content_digest=said,
        kind=kind,
        programme=Programme.objects.filter(slug=PROGRAMME_OF.get(OccasionKind(kind), "")).first(),
        title=title or str(OccasionKind(kind).label),
        school=school,
        date=date,
        start_time=start_time,
        end_time=end_time,
        place=place,
        text=text,
        by=by,
    )
    _check(occasion, timezone.localdate(now))
    return keep(occasion)[0]


@transaction.atomic
def change_occasion(
    *,
    occasion: Occasion,
    version: int,
    title: str,
    date: dt.date,
    start_time: dt.time | None,
    end_time: dt.time | None,
    place: str,
    text: str,
    by: User,
    now: dt.datetime,
) -> Occasion:
    """Change an occasion. Those invited are told if day, time or place differ from what they know."""
    before = _still_open(occasion)
    was, moved = when_and_where(before), (date, start_time, end_time) != _times(before)
    values = {
        "title": title or before.title,
        "date": date,
        "start_time": start_time,
        "end_time": end_time,
        "place": place,
        "text": text,
    }
    for name, value in values.items():
        setattr(before, name, value)
    _check(before, timezone.localdate(now))
    _write(before, version, **values, **({"moved_at": now} if moved else {}))
    if when_and_where(before) != was:
        tell_invited(before, was, now)
    return before


@transaction.atomic
def cancel_occasion(
    *, occasion: Occasion, version: int, reason: str, by: User, now: dt.datetime, note: str = ""
) -> Occasion:
    """Cancel an occasion and tell those invited. Raises ``StaleOccasion`` when somebody else changed it first."""
    refuse_personal_number(note)
    if reason not in CancelReason.values:
        raise ValidationError({"reason": _("Choose why it is cancelled.")})
    before = _still_open(occasion)
    _write(before, version, cancelled_at=now, cancel_reason=reason, note=note.strip())
    tell_invited(before, when_and_where(before), now)
    return Occasion.objects.with_names().get(pk=occasion.pk)


def cancel_at_closed_school(*, school: School, last_day: dt.date, by: User, now: dt.datetime) -> None:
    """Cancel the occasions after the last day of a school that leaves the work, and tell those invited."""
    after = Occasion.objects.undecided().filter(school=school, date__gt=last_day)
    note = _("The school is no longer part of the work.")
    for occasion in after.order_by("pk").select_for_update():
        version = occasion.version
        cancel_occasion(occasion=occasion, version=version, reason=CancelReason.OTHER, by=by, now=now, note=note)


@transaction.atomic
def invite(
    *, occasion: Occasion, people: Sequence[SchoolPerson], guests: Sequence[Guest], by: User, now: dt.datetime
) -> list[OccasionInvitation]:
    """Invite people at schools, and others by e-mail. Each gets one mail; nobody is invited twice.

    A guest whose address is that of a person who may be invited is invited as that person.
    """
    occasion = Occasion.objects.select_for_update().get(pk=occasion.pk)
    if not can_invite(occasion, timezone.localdate(now)):
        raise OccasionRefused(_("The occasion is no longer ahead. Nobody can be invited."))
    made = [_invite_person(occasion, person) for person in people]
    for guest in guests:
        refuse_personal_number(guest.name)
        made.append(_invite_guest(occasion, guest, timezone.localdate(now)))
    new = [invitation for invitation in made if invitation is not None]
    for invitation in new:
        send_invitation(invitation, now)
    return new


@transaction.atomic
def take_back(*, invitation: OccasionInvitation, by: User, now: dt.datetime) -> None:
    """Withdraw an invitation: its link stops at once, and whoever got the mail is told."""
    mine = OccasionInvitation.objects.standing().filter(pk=invitation.pk)
    if mine.update(withdrawn_at=now, answer=None, answered_at=None, coming=None) != 1:
        return
    # What the calendar gets next must have a higher sequence number.
    Occasion.objects.filter(pk=invitation.occasion_id).update(version=F("version") + 1)
    if can_invite(invitation.occasion, timezone.localdate(now)):
        tell(invitation, when_and_where(invitation.occasion), now)


@transaction.atomic
def answer_invitation(
    *, invitation: OccasionInvitation, yes: bool, coming: int | None = None, by: User | None, now: dt.datetime
) -> OccasionInvitation:
    """Answer yes or no, and how many come; the answer can be changed until the day has passed.

    ``by`` is None for somebody without an account. Raises ``OccasionRefused`` when it can no longer be answered.
    """
    found = OccasionInvitation.objects.select_for_update(of=("self",)).with_names().get(pk=invitation.pk)
    if not can_answer(found, timezone.localdate(now)):
        raise OccasionRefused(_("The invitation can no longer be answered."))
    if yes and not 1 <= (coming or 1) <= MOST_FROM_ONE:
        raise ValidationError({"coming": _("Write a number from 1 to %(most)s.") % {"most": MOST_FROM_ONE}})
    found.answer, found.answered_at, found.coming = yes, now, (coming or 1) if yes else None
    found.save(update_fields=["answer", "answered_at", "coming"])
    return found


@transaction.atomic
def log_attendance(
    *, occasion: Occasion, version: int, held: bool, counts: Counts, by: User, now: dt.datetime, note: str = ""
) -> Occasion:
    """Record whether it was held, and how many came from where; recorded again, the former record is replaced.

    Raises ``ValidationError`` for impossible numbers, and ``StaleOccasion`` when somebody else changed it first.
    """
    refuse_personal_number(note)
    occasion = Occasion.objects.with_names().get(pk=occasion.pk)
    if not can_log_attendance(occasion, timezone.localdate(now)):
        raise OccasionRefused(_("Attendance is logged from the day itself, and not for what is cancelled."))
    came = {where: count for where, count in counts.items() if count} if held else {}
    if held and not came:
        raise ValidationError(_("Say how many came. If nobody did, it was not held."))
    if any(not 0 <= count <= MOST_AT_ONCE for count in came.values()):
        raise ValidationError(_("Write a number from 0 to %(most)s.") % {"most": MOST_AT_ONCE})
    _write(occasion, version, held=held, note=note.strip())
    occasion.attendance.all().delete()
    OccasionAttendance.objects.bulk_create(
        OccasionAttendance(occasion=occasion, organisation=organisation, school=school, count=count)
        for (organisation, school), count in came.items()
    )
    return Occasion.objects.with_names().get(pk=occasion.pk)


def _times(occasion: Occasion) -> tuple[dt.date, dt.time | None, dt.time | None]:
    return (occasion.date, occasion.start_time, occasion.end_time)


def _check(occasion: Occasion, today: dt.date) -> None:
    for name in ("title", "place", "text"):
        try:
            refuse_personal_number(getattr(occasion, name))
        except ValidationError as refused:
            raise ValidationError({name: refused.messages}) from refused
    if abs(occasion.date - today) > FURTHEST:
        raise ValidationError({"date": _("Choose a day within two years.")})
    if occasion.end_time and (occasion.start_time is None or occasion.end_time <= occasion.start_time):
        raise ValidationError({"end_time": _("The end is not after the start.")})
    occasion.full_clean(exclude=["key", "content_digest", "by"], validate_unique=False)


def _still_open(occasion: Occasion) -> Occasion:
    found: Occasion = Occasion.objects.with_names().get(pk=occasion.pk)
    if not can_change_occasion(found):
        raise StaleOccasion
    return found


def _write(occasion: Occasion, version: int, **values: Any) -> None:
    """Save if the version is still the one that was seen; of two who saw it, the first one succeeds."""
    seen = Occasion.objects.filter(pk=occasion.pk, version=version, cancelled_at=None)
    if seen.update(**values, version=F("version") + 1) != 1:
        raise StaleOccasion


def _invite_person(occasion: Occasion, person: SchoolPerson) -> OccasionInvitation | None:
    wanted = {"organisation": Organisation.SCHOOL, "school": person.school}
    return _invited(occasion, wanted, person=person)


def _invite_guest(occasion: Occasion, guest: Guest, today: dt.date) -> OccasionInvitation | None:
    address = guest.email.strip().lower()
    known = _person_with(address, occasion, today)
    if known:
        return _invite_person(occasion, known)
    wanted = {"organisation": guest.organisation, "name": guest.name.strip(), "school": None}
    return _invited(occasion, wanted, email=address, person=None)


def _person_with(address: str, occasion: Occasion, today: dt.date) -> SchoolPerson | None:
    """The person with this address who has a role and can get mail, at the occasion's school, or at any school if it is
    for the whole centre."""
    found = SchoolPerson.objects.filter(Q(email__iexact=address) | Q(user__email__iexact=address))
    if occasion.school_id:
        found = found.filter(school=occasion.school)
    roles = SchoolMembership.objects.in_reach().active(today).values("person")
    return found.filter(pk__in=roles).select_related("school").order_by("pk").first()


def _invited(occasion: Occasion, wanted: dict[str, Any], **who: Any) -> OccasionInvitation | None:
    """A new invitation, or a withdrawn one renewed; None when there is one already."""
    invitation, made = OccasionInvitation.objects.get_or_create(occasion=occasion, **who, defaults=wanted)
    if made:
        return invitation
    if invitation.withdrawn_at is None:
        return None
    for name, value in wanted.items():
        setattr(invitation, name, value)
    invitation.withdrawn_at, invitation.version = None, invitation.version + 1
    invitation.save()
    return invitation
