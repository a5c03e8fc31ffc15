"""Occasions: what is refused, who is told of what, which links hold, and what a calendar gets."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from email.message import Message as MimePart
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from accounts.actions import close_account, make_account
from accounts.models import CentreRole
from outbox.models import Message, State
from schools.actions.occasions import (
    Guest,
    OccasionRefused,
    StaleOccasion,
    answer_invitation,
    cancel_occasion,
    change_occasion,
    invite,
    log_attendance,
    plan_occasion,
    take_back,
)
from schools.actions.people import add_person, end_membership, give_membership
from schools.mailing.invitations import make_token
from schools.models import (
    Occasion,
    OccasionAttendance,
    OccasionInvitation,
    OccasionKind,
    Organisation,
    SchoolMembership,
)
from schools.trainings import who_is_trained
from tests.conftest import NOW
from tests.mailing import Postbox, links_in
from tests.schools.laid_out import lay_out
from tests.statements import writes

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
LATER = NOW + dt.timedelta(minutes=6)
POLICE = Guest("Pia Polis", "pia@polisen.example", "police")
BILLION = 10**9


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def planned(centre: SimpleNamespace, **said: Any) -> Occasion:
    """A key persons' training at Lindängsskolan in three weeks, unless something else is said."""
    usual: dict[str, Any] = {
        "key": uuid.uuid4(),
        "kind": OccasionKind.KEY_PERSONS_TRAINING,
        "title": "MVP för nyckelpersoner",
        "school": centre.lindang,
        "date": dt.date(2026, 10, 8),
        "start_time": dt.time(9),
        "end_time": dt.time(12),
        "place": "Biblioteket",
        "by": centre.samira,
        "now": NOW,
    }
    return plan_occasion(**usual | said)


def changed(occasion: Occasion, centre: SimpleNamespace, **said: Any) -> Occasion:
    names = ("version", "title", "date", "start_time", "end_time", "place", "text")
    now = {name: getattr(occasion, name) for name in names}
    return change_occasion(occasion=occasion, by=centre.samira, now=NOW, **now | said)


def elin_at(centre: SimpleNamespace):
    return centre.lindang.people.get(user=centre.elin)


def invited(centre: SimpleNamespace, occasion: Occasion, *guests: Guest, elin: bool = True):
    people = [elin_at(centre)] if elin else []
    return invite(occasion=occasion, people=people, guests=guests, by=centre.samira, now=NOW)


def event_in(mail: EmailMessage):
    [part] = [part for part in mail.attachments if isinstance(part, MimePart)]
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    [event] = calendar.walk("VEVENT")
    return calendar, event


def fresh(occasion: Occasion) -> Occasion:
    return Occasion.objects.with_names().get(pk=occasion.pk)


# Planning.


def form_for(centre: SimpleNamespace, **said: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "kind": "abc",
        "school": centre.lindang.pk,
        "date": "2026-10-08",
        "start_time": "18:00",
        "end_time": "19:30",
    } | said


def test_the_same_form_sent_twice_plans_once(centre: SimpleNamespace, signed_in):
    client, said = signed_in(centre.samira), form_for(centre)
    for _time in range(2):
        client.post(reverse("schools:occasion-add"), said)
    client.post(reverse("schools:occasion-add"), said | {"date": "2026-10-09"})
    assert [one.date for one in Occasion.objects.all()] == [dt.date(2026, 10, 8)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "fest"),
        ("date", "2026-02-30"),
        ("date", "9999-12-31"),
        ("date", ""),
        ("end_time", "17:00"),
        ("end_time", "18:00"),
        ("end_time", "25:00"),
        ("start_time", ""),
        ("title", "Till 900101-1234"),
        ("title", "x" * 121),
        ("place", "Hos 900101-1234"),
        ("text", "Om 900101-1234"),
        ("text", "x" * 2001),
        ("school", "0"),
        ("school", "99999999999999999999"),
        ("key", "inte en nyckel"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(field: str, value: str, centre: SimpleNamespace, signed_in):
    page = signed_in(centre.samira).post(reverse("schools:occasion-add"), form_for(centre, **{field: value}))
    assert field in page.context["form"].errors
    assert not Occasion.objects.exists()


def test_a_form_that_was_sent_with_other_content_can_be_saved_as_another(centre: SimpleNamespace, signed_in):
    client, said = signed_in(centre.samira), form_for(centre)
    client.post(reverse("schools:occasion-add"), said)
    other = said | {"date": "2026-10-15"}
    refused = client.post(reverse("schools:occasion-add"), other)
    assert "redan skickats med annat innehåll" in refused.content.decode()
    assert refused.context["form"]["date"].value() == "2026-10-15"
    client.post(reverse("schools:occasion-add"), other | {"key": refused.context["form"]["key"].value()})
    assert sorted(Occasion.objects.values_list("date", flat=True)) == [dt.date(2026, 10, 8), dt.date(2026, 10, 15)]


def test_a_schools_coordinator_plans_for_the_own_school_only(centre: SimpleNamespace, signed_in):
    client = signed_in(centre.jonas)
    for school in (centre.ekbacka.pk, ""):
        page = client.post(reverse("schools:occasion-add"), form_for(centre, school=school))
        assert "school" in page.context["form"].errors
    client.post(reverse("schools:occasion-add"), form_for(centre))
    assert Occasion.objects.get().school == centre.lindang
    assert client.get(reverse("schools:occasion-add"), {"skola": "ekbackaskolan"}).status_code == 404


def test_someone_elses_occasion_is_not_there(centre: SimpleNamespace, signed_in):
    other = planned(centre, school=centre.ekbacka)
    for_all = planned(centre, school=None)
    client = signed_in(centre.jonas)
    for name in ("detail", "change", "invite", "cancel", "attendance", "answer"):
        for occasion in (other, for_all):
            assert client.get(reverse(f"schools:occasion-{name}", args=[occasion.uuid])).status_code == 404, name
    assert other.title not in client.get(reverse("schools:occasion-list")).content.decode()
    for wrong in ({"skola": "ekbackaskolan"}, {"skola": "finns-inte"}, {"sort": "fest"}):
        assert client.get(reverse("schools:occasion-list"), wrong).status_code == 404


def test_an_invited_school_reads_what_is_for_the_whole_centre_but_not_about_others(centre: SimpleNamespace, signed_in):
    occasion = planned(centre, school=None, date=TODAY)
    invited(centre, occasion, POLICE)
    counts = {(Organisation.SCHOOL, centre.lindang): 3, (Organisation.SCHOOL, centre.ekbacka): 4}
    log_attendance(occasion=occasion, version=1, held=True, counts=counts, by=centre.samira, now=NOW)
    page = signed_in(centre.elin).get(occasion.get_absolute_url())
    assert [str(one) for one in page.context["invitations"]] == ["Elin Test"]
    [row] = page.context["attendance"]
    assert (row["count"], [one.school for one in row["schools"]]) == (7, [centre.lindang])
    assert "Ekbacka" not in page.content.decode()
    assert signed_in(centre.jonas).get(reverse("schools:occasion-attendance", args=[occasion.uuid])).status_code == 403


def test_the_list_tells_coming_waiting_and_earlier_apart(centre: SimpleNamespace, signed_in):
    coming = planned(centre)
    waiting = planned(centre, date=TODAY - dt.timedelta(days=3))
    cancelled = planned(centre, kind="abc", date=TODAY + dt.timedelta(days=1))
    cancel_occasion(occasion=cancelled, version=1, reason="no_room", by=centre.samira, now=NOW)
    page = signed_in(centre.jonas).get(reverse("schools:occasion-list"))
    told = [[row["occasion"] for row in page.context[name]] for name in ("coming", "waiting", "earlier")]
    assert told == [[coming], [waiting], [cancelled]]
    page = signed_in(centre.maria).get(reverse("schools:occasion-list"), {"sort": "abc", "skola": "lindangsskolan"})
    assert [row["occasion"] for row in page.context["earlier"]] == [cancelled]
    assert page.context["coming"] == []


def test_each_part_of_the_list_has_its_own_pages(centre: SimpleNamespace, signed_in):
    for days in range(1, 22):
        planned(centre, date=TODAY - dt.timedelta(days=days))
        planned(centre, date=TODAY + dt.timedelta(days=days))
    client = signed_in(centre.jonas)
    first = client.get(reverse("schools:occasion-list"))
    assert (len(first.context["coming"]), len(first.context["waiting"])) == (20, 20)
    assert 'href="?kommande=2#h-kommande"' in first.content.decode()
    second = client.get(reverse("schools:occasion-list"), {"kommande": "2"})
    [row] = second.context["coming"]
    assert row["occasion"].date == TODAY + dt.timedelta(days=21)
    assert len(second.context["waiting"]) == 20
    assert 'href="?kommande=2&amp;saknar=2#h-saknar"' in second.content.decode()


def test_the_schools_page_shows_what_waits_and_comes(centre: SimpleNamespace, signed_in):
    occasion = planned(centre)
    page = signed_in(centre.elin).get(centre.lindang.get_absolute_url())
    assert occasion.get_absolute_url() in page.content.decode()
    assert page.context["may_plan_occasions"] is False


# Two at once, and what no longer can be changed.


def test_the_second_of_two_sees_that_it_has_changed(centre: SimpleNamespace, signed_in):
    occasion = planned(centre)
    address = reverse("schools:occasion-change", args=[occasion.uuid])
    said = {"version": 1, "title": "Från den ena", "date": "2026-10-08"}
    assert signed_in(centre.samira).post(address, said).status_code == 302
    page = signed_in(centre.jonas).post(address, said | {"title": "Från den andra"})
    assert page.status_code == 409
    assert page.context["form"]["title"].value() == "Från den andra"
    assert fresh(occasion).title == "Från den ena"
    version = page.context["form"]["version"].value()
    assert signed_in(centre.jonas).post(address, said | {"title": "Igen", "version": version}).status_code == 302


def test_cancelled_twice_it_is_cancelled_once(centre: SimpleNamespace):
    occasion = planned(centre)
    said = {"occasion": occasion, "version": 1, "by": centre.samira, "now": NOW}
    cancel_occasion(reason="no_room", **said)
    with pytest.raises(StaleOccasion):
        cancel_occasion(reason="too_few", **said)
    assert fresh(occasion).cancel_reason == "no_room"


def test_a_cancelled_occasion_is_not_changed_invited_to_or_logged(centre: SimpleNamespace, signed_in):
    occasion = planned(centre, date=TODAY)
    cancel_occasion(occasion=occasion, version=1, reason="other", by=centre.samira, now=NOW)
    client = signed_in(centre.samira)
    for name in ("change", "invite", "cancel", "attendance"):
        address = reverse(f"schools:occasion-{name}", args=[occasion.uuid])
        assert client.get(address).status_code == client.post(address).status_code == 302
    with pytest.raises(OccasionRefused):
        invited(centre, occasion)


def test_the_database_keeps_the_rules(centre: SimpleNamespace):
    occasion = planned(centre)
    wrong = [
        lambda: Occasion.objects.filter(pk=occasion.pk).update(end_time=dt.time(8)),
        lambda: Occasion.objects.filter(pk=occasion.pk).update(start_time=None),
        lambda: Occasion.objects.filter(pk=occasion.pk).update(held=True, cancelled_at=NOW, cancel_reason="other"),
        lambda: Occasion.objects.filter(pk=occasion.pk).update(cancelled_at=NOW),
        lambda: OccasionAttendance.objects.create(occasion=occasion, organisation="police", count=BILLION),
        lambda: OccasionInvitation.objects.create(occasion=occasion, organisation="police"),
    ]
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


# Attendance.


@pytest.mark.parametrize("count", ["-1", str(BILLION), "2001", "1.5", "tio", "1e9"])
def test_counts_that_cannot_be_are_refused(count: str, centre: SimpleNamespace, signed_in):
    occasion = planned(centre, date=TODAY)
    address = reverse("schools:occasion-attendance", args=[occasion.uuid])
    page = signed_in(centre.jonas).post(address, {"version": 1, "held": "yes", "n-police": count})
    assert "n-police" in page.context["form"].errors
    assert fresh(occasion).held is None


def test_held_without_anybody_or_before_the_day_is_refused(centre: SimpleNamespace):
    occasion, ahead = planned(centre, date=TODAY), planned(centre)
    said = {"version": 1, "held": True, "by": centre.samira, "now": NOW}
    with pytest.raises(ValidationError):
        log_attendance(occasion=occasion, counts={(Organisation.POLICE, None): 0}, **said)
    with pytest.raises(OccasionRefused):
        log_attendance(occasion=ahead, counts={(Organisation.POLICE, None): 2}, **said)


def test_parents_are_counted_at_an_abc_meeting_and_the_count_can_be_mended(centre: SimpleNamespace, signed_in):
    occasion = planned(centre, kind="abc", date=TODAY)
    client, field = signed_in(centre.jonas), f"n-parents-{centre.lindang.pk}"
    address = reverse("schools:occasion-attendance", args=[occasion.uuid])
    assert [one.name for one in client.get(address).context["form"].plain] == [field]
    client.post(address, {"version": 1, "held": "yes", field: "21", "note": ""})
    assert client.post(address, {"version": 1, "held": "yes", field: "5", "note": ""}).status_code == 409
    client.post(address, {"version": 2, "held": "yes", field: "12", "note": ""})
    assert [row.count for row in occasion.attendance.all()] == [12]
    client.post(address, {"version": 3, "held": "no", field: "12", "note": "Ingen kom."})
    assert (fresh(occasion).held, occasion.attendance.count()) == (False, 0)


def test_attendance_refuses_personal_numbers(centre: SimpleNamespace, signed_in):
    occasion = planned(centre, date=TODAY)
    address = reverse("schools:occasion-attendance", args=[occasion.uuid])
    said = {"version": 1, "held": "yes", "n-police": "2", "note": "Även 900101-1234"}
    assert "note" in signed_in(centre.samira).post(address, said).context["form"].errors


def test_a_training_counts_for_the_schools_whose_people_were_there(centre: SimpleNamespace):
    occasion = planned(centre, kind="concern", school=None, date=TODAY)
    assert lacking(centre) == ["Ekbackaskolan", "Lindängsskolan"]
    counts = {(Organisation.SCHOOL, centre.ekbacka): 6, (Organisation.POLICE, None): 2}
    log_attendance(occasion=occasion, version=1, held=True, counts=counts, by=centre.samira, now=NOW)
    assert lacking(centre) == ["Lindängsskolan"]
    ahead = planned(centre, kind="concern", school=None)
    invited(centre, ahead)
    rows = who_is_trained([centre.ekbacka, centre.lindang], TODAY)
    assert [row.school for row in rows] == [centre.lindang, centre.ekbacka]
    [cell] = [cell for cell in rows[0].cells if cell.is_gap]
    assert (cell.kind, cell.planned) == ("concern", ahead.date)


def lacking(centre: SimpleNamespace) -> list[str]:
    return sorted(str(row.school) for row in who_is_trained([centre.ekbacka, centre.lindang], TODAY) if row.gaps)


def test_what_lacks_attendance_stands_before_what_comes(centre: SimpleNamespace, signed_in):
    planned(centre, kind="abc", date=TODAY - dt.timedelta(weeks=1))
    planned(centre)
    page = signed_in(centre.samira).get(reverse("schools:occasion-list")).content.decode()
    assert 0 < page.index("h-saknar") < page.index("h-kommande")


# Inviting.


def test_invited_twice_there_is_one_invitation_and_one_mail(centre: SimpleNamespace):
    occasion = planned(centre)
    invited(centre, occasion, POLICE, Guest("", "ELIN@vpc.example", "other"))
    assert invited(centre, occasion, POLICE) == []
    assert sorted(mail.to[0] for mail in Postbox().send(NOW)) == ["Elin Test <elin@vpc.example>", "pia@polisen.example"]
    assert occasion.invitations.count() == 2


def guest_rows(*rows: dict[str, str]) -> dict[str, str]:
    said = {"gast-TOTAL_FORMS": str(len(rows)), "gast-INITIAL_FORMS": "0"}
    return said | {f"gast-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


@pytest.mark.parametrize(
    "row",
    [
        {"email": "inte en adress", "organisation": "police"},
        {"email": "", "name": "Utan adress", "organisation": "police"},
        {"email": "a@b.example", "name": "900101-1234", "organisation": "police"},
        {"email": "a@b.example", "organisation": "pupil_mentors"},
    ],
)
def test_rows_that_cannot_be_are_refused(row: dict[str, str], centre: SimpleNamespace, signed_in):
    occasion = planned(centre)
    address = reverse("schools:occasion-invite", args=[occasion.uuid])
    said = {"people": [elin_at(centre).pk], **guest_rows(row)}
    assert signed_in(centre.samira).post(address, said).context["guests"].total_error_count() == 1
    assert not occasion.invitations.exists()


def test_a_row_with_only_an_organisation_is_nobody(centre: SimpleNamespace, signed_in):
    occasion = planned(centre)
    address = reverse("schools:occasion-invite", args=[occasion.uuid])
    said = {"people": [elin_at(centre).pk], **guest_rows({"email": "", "name": "", "organisation": "police"})}
    assert signed_in(centre.samira).post(address, said).status_code == 302
    assert [str(one) for one in occasion.invitations.all()] == ["Elin Test"]


def test_inviting_nobody_is_told_in_the_form(centre: SimpleNamespace, signed_in):
    occasion = planned(centre)
    page = signed_in(centre.samira).post(reverse("schools:occasion-invite", args=[occasion.uuid]), guest_rows())
    assert "Kryssa för någon, eller skriv en e-postadress." in page.content.decode()
    assert not occasion.invitations.exists()


def test_who_has_the_address_of_a_shut_account_is_no_choice_and_as_a_guest_gets_the_mail(centre, signed_in):
    shut = make_account(email="nils@skola.example", full_name="Nils Ny", by=centre.adam)
    close_account(user=shut, today=TODAY, by=centre.adam)
    person = add_person(school=centre.lindang, name="Nils Ny", email="nils@skola.example", by=centre.samira)
    give_membership(person=person, role="contact", starts_on=TODAY, by=centre.samira)
    occasion = planned(centre)
    address = reverse("schools:occasion-invite", args=[occasion.uuid])
    client = signed_in(centre.samira)
    assert "people" in client.post(address, {"people": [person.pk], **guest_rows()}).context["form"].errors
    client.post(address, guest_rows({"email": "nils@skola.example", "name": "Nils", "organisation": "other"}))
    assert [mail.to for mail in Postbox().send(NOW)] == [["nils@skola.example"]]


def test_a_schools_coordinator_cannot_invite_another_schools_people(centre: SimpleNamespace, signed_in):
    person = centre.ekbacka.people.create(name="Petra", email="petra@vpc.example")
    start = dt.date(2025, 8, 1)
    SchoolMembership.objects.create(person=person, role="contact", starts_on=start)
    occasion = planned(centre)
    address = reverse("schools:occasion-invite", args=[occasion.uuid])
    page = signed_in(centre.jonas).post(address, {"people": [person.pk], **guest_rows()})
    assert "people" in page.context["form"].errors


def test_a_guest_answers_by_a_link_of_their_own(centre: SimpleNamespace, signed_in):
    occasion = planned(centre)
    [invitation] = invited(centre, occasion, POLICE, elin=False)
    [mail] = Postbox().send(NOW)
    [link] = [found for found in links_in(mail) if found.startswith("/inbjudan/")]
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(link).status_code == 200
    assert writes(queries) == []
    for said in (
        {"answer": "yes", "coming": "-1"},
        {"answer": "yes", "coming": str(BILLION)},
        {"answer": "kanske"},
        {},
    ):
        assert Client().post(link, said).context["form"].errors
    for _time in range(2):
        Client().post(link, {"answer": "yes", "coming": "3"})
    invitation.refresh_from_db()
    assert (invitation.answer, invitation.coming) == (True, 3)
    Client().post(link, {"answer": "no", "coming": "3"})
    invitation.refresh_from_db()
    assert (invitation.answer, invitation.coming) == (False, None)
    assert signed_in(centre.samira).get(occasion.get_absolute_url()).context["coming"] == 0


def test_a_guests_link_stops_when_tampered_with_taken_back_or_too_old(centre: SimpleNamespace):
    occasion = planned(centre)
    [invitation] = invited(centre, occasion, POLICE, elin=False)
    token = make_token(invitation)

    def status(token: str) -> int:
        address = reverse("schools:invitation", args=[token])
        codes = {Client().get(address).status_code, Client().post(address, {"answer": "yes"}).status_code}
        assert len(codes) == 1
        return codes.pop()

    assert status(token[:-1] + ("a" if token[-1] != "a" else "b")) == 404
    assert status("skrap") == 404
    with time_machine.travel(NOW + dt.timedelta(days=22), tick=False):
        assert status(token) == 410
    take_back(invitation=invitation, by=centre.samira, now=NOW)
    assert status(token) == 410
    # Invited anew, the old link stays dead.
    invited(centre, occasion, POLICE, elin=False)
    assert status(token) == 410
    invitation.refresh_from_db()
    assert Client().get(reverse("schools:invitation", args=[make_token(invitation)])).status_code == 200


def test_somebody_elses_invitation_does_not_open_by_ones_own_link(centre: SimpleNamespace):
    occasion = planned(centre)
    people = [elin_at(centre), centre.lindang.people.get(user=centre.jonas)]
    invite(occasion=occasion, people=people, guests=[], by=centre.samira, now=NOW)
    mails = {mail.to[0]: mail for mail in Postbox().send(NOW)}
    [link] = [one for one in links_in(mails["Elin Test <elin@vpc.example>"]) if "/tillfalle/" in one]
    mine = occasion.invitations.get(person__user=centre.elin)
    theirs = occasion.invitations.get(person__user=centre.jonas)
    assert Client().get(link).status_code == 200
    assert Client().get(link.replace(str(mine.uuid), str(theirs.uuid))).status_code == 404


def test_when_the_day_has_passed_nothing_is_answered(centre: SimpleNamespace):
    occasion = planned(centre, date=TODAY)
    [invitation] = invited(centre, occasion, POLICE, elin=False)
    with pytest.raises(OccasionRefused):
        answer_invitation(invitation=invitation, yes=True, by=None, now=NOW + dt.timedelta(days=1))


def test_signed_in_the_invited_answers_on_the_occasions_page(centre: SimpleNamespace, signed_in):
    occasion = planned(centre)
    invited(centre, occasion)
    address = reverse("schools:occasion-answer", args=[occasion.uuid])
    assert signed_in(centre.jonas).get(address).status_code == 403
    signed_in(centre.elin).post(address, {"answer": "yes", "coming": ""})
    assert occasion.invitations.get().coming == 1


def test_whose_role_has_ended_gets_no_invitation(centre: SimpleNamespace):
    occasion = planned(centre)
    invited(centre, occasion)
    role = SchoolMembership.objects.get(person__user=centre.elin)
    end_membership(membership=role, last_day=TODAY - dt.timedelta(days=1), by=centre.samira)
    assert Postbox().send(NOW) == []
    assert Message.objects.get().state == State.SKIPPED


# Told of changes.


def test_a_move_is_told_once_with_the_old_time_and_the_new(centre: SimpleNamespace):
    occasion = planned(centre)
    [invitation, _guest] = invited(centre, occasion, POLICE)
    postbox = Postbox()
    _calendar, first = event_in(postbox.send(NOW)[0])
    answer_invitation(invitation=invitation, yes=True, coming=2, by=centre.elin, now=NOW)
    moved = changed(occasion, centre, date=dt.date(2026, 10, 9))
    changed(fresh(moved), centre, date=dt.date(2026, 10, 12), start_time=dt.time(10))
    assert postbox.send(NOW) == []
    mails = postbox.send(LATER)
    assert sorted(mail.to[0] for mail in mails) == ["Elin Test <elin@vpc.example>", "pia@polisen.example"]
    text = mails[0].body.replace("\u00a0", " ")
    assert "tors 8 okt" in text or "to 8 okt" in text
    assert "12 okt" in text and "9 okt" not in text
    calendar, event = event_in(mails[0])
    assert calendar["method"] == "REQUEST"
    assert event["uid"] == first["uid"]
    assert event["sequence"] > first["sequence"]
    assert event["dtstart"].dt.isoformat() == "2026-10-12T10:00:00+02:00"


def test_an_answer_from_before_the_move_says_so(centre: SimpleNamespace):
    occasion = planned(centre)
    [invitation] = invited(centre, occasion)
    answer_invitation(invitation=invitation, yes=True, by=centre.elin, now=NOW - dt.timedelta(hours=1))
    changed(occasion, centre, date=dt.date(2026, 10, 9))
    assert occasion.invitations.with_names().get().is_about_earlier_time


def test_moved_there_and_back_nothing_is_told(centre: SimpleNamespace):
    occasion = planned(centre)
    invited(centre, occasion)
    postbox = Postbox()
    postbox.send(NOW)
    moved = changed(occasion, centre, place="Aulan")
    changed(fresh(moved), centre, place="Biblioteket")
    changed(fresh(moved), centre, title="Ett annat namn")
    assert postbox.send(LATER) == []


def test_who_has_not_got_the_invitation_gets_it_as_it_stands(centre: SimpleNamespace):
    occasion = planned(centre)
    invited(centre, occasion)
    changed(occasion, centre, place="Aulan")
    [mail] = Postbox().send(LATER)
    assert "Aulan" in mail.body


def test_a_cancellation_takes_it_out_of_the_calendar(centre: SimpleNamespace):
    occasion = planned(centre)
    [invitation] = invited(centre, occasion, POLICE, elin=False)
    postbox = Postbox()
    postbox.send(NOW)
    cancel_occasion(
        occasion=occasion, version=1, reason="leader_absent", note="Vi hör av oss.", by=centre.samira, now=NOW
    )
    [mail] = postbox.send(LATER)
    assert "Vi hör av oss." in mail.body
    calendar, event = event_in(mail)
    assert (calendar["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 2)
    page = Client().get(reverse("schools:invitation", args=[make_token(invitation)]))
    assert page.context["may_answer"] is False


def test_the_centre_is_the_organiser_whoever_is_its_coordinator(centre: SimpleNamespace, settings):
    occasion = planned(centre)
    invited(centre, occasion, POLICE, elin=False)
    postbox = Postbox()
    [invitation] = postbox.send(NOW)
    CentreRole.objects.filter(role=CentreRole.Role.COORDINATOR).delete()
    cancel_occasion(occasion=occasion, version=1, reason="no_room", by=centre.samira, now=NOW)
    [cancellation] = postbox.send(LATER)
    for mail in (invitation, cancellation):
        _calendar, event = event_in(mail)
        organiser = event["organizer"]
        assert (organiser, organiser.params["CN"]) == (f"mailto:{settings.MAIL_ADDRESS}", settings.CENTRE_NAME)


def test_a_school_that_closes_cancels_what_it_has_ahead_and_tells_those_invited(centre: SimpleNamespace, signed_in):
    last_day = dt.date(2026, 10, 7)
    after, until = planned(centre), planned(centre, date=last_day)
    elsewhere = planned(centre, school=centre.ekbacka)
    invited(centre, after, POLICE)
    postbox = Postbox()
    postbox.send(NOW)
    client, said = signed_in(centre.samira), {"last_day": last_day.isoformat()}
    address = reverse("schools:school-close", args=[centre.lindang.slug])
    assert "1 tillfälle på skolan efter den dagen ställs in." in client.post(address, said).content.decode()
    client.post(address, said | {"seen": last_day.isoformat()})
    assert [fresh(one).cancelled_at is not None for one in (after, until, elsewhere)] == [True, False, False]
    mails = postbox.send(LATER)
    assert len(mails) == 2
    assert all(any(who in to for mail in mails for to in mail.to) for who in (centre.elin.email, POLICE.email))
    assert all("Skolan deltar inte längre i arbetet." in mail.body for mail in mails)


def test_who_is_no_longer_invited_is_told(centre: SimpleNamespace):
    occasion = planned(centre)
    [invitation] = invited(centre, occasion)
    postbox = Postbox()
    postbox.send(NOW)
    take_back(invitation=invitation, by=centre.samira, now=NOW)
    [mail] = postbox.send(LATER)
    assert event_in(mail)[0]["method"] == "CANCEL"


def test_the_calendar_file_knows_the_clocks_change_and_whole_days(centre: SimpleNamespace):
    occasion = planned(centre, date=dt.date(2026, 10, 26))
    invited(centre, occasion)
    calendar, event = event_in(Postbox().send(NOW)[0])
    [zone] = calendar.walk("VTIMEZONE")
    assert zone["tzid"] == event["dtstart"].params["TZID"] == "Europe/Stockholm"
    assert event["dtstart"].dt.isoformat() == "2026-10-26T09:00:00+01:00"
    whole_day = planned(centre, start_time=None, end_time=None)
    invited(centre, whole_day)
    _calendar, event = event_in(Postbox().send(NOW)[0])
    assert (event["dtstart"].dt, event["dtend"].dt) == (dt.date(2026, 10, 8), dt.date(2026, 10, 9))


def test_what_is_kept_of_the_mail_names_the_file_and_holds_no_link(centre: SimpleNamespace):
    occasion = planned(centre)
    invited(centre, occasion)
    Postbox().send(NOW)
    kept = Message.objects.get().letter
    assert kept["attachments"] == ["tillfalle.ics"]
    assert "/lank/" not in str(kept)


def test_what_most_schools_lack_is_the_first_column_where_a_phone_shows_it(centre, signed_in):
    lay_out(centre, centre.lindang)
    html = signed_in(centre.maria).get(reverse("schools:occasion-untrained")).content.decode()
    first, cell = re.search(r'<th scope="col">Skola</th><th scope="col">([^<]+)', html), re.search(r"<td[^>]*>", html)
    assert first and first[1].startswith("Oro för barn")
    assert cell and "is-gap" in cell[0]
