"""Which mails about a measure's next follow-up are due.

``due(now)`` makes those that are due and have not been made: a missed run is caught up with, and a repeated one does
nothing. A mail is made once for each measure, day, step and recipient.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from django.utils import timezone

from accounts.models import CentreRole, User
from outbox.actions import enqueue
from outbox.letters import local_time
from outbox.models import Message
from programmes.models import Measure, PartnerMembership

KIND = "measure-follow-up"
AHEAD, LATE = "ahead", "late"
# Days before the follow-up; the last mail comes when the day has passed.
USUAL_LEADS = (14,)
MORNING = dt.time(7)
DAY = dt.timedelta(days=1)

# Given a day, the numbers of days before a follow-up on which mails are due; none when the mails are switched off.
Leads = Callable[[dt.date], Sequence[int]]
_leads: list[Leads] = [lambda today: USUAL_LEADS]


def set_leads(leads: Leads) -> None:
    """Called by the app above that knows the centre's settings."""
    _leads[:] = [leads]


def due(now: dt.datetime) -> int:
    """Make the mails that are due; gives how many were made."""
    today = timezone.localdate(now)
    if now < local_time(today, MORNING):
        return 0
    leads = _leads[0](today)
    if not leads:
        return 0
    measures = Measure.objects.open().filter(next_follow_up__lte=today + max(leads) * DAY).prefetch_related("owners")
    asked = [one for measure in measures.order_by("next_follow_up", "pk") for one in _asked(measure, leads, today)]
    made = set(Message.objects.filter(once_key__in=[key for key, *_rest in asked]).values_list("once_key", flat=True))
    return sum(_make(*one, now) for one in asked if one[0] not in made)


def step_of(measure: Measure, leads: Sequence[int], today: dt.date) -> str:
    """The mail about a measure that is due on a day. An earlier one that was missed is replaced by it."""
    assert measure.next_follow_up is not None
    if measure.is_overdue(today):
        return LATE
    passed = [lead for lead in leads if measure.next_follow_up - lead * DAY <= today]
    return AHEAD if min(passed) == max(leads) else f"{AHEAD}-{min(passed)}"


def _asked(measure: Measure, leads: Sequence[int], today: dt.date) -> Iterator[tuple[str, User, dict[str, object]]]:
    """The mail that is due to each recipient: the key under which it is made once, the recipient, and what it is
    about."""
    assert measure.next_follow_up is not None
    day, step = measure.next_follow_up.isoformat(), step_of(measure, leads, today)
    for user in readers_of(measure, today):
        about = {"measure": measure.pk, "day": day, "step": step}
        yield f"{KIND}:{measure.pk}:{day}:{step}:{user.pk}", user, about


def _make(key: str, user: User, about: dict[str, object], now: dt.datetime) -> bool:
    return enqueue(kind=KIND, user=user, address=user.email, about=about, once_key=key, now=now) is not None


def readers_of(measure: Measure, today: dt.date) -> list[User]:
    """Those who represent the measure's partners on a day; if nobody does, the centre's coordinators."""
    active = PartnerMembership.objects.active(today).filter(partner__in=measure.owners.all())
    users = User.objects.filter(is_active=True).order_by("pk")
    representatives = list(users.filter(pk__in=active.values("user")))
    if representatives:
        return representatives
    coordinators = CentreRole.objects.active(today).filter(role=CentreRole.Role.COORDINATOR)
    return list(users.filter(pk__in=coordinators.values("user")))
