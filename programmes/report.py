"""What the law (2023:196) asks for every second year: the picture of the situation, the goals, and the measures with
their results."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.spreadsheets import Sheet
from programmes.models import Goal, Measure, PartnerOrganisation, SituationFinding


@dataclass(frozen=True)
class Report:
    """Everything as of a day, read once for both page and workbook."""

    as_of: dt.date
    findings: list[SituationFinding]
    goals: list[Goal]
    measures: list[Measure]

    @property
    def partners(self) -> list[PartnerOrganisation]:
        return list(PartnerOrganisation.objects.all())

    @property
    def by_status(self) -> list[tuple[str, int]]:
        """How many measures stand in each status, in the statuses' order."""
        counts = Counter(one.status for one in self.measures)
        return [(str(status.label), counts[status]) for status in Measure.Status]

    @property
    def late(self) -> list[Measure]:
        """Those whose follow-up is late."""
        return [one for one in self.measures if one.is_overdue(self.as_of)]

    def sheets(self) -> list[Sheet]:
        return [self._findings(), self._goals(), self._measures(), self._follow_ups()]

    def _findings(self) -> Sheet:
        rows = [[one.found_on, one.title, one.text] for one in self.findings]
        return Sheet(_("Situation"), [_("Day"), _("Finding"), _("Text")], rows)

    def _goals(self) -> Sheet:
        return Sheet(_("Goals"), [_("Goal"), _("Text")], [[one.title, one.text] for one in self.goals])

    def _measures(self) -> Sheet:
        header = [
            *(_("Measure"), _("Description"), _("Partners"), _("Together"), _("Strategic areas")),
            *(_("Political problems"), _("Finding"), _("Goal"), _("First day"), _("Last day"), _("Status")),
            *(_("Why it was stopped"), _("Next follow-up"), _("Follow-up is late")),
        ]
        return Sheet(_("Measures"), header, [self._row(one) for one in self.measures])

    def _row(self, one: Measure) -> list[Any]:
        names = [", ".join(str(row) for row in rows.all()) for rows in (one.owners, one.areas, one.problems)]
        together, late = (_("yes") if is_so else _("no") for is_so in (one.is_together, one.is_overdue(self.as_of)))
        links = [str(row or "") for row in (one.finding, one.goal)]
        days = [one.starts_on, one.ends_on]
        status = [str(one.get_status_display()), one.stop_reason, one.next_follow_up, late]
        return [one.title, one.description, names[0], together, names[1], names[2], *links, *days, *status]

    def _follow_ups(self) -> Sheet:
        rows = [[one.title, made.on, made.note] for one in self.measures for made in one.follow_ups.all()]
        return Sheet(_("Follow-ups"), [_("Measure"), _("Day"), _("What was seen")], rows)


def report_of(today: dt.date) -> Report:
    measures = Measure.objects.with_names().prefetch_related("follow_ups")
    return Report(today, list(SituationFinding.objects.all()), list(Goal.objects.all()), list(measures))
