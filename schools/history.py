"""The history of a plan in words: everything that a person did in one go is one deed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.templatetags.look import clock, short_day, week_no
from schools.models import PlanChange, School, Term
from schools.models.plans import CancelReason
from schools.term_plan import in_term

What = PlanChange.What
# A deed with more changes than this is told as a number: laying out a whole year is a hundred rows or more.
TOLD_ONE_BY_ONE = 4
# What is read of a change, its session, and who made it.
TOLD = (
    *("batch", "what", "before", "after", "reason", "at"),
    *("session__week_start", "session__group__name", "session__topic__title", "by__full_name", "by__email"),
)
# A deed's changes are told in this order.
ORDER = (
    What.CANCELLED,
    What.MOVED,
    What.KEPT,
    What.CREATED,
    What.TOPIC,
    What.LED,
    What.OCCASION,
    What.DEPARTURE,
    What.CONFIRMED,
    What.UNDONE,
)


@dataclass(frozen=True)
class Deed:
    """Changes that one person made in one go."""

    by: User
    at: dt.datetime
    lines: tuple[str, ...]


def batches_of(school: School) -> QuerySet[PlanChange, tuple[uuid.UUID, dt.datetime]]:
    """Each deed's batch and moment, newest first: small rows, for paging."""
    batches = PlanChange.objects.filter(participation__school=school).values_list("batch")
    return batches.annotate(last=Max("at"), newest=Max("pk")).order_by("-last", "-newest").values_list("batch", "last")


def deeds_in(school: School, batches: Iterable[tuple[uuid.UUID, dt.datetime]]) -> list[Deed]:
    """The deeds of some batches, newest first, with what they did at this school: a deed may concern many schools."""
    changes = PlanChange.objects.filter(participation__school=school)
    return deeds(changes.filter(batch__in=[batch for batch, _last in batches]))


def latest_deeds(school: School, number: int) -> list[Deed]:
    """The school's latest deeds, newest first, in one query.

    Of many changes of a kind, only as many are read as it takes to know that they are told as a number.
    """
    changes = PlanChange.objects.filter(participation__school=school)
    latest = changes.filter(batch__in=batches_of(school).values("batch")[:number]).order_by()
    place = Window(RowNumber(), partition_by=[F("batch"), F("what")], order_by=[F("at").desc(), F("pk").desc()])
    first = latest.annotate(place=place).filter(place__lte=TOLD_ONE_BY_ONE)
    alike = changes.filter(batch=OuterRef("batch"), what=OuterRef("what")).order_by().values("batch")
    number_alike = Subquery(alike.annotate(number=Count("pk")).values("number"))
    told = PlanChange.objects.filter(pk__in=first.values("pk")).annotate(of_its_kind=number_alike)
    return deeds(told.only(*TOLD))


def changes_since(school: School, term: Term, moment: dt.datetime) -> list[Deed]:
    """What has been changed in a term's plan after a moment, newest first; confirmations are not changes."""
    changes = PlanChange.objects.filter(participation__school=school, at__gt=moment).exclude(what=What.CONFIRMED)
    year = Q(participation__programme_year__year=term.year)
    return deeds(changes.filter(year), only=lambda change: _concerns(change, term))


def _concerns(change: PlanChange, term: Term) -> bool:
    said = [data["week_start"] for data in (change.before, change.after) if data.get("week_start")]
    mondays = [dt.date.fromisoformat(week) for week in said]
    if change.session:
        mondays.append(change.session.week_start)
    return not mondays or any(in_term(monday, term) for monday in mondays)


def deeds(changes: QuerySet[PlanChange], only: Callable[[PlanChange], bool] = lambda change: True) -> list[Deed]:
    """Changes as deeds in words, newest first."""
    named = changes.select_related("session__group", "session__topic", "by").order_by("-at", "-pk")
    by_batch: dict[uuid.UUID, list[PlanChange]] = {}
    for change in filter(only, named):
        by_batch.setdefault(change.batch, []).append(change)
    return [Deed(batch[0].by, batch[0].at, lines_of(batch)) for batch in by_batch.values()]


def lines_of(batch: Sequence[PlanChange]) -> tuple[str, ...]:
    """What was done in one deed, in words."""
    return tuple(_lines(batch))


def _lines(batch: Sequence[PlanChange]) -> Iterator[str]:
    """Each change in words; many of the same kind as a number."""
    for what in ORDER:
        found = sorted((change for change in batch if change.what == what), key=_reading_order)
        number = _how_many(found)
        if number > TOLD_ONE_BY_ONE:
            yield _number_in_words(what, number)
        else:
            yield from (in_words(change) for change in found)


def _how_many(changes: list[PlanChange]) -> int:
    """How many changes of a kind the deed has; ``latest_deeds`` has read only some of them."""
    return getattr(changes[0], "of_its_kind", len(changes)) if changes else 0


def _reading_order(change: PlanChange) -> tuple[str, str]:
    week = change.after.get("week_start") or change.before.get("week_start") or ""
    return (week, change.session.group.name if change.session else change.after.get("name", ""))


def _number_in_words(what: str, number: int) -> str:
    texts = {
        What.CREATED: ngettext("%(n)s session was planned.", "%(n)s sessions were planned.", number),
        What.MOVED: ngettext("%(n)s session was moved.", "%(n)s sessions were moved.", number),
        What.KEPT: ngettext("%(n)s session stays in its week.", "%(n)s sessions stay in their weeks.", number),
        What.CANCELLED: ngettext("%(n)s session was cancelled.", "%(n)s sessions were cancelled.", number),
        What.TOPIC: ngettext("%(n)s session got another topic.", "%(n)s sessions got another topic.", number),
        What.LED: ngettext("%(n)s session got another leader.", "%(n)s sessions got another leader.", number),
        What.CONFIRMED: ngettext("%(n)s plan was confirmed.", "%(n)s plans were confirmed.", number),
        What.OCCASION: ngettext("%(n)s occasion was planned.", "%(n)s occasions were planned.", number),
        What.DEPARTURE: ngettext("%(n)s way out was chosen.", "%(n)s ways out were chosen.", number),
        What.UNDONE: ngettext("%(n)s change was undone.", "%(n)s changes were undone.", number),
    }
    return texts[What(what)] % {"n": number}


def in_words(change: PlanChange) -> str:
    """One change as a sentence, with the reason that was given."""
    told = {
        What.CREATED: _created,
        What.MOVED: _moved,
        What.CANCELLED: _cancelled,
        What.KEPT: _kept,
        What.TOPIC: _topic,
        What.LED: _led,
        What.CONFIRMED: _confirmed,
        What.OCCASION: _occasion,
        What.DEPARTURE: _departure,
        What.UNDONE: _undone,
    }[What(change.what)](change)
    reason = reason_in_words(change.reason)
    return f"{told} {reason}" if reason else told


def _created(change: PlanChange) -> str:
    if change.after.get("replaces"):
        text = _("%(session)s: new time %(after)s instead of %(before)s.")
    else:
        text = _("%(session)s: planned %(after)s.")
    return text % _said(change)


def _moved(change: PlanChange) -> str:
    if change.after.get("how") == "swap":
        return _("%(session)s: changed places, from %(before)s to %(after)s.") % _said(change)
    if change.before.get("week_start") == change.after.get("week_start"):
        return _("%(session)s: the time is now %(after)s.") % _said(change)
    return _("%(session)s: moved from %(before)s to %(after)s.") % _said(change)


def _cancelled(change: PlanChange) -> str:
    return _("%(session)s: cancelled %(before)s.") % _said(change)


def _kept(change: PlanChange) -> str:
    return _("%(session)s: stays in %(after)s.") % _said(change)


def _topic(change: PlanChange) -> str:
    return _("%(session)s: the topic was changed.") % _said(change)


def _led(change: PlanChange) -> str:
    if not change.after.get("leader"):
        return _("%(session)s: nobody is set to lead it.") % _said(change)
    return _("%(session)s: led by %(leader)s.") % (_said(change) | {"leader": change.after["leader"]})


def _confirmed(change: PlanChange) -> str:
    return _("The plan for %(term)s was confirmed.") % {"term": change.after.get("term", "")}


def _occasion(change: PlanChange) -> str:
    return _("Planned: %(occasion)s.") % {"occasion": change.after["name"]}


def _departure(change: PlanChange) -> str:
    """What a class departs from after the change."""
    said = change.after
    weeks = {name: week_no(dt.date.fromisoformat(said[name])) for name in ("first_week", "weekly_from") if name in said}
    numbers = ", ".join(str(number) for number in said.get("left_out", ()))
    texts = [
        _("begins in %(week)s") % {"week": weeks["first_week"]} if "first_week" in weeks else "",
        _("every week from %(week)s") % {"week": weeks["weekly_from"]} if "weekly_from" in weeks else "",
        _("without session %(numbers)s") % {"numbers": numbers} if numbers else "",
    ]
    told = ", ".join(filter(None, texts)) or _("keeps the rhythm")
    return f"{said.get('group', '')}: {told}."


def _undone(change: PlanChange) -> str:
    """What is in force again, by what was undone."""
    text = {
        What.CREATED: _("%(session)s: the planning was undone."),
        What.OCCASION: _("%(session)s: the planning was undone."),
        What.CANCELLED: _("%(session)s: the cancellation was undone, and it is in %(after)s again."),
        What.TOPIC: _("%(session)s: the change of topic was undone."),
        What.LED: _("%(session)s: the change of leader was undone."),
        What.KEPT: _("%(session)s: drafts can move it again."),
    }.get(change.after["what"], _("%(session)s: the move was undone, and it is in %(after)s again."))
    return text % _said(change)


def _said(change: PlanChange) -> dict[str, str]:
    session = change.session
    name = session.name if session else change.after.get("name", "")
    return {"session": name, "before": _time(change.before, change), "after": _time(change.after, change)}


def _time(said: dict[str, str], change: PlanChange) -> str:
    """v. 38, or tis 15 sep, v. 38, 09.10 when the day and the time are known."""
    week = dt.date.fromisoformat(said["week_start"]) if said.get("week_start") else None
    if week is None and change.session:
        week = change.session.week_start
    day = [short_day(dt.date.fromisoformat(said["date"]))] if said.get("date") else []
    start = [clock(dt.time.fromisoformat(said["start_time"]))] if said.get("start_time") else []
    return ", ".join([*day, *([week_no(week)] if week else []), *start])


def reason_in_words(reason: str) -> str:
    """A reason as a sentence; cancellations store one of a few fixed ones."""
    words = str(CancelReason(reason).label) if reason in CancelReason.values else reason.strip()
    return f"{words}." if words and words[-1] not in ".!?" else words
