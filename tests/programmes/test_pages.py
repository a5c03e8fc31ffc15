"""The pages about programmes and session topics, as the people at the schools see them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from programmes import reference
from programmes.actions import attach_material, describe_topic
from programmes.models import Programme
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
    reference.load()
    listed = page(signed_in(elin), "programme-list")
    assert in_order(listed, "Program på skolorna", "TÅGET", "MVP", "Utbildningar", "ABC-föräldraträffar")
    assert "Pågår, 18 passämnen" in listed
    assert "Pågår, 11 passämnen" in listed
    assert "Under utveckling" in listed


def test_an_empty_portal_says_so(db, elin, signed_in):
    assert "Det finns inga program än" in page(signed_in(elin), "programme-list")


def test_a_programme_lists_its_topics_by_kind_in_order_with_months(db, elin, signed_in):
    reference.load()
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
    reference.load()
    client = signed_in(elin)
    with django_assert_max_num_queries(9):
        page(client, "programme-detail", slug)
    with django_assert_max_num_queries(6):
        page(client, "programme-list")


def test_describing_a_topic_again_keeps_the_rows_of_its_parts(written_topic, samira):
    former = [part.pk for part in written_topic.parts.all()]
    describe_topic(topic=written_topic, aim="", preparation="", parts=["Start", "Berättelsen"], by=samira)
    assert [(part.pk, part.title) for part in written_topic.parts.all()] == list(
        zip(former[:2], ["Start", "Berättelsen"], strict=True)
    )


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
