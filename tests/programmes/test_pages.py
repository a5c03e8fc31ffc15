"""The pages about programmes and session topics, as the people at the schools see them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from programmes.actions import attach_material, describe_topic
from programmes.models import ContentSection, Programme, TopicPart
from tests.content import the_reference_content
from tests.programmes.conftest import PDF


def page(client, url_name: str, *args: str) -> str:
    answer = client.get(reverse(f"programmes:{url_name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def in_order(page: str, *texts: str) -> bool:
    places = [page.index(text) for text in texts]
    return places == sorted(places)


def test_anyone_signed_in_finds_the_programmes_in_the_menu(taget, elin, signed_in):
    listed = page(signed_in(elin), "programme-list")
    assert f'<a href="{reverse("programmes:programme-list")}" aria-current="page">Program</a>' in listed
    assert "TÅGET" in listed
    assert "För: Skolpersonal och elever" in listed


def test_the_list_keeps_programmes_and_trainings_apart(db, elin, signed_in):
    the_reference_content()
    listed = page(signed_in(elin), "programme-list")
    assert in_order(listed, "Program på skolorna", "TÅGET", "MVP", "Utbildningar", "ABC-föräldraträffar")
    assert "Pågår, 18 passämnen" in listed
    assert "Pågår, 11 passämnen" in listed
    assert "Under utveckling" in listed


def test_an_empty_portal_says_so(db, elin, signed_in):
    assert "Det finns inga program än" in page(signed_in(elin), "programme-list")


def test_a_programme_lists_its_topics_by_kind_in_order_with_months(db, elin, signed_in):
    the_reference_content()
    taget = page(signed_in(elin), "programme-detail", "taget")
    assert in_order(
        taget,
        "Baspass <span",
        "Normer och dess konsekvenser</a><span",
        "september",
        "Aktiva åskådare och förändring</a>",
        "december",
        "Våld i hemmet</a>",
        "april",
        "Tilläggspass <span",
        "Könsnormen</a>",
        "Att säga ifrån</a>",
        "TÅGET i praktiken",
    )


def test_a_programme_says_who_meets_it_in_which_years_at_which_level(db, elin, signed_in):
    the_reference_content()
    taget = page(signed_in(elin), "programme-detail", "taget")
    assert in_order(taget, "Vilka som möter det", "Elever F–5", "F-klass – åk 5, universell insats")
    assert "nivån är inte angiven" in page(signed_in(elin), "programme-detail", "oro-for-barn")
    assert "Ändra programmet" not in taget


def test_a_coordinator_says_that_a_training_runs_and_the_list_and_the_picture_say_so(db, samira, signed_in):
    the_reference_content()
    client = signed_in(samira)
    assert "Under utveckling" in page(client, "programme-detail", "taget-for-foraldrar")
    said = {"name": "TÅGET för föräldrar", "kind": "programme", "status": "running", "audience": "Alla föräldrar"}
    said["version"] = 1
    change = reverse("programmes:programme-change", args=["taget-for-foraldrar"])
    refused = client.post(change, said | {"name": ""})
    assert "Alla föräldrar" in refused.content.decode()
    assert client.post(change, said).status_code == 302
    assert "Under utveckling" not in page(client, "programme-detail", "taget-for-foraldrar")
    assert "För: Alla föräldrar" in page(client, "programme-list")
    [drawn] = [
        box
        for lane in client.get(reverse("programmes:whole")).context["picture"].lanes
        for box in lane.boxes
        if box.encounter.slug == "foraldrar-taget"
    ]
    assert drawn.css == "k-parent"


def test_the_library_has_each_evaluation_with_its_summary_link_and_file(db, samira, signed_in, client):
    the_reference_content()
    read = page(client, "evaluation-library")
    assert in_order(read, "Stockholms universitet (2021)", "Länsstyrelsen (2020)", "FoU Södertörn (2019)")
    assert in_order(read, "Länsstyrelsen (2020)", "inte skrivit någon sammanfattning", "Rapport 2020:24")
    assert "Läs mer på lansstyrelsen.se" in read
    file = SimpleUploadedFile("rapport.pdf", PDF)
    said = {"text": "FoU Södertörn (2019)", "body": "Enkäter *före* och efter.", "file": file, "version": 1}
    item = ["mvp-utvarderingar", "fou-sodertorn"]
    signed_in(samira).post(reverse("programmes:item-change", args=item), said)
    assert "Enkäter <em>före</em> och efter." in page(client, "evaluation-library")
    fetched = client.get(reverse("programmes:item-file", args=item))
    assert b"".join(fetched.streaming_content) == PDF


def test_an_area_that_is_renamed_is_called_so_on_the_measures_board_too(db, samira, signed_in):
    the_reference_content()
    client = signed_in(samira)
    area = reverse("programmes:item-change", args=["strategiska-omraden", "trygghetsskapande"])
    client.post(area, {"heading": "Trygghet i vardagen", "version": 1})
    problem = reverse("programmes:item-change", args=["politiska-plattformen", "problem-4"])
    client.post(problem, {"heading": "Problem 4:", "text": "Trygghet, trivsel och ro", "version": 1})
    form = page(client, "measure-add")
    assert "Trygghet i vardagen" in form
    assert "4. Trygghet, trivsel och ro" in form


def test_a_row_that_is_removed_takes_its_file_along(db, samira, signed_in, django_capture_on_commit_callbacks):
    the_reference_content()
    section = ContentSection.objects.get(slug="mvp-utvarderingar")
    item = section.items.get(slug="lansstyrelsen")
    item.file.save("rapport.pdf", ContentFile(PDF))
    remove = reverse("programmes:item-remove", args=[section.slug, item.slug])
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(samira).post(remove)
    assert not section.items.filter(slug=item.slug).exists()
    assert not item.file.storage.exists(item.file.name)


def test_a_programme_without_topics_says_whom_to_ask(db, elin, signed_in):
    Programme.objects.create(slug="ny", name="Nytt program", status="developing")
    empty = page(signed_in(elin), "programme-detail", "ny")
    assert "Under utveckling" in empty
    assert "Fråga centrets samordnare om Nytt program." in empty


def test_a_topic_shows_its_aim_month_parts_and_what_staff_prepare(written_topic, elin, signed_in):
    shown = page(signed_in(elin), "topic-detail", "vald-i-hemmet")
    assert "Eleverna har passet i april." in shown
    assert in_order(
        shown, "Alla vet vart de kan vända sig.", "Inledning", "Berättelsen", "Avslutning", "Läs stödlistan."
    )
    assert "Det finns ingen fil att ladda ner än." in shown


def test_a_topic_with_a_file_offers_it(written_topic, samira, elin, signed_in):
    attach_material(topic=written_topic, name="a.pdf", content=ContentFile(PDF), by=samira, now=timezone.now())
    shown = page(signed_in(elin), "topic-detail", "vald-i-hemmet")
    assert f'href="{reverse("programmes:topic-material", args=["vald-i-hemmet"])}"' in shown
    assert "En fil, PDF." in shown


def test_a_topic_that_nobody_has_written_about_says_that_it_can_be_planned_all_the_same(home_topic, elin, signed_in):
    shown = page(signed_in(elin), "topic-detail", "vald-i-hemmet")
    assert "Inget är skrivet om passet än" in shown
    assert "Skriv om passet" not in shown


def test_a_coordinator_is_led_from_an_empty_topic_to_where_it_is_written(home_topic, samira, signed_in):
    address = reverse("programmes:topic-change", args=[home_topic.slug])
    assert f'href="{address}">Skriv om passet' in page(signed_in(samira), "topic-detail", "vald-i-hemmet")


@pytest.mark.parametrize(
    ("url_name", "args"),
    [("programme-list", []), ("programme-detail", ["taget"]), ("topic-detail", ["vald-i-hemmet"])],
)
def test_one_has_to_sign_in_to_read(home_topic, client, url_name, args):
    answer = client.get(reverse(f"programmes:{url_name}", args=args))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("url_name", ["programme-detail", "topic-detail", "topic-material"])
def test_what_does_not_exist_answers_404(db, elin, signed_in, url_name):
    assert signed_in(elin).get(reverse(f"programmes:{url_name}", args=["finns-inte"])).status_code == 404


@pytest.mark.parametrize("slug", ["taget", "mvp"])
def test_the_pages_queries_do_not_grow_with_topics(db, elin, signed_in, slug, django_assert_max_num_queries):
    the_reference_content()
    client = signed_in(elin)
    with django_assert_max_num_queries(10):
        page(client, "programme-detail", slug)
    with django_assert_max_num_queries(6):
        page(client, "programme-list")


def test_describing_a_topic_again_keeps_the_rows_of_its_parts(written_topic, samira):
    former = [part.pk for part in written_topic.parts.all()]
    describe_topic(topic=written_topic, aim="", preparation="", parts=["Start", "Berättelsen"], by=samira)
    assert [(part.pk, part.title) for part in written_topic.parts.all()] == list(
        zip(former[:2], ["Start", "Berättelsen"], strict=True)
    )


def test_a_part_that_moves_is_still_itself_and_one_that_is_left_out_is_kept(written_topic, samira):
    """Logs point at them: a log that named a part must not come to name another."""
    former = {part.title: part.pk for part in written_topic.parts.all()}
    first, second, third = former
    for parts in (["Nytt först", first, second, third], [third, first], [first]):
        describe_topic(topic=written_topic, aim="", preparation="", parts=parts, by=samira)
        now = {part.title: part.pk for part in written_topic.parts.all()}
        assert list(now) == parts
        assert now.items() - {"Nytt först": now.get("Nytt först")}.items() <= former.items()
    assert set(TopicPart.objects.filter(topic=None, pk__in=former.values()).values_list("title", flat=True)) == {
        second,
        third,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"aim": "Ring 811218-9876"},
        {"preparation": "Ring 811218-9876"},
        {"parts": ["Ring 811218-9876"]},
        {"parts": [""]},
        {"parts": ["a" * 121]},
    ],
)
def test_a_topic_s_text_that_is_refused_leaves_the_former(written_topic, samira, wrong):
    with pytest.raises(ValidationError):
        describe_topic(
            **{"topic": written_topic, "aim": "Nytt", "preparation": "Nytt", "parts": [], "by": samira} | wrong
        )
    written_topic.refresh_from_db()
    assert written_topic.aim == "Alla vet vart de kan vända sig."
    assert written_topic.parts.count() == 3
