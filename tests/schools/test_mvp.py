"""MVP at a school beside TÅGET: matched, drafted, laid out, undone, with ways out that are kept."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from evaluations.keeping import counts_by_school
from programmes.models import Programme
from schools.actions.departures import choose_way_out
from schools.actions.groups import add_group, end_group
from schools.actions.matching import match_mentors
from schools.actions.occasions import change_occasion
from schools.actions.plans import apply_plan, draft_plan, join, open_programme_year
from schools.actions.undoing import CannotUndo, undo_batch
from schools.history import batches_of, deeds_in
from schools.models import Departure, Group, Occasion, Participation, PlannedSession
from tests.schools.laid_out import lay_out, on, text_of

D = dt.date
AUGUST = dt.datetime(2026, 8, 10, 8, tzinfo=dt.UTC)
JANUARY = dt.datetime(2027, 1, 25, 8, tzinfo=dt.UTC)


@pytest.fixture
def mvp(centre: SimpleNamespace) -> Participation:
    """Lindängsskolan in both programmes: TÅGET laid out, in MVP 6A with its thirteen pupil mentors."""
    lay_out(centre, centre.lindang)
    said = {"school": centre.lindang, "year": centre.year, "by": centre.samira}
    mentors = add_group(kind="mentors", name="Elevmentorer", grade=9, headcount=13, **said)
    six = add_group(kind="class", name="6A", grade=6, headcount=26, **said)
    match_mentors(school=centre.lindang, year=centre.year, matches={six: mentors}, by=centre.samira)
    rules = open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)
    return join(school=centre.lindang, programme_year=rules, by=centre.samira)


def laid(mvp: Participation, centre: SimpleNamespace, now: dt.datetime = AUGUST) -> uuid.UUID:
    return apply_plan(participation=mvp, from_day=max(now.date(), centre.year.starts_on), by=centre.samira, now=now)


def six(mvp: Participation) -> Group:
    return mvp.school.groups.get(name="6A")


def test_mvp_begins_with_its_own_settings(mvp: Participation):
    rules = mvp.programme_year
    assert (rules.required_sessions, rules.lowest_grade, rules.highest_grade) == (11, 6, 6)


def test_the_plan_makes_sessions_trainings_and_supervision(mvp: Participation, centre: SimpleNamespace):
    laid(mvp, centre)
    rows = mvp.sessions.order_by("week_start")
    assert [row.topic.number for row in rows] == list(range(1, 12))
    assert {row.group.name for row in rows} == {"6A"}
    kinds = Occasion.objects.filter(school=centre.lindang).order_by("date").values_list("kind", "date")
    assert list(kinds)[:2] == [("key_persons", D(2026, 9, 7)), ("mentors_training", D(2026, 9, 8))]
    assert [kind for kind, _day in kinds].count("supervision") == 10
    assert rows[0].week_start == D(2026, 9, 14)
    again = draft_plan(participation=mvp, from_day=centre.year.starts_on)
    assert again.changes_nothing
    lines = deeds_in(centre.lindang, batches_of(centre.lindang)[:1])[0].lines
    assert "12 tillfällen planerades." in lines


def test_undo_takes_the_occasions_back_too(mvp: Participation, centre: SimpleNamespace):
    batch = laid(mvp, centre)
    undo_batch(batch=batch, by=centre.samira, now=AUGUST + dt.timedelta(minutes=1))
    assert not mvp.sessions.exists()
    assert not Occasion.objects.exists()


def test_an_occasion_that_somebody_has_changed_keeps_the_plan_from_being_undone(
    mvp: Participation, centre: SimpleNamespace
):
    batch = laid(mvp, centre)
    training = Occasion.objects.get(kind="mentors_training")
    said = {"title": training.title, "start_time": None, "end_time": None, "place": "Aulan", "text": ""}
    change_occasion(occasion=training, version=1, date=training.date, by=centre.samira, now=AUGUST, **said)
    with pytest.raises(CannotUndo):
        undo_batch(batch=batch, by=centre.samira, now=AUGUST + dt.timedelta(minutes=1))
    assert mvp.sessions.count() == 11


def test_a_class_in_both_programmes_has_one_session_a_week(mvp: Participation, centre: SimpleNamespace):
    taget = Participation.objects.get(programme_year__programme__slug="taget", school=centre.lindang)
    rules = taget.programme_year
    open_programme_year(programme=rules.programme, year=centre.year, highest_grade=6, by=centre.samira)
    laid(mvp, centre)
    taget.refresh_from_db()
    laid(Participation.objects.select_related("programme_year").get(pk=taget.pk), centre)
    weeks = list(PlannedSession.objects.live().filter(group=six(mvp)).values_list("week_start", flat=True))
    assert len(weeks) == 19
    assert len(set(weeks)) == 19


def test_a_way_out_is_kept_and_told(mvp: Participation, centre: SimpleNamespace):
    def drafted():
        return draft_plan(participation=mvp, from_day=JANUARY.date())

    assert [text for text in drafted().warnings if "9 av 11" in text]
    way = {"first_week": None, "weekly_from": D(2027, 1, 25), "left_out": [], "reason": ""}
    choose_way_out(participation=mvp, group=six(mvp), by=centre.samira, now=JANUARY, **way)
    assert drafted().counts.create == 11
    laid(mvp, centre, JANUARY)
    assert drafted().changes_nothing
    assert drafted().warnings == []
    lines = [line for deed in deeds_in(centre.lindang, batches_of(centre.lindang)[:2]) for line in deed.lines]
    assert [line.replace("\u00a0", " ") for line in lines if "6A: varje" in line] == ["6A: varje vecka från v. 4."]


def test_sessions_are_left_out_with_a_reason_and_are_no_loss_that_waits(mvp: Participation, centre: SimpleNamespace):
    laid(mvp, centre)
    way = {"first_week": None, "weekly_from": None, "left_out": [11], "reason": "Lägerskola."}
    choose_way_out(participation=mvp, group=six(mvp), by=centre.samira, now=AUGUST, **way)
    laid(mvp, centre)
    gone = mvp.sessions.get(topic__number=11)
    assert (gone.cancel_reason, gone.cancel_note) == ("left_out", "Lägerskola.")
    assert draft_plan(participation=mvp, from_day=centre.year.starts_on).changes_nothing
    # Taken back, the session is planned again in the place of the one that was lost.
    choose_way_out(
        participation=mvp, group=six(mvp), by=centre.samira, now=AUGUST, **way | {"left_out": [], "reason": ""}
    )
    assert not Departure.objects.exists()
    laid(mvp, centre)
    assert mvp.sessions.live().get(topic__number=11).replaces == gone


@pytest.mark.parametrize(
    "wrong",
    [
        {"left_out": [12], "reason": "x"},
        {"left_out": [1]},
        {"weekly_from": D(2026, 10, 26)},
        {"first_week": D(2026, 9, 15)},
        {"left_out": [1], "reason": "Hon är 140910-2388"},
    ],
)
def test_a_way_out_that_cannot_be_is_refused(mvp: Participation, centre: SimpleNamespace, wrong: dict):
    way = {"first_week": None, "weekly_from": None, "left_out": [], "reason": "", **wrong}
    with pytest.raises(ValidationError):
        choose_way_out(participation=mvp, group=six(mvp), by=centre.samira, now=AUGUST, **way)


def test_mentors_of_another_school_are_refused(mvp: Participation, centre: SimpleNamespace):
    said = {"school": centre.ekbacka, "year": centre.year, "by": centre.samira}
    theirs = add_group(kind="mentors", name="Elevmentorer", headcount=9, **said)
    with pytest.raises(ValidationError):
        match_mentors(school=centre.lindang, year=centre.year, matches={six(mvp): theirs}, by=centre.samira)


def test_figures_of_the_two_programmes_do_not_mix(mvp: Participation, centre: SimpleNamespace):
    laid(mvp, centre)
    counts = counts_by_school(mvp.programme_year, [centre.lindang], D(2026, 11, 1))[centre.lindang.pk]
    assert (counts["required"], counts["classes"], counts["pupils"], counts["pupil_held"]) == (11, 1, 26, 0)


# Pages


def test_the_matching_page_warns_and_saves(mvp: Participation, centre: SimpleNamespace, signed_in):
    client, address = signed_in(centre.samira), reverse("schools:mentor-matching", args=["lindangsskolan", "2026-27"])
    assert "Ungefär 2 elever på varje elevmentor" in text_of(client.get(address))
    client.post(address, {f"class_{six(mvp).pk}": ""})
    page = text_of(client.get(address))
    assert "6A har inga elevmentorer." in page
    assert "Elevmentorer är inte matchade med någon klass." in page
    assert client.post(address, {f"class_{six(mvp).pk}": "9999"}).status_code == 200
    assert signed_in(centre.elin).post(address, {}).status_code == 403


def test_pupil_mentors_whose_last_day_is_ahead_are_still_matched(
    mvp: Participation, centre: SimpleNamespace, signed_in
):
    client, address = signed_in(centre.samira), reverse("schools:mentor-matching", args=["lindangsskolan", "2026-27"])
    mentors = mvp.school.groups.get(name="Elevmentorer")
    end_group(group=mentors, last_day=D(2027, 5, 28), by=centre.samira, now=AUGUST)
    with on(D(2026, 10, 1)):
        assert f'<option value="{mentors.pk}" selected' in client.get(address).content.decode()
        client.post(address, {f"class_{six(mvp).pk}": mentors.pk})
        assert six(mvp).mentors == mentors
    with on(D(2027, 5, 31)):
        assert f'value="{mentors.pk}"' not in client.get(address).content.decode()


def test_the_draft_is_switched_between_programmes_and_laid_out(mvp: Participation, centre: SimpleNamespace, signed_in):
    client, address = signed_in(centre.samira), reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"])
    with on(D(2026, 8, 12)):
        assert "8 pass" not in text_of(client.get(address))
        page = client.get(f"{address}?program=mvp")
        text = text_of(page)
        assert "MVP-pass 11" in text
        assert "mån 7 sep, v. 37: Utbildning av nyckelpersoner" in text.replace("\u00a0", " ")
        draft = page.context["draft"]
        client.post(f"{address}?program=mvp", {"digest": draft.digest})
        assert mvp.sessions.count() == 11
        assert client.get(f"{address}?program=nej").status_code == 404


def test_all_schools_are_shown_by_programme(mvp: Participation, centre: SimpleNamespace, signed_in):
    address = reverse("schools:plan-all", args=["2026-27"])
    with on(D(2026, 8, 12)):
        text = text_of(signed_in(centre.samira).get(f"{address}?program=mvp"))
    assert "11 pass läggs ut" in text
    assert "Utan elevmentorer eller klasser i år Ekbackaskolan" in text


def test_settings_of_a_series_are_its_own(mvp: Participation, centre: SimpleNamespace, signed_in):
    address = reverse("schools:plan-settings", args=["2026-27"]) + "?program=mvp"
    client = signed_in(centre.samira)
    said = {"required_base": 12, "lowest_grade": 6, "highest_grade": 6, "weeks_between": 2, "weeks_to_training": 3}
    page = client.post(address, said | {"supervision_every": 2})
    assert "Programmet har 11 pass." in text_of(page)
    client.post(address, said | {"required_base": 11, "supervision_every": 2})
    mvp.programme_year.refresh_from_db()
    assert mvp.programme_year.supervision_every == 2


def test_a_way_out_is_chosen_on_the_draft(mvp: Participation, centre: SimpleNamespace, signed_in):
    group = six(mvp)
    draft = reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"]) + "?program=mvp"
    address = reverse("schools:way-out", args=["lindangsskolan", "2026-27", group.pk])
    with on(JANUARY.date()):
        client = signed_in(centre.samira)
        text = text_of(client.get(draft))
        assert "6A 9 av 11 pass får plats" in text
        refused = client.post(address, {f"g{group.pk}-left_out": ["10", "11"]})
        assert "Skriv varför pass utelämnas." in text_of(refused)
        client.post(address, {f"g{group.pk}-left_out": ["10", "11"], f"g{group.pk}-reason": "Sen start."})
        text = text_of(client.get(draft))
    assert "9 av 9 pass får plats" in text
    assert Departure.objects.get().left_out == [10, 11]


def test_the_school_page_and_the_term_plan_show_both_programmes(mvp: Participation, centre: SimpleNamespace, signed_in):
    laid(mvp, centre)
    client = signed_in(centre.samira)
    with on(D(2026, 9, 17)):
        page = text_of(client.get(reverse("schools:school-detail", args=["lindangsskolan"])))
        assert "MVP: Gruppernas pass" in page
        assert "TÅGET: Gruppernas pass" in page
        assert "Elevpass, MVP" in text_of(client.get(reverse("schools:term-plan", args=["lindangsskolan"])))
        session = mvp.sessions.get(topic__number=3)
        assert client.get(reverse("schools:session-move", args=[session.uuid])).status_code == 200
