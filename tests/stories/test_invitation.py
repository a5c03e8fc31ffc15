"""A training in MVP from the plan to the count: invited by mail, answered by its link, and no longer lacking."""

from __future__ import annotations

import datetime as dt
import uuid
from email.message import Message as MimePart
from types import SimpleNamespace

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from programmes.models import Programme
from schools.actions.plans import join, open_programme_year
from schools.models import Occasion, OccasionKind
from schools.trainings import who_is_trained
from tests.conftest import NOW
from tests.content import the_reference_content
from tests.mailing import Postbox, links_in

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 10, 5)
EVENING = dt.datetime(2026, 10, 5, 16, 0, tzinfo=dt.UTC)
TRAINING = OccasionKind.MENTORS_TRAINING


def test_a_training_is_planned_answered_by_mail_and_counted(centre: SimpleNamespace, signed_in):
    with time_machine.travel(NOW, tick=False):
        the_school_takes_part_in_mvp(centre)
        assert lacking(centre, NOW.date()) == ["Ekbackaskolan: 1", "Lindängsskolan: 3"]
        training = the_coordinator_plans_the_training(centre, signed_in)
        mail = the_contact_person_is_invited(training, centre, signed_in)
        the_mail_puts_it_in_the_calendar(mail, training)
        she_answers_from_the_mail_without_a_password(mail, training)
        the_coordinator_sees_how_many_come(training, centre, signed_in)
    with time_machine.travel(EVENING, tick=False):
        the_coordinator_says_how_many_came(training, centre, signed_in)
        assert lacking(centre, DAY) == ["Ekbackaskolan: 1", "Lindängsskolan: 2"]


def the_school_takes_part_in_mvp(centre: SimpleNamespace) -> None:
    the_reference_content()
    mvp = open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)
    join(school=centre.lindang, programme_year=mvp, by=centre.samira)


def lacking(centre: SimpleNamespace, today: dt.date) -> list[str]:
    rows = who_is_trained([centre.ekbacka, centre.lindang], today)
    return sorted(f"{row.school}: {row.gaps}" for row in rows)


def the_coordinator_plans_the_training(centre: SimpleNamespace, signed_in) -> Occasion:
    said = {
        "key": str(uuid.uuid4()),
        "kind": TRAINING,
        "title": "Utbildning för nya elevmentorer",
        "school": centre.lindang.pk,
        "date": "2026-10-05",
        "start_time": "13:00",
        "end_time": "16:00",
        "place": "Aulan",
    }
    page = signed_in(centre.samira).post(reverse("schools:occasion-add"), said, follow=True)
    assert "Utbildning för nya elevmentorer" in page.content.decode()
    return Occasion.objects.get()


def the_contact_person_is_invited(training: Occasion, centre: SimpleNamespace, signed_in) -> EmailMessage:
    elin = centre.lindang.people.get(user=centre.elin)
    rows = {"gast-TOTAL_FORMS": "0", "gast-INITIAL_FORMS": "0"}
    signed_in(centre.samira).post(
        reverse("schools:occasion-invite", args=[training.uuid]), {"people": [elin.pk], **rows}
    )
    [mail] = Postbox().send(NOW)
    assert mail.to == ["Elin Test <elin@vpc.example>"]
    assert "Utbildning för nya elevmentorer" in mail.subject
    assert "13.00–16.00" in mail.body
    return mail


def the_mail_puts_it_in_the_calendar(mail: EmailMessage, training: Occasion) -> None:
    [part] = [part for part in mail.attachments if isinstance(part, MimePart)]
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "REQUEST"
    [event] = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    assert event["uid"] == f"{training.uuid}@vpc.example"
    assert event["dtstart"].dt.isoformat() == "2026-10-05T13:00:00+02:00"


def she_answers_from_the_mail_without_a_password(mail: EmailMessage, training: Occasion) -> None:
    link = next(found for found in links_in(mail) if "/tillfalle/" in found)
    client = Client()
    page = client.get(link)
    assert "Utbildning för nya elevmentorer" in page.content.decode()
    assert training.invitations.get().answer is None
    client.post(link, {"answer": "yes", "coming": "14"})
    assert "_auth_user_id" not in client.session


def the_coordinator_sees_how_many_come(training: Occasion, centre: SimpleNamespace, signed_in) -> None:
    page = signed_in(centre.samira).get(training.get_absolute_url())
    [answered] = page.context["invitations"]
    assert (str(answered), answered.answer, answered.coming) == ("Elin Test", True, 14)
    assert page.context["coming"] == 14


def the_coordinator_says_how_many_came(training: Occasion, centre: SimpleNamespace, signed_in) -> None:
    client = signed_in(centre.samira)
    address = reverse("schools:occasion-attendance", args=[training.uuid])
    school = centre.lindang.pk
    version = client.get(address).context["form"]["version"].value()
    client.post(
        address,
        {"version": version, "held": "yes", f"n-pupil_mentors-{school}": "13", f"n-school-{school}": "2", "note": ""},
    )
    page = client.get(training.get_absolute_url())
    assert [row["count"] for row in page.context["attendance"]] == [2, 13]
