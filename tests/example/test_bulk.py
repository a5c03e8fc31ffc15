"""Data made in bulk is as whole as what people make: every constraint holds, and nothing contradicts itself."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from schools.models import Group, PlannedSession, School
from sessions_log.models import SessionLog
from vpc_portal.bulk import making

SMALL = making.Size(schools=3, districts=2, years=2)
TODAY = dt.date(2026, 11, 26)


@pytest.mark.django_db(transaction=True)
def test_years_of_schools_are_made_with_a_seed_on_postgresql_only(monkeypatch):
    monkeypatch.setitem(making.SIZES, "municipality", SMALL)
    call_command("load_reference", stdout=StringIO())
    if connection.vendor != "postgresql":
        with pytest.raises(CommandError, match="PostgreSQL"):
            call_command("bulk_data", "municipality", stdout=StringIO())
        return
    call_command("bulk_data", "municipality", today=TODAY, stdout=StringIO())
    connection.check_constraints()
    groups = making.CLASSES + 1
    assert (School.objects.count(), Group.objects.count()) == (3, 2 * 3 * groups)
    assert PlannedSession.objects.count() == 2 * 3 * groups * 8
    assert SessionLog.objects.filter(held=False).exists()
    assert not PlannedSession.objects.filter(week_start__gt=TODAY).exclude(outcome=None).exists()
    call_command("verify", stdout=StringIO())
    # New rows get keys after those that were written.
    Group.objects.create(
        school=School.objects.first(),
        year_id=Group.objects.first().year_id,
        kind="class",
        name="X",
        grade=1,
        starts_on=TODAY,
    )
    with pytest.raises(CommandError, match="already"):
        call_command("bulk_data", "municipality", stdout=StringIO())
