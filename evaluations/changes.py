"""How a figure has changed: since the same time last year, and since a saved report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.figures import Figure


@dataclass(frozen=True)
class Earlier:
    """A figure's values at an earlier time, by key: a year ago, or in a saved report.

    ``report`` is the report's address, and empty for last year.
    """

    as_of: dt.date
    figures: Mapping[str, Figure]
    report: str = ""


@dataclass(frozen=True)
class Change:
    """How a figure has changed, in percentage points: a range while either of its two values is a range."""

    before: Figure
    now: Figure
    earlier: Earlier

    @property
    def lowest(self) -> int:
        return round((self.now.lowest or 0) - (self.before.highest or 0))

    @property
    def highest(self) -> int:
        return round((self.now.highest or 0) - (self.before.lowest or 0))

    @property
    def direction(self) -> str:
        """``up``, ``down``, ``same``, or ``unsure`` while missing logs could turn it round."""
        if self.lowest == self.highest == 0:
            return "same"
        if self.lowest >= 0:
            return "up"
        return "down" if self.highest <= 0 else "unsure"

    @property
    def words(self) -> str:
        """The earlier value, and how much it has changed since."""
        if self.earlier.report:
            day = date_format(self.earlier.as_of, "j b")
            text = _("Report of %(day)s %(before)s: %(moved)s")
            return text % {"day": day, "before": self.before.value, "moved": self.moved}
        return _("Last year %(before)s: %(moved)s") % {"before": self.before.value, "moved": self.moved}

    @property
    def moved(self) -> str:
        """How much it has changed, in words."""
        if self.direction == "same":
            return _("unchanged")
        if self.direction == "unsure":
            return _("between %(down)s down and %(up)s up") % {"down": -self.lowest, "up": self.highest}
        least, most = sorted((abs(self.lowest), abs(self.highest)))
        number = str(most) if least == most else f"{least}–{most}"
        # A range is written in the plural, even "0–1".
        many = most if least == most else max(most, 2)
        if self.direction == "up":
            text = ngettext("up %(n)s percentage point", "up %(n)s percentage points", many)
        else:
            text = ngettext("down %(n)s percentage point", "down %(n)s percentage points", many)
        return text % {"n": number}


def changes_of(figure: Figure, earlier: Iterable[Earlier]) -> list[Change]:
    """The figure against each earlier time at which it had something to count."""
    known = ((one.figures.get(figure.key), one) for one in earlier)
    if not figure.denominator:
        return []
    return [Change(before, figure, one) for before, one in known if before is not None and before.denominator]
