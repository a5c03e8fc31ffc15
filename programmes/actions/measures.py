"""Measures and their follow-ups."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from programmes.actions.sent_once import digest, keep, known, save_unless_changed
from programmes.models import (
    FollowUp,
    Goal,
    Measure,
    PartnerOrganisation,
    PoliticalProblem,
    SituationFinding,
    StrategicArea,
)
from programmes.policies import manages_cooperation, partners_of

OWN_COLUMNS = (
    "title",
    "description",
    "finding",
    "goal",
    "starts_on",
    "ends_on",
    "status",
    "stop_reason",
    "next_follow_up",
)


@dataclass(frozen=True)
class MeasureEntry:
    """What somebody says about a measure."""

    title: str
    starts_on: dt.date
    owners: Sequence[PartnerOrganisation]
    description: str = ""
    areas: Sequence[StrategicArea] = ()
    problems: Sequence[PoliticalProblem] = ()
    finding: SituationFinding | None = None
    goal: Goal | None = None
    ends_on: dt.date | None = None
    status: str = Measure.Status.PLANNED
    stop_reason: str = ""
    next_follow_up: dt.date | None = None

    def digest(self) -> str:
        lists = [sorted(row.pk for row in rows) for rows in (self.owners, self.areas, self.problems)]
        links = [row.pk if row else None for row in (self.finding, self.goal)]
        said = [str(getattr(self, name)) for name in OWN_COLUMNS if name not in ("finding", "goal")]
        return digest(said, links, lists)

    def write_to(self, measure: Measure) -> None:
        """Set the measure's own columns, and check them."""
        for name in OWN_COLUMNS:
            setattr(measure, name, getattr(self, name))
        if self.status != Measure.Status.STOPPED:
            measure.stop_reason = ""
        measure.full_clean()

    def tie(self, measure: Measure) -> None:
        measure.owners.set(self.owners)
        measure.areas.set(self.areas)
        measure.problems.set(self.problems)


@transaction.atomic
def add_measure(*, entry: MeasureEntry, key: uuid.UUID, by: User, now: dt.datetime) -> Measure:
    """A new measure; the same key and content again gives the same. Raises ``ValidationError`` by field."""
    said = entry.digest()
    before = known(Measure, key, said)
    if before:
        return before
    _check_owners(entry.owners, former=(), by=by, today=timezone.localdate(now))
    measure = Measure(key=key, content_digest=said, changed_by=by, changed_at=now)
    entry.write_to(measure)
    measure, is_new = keep(measure)
    if is_new:
        entry.tie(measure)
    return measure


@transaction.atomic
def change_measure(*, measure: Measure, entry: MeasureEntry, version: int, by: User, now: dt.datetime) -> Measure:
    """Change a measure. Raises ``ValidationError`` by field, and ``ChangedMeanwhile`` when somebody else changed it
    first."""
    former = list(measure.owners.all())
    _check_owners(entry.owners, former=former, by=by, today=timezone.localdate(now))
    entry.write_to(measure)
    save_unless_changed(measure, version=version, by=by, now=now)
    entry.tie(measure)
    return measure


@transaction.atomic
def follow_up(
    *,
    measure: Measure,
    on: dt.date,
    note: str,
    status: str,
    stop_reason: str = "",
    next_follow_up: dt.date | None,
    key: uuid.UUID,
    version: int,
    by: User,
    now: dt.datetime,
) -> FollowUp:
    """Record a follow-up: what was seen, how the measure stands now, and when it is to be followed up next.

    The same key and content again gives the same follow-up. Raises ``ValidationError`` by field, and
    ``ChangedMeanwhile`` when somebody has changed the measure since.
    """
    said = digest(measure.pk, str(on), note, status, stop_reason, str(next_follow_up))
    before = known(FollowUp, key, said)
    if before:
        return before
    made = FollowUp(key=key, content_digest=said, measure=measure, on=on, note=note.strip(), by=by, at=now)
    made.full_clean(exclude=["measure"])
    _check_days(on, next_follow_up, timezone.localdate(now))
    measure.status, measure.next_follow_up = status, next_follow_up
    measure.stop_reason = stop_reason if status == Measure.Status.STOPPED else ""
    measure.full_clean()
    made, is_new = keep(made)
    if is_new:
        save_unless_changed(measure, version=version, by=by, now=now)
    return made


def _check_days(on: dt.date, next_follow_up: dt.date | None, today: dt.date) -> None:
    if on > today:
        raise ValidationError({"on": _("That day has not come yet. Write the follow-up when it is made.")})
    if next_follow_up and next_follow_up <= on:
        raise ValidationError({"next_follow_up": _("The next follow-up has to come after this one.")})


def _check_owners(
    owners: Sequence[PartnerOrganisation], *, former: Sequence[PartnerOrganisation], by: User, today: dt.date
) -> None:
    """A measure needs a partner. A partner's representative must keep the own partner on it, and cannot remove
    another."""
    if not owners:
        raise ValidationError({"owners": _("Choose at least one partner.")})
    if manages_cooperation(by, today):
        return
    own = partners_of(by, today)
    if not any(partner in owners for partner in own):
        raise ValidationError({"owners": _("Your own partner has to be one of them.")})
    if any(partner not in owners and partner not in own for partner in former):
        raise ValidationError({"owners": _("Ask the centre's coordinators to take away another partner.")})
