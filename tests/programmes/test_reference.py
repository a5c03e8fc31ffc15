"""The reference content is loaded again and again without harm, and never over what someone has written."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.forms import model_to_dict
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from programmes import reference
from programmes.models import ContentItem, ContentSection, LoadedField, Programme, SessionTopic
from programmes.reference.loading import digest

FILE = """
programmes:
  - {slug: taget, name: TÅGET, kind: programme, status: running, position: 1, summary: "%s"}
topics:
  - {slug: mobbning, programme: taget, kind: extra, number: 1, title: Mobbning}
sections:
  - slug: principer
    title: Principer
    position: 1
    programme: taget
    items:
      - {slug: anknytning, heading: Anknytning}
      - {slug: ledarskap, heading: Ledarskap}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, FILE % "Mot våld")
    return tmp_path


def write(folder: Path, text: str, name: str = "subject.yaml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def everything() -> dict[type, list[dict]]:
    models = [Programme, SessionTopic, ContentSection, ContentItem, LoadedField]
    return {model: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.django_db
def test_the_portals_own_files_load_twice_without_a_change():
    first = reference.load()
    loaded = everything()
    second = reference.load()
    assert len(first.created) > 150
    assert (second.created, second.updated, second.kept) == ([], [], [])
    assert everything() == loaded


@pytest.mark.django_db
def test_an_edited_field_is_kept_even_when_the_file_changes(folder):
    reference.load(folder)
    Programme.objects.update(summary="Skriven av centret")
    write(folder, FILE % "En ny text")
    report = reference.load(folder)
    assert Programme.objects.get().summary == "Skriven av centret"
    assert report.kept == ["programmes taget.summary"]
    assert report.updated == []


@pytest.mark.django_db
def test_a_field_that_nobody_edited_follows_the_file_and_its_digest_too(folder):
    reference.load(folder)
    write(folder, FILE % "En ny text")
    report = reference.load(folder)
    assert report.updated == ["programmes taget.summary"]
    assert Programme.objects.get().summary == "En ny text"
    assert LoadedField.objects.get(key="taget", field="summary").digest == digest("En ny text")


@pytest.mark.django_db
def test_a_form_that_is_open_while_files_are_loaded_does_not_write_over_them(folder, samira, signed_in):
    reference.load(folder)
    reference.load(folder)
    taget = Programme.objects.get()
    client, address = signed_in(samira), reverse("programmes:programme-change", args=["taget"])
    said = model_to_dict(taget, ["name", "kind", "status", "audience", "summary"])
    opened = said | {"version": client.get(address).context["form"]["version"].value()}
    assert opened["version"] == 1, "what is loaded without a change is the same"
    write(folder, FILE % "En ny text")
    reference.load(folder)

    assert client.post(address, opened).status_code == 409
    assert Programme.objects.get().summary == "En ny text"


@pytest.mark.django_db
def test_a_field_edited_back_to_what_the_file_says_follows_the_file_again(folder):
    reference.load(folder)
    Programme.objects.update(summary="En ny text")
    write(folder, FILE % "En ny text")
    reference.load(folder)
    write(folder, FILE % "En tredje text")
    reference.load(folder)
    assert Programme.objects.get().summary == "En tredje text"


@pytest.mark.django_db
def test_line_endings_from_a_browser_are_no_edit(folder):
    write(folder, FILE % r"Rad ett\nRad två")
    reference.load(folder)
    Programme.objects.update(summary="Rad ett\r\nRad två")
    write(folder, FILE % "En ny text")
    assert reference.load(folder).kept == []
    assert Programme.objects.get().summary == "En ny text"


@pytest.mark.django_db
def test_a_field_that_the_file_gives_for_the_first_time_is_filled_if_it_is_empty(folder):
    reference.load(folder)
    write(folder, (FILE % "Mot våld").replace("title: Mobbning", "title: Mobbning, aim: Ett syfte"))
    assert reference.load(folder).updated == ["topics mobbning.aim"]
    assert SessionTopic.objects.get().aim == "Ett syfte"


@pytest.mark.django_db
def test_an_aim_that_someone_wrote_before_the_file_had_one_is_kept(folder):
    reference.load(folder)
    SessionTopic.objects.update(aim="Centrets syfte")
    write(folder, (FILE % "Mot våld").replace("title: Mobbning", "title: Mobbning, aim: Ett syfte"))
    assert reference.load(folder).kept == ["topics mobbning.aim"]
    assert SessionTopic.objects.get().aim == "Centrets syfte"


@pytest.mark.django_db
def test_a_row_that_someone_removed_does_not_come_back(folder):
    reference.load(folder)
    ContentSection.objects.all().delete()
    report = reference.load(folder)
    assert not ContentSection.objects.exists()
    assert report.created == []
    assert "sections principer" in report.kept


@pytest.mark.django_db
def test_a_new_row_in_a_section_that_someone_removed_is_left_out(folder):
    reference.load(folder)
    ContentSection.objects.all().delete()
    write(folder, FILE % "Mot våld" + "      - {slug: ny, heading: Ny}\n")
    assert "items principer/ny" in reference.load(folder).kept


@pytest.mark.django_db
def test_a_row_taken_out_of_the_files_stays_in_the_portal(folder):
    reference.load(folder)
    write(folder, (FILE % "Mot våld").replace("      - {slug: ledarskap, heading: Ledarskap}\n", ""))
    reference.load(folder)
    assert ContentItem.objects.filter(slug="ledarskap").exists()


@pytest.mark.django_db
def test_a_new_row_takes_its_place_in_order(folder):
    reference.load(folder)
    new = "      - {slug: ny, heading: Ny}\n      - {slug: ledarskap"
    write(folder, (FILE % "Mot våld").replace("      - {slug: ledarskap", new))
    reference.load(folder)
    assert [item.slug for item in ContentItem.objects.all()] == ["anknytning", "ny", "ledarskap"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("title: Mobbning", "titel: Mobbning", "”titel” är inte känt"),
        (", title: Mobbning", "", "”title” saknas"),
        ("kind: extra", "kind: base", "ett baspass behöver sin månad"),
        ("kind: extra", "kind: extra, month: 13", "month:"),
        ("kind: extra", "kind: extra, month: september", "month:"),
        ("kind: extra", "kind: annat", "kind:"),
        ("slug: mobbning", "slug: Mobbning i skolan", "slug:"),
        ("slug: mobbning, ", "", "slug:"),
        ("topics:", "ämnen:", "”ämnen” är inte känt"),
        ("    programme: taget", "    programme: tåget", "”tåget” är inte känt"),
        ("    programme: taget", "    programme: [taget]", "är inte känt"),
        ("slug: ledarskap", "slug: anknytning", "”principer/anknytning” finns två gånger"),
        ("{slug: anknytning, heading: Anknytning}", "1", "här ska det stå fält med namn"),
        ("  - {slug: mobbning", "    {slug: mobbning", "här ska det stå en lista"),
        ("name: TÅGET", "name: [", "går inte att läsa"),
    ],
)
def test_a_broken_file_says_what_is_wrong_and_changes_nothing(folder, right, wrong, said):
    text = FILE % "En ny text"
    reference.load(folder)
    before = everything()
    assert right in text
    write(folder, text.replace(right, wrong, 1))
    with pytest.raises(reference.BrokenReference) as refused:
        reference.load(folder)
    assert said in str(refused.value)
    assert "subject.yaml" in str(refused.value)
    assert everything() == before


@pytest.mark.django_db
def test_all_errors_are_told_at_once(folder):
    write(folder, "partners: 7", "another.yaml")
    write(folder, (FILE % "x").replace("title: Mobbning", "titel: Mobbning"))
    with pytest.raises(reference.BrokenReference) as refused:
        reference.load(folder)
    assert len(refused.value.errors) == 3


@pytest.mark.django_db
def test_a_number_that_the_administrator_has_given_away_stops_the_loading_whole(folder):
    programme = Programme.objects.create(slug="taget", name="TÅGET", summary="Vår egen")
    SessionTopic.objects.create(programme=programme, slug="eget", kind="extra", number=1, title="Eget ämne")
    with pytest.raises(reference.BrokenReference, match="upptaget"):
        reference.load(folder)
    assert not ContentSection.objects.exists()
    assert not LoadedField.objects.exists()


@pytest.mark.django_db
def test_the_command_says_in_a_line_what_it_did(capsys):
    call_command("load_reference")
    SessionTopic.objects.filter(slug="mobbning").update(title="Mobbning och kränkningar")
    call_command("load_reference", verbosity=2)
    first, second, kept = capsys.readouterr().out.splitlines()
    assert first.startswith("Referensinnehåll: nya rader ")
    assert second == "Referensinnehåll: nya rader 0, uppdaterade fält 0, behållna ändringar 1."
    assert kept.strip() == "topics mobbning.title"


@pytest.mark.django_db
def test_the_command_ends_with_the_error_of_a_broken_file(folder, monkeypatch):
    write(folder, "7")
    monkeypatch.setattr(reference, "load", lambda: reference.loading.load(folder))
    with pytest.raises(CommandError, match=r"subject\.yaml"):
        call_command("load_reference")


class EditsSurvive(TestCase):
    """Whatever is edited, and however often the files are loaded."""

    @classmethod
    def setUpTestData(cls) -> None:
        reference.load()

    @settings(max_examples=20, deadline=None)
    @given(
        st.dictionaries(
            st.sampled_from(["mobbning", "konsnormen", "vald-i-hemmet", "mvp-pass-3"]),
            st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=100),
        )
    )
    def test_edited_titles_stay_and_the_rest_is_as_in_the_files(self, edits: dict[str, str]) -> None:
        titles = dict(SessionTopic.objects.values_list("slug", "title"))
        for slug, title in edits.items():
            SessionTopic.objects.filter(slug=slug).update(title=title)
        reference.load()
        reference.load()
        assert dict(SessionTopic.objects.values_list("slug", "title")) == titles | edits
