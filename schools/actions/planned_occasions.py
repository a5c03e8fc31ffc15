"""The occasions that a plan brings with it: made with its sessions, and taken back with them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import day_and_week
from schools.actions.deeds import Deed
from schools.actions.occasions import plan_occasion
from schools.engine.boards import Proposal
from schools.models import Occasion, PlanChange

What = PlanChange.What


def plan_proposed(proposals: Iterable[Proposal], deed: Deed) -> list[PlanChange]:
    """Make the occasions; the history's lines are returned, to be saved. Nobody is invited."""
    made = [
        plan_occasion(
            key=uuid.uuid4(),
            kind=proposal.kind,
            school=deed.participation.school,
            date=proposal.day,
            text=_("The day is the plan's proposal."),
            by=deed.by,
            now=deed.now,
        )
        for proposal in proposals
    ]
    return [
        deed.change(What.OCCASION, None, after=_said(occasion) | {"version": occasion.version}) for occasion in made
    ]


def _said(occasion: Occasion) -> dict[str, str]:
    name = f"{occasion.title}, {day_and_week(occasion.date)}"
    return {"occasion": str(occasion.uuid), "name": name, "week_start": occasion.date.isoformat()}


def why_not_taken_back(change: PlanChange) -> str:
    """Why an occasion that was planned so stays; nothing when it is as it was made."""
    occasion = _occasion_of(change)
    if occasion is None:
        return _("%(session)s is no longer there.") % {"session": change.after["name"]}
    if occasion.version != change.after["version"] or occasion.invitations.exists() or occasion.held is not None:
        return _("%(session)s has been changed since.") % {"session": change.after["name"]}
    return ""


def take_back(changes: Sequence[PlanChange], by: User, now: dt.datetime, batch: uuid.UUID) -> list[PlanChange]:
    """Remove occasions that are as they were made; the history's lines are returned, to be saved."""
    lines = []
    for change in changes:
        occasion = _occasion_of(change)
        if occasion:
            occasion.delete()
        said = {"undid": str(change.batch), "what": change.what, "name": change.after["name"]}
        lines.append(Deed(change.participation, by, now, batch).change(What.UNDONE, None, after=said))
    return lines


def _occasion_of(change: PlanChange) -> Occasion | None:
    found: Occasion | None = Occasion.objects.standing().filter(uuid=change.after["occasion"]).first()
    return found
