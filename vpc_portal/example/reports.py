"""The example municipality's saved reports: one from a month ago, and last school year's."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from accounts.models import User
from evaluations.actions import save_report
from evaluations.freezing import year_content
from evaluations.frozen import Content, fingerprint, to_json
from evaluations.reports import content_now
from evaluations.selection import Selection, last_day_of, selected
from vpc_portal.example.logs import at_hour

A_MONTH = dt.timedelta(days=28)
OF_THE_MONTH = (
    "Skolorna är i gång med terminens pass, och personalen går oftast igenom ämnena före eleverna.\n\n"
    "Det som bromsar är **loggar som saknas**: så länge de inte är skrivna vet vi inte om passen har genomförts. "
    "Skolornas koordinatorer loggar därför samma vecka.\n\n"
    "Till styrgruppen: skolor utan kontaktperson behöver en till terminens slut."
)
OF_THE_YEAR = (
    "Skolorna planerade hela läsåret i förväg, och det mesta som planerades blev av.\n\n"
    "Nästa läsår satsar centret på att personalen går igenom varje ämne innan eleverna möter det."
)


def save_reports(today: dt.date, by: User) -> None:
    """Save them; none for a month before the school year began."""
    selection = selected({"datum": (today - A_MONTH).isoformat()}, today)
    if selection is None:
        return
    if selection.has_begun and not selection.mended:
        _save(selection, content_now(selection), OF_THE_MONTH, by)
    before = selection.last_year()
    if before:
        over = dataclasses.replace(before, as_of=last_day_of(before.year), opened=selection.opened)
        _save(over, year_content(over, today), OF_THE_YEAR, by)


def _save(selection: Selection, content: Content, text: str, by: User) -> None:
    if not any(part.has_plan for part in content.parts):
        return
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"{content.kind} {selection.query}")
    now, seen = at_hour(selection.as_of + dt.timedelta(days=1), 9), fingerprint(to_json(content))
    save_report(selection=selection, content=content, seen=seen, text=text, key=key, by=by, now=now)
