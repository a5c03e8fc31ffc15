"""Making the reminders of sessions, each once: ``ReminderItem`` is the ledger."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.templatetags.look import week_no
from outbox.actions import enqueue, record_skipped
from outbox.models import Message
from schools.models import PlannedSession
from schools.models.plans import monday_of
from sessions_log.models import ReminderItem
from sessions_log.reminding.gathering import TAKEN_ALONG, Due, Gathering
from sessions_log.reminding.kinds import Kind
from sessions_log.reminding.places import DAY, WEEK, places_in_reach
from sessions_log.reminding.readers import Actual, Foreseen, Readers
from sessions_log.reminding.runs import Run
from sessions_log.reminding.steps import ESCALATION_STOPS, MISSING_STOPS


def make_session_reminders(run: Run) -> int:
    """Make the reminders that are due, and record those that are too late; gives how many mails were made."""
    return sum(_make(one, run) for one in due_reminders(run))


def due_reminders(run: Run) -> list[Due]:
    """What is due and has not been made. When nothing is, few queries are made and no names are read."""
    seen = places_in_reach(run.today, back=_back(run), ahead=_ahead(run))
    foreseen = Foreseen(run.roles, (place.leader for place in seen if place.leader))
    participations = _gathering(foreseen, run).lacking(seen, _standing(run))
    if not participations:
        return []
    ahead = _ahead(run) + TAKEN_ALONG
    rows = places_in_reach(run.today, back=_back(run), ahead=ahead, participations=participations)
    return list(_gathering(Actual(run.today), run).mails(rows, _standing(run)))


def _gathering(readers: Readers, run: Run) -> Gathering:
    return Gathering(book=run.book, readers=readers, due_by=run.due_by, today=run.today)


def _back(run: Run) -> dt.timedelta:
    """How far back a session can be whose log is still asked for, plus two weeks for reminders that are too late."""
    escalated = run.book.longest(Kind.LOG_ESCALATED) * DAY + ESCALATION_STOPS
    return max(MISSING_STOPS, escalated) + 2 * WEEK


def _ahead(run: Run) -> dt.timedelta:
    return run.book.longest(Kind.APPROACHING) * WEEK


def _standing(run: Run) -> set[tuple[int | str, int, str, int]]:
    """Who has been reminded of which session, by which step.

    A session that has been moved is reminded of anew: reminders of its old week do not count.
    """
    items = ReminderItem.objects.standing().filter(
        session__week_start__gte=monday_of(run.today - _back(run)), session__outcome=None, session__cancelled_at=None
    )
    said = ("user_id", "session_id", "kind", "lead", "pk", "week_start", "session__week_start")
    standing, moved = set(), []
    for *line, pk, week_then, week_now in items.values_list(*said):
        if week_then == week_now:
            standing.add(tuple(line))
        else:
            moved.append(pk)
    if moved:
        ReminderItem.objects.filter(pk__in=moved).update(superseded=True)
    return standing


def _make(one: Due, run: Run) -> bool:
    """Write the mail and its lines in the ledger, or neither: of many runs at once, one succeeds."""
    try:
        with transaction.atomic():
            items = _items(one, run.now)
            ReminderItem.objects.bulk_create(items)
            mail = _skip(one, run.now) if one.is_too_late else _enqueue(one, run.now)
            ReminderItem.objects.filter(pk__in=[item.pk for item in items]).update(mail=mail)
    except IntegrityError:
        return False
    return not one.is_too_late


def _items(one: Due, now: dt.datetime) -> list[ReminderItem]:
    said = {"user": one.user, "kind": one.kind, "at": now}
    in_order = sorted(one.pairs, key=lambda pair: (pair[0].session, pair[1]))
    return [
        ReminderItem(session_id=place.session, lead=lead, week_start=place.week_start, **said)
        for place, lead in in_order
    ]


def _enqueue(one: Due, now: dt.datetime) -> Message | None:
    return enqueue(kind=one.kind, user=one.user, address=one.user.email, about=one.about, now=now)


def _skip(one: Due, now: dt.datetime) -> Message | None:
    place = min((place for place, _lead in one.pairs), key=lambda place: place.week_start)
    first = PlannedSession.objects.with_names().get(pk=place.session)
    said = {"topic": first.topic_title, "school": first.participation.school, "week": week_no(first.week_start)}
    why = _("Too late to send: %(topic)s at %(school)s, %(week)s.") % said
    return record_skipped(kind=one.kind, user=one.user, about=one.about, why=why, once_key=None, now=now)
