"""Mails to those invited to an occasion: the invitation, and what has changed since they got it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.templatetags.look import clock, day_and_week
from outbox.actions import enqueue
from outbox.models import WAITING, Message
from schools.actions.people import account_for
from schools.models import Occasion, OccasionInvitation, SchoolMembership

INVITED, CHANGED = "occasion-invitation", "occasion-changed"


def when_and_where(occasion: Occasion) -> str:
    """mån 5 okt, v. 41, 13.00–16.00, Aulan: as those invited are told."""
    return ", ".join(part for part in (day_and_week(occasion.date), times_of(occasion), occasion.place) if part)


def times_of(occasion: Occasion) -> str:
    """13.00–16.00"""
    if occasion.start_time is None:
        return ""
    return clock(occasion.start_time) + (f"–{clock(occasion.end_time)}" if occasion.end_time else "")


def send_invitation(invitation: OccasionInvitation, now: dt.datetime) -> None:
    """Send the invitation's mail, if the person can get one."""
    recipient = _recipient(invitation, now)
    if recipient:
        enqueue(kind=INVITED, once_key=invitation_key(invitation), now=now, **recipient)


def invitation_key(invitation: OccasionInvitation) -> str:
    """The key under which the invitation's mail is made once."""
    return f"{INVITED}:{invitation.pk}:{invitation.version}"


def tell_invited(occasion: Occasion, was: str, now: dt.datetime) -> None:
    """A mail to everybody who is invited; nobody is told about an occasion that has passed."""
    today = timezone.localdate(now)
    if occasion.date >= today:
        for invitation in occasion.invitations.standing().with_names():
            tell(invitation, was, now)


def tell(invitation: OccasionInvitation, was: str, now: dt.datetime) -> None:
    """Tell one person of a change.

    The mail waits while the change can be undone. When it is sent, it compares with what the person knew before the
    first of several changes. Whoever has not got the invitation yet gets it with the changes in it.
    """
    if Message.objects.waiting().filter(once_key=invitation_key(invitation)).exists():
        return
    recipient = _recipient(invitation, now)
    if recipient is None:
        return
    merge_key = f"{CHANGED}:{invitation.pk}"
    waits = Message.objects.filter(merge_key=merge_key, state__in=WAITING).first()
    recipient["about"] |= {"was": waits.about["was"] if waits else was}
    not_before = now + dt.timedelta(minutes=settings.PLAN_UNDO_MINUTES)
    enqueue(kind=CHANGED, merge_key=merge_key, not_before=not_before, now=now, **recipient)


def _recipient(invitation: OccasionInvitation, now: dt.datetime) -> dict[str, Any] | None:
    """Whose the mail is and what it is about; None for a person who cannot get mail."""
    about: dict[str, Any] = {"invitation": invitation.pk}
    if invitation.person is None:
        return {"address": invitation.email, "about": about}
    membership = _membership_for(invitation, timezone.localdate(now))
    user = account_for(invitation.person) if membership else None
    if membership is None or user is None:
        return None
    return {"user": user, "address": user.email, "about": about | {"membership": membership.pk}}


def _membership_for(invitation: OccasionInvitation, today: dt.date) -> SchoolMembership | None:
    """The role for which a person at a school is invited: as contact person rather than as coordinator."""
    held = SchoolMembership.objects.filter(person=invitation.person).active(today)
    membership: SchoolMembership | None = held.order_by("role", "pk").first()
    return membership
