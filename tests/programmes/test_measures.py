"""What is refused about a measure, who may write it, and when its follow-up is reminded of."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from programmes import reminders
from programmes.actions.measures import MeasureEntry, add_measure, change_measure, follow_up
from programmes.actions.sent_once import ChangedMeanwhile
from programmes.models import FollowUp, Measure, SituationFinding
from programmes.policies import partners_of
from tests.at_once import each_in_a_thread, reached_by_threads
from tests.conftest import NOW
from tests.content import the_reference_content
from tests.mailing import Postbox, links_in
from tests.partners import START, measure, with_partners

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
DAY = dt.timedelta(days=1)


@pytest.fixture
def town(centre: SimpleNamespace, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    the_reference_content()
    with time_machine.travel(NOW, tick=False):
        yield with_partners(centre)


def entry(town: SimpleNamespace, **said) -> MeasureEntry:
    return MeasureEntry(**({"title": "Ljusare väg", "starts_on": START, "owners": [town.homes]} | said))


def add(town: SimpleNamespace, by=None, key: uuid.UUID | None = None, **said) -> Measure:
    return add_measure(entry=entry(town, **said), key=key or uuid.uuid4(), by=by or town.lena, now=NOW)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "Om 811218-9876"}, "title"),
        ({"owners": []}, "owners"),
        ({"ends_on": START - DAY}, "ends_on"),
        ({"next_follow_up": START - DAY}, "next_follow_up"),
        ({"status": "stopped"}, "stop_reason"),
        ({"status": "stopped", "stop_reason": "  "}, "stop_reason"),
        ({"status": "sovande"}, "status"),
    ],
)
def test_a_measure_that_can_not_be_is_refused_at_its_field(town: SimpleNamespace, said: dict, field: str):
    before = Measure.objects.count()
    with pytest.raises(ValidationError) as refused:
        add(town, **said)
    assert field in refused.value.error_dict
    assert Measure.objects.count() == before


@pytest.mark.parametrize(
    "said",
    [{"ends_on": START - DAY}, {"next_follow_up": START - DAY}, {"status": "stopped", "stop_reason": ""}],
)
def test_the_database_keeps_the_rules_too(town: SimpleNamespace, said: dict):
    with pytest.raises(IntegrityError), transaction.atomic():
        Measure.objects.filter(pk=town.own.pk).update(**said)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"on": START - DAY}, "on"),
        ({"on": TODAY + DAY}, "on"),
        ({"note": ""}, "note"),
        ({"next_follow_up": TODAY}, "next_follow_up"),
        ({"status": "stopped", "next_follow_up": None}, "stop_reason"),
    ],
)
def test_a_follow_up_that_can_not_be_is_refused_and_nothing_changes(town: SimpleNamespace, said: dict, field: str):
    with pytest.raises(ValidationError) as refused:
        look_at(town, **said)
    assert field in refused.value.error_dict
    town.own.refresh_from_db()
    assert (town.own.status, town.own.version, FollowUp.objects.count()) == ("going_on", 1, 0)


def look_at(town: SimpleNamespace, **said) -> FollowUp:
    usual = {"on": TODAY, "note": "Ljusare.", "status": "going_on", "next_follow_up": TODAY + 90 * DAY}
    usual |= {"key": uuid.uuid4(), "version": town.own.version}
    return follow_up(measure=town.own, **(usual | said), by=town.lena, now=NOW)


def test_a_follow_up_says_how_the_measure_stands_and_when_it_is_seen_to_next(town: SimpleNamespace):
    assert town.own.is_overdue(TODAY)
    look_at(town)
    town.own.refresh_from_db()
    assert not town.own.is_overdue(TODAY)
    assert town.own.next_follow_up == TODAY + 90 * DAY


def test_the_same_form_twice_counts_once_and_a_key_is_used_once(town: SimpleNamespace):
    key = uuid.uuid4()
    assert add(town, key=key) == add(town, key=key)
    with pytest.raises(ValidationError):
        add(town, key=key, title="Något annat")
    assert look_at(town, key=key) == look_at(town, key=key)
    assert FollowUp.objects.count() == 1


def test_of_two_who_change_at_once_the_second_is_told(town: SimpleNamespace):
    said = {"measure": town.own, "version": 1, "now": NOW}
    change_measure(**said, entry=entry(town, title="Först"), by=town.lena)
    with pytest.raises(ChangedMeanwhile), transaction.atomic():
        change_measure(**said, entry=entry(town, title="Sedan"), by=town.samira)
    town.own.refresh_from_db()
    assert (town.own.title, town.own.version) == ("Först", 2)


@pytest.mark.django_db(transaction=True)
def test_the_same_form_in_two_hands_at_once_makes_one_measure(town: SimpleNamespace, tmp_path: Path):
    key = uuid.uuid4()
    with reached_by_threads(tmp_path):
        made = each_in_a_thread(*[lambda: add(town, key=key).pk for _hand in range(2)])
    assert isinstance(made[0], int)
    assert made[0] == made[1]


def test_a_representative_keeps_the_own_partner_and_takes_no_other_away(town: SimpleNamespace):
    with pytest.raises(ValidationError):
        add(town, owners=[town.police])
    together = measure(town, "Tillsammans", [town.homes, town.police], next_follow_up=None)
    change = {"measure": together, "version": 1, "now": NOW}
    for owners in ([town.homes], [town.police]):
        with pytest.raises(ValidationError):
            change_measure(**change, entry=entry(town, owners=owners), by=town.lena)
    change_measure(**change, entry=entry(town, owners=[town.police]), by=town.samira)


def test_the_role_ends_on_its_last_day(town: SimpleNamespace):
    town.lena.partner_memberships.update(ends_on=TODAY)
    for name in ("_held", "_partners"):
        town.lena.__dict__.pop(name, None)
    assert partners_of(town.lena, TODAY) == [town.homes]
    assert partners_of(town.lena, TODAY + DAY) == []


def test_anothers_measure_answers_as_one_that_does_not_exist(town: SimpleNamespace, signed_in):
    client = signed_in(town.lena)
    for name in ("measure-change", "measure-follow-up"):
        others = client.post(reverse(f"programmes:{name}", args=[town.others.uuid]), {"title": "Min"})
        nobodys = client.post(reverse(f"programmes:{name}", args=[uuid.uuid4()]), {"title": "Min"})
        assert others.status_code == nobodys.status_code == 404
    town.others.refresh_from_db()
    assert town.others.title == "Kamera vid torget"


def test_what_was_typed_stays_when_it_is_refused(town: SimpleNamespace, signed_in):
    said = {"key": uuid.uuid4(), "title": "Ljusare väg", "starts_on": "2026-09-10", "status": "planned"}
    said |= {"owners": [town.homes.pk], "next_follow_up": "2026-09-01"}
    page = signed_in(town.lena).post(reverse("programmes:measure-add"), said)
    text = page.content.decode()
    assert "Uppföljningen ligger före åtgärdens första dag." in text
    assert 'value="Ljusare väg"' in text
    assert 'value="2026-09-01"' in text


def as_sent(form) -> dict:
    """What a browser sends of a form as it was opened."""
    values = {name: form[name].value() for name in form.fields}
    return {
        name: [getattr(row, "pk", row) for row in value] if isinstance(value, list) else "" if value is None else value
        for name, value in values.items()
    }


def test_a_change_that_another_was_quicker_with_shows_both(town: SimpleNamespace, signed_in):
    client = signed_in(town.lena)
    address = reverse("programmes:measure-change", args=[town.own.uuid])
    said = as_sent(client.get(address).context["form"]) | {"title": "Min rubrik"}
    change_measure(measure=town.own, entry=entry(town, title="Samiras"), version=1, by=town.samira, now=NOW)
    page = client.post(address, said)
    assert page.status_code == 409
    text = page.content.decode()
    assert "Samira Test har ändrat detta sedan du öppnade det" in text
    assert "Samiras" in text
    assert 'value="Min rubrik"' in text
    sent_again = said | {"version": page.context["form"]["version"].value()}
    assert client.post(address, sent_again).status_code == 302
    assert Measure.objects.get(pk=town.own.pk).title == "Min rubrik"


def run(day: dt.date, postbox: Postbox, hour: int = 6) -> list:
    now = dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC)
    reminders.due(now)
    return postbox.send(now)


def test_the_owner_is_reminded_two_weeks_before_and_when_it_is_late_each_once(town: SimpleNamespace):
    postbox, day = Postbox(), dt.date(2026, 10, 20)
    town.others.delete()
    Measure.objects.filter(pk=town.own.pk).update(next_follow_up=day)
    assert run(day - 15 * DAY, postbox) == []
    assert run(day - 14 * DAY, postbox, hour=4) == []
    [first] = run(day - 14 * DAY, postbox)
    assert first.to == ["Lena Test <lena@vpc.example>"]
    assert "Trygghetsronder" in first.subject
    assert any(link.endswith(reverse("programmes:measure-follow-up", args=[town.own.uuid])) for link in links_in(first))
    for passed in range(-13, 1):
        assert run(day + passed * DAY, postbox) == []
    [late] = run(day + DAY, postbox)
    assert "sen" in late.subject
    assert run(day + 40 * DAY, postbox) == []


def test_a_partner_without_a_representative_is_reminded_through_the_coordinators(town: SimpleNamespace):
    [mail] = run(dt.date(2026, 11, 17), Postbox())[-1:]
    assert mail.to == ["Samira Test <samira@vpc.example>"]


def test_nobody_is_reminded_of_what_is_followed_up_stopped_or_moved(town: SimpleNamespace):
    postbox, day = Postbox(), dt.date(2026, 9, 15)
    Measure.objects.filter(pk=town.others.pk).delete()
    reminders.due(dt.datetime.combine(day - 3 * DAY, dt.time(6), tzinfo=dt.UTC))
    Measure.objects.filter(pk=town.own.pk).update(status="stopped", stop_reason="Nej.")
    assert postbox.send(NOW) == []
    assert run(day + 5 * DAY, postbox) == []


def test_a_finding_keeps_its_file_and_a_file_that_lies_is_refused(town: SimpleNamespace, signed_in):
    client = signed_in(town.samira)
    said = {"key": uuid.uuid4(), "found_on": "2026-09-10", "title": "Nytt", "text": ""}
    lying = ContentFile(b"MZ not a document", name="rapport.pdf")
    page = client.post(reverse("programmes:finding-add"), said | {"file": lying})
    assert "rapport" not in [finding.title for finding in SituationFinding.objects.all()]
    assert page.status_code == 200
    assert SituationFinding.objects.count() == 1
    true = ContentFile(b"%PDF-1.4\n%%EOF\n", name="rapport.pdf")
    client.post(reverse("programmes:finding-add"), said | {"file": true})
    made = SituationFinding.objects.get(title="Nytt")
    answer = signed_in(town.lena).get(reverse("programmes:finding-file", args=[made.uuid]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert "attachment" in answer["Content-Disposition"]


def test_the_report_is_the_same_as_page_pdf_and_workbook(town: SimpleNamespace, signed_in):
    Measure.objects.filter(pk=town.others.pk).update(title="=1+1")
    look_at(town, note="Ljusare vid två gångvägar.")
    client = signed_in(town.maria)
    page = client.get(reverse("programmes:follow-up-report")).content.decode()
    pdf = client.get(reverse("programmes:follow-up-report") + "?format=pdf").content
    text = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    for said in ("Mörka gångvägar", "Trygga hela vägen hem", "Trygghetsronder", "Ljusare vid två gångvägar."):
        assert said in page
        assert said in " ".join(text.split())
    book = load_workbook(io.BytesIO(client.get(reverse("programmes:follow-up-workbook")).content))
    assert book.sheetnames == ["Lägesbild", "Mål", "Åtgärder", "Uppföljningar"]
    titles = [row[0].value for row in book["Åtgärder"].iter_rows(min_row=2)]
    assert titles == ["Trygghetsronder", "'=1+1"]
    assert "f" not in {cell.data_type for row in book["Åtgärder"].iter_rows() for cell in row}
    assert [cell.value for cell in book["Uppföljningar"][2]][2] == "Ljusare vid två gångvägar."


def test_the_boards_group_by_area_and_by_partner(town: SimpleNamespace, signed_in):
    client = signed_in(town.maria)
    by_area = client.get(reverse("programmes:measure-list")).context["groups"]
    assert next((title, len(rows)) for title, rows in by_area) == ("Trygghetsskapande insatser", 2)
    by_partner = client.get(reverse("programmes:measure-list"), {"efter": "part"}).context["groups"]
    assert {title: len(rows) for title, rows in by_partner}["Lokalpolisområde Botkyrka"] == 1
    page = client.get(reverse("programmes:measure-list"), {"part": "lokalpolisomrade-botkyrka", "status": "done"})
    assert "Ingen åtgärd passar det du valde" in page.content.decode()


def test_the_boards_queries_do_not_grow_with_measures(town: SimpleNamespace, signed_in, django_assert_max_num_queries):
    for number in range(8):
        measure(town, f"Åtgärd {number}", [town.homes, town.police], next_follow_up=None)
    client = signed_in(town.lena)
    for name in ("cooperation", "measure-list", "follow-up-report"):
        with django_assert_max_num_queries(20):
            client.get(reverse(f"programmes:{name}"))
