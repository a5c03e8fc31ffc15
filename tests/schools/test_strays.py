"""Sessions that closed days and blocked weeks have hit: told at once, moved one by one or all, and undone."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.urls import reverse

from schools.actions.calendar import close_days
from schools.actions.deeds import StaleSession
from schools.actions.moves import Placing, move_session, move_sessions
from schools.actions.strays import let_stay
from schools.actions.undoing import undo_batch
from schools.models import ClosedPeriod, PlannedSession
from schools.strays import Why, new_strays, strays_at
from tests.schools.laid_out import at, lay_out, on, session_of, text_of
from tests.schools.test_blocked_weeks import block

D = dt.date
TODAY = D(2026, 9, 17)
ADDRESS = "/lasar/2026-27/att-flytta/"


@pytest.fixture
def planned(centre: SimpleNamespace) -> SimpleNamespace:
    """Two schools laid out; both have their 1A in the same weeks."""
    centre.plan, centre.other_plan = lay_out(centre, centre.lindang), lay_out(centre, centre.ekbacka)
    centre.session = session_of(centre.plan, "1A", after=TODAY)
    return centre


def close(centre: SimpleNamespace, first: dt.date, last: dt.date | None = None, school=None) -> ClosedPeriod:
    said = {"kind": "other", "name": "Friluftsvecka", "starts_on": first, "ends_on": last or first}
    return close_days(year=centre.year, school=school, by=centre.samira, **said)


def close_week(centre: SimpleNamespace, monday: dt.date, school=None) -> ClosedPeriod:
    return close(centre, monday, monday + dt.timedelta(days=4), school)


def strays(centre: SimpleNamespace) -> list[tuple[str, str, Why]]:
    found = strays_at(centre.year, [centre.lindang, centre.ekbacka], TODAY)
    return [(stray.school.name, stray.session.group.name, stray.why) for stray in found]


def test_sessions_in_closed_weeks_on_closed_days_and_in_blocked_weeks_are_found(planned, django_assert_max_num_queries):
    assert strays(planned) == []
    week = planned.session.week_start
    hit = PlannedSession.objects.filter(week_start=week).count()
    close_week(planned, week)
    with django_assert_max_num_queries(3):
        found = strays(planned)
    assert len(found) == hit
    assert {why for _school, _group, why in found} == {Why.CLOSED_WEEK}
    assert {school for school, _group, _why in found} == {"Lindängsskolan", "Ekbackaskolan"}


def test_a_closed_day_hits_only_the_session_that_is_on_that_day(planned):
    session = planned.session
    day = session.week_start + dt.timedelta(days=2)
    move_session(session=session, week_start=session.week_start, date=day, version=1, by=planned.samira, now=at(TODAY))
    close(planned, day, school=planned.lindang)
    assert strays(planned) == [("Lindängsskolan", "1A", Why.CLOSED_DAY)]


def test_what_has_passed_is_logged_or_is_cancelled_is_no_stray(planned):
    week = planned.session.week_start
    close_week(planned, week)
    assert strays_at(planned.year, [planned.lindang], week + dt.timedelta(days=7)) == []


def test_a_session_may_stay_in_a_blocked_week_until_it_lies_in_another(planned):
    session, week = planned.session, planned.session.week_start
    block(planned, planned.lindang, week)
    assert ("Lindängsskolan", "1A", Why.BLOCKED_WEEK) in strays(planned)
    let_stay(session=session, version=1, by=planned.samira)
    assert ("Lindängsskolan", "1A", Why.BLOCKED_WEEK) not in strays(planned)
    with pytest.raises(StaleSession):
        let_stay(session=session, version=1, by=planned.samira)
    # Whoever chooses a blocked week has been told that it is one.
    later = week + dt.timedelta(days=7)
    block(planned, planned.lindang, later)
    move_session(session=session, week_start=later, version=2, by=planned.samira, now=at(TODAY))
    assert ("Lindängsskolan", "1A", Why.BLOCKED_WEEK) not in strays(planned)


def test_what_was_let_stay_is_so_again_when_its_move_is_undone(planned):
    session, week = planned.session, planned.session.week_start
    block(planned, planned.lindang, week)
    let_stay(session=session, version=1, by=planned.samira)
    move_session(session=session, week_start=D(2026, 12, 7), version=2, by=planned.samira, now=at(TODAY))
    undo_batch(batch=session.changes.latest("pk").batch, by=planned.samira, now=at(TODAY))
    assert ("Lindängsskolan", "1A", Why.BLOCKED_WEEK) not in strays(planned)


def test_a_move_into_a_blocked_week_that_is_undone_lets_nothing_stay_there(planned):
    session, later = planned.session, planned.session.week_start + dt.timedelta(days=7)
    block(planned, planned.lindang, later)
    move_session(session=session, week_start=later, version=1, by=planned.samira, now=at(TODAY))
    undo_batch(batch=session.changes.latest("pk").batch, by=planned.samira, now=at(TODAY))
    session.refresh_from_db()
    assert session.stays_in is None


def test_several_that_are_moved_into_a_blocked_week_are_not_asked_about_again(planned):
    session, week = planned.session, planned.session.week_start + dt.timedelta(days=14)
    block(planned, planned.lindang, week)
    batch = move_sessions(placings=[Placing(session, 1, week)], by=planned.samira, now=at(TODAY))
    assert ("Lindängsskolan", "1A", Why.BLOCKED_WEEK) not in strays(planned)
    session.refresh_from_db()
    assert session.stays_in == week
    undo_batch(batch=batch, by=planned.samira, now=at(TODAY))
    session.refresh_from_db()
    assert session.stays_in is None


def test_what_a_period_would_hit_is_known_before_it_is_saved(planned):
    week = planned.session.week_start
    period = ClosedPeriod(
        year=planned.year, school=planned.lindang, kind="tests", name="NP", starts_on=week, ends_on=week
    )
    hit = new_strays(planned.year, TODAY, come=[period])
    assert {stray.school for stray in hit} == {planned.lindang}
    assert strays(planned) == []
    period.save()
    assert new_strays(planned.year, TODAY, come=[period], go=[period]) == []


def test_a_coordinator_saves_a_closed_week_moves_all_that_it_hits_and_undoes_it(planned, signed_in):
    """The whole way: told before saving, led to the list, moved in one press, undone in another."""
    week = planned.session.week_start
    before = {row.pk: row.week_start for row in PlannedSession.objects.filter(week_start=week)}
    friday = week + dt.timedelta(days=4)
    form = {"kind": "other", "name": "Friluftsvecka", "starts_on": week, "ends_on": friday, "school": ""}
    with on(TODAY):
        samiras, add = signed_in(planned.samira), reverse("schools:closed-add", args=["2026-27"])
        first = samiras.post(add, form)
        assert f"{len(before)} planerade pass berörs" in text_of(first)
        # What was seen has to be what is hit.
        assert "berörs" in text_of(samiras.post(add, form | {"seen": "1"}))
        saved = samiras.post(add, form | {"seen": str(len(before))}, follow=True)
        assert saved.redirect_chain[-1][0] == ADDRESS
        said = text_of(saved)
        assert f"{len(before)} planerade pass behöver flyttas." in said
        assert "är stängd: Friluftsvecka." in said
        assert "behöver flyttas" in text_of(samiras.get(reverse("sessions_log:start")))
        moved = samiras.post(ADDRESS, {"deed": "move:all", "digest": saved.context["digest"]}, follow=True)
        said = text_of(moved)
        assert "Inget pass behöver flyttas" in said and "Du kan ångra till" in said
        rows = PlannedSession.objects.filter(pk__in=before)
        assert all(row.week_start > week and row.pinned for row in rows)
        assert rows.first().changes.first().reason == "Friluftsvecka"
        undo = reverse("schools:undo", args=[moved.context["undo"]["batch"]])
        assert undo in moved.content.decode()
        undone = samiras.post(undo, {"next": ADDRESS}, follow=True)
        assert undone.redirect_chain[-1][0] == ADDRESS
        assert f"{len(before)} planerade pass ligger på stängda dagar" in text_of(undone)
        assert {row.pk: row.week_start for row in rows.all()} == before


def test_two_sessions_of_a_group_go_to_different_weeks_and_no_week_is_offered_when_none_is_left(planned, signed_in):
    weeks = sorted(set(planned.plan.sessions.filter(group__name="1A").values_list("week_start", flat=True)))[-2:]
    for week in weeks:
        close_week(planned, week, planned.lindang)
    close_week(planned, D(2027, 6, 7))
    with on(TODAY):
        page = signed_in(planned.samira).get(ADDRESS, {"skola": "lindangsskolan"})
    [part] = page.context["parts"]
    own = [line for line in part.lines if line.stray.session.group.name == "1A"]
    assert len({line.placing.week_start for line in own if line.placing}) == 2
    block(planned, planned.lindang, weeks[-1] + dt.timedelta(days=7), D(2027, 6, 11))
    with on(TODAY):
        said = text_of(signed_in(planned.samira).get(ADDRESS, {"skola": "lindangsskolan"}))
    assert "Ingen ledig vecka är kvar i läsåret." in said


def test_one_session_is_moved_by_its_schools_own_coordinator_who_sees_no_other_school(planned, signed_in):
    session = planned.session
    close_week(planned, session.week_start)
    with on(TODAY):
        jonas = signed_in(planned.jonas)
        page = jonas.get(ADDRESS)
        said = text_of(page)
        assert "Lindängsskolan" in said and "Ekbackaskolan" not in said
        assert jonas.get(ADDRESS, {"skola": "ekbackaskolan"}).status_code == 404
        line = next(line for line in page.context["parts"][0].lines if line.stray.session == session)
        jonas.post(ADDRESS, {"deed": f"move:{session.uuid}", "digest": line.digest})
        session.refresh_from_db()
        assert session.week_start == line.placing.week_start
        # Another school's session, its list and its undo are not theirs.
        others = session_of(planned.other_plan, "1A", after=TODAY)
        refused = jonas.post(ADDRESS, {"deed": f"move:{others.uuid}", "digest": line.digest}, follow=True)
        assert "Inget är flyttat. Titta igen." in text_of(refused)
        assert jonas.post(ADDRESS, {"deed": "move:ekbackaskolan", "digest": line.digest}).status_code == 404
        batch = planned.other_plan.changes.first().batch
        assert jonas.get(ADDRESS, {"flyttat": str(batch)}).context["undo"] is None
        others.refresh_from_db()
        assert others.version == 1
        assert signed_in(planned.elin).get(ADDRESS).status_code == 403
        marias = signed_in(planned.maria)
        assert "Flytta" not in text_of(marias.get(ADDRESS)).replace("flyttas", "")
        assert marias.post(ADDRESS, {"deed": "move:all"}).status_code == 403


def test_the_list_comes_some_schools_to_a_page_and_all_of_it_is_moved_at_once(planned, signed_in, monkeypatch):
    monkeypatch.setattr("schools.views.strays.SCHOOLS_ON_A_PAGE", 1)
    close_week(planned, planned.session.week_start)
    with on(TODAY):
        samiras = signed_in(planned.samira)
        first, second = (samiras.get(ADDRESS, {"sida": page}) for page in (1, 2))
        assert "Sida 1 av 2 Nästa sida" in text_of(first)
        shown = [part.school.name for page in (first, second) for part in page.context["parts"]]
        assert shown == ["Ekbackaskolan", "Lindängsskolan"]
        line = second.context["parts"][0].lines[0]
        move_one = {"deed": f"move:{line.stray.session.uuid}", "digest": line.digest}
        assert "sida=2" in samiras.post(f"{ADDRESS}?sida=2", move_one).url
        digest = samiras.get(ADDRESS).context["digest"]
        samiras.post(ADDRESS, {"deed": "move:all", "digest": digest})
    assert strays(planned) == []


def test_a_list_that_is_no_longer_so_moves_nothing(planned, signed_in):
    session = planned.session
    close_week(planned, session.week_start, planned.lindang)
    with on(TODAY):
        samiras = signed_in(planned.samira)
        page = samiras.get(ADDRESS)
        free = page.context["parts"][0].lines[0].placing.week_start
        close_week(planned, free, planned.lindang)
        said = text_of(samiras.post(ADDRESS, {"deed": "move:all", "digest": page.context["digest"]}, follow=True))
    assert "Något har ändrats sedan listan visades." in said
    session.refresh_from_db()
    assert session.moved_from is None


def test_a_session_is_let_stay_by_a_press(planned, signed_in):
    session = planned.session
    block(planned, planned.lindang, session.week_start)
    with on(TODAY):
        samiras = signed_in(planned.samira)
        said = text_of(samiras.get(ADDRESS))
        assert "Låt det ligga kvar" in said and "är spärrad: Nationella prov." in said
        samiras.post(ADDRESS, {"deed": f"stay:{session.uuid}", "version": "1"})
        assert f"Passet för {session.group} ligger kvar." in text_of(samiras.get(ADDRESS))
        stale = samiras.post(ADDRESS, {"deed": f"stay:{session.uuid}", "version": "1"}, follow=True)
        assert "Något har ändrats" in text_of(stale)


def test_a_move_to_a_closed_week_is_refused_beside_the_field(planned, signed_in):
    session = planned.session
    with on(TODAY):
        samiras, address = signed_in(planned.samira), reverse("schools:session-move", args=[session.uuid])
        form = {"week": "other", "other_week": "2026-10-26", "version": session.version}
        page = samiras.post(address, form)
    assert page.context["form"].errors["other_week"]
    session.refresh_from_db()
    assert session.version == 1
