"""The overview's sentences: the answer first, then the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaluations.counting import Counts
from schools.models.plans import CancelReason

if TYPE_CHECKING:
    from evaluations.dashboard import Dashboard
    from evaluations.summing import Summary

HELD_LATER_TITLE = gettext_lazy("Held after this day")


def lead(dashboard: Dashboard, *, names_schools: bool = True) -> str:
    """The answer: how many schools are in pace, and which needs help first."""
    summary = dashboard.summary
    if not summary.due:
        return _("No session was due by this day.")
    total = summary.judged
    said = ngettext(
        "%(n)s of %(total)s school is in pace or can be.", "%(n)s of %(total)s schools are in pace or can be.", total
    )
    said %= {"n": total - summary.helped, "total": total}
    return f"{said} {_who_needs_help(summary)}" if summary.helped and names_schools else said


def _who_needs_help(summary: Summary) -> str:
    said = ngettext("%(n)s needs help: %(school)s.", "%(n)s need help, %(school)s first.", summary.helped)
    return said % {"n": summary.helped, "school": summary.needs_help_first}


def why(counts: Counts, *, has_contact: bool) -> str:
    """What stands out at a school, in one or two sentences."""
    said = [] if has_contact else [_("No active contact person.")]
    if not counts["planned"]:
        return " ".join([*said, _("No plan is made yet.")])
    if counts["lost"]:
        said.append(_lost(counts))
    if awaiting := counts["awaiting"]:
        text = ngettext("%(n)s session awaits a log.", "%(n)s sessions await a log.", awaiting)
        said.append(text % {"n": awaiting})
    if missing := counts["required"] - counts["planned"]:
        text = ngettext("%(n)s session is in no plan.", "%(n)s sessions are in no plan.", missing)
        said.append(text % {"n": missing})
    if not said:
        said.append(_("Everything is logged.") if counts["held"] else _("Nothing was due by this day."))
    return " ".join(said)


def _lost(counts: Counts) -> str:
    lost = counts["lost"]
    reason = _main_reason(counts)
    if reason is None:
        text = ngettext("%(n)s session lost without a new time.", "%(n)s sessions lost without a new time.", lost)
        return text % {"n": lost}
    text = ngettext(
        "%(n)s session lost without a new time: %(reason)s.",
        "%(n)s sessions lost without a new time, most often: %(reason)s.",
        lost,
    )
    return text % {"n": lost, "reason": reason}


def _main_reason(counts: Counts) -> str | None:
    """The reason for more than half of the lost sessions, if there is such a reason and it says something."""
    for reason, one in counts["reasons"].items():
        if 2 * one["lost"] > counts["lost"] and reason in CancelReason and reason != CancelReason.OTHER:
            label = str(CancelReason(reason).label)
            return label[0].lower() + label[1:]
    return None


def line_title(dashboard: Dashboard) -> str:
    """The title of the year's line, which compares with last year or with the plan."""
    last = dashboard.last_year.totals if dashboard.last_year else None
    said = _against_last_year(dashboard.totals, last)
    if dashboard.pace.light not in ("amber", "red"):
        return said
    if last is not None and _fewest_more(dashboard.totals, last) > 0:
        return _("%(said)s, but behind the plan") % {"said": said}
    return _("%(said)s, and behind the plan") % {"said": said}


def _against_last_year(now: Counts, last: Counts | None) -> str:
    """How many more or fewer sessions are held than last year: a range while logs are missing in either year."""
    if last is None:
        held = now["held"]
        return ngettext("%(n)s session is held", "%(n)s sessions are held", held) % {"n": held}
    least, most = _fewest_more(now, last), -_fewest_more(last, now)
    if least == most == 0:
        return _("As many sessions as last year")
    if least < 0 < most:
        said = _("Between %(fewer)s fewer and %(more)s more sessions than last year")
        return said % {"fewer": -least, "more": most}
    low, high = sorted((abs(least), abs(most)))
    # A range is written in the plural, even "0–1".
    many = high if low == high else max(high, 2)
    if most > 0:
        text = ngettext("%(n)s more session than last year", "%(n)s more sessions than last year", many)
    else:
        text = ngettext("%(n)s fewer session than last year", "%(n)s fewer sessions than last year", many)
    return text % {"n": str(high) if low == high else f"{low}–{high}"}


def _fewest_more(now: Counts, before: Counts) -> int:
    """How many more are held now than before, if none of those without a log now was held, and all of those before."""
    return now["held"] - before["held"] - before["awaiting"]


def lost_title(dashboard: Dashboard) -> str:
    """How many sessions did not take place, and how many of them still lack a new time."""
    total, lost = sum(row.total for row in dashboard.reasons), sum(row.lost for row in dashboard.reasons)
    if not total:
        return _("No session was lost")
    said = ngettext(
        "%(n)s session did not take place, %(lost)s without a new time",
        "%(n)s sessions did not take place, %(lost)s without a new time",
        total,
    )
    return said % {"n": total, "lost": lost}
