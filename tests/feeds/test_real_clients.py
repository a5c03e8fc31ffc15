"""Two feeds read by two calendars that people use: a session that is moved in the portal moves there."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import time_machine

from schools.actions.cancelling import cancel_session
from schools.actions.moves import move_session
from tests.conftest import NOW
from tests.feeds.conftest import day
from tests.schools.laid_out import session_of

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAMS = Path(sys.executable).parent
SECONDS = 60
KHAL = """
[calendars]
[[skolan]]
path = {home}/calendar
type = calendar
[locale]
local_timezone = Europe/Stockholm
default_timezone = Europe/Stockholm
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = skolan
[sqlite]
path = {home}/khal.db
"""
VDIRSYNCER = """
[general]
status_path = "{home}/status/"
[pair plan]
a = "portal"
b = "computer"
collections = null
[storage portal]
type = "http"
url = "{url}"
[storage computer]
type = "filesystem"
path = "{home}/calendar"
fileext = ".ics"
"""


class Computer:
    """Somebody's computer: a home of its own, where the calendars keep what they have read."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "calendar").mkdir()
        (home / "khal.conf").write_text(KHAL.format(home=home))

    def run(self, program: str, *args: str) -> str:
        env = {"HOME": str(self.home), "PATH": os.environ["PATH"], "TZ": "Europe/Stockholm", "LC_ALL": "C.UTF-8"}
        command = [str(PROGRAMS / program), *args]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def khal(self, *args: str) -> str:
        return self.run("khal", "-c", str(self.home / "khal.conf"), *args)

    def said_on(self, when: dt.date) -> str:
        """What khal shows on a day; a day without anything is not shown."""
        form = "{start-time}|{end-time}|{title}|{status}|{url}|{uid}"
        return self.khal("list", "--day-format", "", "--format", form, when.isoformat(), "1d")

    def files(self) -> set[str]:
        """What vdirsyncer has put down, each session in a file of its own, which it names by what stands in it."""
        return {file.read_text().replace("\n ", "") for file in (self.home / "calendar").glob("*.ics")}


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=True):
        yield


def test_khal_shows_a_persons_sessions_and_follows_one_that_is_moved(town, subscribe, live_server, computer):
    address = live_server.url + subscribe(town.elin)
    row, wednesday = session_of(town.plan, "1A", after=NOW.date()), day("2026-11-18")

    def fetch() -> None:
        file = computer.home / "feed.ics"
        file.write_bytes(urllib.request.urlopen(address, timeout=SECONDS).read())
        computer.khal("import", "--batch", str(file))

    fetch()
    friday, saturday = row.week_start + dt.timedelta(days=4), row.week_start + dt.timedelta(days=5)
    assert f"|1A: {row.topic.title}|" in computer.said_on(friday)
    assert str(row.uuid) not in computer.said_on(saturday)
    was = row.week_start
    time = {"start_time": dt.time(9, 10), "end_time": dt.time(10)}
    monday = wednesday - dt.timedelta(days=2)
    said = {"session": row, "version": row.version, "by": town.samira, "now": NOW}
    move_session(week_start=monday, date=wednesday, **time, **said)
    fetch()
    assert f"09:10|10:00|1A: {row.topic.title}|" in computer.said_on(wednesday)
    assert f"/pass/{row.uuid}/" in computer.said_on(wednesday)
    assert str(row.uuid) not in computer.said_on(was), "it stands once"


def test_vdirsyncer_keeps_a_schools_sessions_and_follows_one_that_is_moved(town, subscribe, live_server, computer):
    settings = computer.home / "vdirsyncer.conf"
    settings.write_text(VDIRSYNCER.format(home=computer.home, url=live_server.url + subscribe(town.elin, town.lindang)))

    def sync() -> set[str]:
        computer.run("vdirsyncer", "-c", str(settings), "sync")
        return computer.files()

    computer.run("vdirsyncer", "-c", str(settings), "discover")
    first = sync()
    assert len(first) == town.plan.sessions.count()
    row, lost = (session_of(town.plan, name, after=NOW.date()) for name in ("1A", "2A"))
    assert f"DTSTART;VALUE=DATE:{row.week_start:%Y%m%d}" in of(row, first)
    said = {"by": town.samira, "now": NOW}
    wednesday, time = day("2026-11-18"), {"start_time": dt.time(9, 10), "end_time": dt.time(10)}
    move_session(session=row, version=row.version, week_start=day("2026-11-16"), date=wednesday, **time, **said)
    cancel_session(session=lost, reason="no_room", version=lost.version, **said)
    later = sync()
    assert "DTSTART;TZID=Europe/Stockholm:20261118T091000" in of(row, later)
    assert f"SEQUENCE:{row.version}\n" in of(row, later) and "BEGIN:VTIMEZONE" in of(row, later)
    assert "STATUS:CANCELLED" in of(lost, later)
    assert len(later) == len(first) and len(later - first) == 2, "only what has changed is written again"
    assert f"09:10|10:00|1A: {row.topic.title}|" in computer.said_on(wednesday), "and a calendar beside it shows it"


def of(row: Any, files: set[str]) -> str:
    """The one file about a session."""
    [text] = [text for text in files if f"/pass/{row.uuid}/" in text]
    return text
