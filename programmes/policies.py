"""Who may write the content, and about partners and measures. Anyone signed in reads everything (ADR 32); the ground of
the work is open to all."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from accounts.policies import is_coordinator, manages_schools
from accounts.roles import held_by
from programmes.models import Measure, PartnerOrganisation


def user_can_write_content(user: Any, today: dt.date) -> bool:
    """Centre coordinators and administrators keep the content."""
    return manages_schools(user, today)


def partners_of(user: Any, today: dt.date) -> list[PartnerOrganisation]:
    """The partners that a user represents on a day, in order; read once per user object and day."""
    keys = [held.place for held in held_by(user, "partner", today)]
    if not keys:
        return []
    known: dict[dt.date, list[PartnerOrganisation]] = user.__dict__.setdefault("_partners", {})
    if today not in known:
        known[today] = list(PartnerOrganisation.objects.filter(pk__in=keys))
    return known[today]


def may_get_follow_ups(user: Any, today: dt.date) -> bool:
    """Those who represent a partner; and the centre's coordinators, who get the mails about measures that nobody
    represents."""
    return is_coordinator(user, today) or bool(partners_of(user, today))


def manages_cooperation(user: Any, today: dt.date) -> bool:
    """The centre's coordinators and administrators write everything, including shared findings and goals."""
    return manages_schools(user, today)


def user_can_change_partner(user: Any, partner: PartnerOrganisation, today: dt.date) -> bool:
    """Write the partner's contacts and commitments."""
    return manages_cooperation(user, today) or partner in partners_of(user, today)


def user_can_add_measure(user: Any, today: dt.date) -> bool:
    return manages_cooperation(user, today) or bool(partners_of(user, today))


def user_can_change_measure(user: Any, measure: Measure, today: dt.date) -> bool:
    """Change the measure and follow it up."""
    if manages_cooperation(user, today):
        return True
    own = partners_of(user, today)
    return bool(own) and any(owner in own for owner in measure.owners.all())


def title_as_partner(user: Any, today: dt.date) -> str:
    """What a partner's representative is called in the page's head."""
    return _("Partner representative") if partners_of(user, today) else ""
