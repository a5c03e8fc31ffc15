"""How long it takes to find which reminders are due among a hundred thousand planned sessions.

Six hundred schools in the middle of their autumn. First a run that has everything to make, as after an outage; then
what beat asks every few minutes, when all is made; then the mornings of the days that follow, which have some to make.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from tests.bench.measuring import keep, table, timed

SCHOOLS = 600
MONDAY = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
BUDGET = 1.0


def run() -> None:
    from schools.models import PlannedSession
    from sessions_log.reminders import due

    make()
    planned = PlannedSession.objects.count()
    asked = [("everything to make", MONDAY), ("all is made", MONDAY), ("all is made, an hour later", hours(1))]
    asked += [(f"the morning {days} days later", hours(24 * days)) for days in (1, 2, 7)]
    assert all(first <= second for (_a, first), (_b, second) in pairwise(asked))
    rows = []
    for name, now in asked:
        made, seconds, queries = timed(lambda now=now: due(now))
        rows.append([name, made, seconds, queries])
    nothing = max(row[2] for row in rows if row[1] == 0)
    keep(
        "reminders",
        [
            *table(["run", "mails made", "s", "queries"], rows),
            "",
            f"{planned:,} planned sessions at {SCHOOLS} schools. With nothing to make a run takes {nothing:.2f} s, "
            f"{'within' if nothing < BUDGET else 'NOT within'} the budget of {BUDGET:.0f} s.",
        ],
    )


def hours(number: int) -> dt.datetime:
    return MONDAY + dt.timedelta(hours=number)


def make() -> None:
    """The schools, their contact persons and coordinators, and one year of plans and logs."""
    from django.core.management import call_command

    from programmes import reference
    from vpc_portal.bulk.making import Size, make_bulk

    call_command("flush", interactive=False, verbosity=0)
    reference.load()
    make_bulk(Size(schools=SCHOOLS, districts=20, years=1), seed=26, today=MONDAY.date(), say=lambda _line: None)
