"""Laying out many plans in portions, so that progress can be shown, and the work goes on where it stopped.

The request that starts a run does the first portion, and a worker the rest. Where no worker runs, whoever looks at the
page does a portion at a time.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Mapping
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

from accounts.models import User
from outbox.bell import AT_ONCE_OR_NOT
from schools.actions.laying_out import LaidOut, StaleDraft, lay_out
from schools.models import PlanRun, PlanRunSchool, ProgrammeYear, School

State = PlanRunSchool.State
log = logging.getLogger(__name__)
# Schools in a portion, which takes a few seconds.
PORTION = 40
DIGEST = re.compile("[0-9a-f]{64}")


@transaction.atomic
def start_run(
    *, rules: ProgrammeYear, digests: Mapping[School, str], from_day: dt.date, by: User, now: dt.datetime
) -> PlanRun:
    """Start a run for some schools, each with the digest of its draft. Nothing is laid out yet.

    What no draft has as its digest is kept as none, which no draft has either.
    """
    run = PlanRun.objects.create(programme_year=rules, from_day=from_day, by=by, at=now)
    PlanRunSchool.objects.bulk_create(
        PlanRunSchool(run=run, school=school, digest=digest if DIGEST.fullmatch(digest) else "")
        for school, digest in digests.items()
    )
    return run


@transaction.atomic
def lay_out_portion(*, run: PlanRun, now: dt.datetime) -> int:
    """Lay out the next portion of a run's schools, if any are left; gives how many are left after it."""
    # Of two who work on the same run, the second waits here, and then takes the next portion.
    run = PlanRun.objects.select_for_update().get(pk=run.pk)
    waiting = run.schools.filter(state=State.WAITING)
    portion = list(waiting.select_related("school").order_by("school__name")[:PORTION])
    if portion:
        laid_out = _lay_out(run, {one.school: one.digest for one in portion}, now)
        run.schools.filter(school__in=laid_out.done).update(state=State.DONE)
        run.schools.filter(school__in=laid_out.changed).update(state=State.CHANGED)
        run.worked_at = now
        run.save(update_fields=["worked_at"])
    return waiting.count()


def _lay_out(run: PlanRun, digests: Mapping[School, str], now: dt.datetime) -> LaidOut:
    said: dict[str, Any] = {
        "rules": ProgrammeYear.objects.select_related("programme", "year").get(pk=run.programme_year_id),
        "from_day": run.from_day,
        "by": run.by,
        "now": now,
        "batch": run.uuid,
    }
    try:
        return lay_out(digests=digests, **said)
    except StaleDraft:
        # Somebody is changing a session at one of the schools right now: that school needs a new draft.
        done = [school for school, digest in digests.items() if _one(school, digest, said)]
        return LaidOut(tuple(done), tuple(school for school in digests if school not in done))


def _one(school: School, digest: str, said: Mapping[str, Any]) -> bool:
    try:
        return bool(lay_out(digests={school: digest}, **said).done)
    except StaleDraft:
        return False


def ask_worker(run: PlanRun) -> None:
    """Ask a worker to do the rest. Never raises: without a worker the run waits for somebody to look at its page."""
    if not settings.BELL:
        return
    from schools.tasks import lay_out_plans

    try:
        with current_app.connection_for_write(transport_options=AT_ONCE_OR_NOT) as connection:
            options: dict[str, Any] = {"connection": connection, "retry": False}
            lay_out_plans.apply_async((run.pk,), **options)
    except Exception as failure:  # a broker can fail in any of its client's ways
        log.warning("The broker was not reached; the plans wait. %s", failure)
