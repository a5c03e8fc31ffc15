"""How long it takes to plan a municipality's year, and how it grows.

It measures what a coordinator waits for: the page with all drafts, and laying them out with its button; then undoing
all of it. Seconds are the wall clock's; the processor's say what the work costs even when the machine does something
else meanwhile, so growth is told by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.bench.measuring import keep, processor_time, table, timed

SIZES = (30, 100, 300)
BUDGET = 5.0


@dataclass(frozen=True)
class Measured:
    """What one size took: seconds, sessions and queries."""

    schools: int
    sessions: int
    shown: float
    laid_out: float
    processor: float
    run_page: float
    undone: float
    queries_shown: int
    queries_laid_out: int
    term_plan: int
    school_page: int

    @property
    def seconds(self) -> float:
        """Planned, shown and laid out."""
        return self.shown + self.laid_out

    @property
    def milliseconds_a_session(self) -> float:
        """Of the processor's time."""
        return 1000 * self.processor / self.sessions


def run() -> None:
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    # The first run warms up what is read once: templates, holidays, the database's own caches.
    measure(3)
    report([measure(size) for size in SIZES])
    # What is measured after it is not slowed by what tests look into.
    teardown_test_environment()


def measure(size: int) -> Measured:
    import time_machine
    from django.test import Client

    from schools.models import PlannedSession, PlanRun
    from tests.bench import municipality

    coordinator, year = municipality.make(size)
    client = Client()
    client.force_login(coordinator)
    address = f"/lasar/{year.slug}/planering/"
    with time_machine.travel(municipality.BEFORE, tick=True):
        began = processor_time()
        page, shown, queries_shown = timed(lambda: client.get(address))
        drafts = re.findall(r'name="draft" value="([^"]+)"', page.content.decode())
        assert len(drafts) == size
        _none, laid_out, queries_laid_out = timed(lambda: lay_out_all(client, address, drafts))
        processor = processor_time() - began
        run = PlanRun.objects.get()
        sessions = PlannedSession.objects.count()
        assert run.schools.filter(state="done").count() == size
        school = run.schools.first().school
        pages = [counted(client, f"/skolor/{school.slug}/{rest}") for rest in ("plan/", "")]
        _none, run_page, _queries = timed(lambda: client.get(run.get_absolute_url()))
        _none, undone, _queries = timed(lambda: client.post(f"{run.get_absolute_url()}angra/"))
        assert not PlannedSession.objects.exists()
    return Measured(
        size, sessions, shown, laid_out, processor, run_page, undone, queries_shown, queries_laid_out, *pages
    )


def lay_out_all(client: Any, address: str, drafts: list[str]) -> None:
    """Press the button, and where there is more than a portion go on until nothing is left."""
    from schools.models import PlanRun

    client.post(address, {"draft": drafts})
    run = PlanRun.objects.get()
    while run.schools.filter(state="waiting").exists():
        client.post(f"{run.get_absolute_url()}fortsatt/")


def counted(client: Any, address: str) -> int:
    """The queries of a page, once the session is known."""
    return timed(lambda: client.get(address))[2]


def report(found: list[Measured]) -> None:
    growth = found[-1].milliseconds_a_session / found[0].milliseconds_a_session
    times = found[-1].sessions / found[0].sessions
    within = "within" if found[0].seconds < BUDGET else "NOT within"
    keep(
        "planning",
        [
            *table(HEADS, map(row, found)),
            "",
            f"A session costs {growth:.2f} times as much of the processor at {found[-1].schools} schools as at "
            f"{found[0].schools}, with {times:.0f} times as many sessions.",
            f"{found[0].schools} schools: {found[0].seconds:.1f} s, {within} the budget of {BUDGET:.0f} s.",
        ],
    )


HEADS = [
    *("schools", "sessions", "drafts shown, s", "laid out, s", "both, s", "processor, s", "ms a session"),
    *("run shown, s", "undone, s", "queries shown", "queries laid out", "term plan", "school page"),
]


def row(one: Measured) -> list[object]:
    seconds = (
        one.shown,
        one.laid_out,
        one.seconds,
        one.processor,
        one.milliseconds_a_session,
        one.run_page,
        one.undone,
    )
    queries = (one.queries_shown, one.queries_laid_out, one.term_plan, one.school_page)
    return [one.schools, one.sessions, *seconds, *queries]
