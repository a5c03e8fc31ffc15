"""Mails that are made once, each under a key of its own.

A module for each kind finds whom to ask for what, from the day's roles, in a constant number of queries. It says from
which day each mail is due, and when it is too late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import short_day
from outbox.actions import enqueue, record_skipped
from outbox.models import Message
from schools.actions.people import account_for
from schools.mailing.telling import readers_of
from schools.models import SchoolMembership
from sessions_log.reminding.kinds import To
from sessions_log.reminding.places import DAY
from sessions_log.reminding.readers import role_of
from sessions_log.reminding.runs import Run

# How many keys one query asks for.
AT_A_TIME = 500


@dataclass(frozen=True)
class Once:
    """A mail to make once: its key and kind, its recipient, what it is about, from which day it is due, and when it is
    too late.

    Somebody with a role at a school gets it only while the school's mails go to that role, unless it is ``personal``.
    """

    key: str
    kind: str
    who: User | SchoolMembership
    about: dict[str, Any] = field(hash=False)
    due_on: dt.date
    too_late_on: dt.date = dt.date.max
    personal: bool = False

    @property
    def to(self) -> To:
        if isinstance(self.who, User):
            return To.CENTRE
        return To.INVITED if self.personal else role_of(self.who)


# Gives the mails that are due until a day, whether or not they have been made.
Asker = Callable[[Run, dt.date], Iterable[Once]]


def make_once(askers: Sequence[Asker], run: Run) -> int:
    """Make what is due and has not been made; gives how many mails were made."""
    asked = [one for asker in askers for one in asker(run, run.due_by) if one.due_on <= run.due_by]
    new = unmade(one.key for one in asked)
    readers = _Readers(run)
    return sum(_make(one, readers, run) for one in asked if one.key in new)


def unmade(keys: Iterable[str]) -> set[str]:
    """The keys under which nothing has been made."""
    wanted = sorted(set(keys))
    found: set[str | None] = set()
    for n in range(0, len(wanted), AT_A_TIME):
        made = Message.objects.filter(once_key__in=wanted[n : n + AT_A_TIME])
        found.update(made.values_list("once_key", flat=True))
    return {key for key in wanted if key not in found}


class _Readers:
    """Whose account a mail goes to; each school is read once."""

    def __init__(self, run: Run) -> None:
        self._today = run.today
        self._schools: dict[int, dict[int, User]] = {}

    def account(self, one: Once) -> User | None:
        if isinstance(one.who, User):
            return one.who
        if one.personal:
            return account_for(one.who.person)
        school = one.who.person.school
        if school.pk not in self._schools:
            self._schools[school.pk] = {it.membership.pk: it.user for it in readers_of(school, self._today)}
        return self._schools[school.pk].get(one.who.pk)


def _make(one: Once, readers: _Readers, run: Run) -> bool:
    """Whether a mail was made; what is too late is only kept."""
    user = readers.account(one)
    if user is None:
        return False
    about = one.about if isinstance(one.who, User) else {"membership": one.who.pk} | one.about
    said: dict[str, Any] = {"kind": one.kind, "user": user, "about": about, "once_key": one.key, "now": run.now}
    if run.today >= one.too_late_on:
        why = _("Too late: it was of use until %(day)s.") % {"day": short_day(one.too_late_on - DAY)}
        record_skipped(why=why, **said)
        return False
    return enqueue(address=user.email, **said) is not None
