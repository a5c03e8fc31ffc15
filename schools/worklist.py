"""What waits for somebody at a school, in words, with links for those who may do it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.policies import sees_everything
from accounts.templatetags.look import week_no
from schools import policies
from schools.calendar import SchoolCalendar
from schools.conflicts import conflicts_at
from schools.matrix import lost_without_new_time
from schools.models import PlannedSession, School, SchoolYear, Term
from schools.models.plans import monday_of
from schools.strays import stray_of
from schools.term_plan import Answer, Answered, season_slug

Status = PlannedSession.Status
NAMED_AT_MOST = 3


@dataclass(frozen=True)
class Rights:
    """What the user may do at a school."""

    log: bool
    move: bool
    plan: bool
    choose_topics: bool
    confirm: bool
    manage: bool
    see_notes: bool
    write_notes: bool
    list_schools: bool

    @classmethod
    def of(cls, user: Any, school: School, today: dt.date) -> Rights:
        return cls(
            log=policies.user_can_log(user, school, today),
            move=policies.user_can_move(user, school, today),
            plan=policies.user_can_plan(user, school, today),
            choose_topics=policies.user_can_choose_topics(user, school, today),
            confirm=policies.user_can_confirm(user, school, today),
            manage=policies.user_can_manage(user, school, today),
            see_notes=policies.user_can_see_notes(user, school, today),
            write_notes=policies.user_can_write_notes(user, school, today),
            list_schools=sees_everything(user, today),
        )


@dataclass(frozen=True)
class Task:
    """Something that waits: its icon, what it is, and what to do; ``url`` is empty for users who can only wait."""

    icon: str
    title: str
    detail: str = ""
    deed: str = ""
    url: str = ""


@dataclass(frozen=True)
class Standpoint:
    """A school's year as it is today, for one user."""

    school: School
    year: SchoolYear
    calendar: SchoolCalendar
    rows: Sequence[PlannedSession]
    # What the sessions' leaders do at other schools.
    elsewhere: Sequence[PlannedSession]
    rights: Rights
    today: dt.date
    has_groups: bool
    has_contact: bool
    topics_left: int
    replies_count: int
    term: Term | None
    answer: Answer | None

    def tasks(self) -> list[Task]:
        """What waits, most pressing first."""
        finders = (
            self._no_groups,
            self._no_plan,
            self._awaiting_log,
            self._replies,
            self._without_new_time,
            self._in_closed_weeks,
            self._clashes,
            self._no_contact,
            self._topics_left,
            self._not_confirmed,
        )
        return [task for find in finders for task in find()]

    def _url(self, allowed: bool, name: str, *args: Any) -> str:
        return reverse(name, args=args) if allowed else ""

    @property
    def _in_year(self) -> tuple[str, str]:
        return (self.school.slug, self.year.slug)

    def _no_groups(self) -> Iterator[Task]:
        if not self.has_groups:
            yield Task(
                "person",
                _("The school has no classes for %(year)s.") % {"year": self.year},
                _("Add them before the plan is made."),
                _("Add classes"),
                self._url(self.rights.manage, "schools:group-list", *self._in_year),
            )

    def _no_plan(self) -> Iterator[Task]:
        if self.has_groups and not self.rows and self.year.ends_on >= self.today:
            url = self._url(self.rights.plan, "schools:plan-draft", *self._in_year)
            yield Task("calendar", _("The plan is not made yet."), "", _("Make a plan"), url)

    def _awaiting_log(self) -> Iterator[Task]:
        found = [row for row in self.rows if row.status(self.today) == Status.NO_LOG]
        if not found:
            return
        if len(found) == 1:
            url = self._url(self.rights.log, "sessions_log:log-form", found[0].uuid)
        else:
            url = self._url(self.rights.log, "sessions_log:start")
        title = ngettext("%(n)s session awaits its log.", "%(n)s sessions await their logs.", len(found))
        yield Task("nolog", title % {"n": len(found)}, _names(found), _("Log it"), url)

    def _replies(self) -> Iterator[Task]:
        if self.replies_count:
            title = ngettext(
                "%(n)s answer from the school waits.", "%(n)s answers from the school wait.", self.replies_count
            )
            url = self._url(self.rights.move, "schools:reply-list")
            yield Task("moved", title % {"n": self.replies_count}, "", _("See the answers"), url)

    def _without_new_time(self) -> Iterator[Task]:
        if self.year.ends_on < self.today:
            return
        for query, found in _by_programme(lost_without_new_time(self.rows)):
            title = ngettext("%(n)s lost session has no new time.", "%(n)s lost sessions have no new time.", len(found))
            url = self._url(self.rights.plan, "schools:plan-draft", *self._in_year)
            url = url and f"{url}{query}"
            yield Task("cancelled", title % {"n": len(found)}, _names(found), _("Plan new times"), url)

    def _in_closed_weeks(self) -> Iterator[Task]:
        found = [row for row in self._ahead() if stray_of(row, self.calendar)]
        if found:
            title = ngettext(
                "%(n)s session lies on closed days or in a blocked week.",
                "%(n)s sessions lie on closed days or in blocked weeks.",
                len(found),
            )
            url = self._url(self.rights.move, "schools:stray-list", self.year.slug)
            url = f"{url}?{urlencode({'skola': self.school.slug})}" if url else ""
            yield Task("moved", title % {"n": len(found)}, _names(found), _("Move them"), url)

    def _clashes(self) -> Iterator[Task]:
        found = conflicts_at(self.rows, self.today, self.elsewhere) if self.rights.move else []
        if found:
            title = ngettext("%(n)s clash in the plan.", "%(n)s clashes in the plan.", len(found))
            detail = " ".join(one.text for one in found[:NAMED_AT_MOST])
            url = self._url(self.rights.move, "schools:conflict-list")
            yield Task("nolog", title % {"n": len(found)}, detail, _("See the clashes"), url)

    def _ahead(self) -> list[PlannedSession]:
        coming = monday_of(self.today)
        return [row for row in self.rows if row.is_live and row.outcome is None and row.week_start >= coming]

    def _no_contact(self) -> Iterator[Task]:
        if not self.has_contact:
            yield Task(
                "person",
                _("The school has no contact person."),
                _("Nobody at the school whom mails reach answers whether the plan is right."),
                _("Add a contact person"),
                self._url(self.rights.manage, "schools:person-add", self.school.slug),
            )

    def _topics_left(self) -> Iterator[Task]:
        if self.topics_left > 0:
            title = ngettext(
                "%(n)s extra topic is left to choose.", "%(n)s extra topics are left to choose.", self.topics_left
            )
            url = self._url(self.rights.choose_topics, "schools:topic-choice", *self._in_year)
            yield Task("topic", title % {"n": self.topics_left}, "", _("Choose topics"), url)

    def _not_confirmed(self) -> Iterator[Task]:
        if self.term is None or self.answer is None or self.answer.state == Answered.CONFIRMED:
            return
        changed = self.answer.state == Answered.CHANGED_SINCE
        title = (
            _("The plan for %(term)s was changed after the contact person's answer.")
            if changed
            else _("The contact person has not answered about the plan for %(term)s.")
        )
        if self.rights.confirm:
            title = _("Is the plan for %(term)s right?")
        url = self._url(self.rights.confirm, "schools:term-plan-of", *self._in_year, season_slug(self.term))
        yield Task("calendar", title % {"term": self.term}, "", _("Answer"), url)


def _by_programme(rows: Sequence[PlannedSession]) -> list[tuple[str, list[PlannedSession]]]:
    """Rows by programme, each with the query string that keeps the programme: a draft is for one programme."""
    found: dict[str, list[PlannedSession]] = {}
    for row in rows:
        found.setdefault(f"?program={row.participation.programme_year.programme.slug}", []).append(row)
    return list(found.items())


def _names(rows: Sequence[PlannedSession]) -> str:
    """4A Könsnormen v. 7, 5B Mobbning v. 12 and 3 more."""
    in_order = sorted(rows, key=lambda row: (row.week_start, row.group.name))
    names = [f"{row.group} {row.topic_title} {week_no(row.week_start)}" for row in in_order[:NAMED_AT_MOST]]
    more = len(rows) - len(names)
    if more:
        names.append(_("%(n)s more") % {"n": more})
    return f"{get_text_list(names, _('and'))}."
