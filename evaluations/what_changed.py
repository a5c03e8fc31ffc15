"""What has changed, in sentences by rule: since the last saved report, or since the same time last year.

No sentence names a school or a person, or guesses at a cause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.frozen import Before, ProgrammePart, ReportFigure

# The most sentences a page has room for, and the smallest change worth one.
MOST_FIGURES, LEAST_POINTS = 3, 2


def sentences_of(part: ProgrammePart, before: ProgrammePart | None, since: dt.date | None) -> list[str]:
    """How the part differs from the one before, or else from last year; at least one sentence."""
    if before is not None and since is not None:
        counted = [_held_since(part, before, since), *_of_schools(part, before), *_of_sessions(part, before)]
        return [*counted, *_of_targets(part), *(_of_figures(part) or [_no_figure_moved()])]
    if any(one.last_year for one in part.figures):
        return _of_figures(part) or [_no_figure_moved()]
    return [_("There is nothing to compare with yet: no saved report and no earlier school year.")]


def _held_since(part: ProgrammePart, before: ProgrammePart, since: dt.date) -> str:
    more, day = part.held - before.held, date_format(since, "j F")
    if more < 0:
        text = ngettext(
            "%(n)s session fewer counts as held than in the report of %(day)s.",
            "%(n)s sessions fewer count as held than in the report of %(day)s.",
            -more,
        )
        return text % {"n": -more, "day": day}
    if more == 0:
        return _("No session has been held since the report of %(day)s.") % {"day": day}
    text = ngettext(
        "%(n)s session has been held since the report of %(day)s.",
        "%(n)s sessions have been held since the report of %(day)s.",
        more,
    )
    return text % {"n": more, "day": day}


def _of_schools(part: ProgrammePart, before: ProgrammePart) -> list[str]:
    """How many schools are in pace, if that has changed."""
    now, then = part.schools["green"], before.schools["green"]
    if now == then:
        return []
    text = ngettext("%(n)s school is in pace, then %(then)s.", "%(n)s schools are in pace, then %(then)s.", now)
    return [text % {"n": now, "then": then}]


def _of_sessions(part: ProgrammePart, before: ProgrammePart) -> list[str]:
    """How many sessions lack a log or a new time, if that has changed."""
    said = []
    if part.awaiting != before.awaiting:
        text = ngettext(
            "%(n)s session awaits a log, then %(then)s.", "%(n)s sessions await a log, then %(then)s.", part.awaiting
        )
        said.append(text % {"n": part.awaiting, "then": before.awaiting})
    if part.lost != before.lost:
        text = ngettext(
            "%(n)s session is lost without a new time, then %(then)s.",
            "%(n)s sessions are lost without a new time, then %(then)s.",
            part.lost,
        )
        said.append(text % {"n": part.lost, "then": before.lost})
    return said


def _no_figure_moved() -> str:
    return _("No figure has for certain moved by %(n)s percentage points or more.") % {"n": LEAST_POINTS}


def _of_targets(part: ProgrammePart) -> list[str]:
    """Targets that have been reached or lost since."""
    return [said for one in part.figures if (said := _of_target(one))]


def _of_target(one: ReportFigure) -> str:
    if one.last_report is None or one.figure.target is None:
        return ""
    then, now = (figure.judgement == "above" for figure in (one.last_report.figure, one.figure))
    if now == then:
        return ""
    text = _("%(title)s now reaches its target.") if now else _("%(title)s no longer reaches its target for certain.")
    return text % {"title": one.figure.title}


def _of_figures(part: ProgrammePart) -> list[str]:
    """The figures that have certainly changed most, the largest change first."""
    of_report = any(one.last_report for one in part.figures)
    compared: Callable[[ReportFigure], Before | None] = (
        (lambda one: one.last_report) if of_report else (lambda one: one.last_year)
    )
    then = [(one, before) for one in part.figures if (before := compared(one))]
    moved = [(one, before) for one, before in then if _points(one, before) >= LEAST_POINTS]
    moved.sort(key=lambda pair: -_points(*pair))
    return [_said(one, before) for one, before in moved[:MOST_FIGURES]]


def _said(one: ReportFigure, before: Before) -> str:
    words = before.words[0].lower() + before.words[1:]
    return _("%(title)s %(value)s, %(before)s.") % {
        "title": one.figure.title,
        "value": one.figure.value,
        "before": words,
    }


def _points(one: ReportFigure, before: Before) -> float:
    """How many percentage points a figure has changed at least, whatever the missing logs will say."""
    now, then = one.figure, before.figure
    if now.lowest is None or then.lowest is None or now.highest is None or then.highest is None:
        return 0
    return max(now.lowest - then.highest, then.lowest - now.highest, 0)
