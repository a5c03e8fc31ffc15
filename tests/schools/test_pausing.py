"""The reminders to a school are paused until a day: what waits, what goes all the same, and how it ends."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from outbox.models import Message, State
from schools.actions.moves import move_session
from schools.actions.pausing import pause_reminders, resume_reminders
from schools.mailing.telling import about, said_of
from sessions_log.reminders import due
from tests.conftest import AUTUMN_DAY, NOW
from tests.mailing import Postbox
from tests.schools.laid_out import lay_out, text_of

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
UNTIL = dt.date(2026, 9, 25)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def paused(centre: SimpleNamespace) -> SimpleNamespace:
    centre.plan = lay_out(centre, centre.lindang)
    pause_reminders(school=centre.lindang, last_day=UNTIL, why="Skolan flyttar.", by=centre.samira, now=NOW)
    centre.box = Postbox()
    return centre


def to_school(centre: SimpleNamespace) -> list:
    return [mail for mail in centre.box.send(NOW) if "elin@" in mail.to[0] or "jonas@" in mail.to[0]]


def test_reminders_wait_and_say_why(paused):
    due(NOW)
    assert to_school(paused) == []
    waits = Message.objects.filter(state=State.QUEUED)
    assert {one.why for one in waits} == {
        "Inga påminnelser till Lindängsskolan till och med fre\u00a025\u00a0sep: Skolan flyttar."
    }
    assert {one.not_before for one in waits} == {dt.datetime(2026, 9, 26, 5, tzinfo=dt.UTC)}


def test_it_ends_by_itself_and_what_is_still_wanted_comes(paused):
    due(NOW)
    paused.box.send(NOW)
    monday = dt.datetime(2026, 9, 28, 5, tzinfo=dt.UTC)
    # The day after the pause is a Saturday.
    assert paused.box.send(dt.datetime(2026, 9, 26, 5, tzinfo=dt.UTC)) == []
    assert paused.box.send(monday)
    assert not Message.objects.waiting().exists()


def test_changes_are_told_all_the_same(paused):
    session = paused.plan.sessions.filter(week_start__gt=UNTIL).earliest("week_start", "pk")
    told = Message.objects.create(
        kind="term-plan", user=paused.elin, address=paused.elin.email, not_before=NOW, made_at=NOW, state=State.SENT
    )
    told.told.create(user=paused.elin, about=about(session), said=said_of(session))
    said = {"version": session.version, "by": paused.samira, "now": NOW}
    move_session(session=session, week_start=session.week_start + 7 * DAY, **said)
    assert ["Ny tid" in mail.subject for mail in paused.box.send(NOW + dt.timedelta(minutes=6))] == [True]


def test_ended_early_what_waited_goes_at_once(paused):
    due(NOW)
    paused.box.send(NOW)
    resume_reminders(school=paused.lindang, by=paused.samira, now=NOW)
    assert to_school(paused)


@pytest.mark.parametrize(
    ("last_day", "why", "field"),
    [
        (AUTUMN_DAY - DAY, "Flytt", "last_day"),
        (AUTUMN_DAY + 400 * DAY, "Flytt", "last_day"),
        (UNTIL, " ", "why"),
    ],
)
def test_what_is_refused(centre, last_day, why, field):
    with pytest.raises(ValidationError) as refused:
        pause_reminders(school=centre.lindang, last_day=last_day, why=why, by=centre.samira, now=NOW)
    assert field in refused.value.message_dict


def test_the_page_pauses_shows_it_to_all_and_begins_again(centre, signed_in):
    address = reverse("schools:school-pause", args=[centre.lindang.slug])
    page = signed_in(centre.samira).post(address, {"last_day": "2026-09-25", "why": "Skolan flyttar."}, follow=True)
    notice = "Påminnelserna är pausade till och med fre 25 sep. Skolan flyttar."
    assert notice in text_of(page)
    assert "Påminn igen nu" in text_of(page)
    shown = text_of(signed_in(centre.elin).get(centre.lindang.get_absolute_url()))
    assert notice in shown
    assert "Påminn igen nu" not in shown
    signed_in(centre.samira).post(reverse("schools:school-resume", args=[centre.lindang.slug]))
    assert "pausade" not in text_of(signed_in(centre.elin).get(centre.lindang.get_absolute_url()))


def test_a_personal_number_is_refused_beside_the_field(centre, signed_in):
    address = reverse("schools:school-pause", args=[centre.lindang.slug])
    page = signed_in(centre.samira).post(address, {"last_day": "2026-09-25", "why": "Se 121212-1212"})
    assert page.status_code == 200
    centre.lindang.refresh_from_db()
    assert centre.lindang.reminders_paused_until is None
    assert page.context["form"].errors["why"]
    assert page.content.decode().count("Det här är inte sparat") == 1
