"""The mails' texts: changed by the administrator, checked, shown on something real, and put back."""

from __future__ import annotations

import html
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from outbox import kinds, texts
from outbox.actions import save_texts
from outbox.kinds import all_kinds
from outbox.models import Message, TextVersion, Told
from outbox.texts import Part, Placeholder, fill, kinds_with_texts, text_set
from outbox.trials import samples_of, written_on
from tests.conftest import NOW
from tests.mailing import Postbox
from tests.town import in_full_work, with_answers

pytestmark = pytest.mark.django_db

APPROACHING = "session-approaching"
GREETING = "Hälsningar från oss på centret"


@pytest.fixture
def planned(centre: SimpleNamespace) -> SimpleNamespace:
    return with_answers(in_full_work(centre))


@pytest.fixture
def admin(planned: SimpleNamespace, signed_in) -> Client:
    return signed_in(planned.adam)


def page(kind: str) -> str:
    return reverse("outbox:text-change", args=[kind])


def trying(kind: str) -> str:
    return reverse("outbox:text-try", args=[kind])


def said(kind: str, *, based_on: int = 0, **changed: str) -> dict[str, Any]:
    """The form as it is sent: every part with its standard, but for what is changed."""
    standard = {part.name: part.standard_text for part in text_set(kind).parts}
    return standard | changed | {"based_on": based_on}


def words(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_a_saved_text_is_what_the_next_mail_says_and_its_history_tells_who(planned, admin: Client):
    answer = admin.post(page("role-handed-over"), said("role-handed-over", closing=GREETING), follow=True)
    assert "Sparat." in words(answer)
    assert "Adam" in words(answer)
    version = TextVersion.objects.get()
    assert (version.kind, version.number, version.by, version.texts) == (
        "role-handed-over",
        1,
        planned.adam,
        {"closing": GREETING},
    )
    [sample, *_] = samples_of(text_set("role-handed-over"), NOW)
    message = sample.write()
    [mail] = Postbox().send(NOW)
    assert GREETING in mail.body
    assert GREETING in mail.alternatives[0][0]
    assert message.user is not None


@pytest.mark.parametrize(
    ("part", "text", "fault"),
    [
        ("subject", "Nästa pass", "{ämne} saknas. Mejlet klarar sig inte utan."),
        ("subject", "{ämne} {skolla}", "{skolla} finns inte här. Menar du {skola}?"),
        ("subject", "{ämne} {0.__class__}", "{0.__class__} finns inte här."),
        ("subject", "{ämne} {{skola}", "En klammer står ensam."),
        ("subject", "{ämne}\nen rad till", "Skriv det på en rad."),
        ("subject", "{ämne}" + "x" * 200, "Använd högst 150."),
        ("opening", "  ", "Texten får inte vara tom."),
        ("opening", "{veckor} 850101-1234", "personnumret"),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field_and_stays_as_it_was_typed(
    admin: Client, part: str, text: str, fault: str
):
    answer = admin.post(page(APPROACHING), said(APPROACHING, **{part: text}))
    form = answer.context["form"]
    assert any(fault in error for error in form.errors[part]), form.errors
    assert set(form.errors) == {part}
    assert text.splitlines()[0] in words(answer) if text.strip() else True
    assert not TextVersion.objects.exists()


def test_a_text_does_nothing_but_put_words_in_and_is_safe_in_html(planned, admin: Client):
    evil = "<script>alert(1)</script> {% now 'Y' %} %(topic)s {veckor}"
    answer = admin.post(trying(APPROACHING), said(APPROACHING, opening=evil) | {"do": "show"})
    assert answer.context["form"].errors["opening"]
    fine = "<script>alert(1)</script> %(topic)s {veckor}"
    answer = admin.post(trying(APPROACHING), said(APPROACHING, opening=fine) | {"do": "mail"})
    assert "<script>" not in answer.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; %(topic)s v." in answer.content.decode()


HELD = (Placeholder("a", "skola", ""), Placeholder("b", "ämne", ""))


@given(value=st.text(max_size=40))
def test_a_value_is_never_read_as_a_text(value: str):
    part = Part("p", "", "", HELD)
    filled = fill(part, "1 {skola} 2", {"a": f"{{ämne}}{value}", "b": "FEL"})
    assert "FEL" not in filled or "FEL" in value
    assert len(filled.splitlines()) == 1


def test_it_is_shown_on_a_real_session_in_both_shapes_and_nothing_is_kept_of_it(planned, admin: Client):
    before = (Message.objects.count(), Told.objects.count())
    answer = admin.post(
        trying("plan-changed"), said("plan-changed", opening="Så här blir det på {skola}.") | {"do": "show"}
    )
    trial = answer.context["trial"]
    assert trial.fault == ""
    assert "Så här blir det på Lindängsskolan." in trial.text.replace("Ekbackaskolan", "Lindängsskolan")
    assert "Så här blir det på" in trial.html
    assert "→" in trial.text
    assert (Message.objects.count(), Told.objects.count()) == before
    assert not TextVersion.objects.exists()


def test_the_mail_itself_opens_on_a_page_that_may_do_nothing(admin: Client):
    answer = admin.post(trying(APPROACHING), said(APPROACHING) | {"do": "mail"})
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "/lank/" not in answer.content.decode()


def test_a_test_mail_comes_to_oneself_without_the_recipients_links(planned, admin: Client):
    for _press in range(2):
        answer = admin.post(trying(APPROACHING), said(APPROACHING, second="Ses!") | {"do": "send"})
        assert f"Ett provmejl är på väg till {planned.adam.email}." in words(answer)
    [mail] = Postbox().send(NOW)
    assert mail.subject.startswith("Prov: ")
    assert planned.adam.email in mail.to[0]
    assert "Ses!" in mail.body
    assert "/lank/" not in mail.body + mail.alternatives[0][0]
    assert not Told.objects.filter(user=planned.adam).exists()


def test_back_to_the_standard_text_is_a_version_too(planned, admin: Client):
    admin.post(page(APPROACHING), said(APPROACHING, second="Hej"))
    shown = admin.get(page(APPROACHING), {"version": "0"})
    standard = text_set(APPROACHING).part("second").standard_text
    assert shown.context["form"]["second"].value() == standard
    admin.post(page(APPROACHING), said(APPROACHING, based_on=1))
    latest = texts.latest_version(APPROACHING)
    assert latest is not None
    assert (latest.number, latest.texts) == (2, {})
    assert admin.get(page(APPROACHING), {"version": "1"}).context["form"]["second"].value() == "Hej"


def test_of_two_who_save_on_the_same_version_one_has_to_look_first(planned, admin: Client):
    admin.post(page(APPROACHING), said(APPROACHING, second="Första"))
    answer = admin.post(page(APPROACHING), said(APPROACHING, second="Andra"))
    assert "Någon annan har sparat texterna under tiden." in words(answer)
    assert "Andra" in words(answer)
    assert TextVersion.objects.count() == 1
    assert admin.post(page(APPROACHING), said(APPROACHING, based_on=1, second="Första"), follow=True)
    assert TextVersion.objects.count() == 1


def test_a_text_whose_placeholder_is_gone_gives_way_to_the_standard(planned, caplog):
    save_texts(
        kind=APPROACHING,
        texts={part.name: part.standard_text for part in text_set(APPROACHING).parts} | {"second": "På {skola}"},
        based_on=0,
        by=planned.adam,
        now=NOW,
    )
    TextVersion.objects.update(texts={"second": "På {borttagen}"})
    [sample, *_] = samples_of(text_set(APPROACHING), NOW)
    sample.write()
    [mail] = Postbox().send(NOW)
    assert text_set(APPROACHING).part("second").standard_text in mail.body
    assert "is not used" in caplog.text


def test_an_emptied_paragraph_is_left_out_and_several_are_several(planned):
    with texts.trying(APPROACHING, {"second": ""}):
        assert texts.texts_of(APPROACHING).paragraphs("second", topic="a", school="b") == []
    with texts.trying(APPROACHING, {"second": "Ett.\n\nTvå {ämne}."}):
        assert texts.texts_of(APPROACHING).paragraphs("second", topic="a", school="b") == ["Ett.", "Två a."]


@pytest.mark.parametrize("kind", kinds_with_texts())
def test_every_standard_text_passes_its_own_check(kind: str):
    for part in text_set(kind).parts:
        assert texts.faults_of(part, part.standard_text) == [], part.name
        assert {one.name for one in part.holds} >= set(part.required)


def test_every_kind_but_the_test_itself_has_texts():
    assert {kind.name for kind in all_kinds()} - set(kinds_with_texts()) == {"text-trial", "note"}
    assert set(kinds_with_texts()) <= set(kinds._kinds)


@pytest.mark.parametrize("kind", kinds_with_texts())
def test_every_sample_that_is_offered_can_be_shown(planned, kind: str):
    for sample in samples_of(text_set(kind), NOW):
        trial = written_on(sample, kind, {}, NOW)
        assert trial.fault == "", (sample.label, trial.fault)
        assert trial.letter is not None
    # The small municipality has no occasions, nobody who logs by link, and has not asked Kolada for anything.
    without = {
        "log-by-link",
        "occasion-invitation",
        "occasion-changed",
        "invitation-unanswered",
        "indicators-refreshed",
    }
    assert samples_of(text_set(kind), NOW) or kind in without
