"""The pages on which a plan is changed: several at once, swapped, bumped, undone, and what clashes."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from schools.actions.groups import add_group, change_group, end_group
from schools.actions.leading import set_leader
from schools.actions.moves import Placing, move_session, move_sessions
from schools.actions.people import add_person
from schools.actions.plans import apply_plan
from schools.actions.undoing import CannotUndo, undo_batch
from schools.conflicts import all_conflicts
from schools.models import Group, Participation, PlannedSession
from tests.schools.laid_out import at, lay_out, on, session_of, text_of, words_of

D = dt.date
TODAY = D(2026, 9, 17)
NOW = at(TODAY)
WEEK = dt.timedelta(days=7)
pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(centre: SimpleNamespace):
    with on(TODAY):
        yield lay_out(centre, centre.lindang)


@pytest.fixture
def client(centre: SimpleNamespace, signed_in):
    return signed_in(centre.jonas)


def key(row: PlannedSession) -> str:
    return f"{row.uuid}:{row.version}"


def bulk_url(season: str = "ht") -> str:
    return reverse("schools:sessions-move", args=["lindangsskolan", "2026-27", season])


def both(plan: Participation) -> list[PlannedSession]:
    """The two classes' next session: 1A in v. 41, 2A in v. 42."""
    return [session_of(plan, name, after=D(2026, 9, 30)) for name in ("1A", "2A")]


def week_of(row: PlannedSession) -> int:
    return PlannedSession.objects.get(pk=row.pk).week_start.isocalendar().week


def shown(client, **said) -> tuple[dict, str]:
    """What the page that shows the consequences would send, and what it says."""
    page = client.post(bulk_url(), said)
    html = page.content.decode()
    fields = re.findall(r'<input type="hidden" name="seen" value="(\w+)"', html)
    return ({**said, "seen": fields[0]} if fields else {}), words_of(html)


def test_several_are_chosen_shown_moved_and_undone(plan, client):
    rows = both(plan)
    page = text_of(client.get(bulk_url()))
    assert "1A Könsnormen" in page
    sent, says = shown(client, **{"pass": [key(row) for row in rows], "how": "later", "steps": "2"})
    assert "Flytta 2 pass?" in says
    assert [week_of(row) for row in rows] == [41, 42]
    done = client.post(bulk_url(), sent, follow=True)
    assert "2 pass flyttades." in text_of(done)
    assert "Du kan ångra till 12.05" in text_of(done)
    # v. 44 is the autumn break.
    assert [week_of(row) for row in rows] == [43, 45]
    batch = rows[0].changes.latest("pk").batch
    undone = client.post(reverse("schools:undo", args=[batch]), {"next": bulk_url()}, follow=True)
    assert "Ångrat. 2 pass är som de var." in text_of(undone)
    assert undone.redirect_chain[0][0] == bulk_url()
    assert [week_of(row) for row in rows] == [41, 42]


def test_a_class_that_comes_before_its_staff_is_said_before_it_is_moved(plan, client):
    row = session_of(plan, "1A", after=D(2026, 11, 28))
    staff = plan.sessions.get(group__kind="staff", topic=row.topic)
    said = {"pass": [key(row)], "how": "week", "week": "2026-11-16"}
    assert staff.week_start > D(2026, 11, 16)
    _sent, says = shown(client, **said)
    assert "Det här bryter mot planens ordning" in says
    assert "ligger inte före alla klassers pass" in says
    # It is outside its month, too.
    assert "ligger utanför sin månad" in says
    later = (row.week_start + WEEK).isoformat()
    _sent, says = shown(client, **said | {"week": later})
    assert "planens ordning" not in says


def test_staff_moved_past_their_classes_are_said_once_and_not_what_was_so_before(plan, client):
    [row, _other] = both(plan)
    staff = plan.sessions.get(group__kind="staff", topic=row.topic)
    said = {"pass": [key(staff)], "how": "week", "week": row.week_start.isoformat()}
    sent, says = shown(client, **said)
    assert says.count("ligger inte före alla klassers pass") == 1
    client.post(bulk_url(), sent)
    staff.refresh_from_db()
    # Moved where they are already too late, only what is new is said.
    other = session_of(plan, "1A", after=row.week_start)
    _sent, says = shown(client, **{"pass": [key(other)], "how": "later", "steps": "0"})
    assert "planens ordning" not in says


def test_a_closed_week_is_refused_beside_the_field_and_what_was_chosen_stays(plan, client):
    rows = both(plan)
    said = {"pass": [key(row) for row in rows], "how": "week", "week": "2026-10-26", "reason": "Friluftsdag"}
    page = client.post(bulk_url(), said)
    html = page.content.decode()
    assert "Skolan har ingen undervisning den veckan" in html
    assert re.search(r'id="error_1_id_week"|id="id_week_error"', html)
    assert html.count(" checked>") >= 2
    assert 'value="Friluftsdag"' in html


def test_what_does_not_fit_in_the_year_says_which(plan, client):
    last = plan.sessions.filter(group__name="1A").latest("week_start")
    _sent, says = shown(client, **{"pass": [key(last)], "how": "later", "steps": "20"})
    assert "får inte plats före läsårets slut" in says
    assert "1A" in says


def test_nothing_chosen_is_said(plan, client):
    _sent, says = shown(client, how="later", steps="1")
    assert "Välj minst ett pass." in says


def test_this_and_all_that_follow_from_the_sessions_page(plan, client):
    first = session_of(plan, "1A", after=D(2026, 9, 30))
    move_page = client.get(reverse("schools:session-move", args=[first.uuid])).content.decode()
    link = re.search(r'href="([^"]+foljande=1)"', move_page)
    assert link
    chooser = client.get(link[1].replace("&amp;", "&")).content.decode()
    assert f'value="{key(first)}" checked' in chooser
    said = {"pass": [key(first)], "how": "later", "steps": "1", "following": "on"}
    sent, says = shown(client, **said)
    number = plan.sessions.filter(group__name="1A", week_start__gte=first.week_start).count()
    assert f"Flytta {number} pass?" in says
    client.post(bulk_url(), sent)
    assert week_of(first) == 42
    assert plan.sessions.filter(group__name="1A", moved_from__isnull=False).count() == number
    assert not plan.sessions.filter(group__name="2A", moved_from__isnull=False).exists()


def test_another_schools_session_among_the_chosen_is_missing(plan, centre, client):
    theirs = session_of(lay_out(centre, centre.ekbacka), "1A", after=TODAY)
    own = session_of(plan, "1A", after=TODAY)
    for keys in ([key(own), key(theirs)], ["what"], [f"{own.uuid}:x"]):
        assert client.post(bulk_url(), {"pass": keys, "how": "later", "steps": "1"}).status_code == 404
        assert client.get(bulk_url(), {"pass": keys}).status_code == 404
    swap = reverse("schools:session-swap", args=[own.uuid])
    page = client.post(swap, {"other": key(theirs), "version": own.version})
    assert "Välj igen" in text_of(page)
    move_session(session=theirs, week_start=theirs.week_start + WEEK, version=1, by=centre.samira, now=NOW)
    assert client.post(reverse("schools:undo", args=[theirs.changes.latest("pk").batch])).status_code == 404


def test_the_second_sees_what_the_first_did_and_keeps_what_was_typed(plan, centre, client):
    rows = both(plan)
    said = {"pass": [key(row) for row in rows], "how": "later", "steps": "3", "reason": "Prov"}
    sent, _says = shown(client, **said)
    move_session(session=rows[0], week_start=D(2026, 10, 12), version=1, by=centre.samira, now=NOW)
    page = client.post(bulk_url(), sent)
    html, says = page.content.decode(), words_of(page.content.decode())
    assert page.status_code == 409
    assert "Någon annan har ändrat pass som du valde" in says
    assert "flyttat från v.\xa041 till v.\xa042" in html
    assert "Samira Test" in says
    assert 'value="Prov"' in html
    assert f'value="{rows[0].uuid}:2" checked' in html
    assert [week_of(row) for row in rows] == [42, 42]


def test_what_follows_changed_meanwhile_is_shown_again(plan, centre, client):
    first = session_of(plan, "1A", after=D(2026, 9, 30))
    later = session_of(plan, "1A", after=first.week_start)
    sent, _says = shown(client, **{"pass": [key(first)], "how": "later", "steps": "1", "following": "on"})
    move_session(session=later, week_start=later.week_start + WEEK, version=1, by=centre.samira, now=NOW)
    page = text_of(client.post(bulk_url(), sent))
    assert "Någon har ändrat planen sedan du såg det här" in page
    assert week_of(first) == 41


def test_two_change_places(plan, client):
    one, other = (session_of(plan, "1A", after=day) for day in (D(2026, 9, 30), D(2026, 10, 31)))
    address = reverse("schools:session-swap", args=[one.uuid])
    assert "1A, v.\xa045" in client.get(address).content.decode()
    page = client.post(address, {"other": key(other), "version": one.version, "reason": "Bättre ordning"}, follow=True)
    assert (week_of(one), week_of(other)) == (45, 41)
    assert "bytte plats, från v. 41 till v. 45. Bättre ordning." in text_of(page).replace("\xa0", " ")
    again = client.post(address, {"other": key(other), "version": one.version})
    assert "Välj igen" in text_of(again)


def test_two_sessions_in_a_week_are_shown_everywhere_and_not_forbidden(plan, centre, client):
    one, other = (session_of(plan, "1A", after=day) for day in (D(2026, 9, 30), D(2026, 10, 31)))
    _sent, says = shown(client, **{"pass": [key(one)], "how": "week", "week": other.week_start.isoformat()})
    assert "1A har 2 pass v." in says
    move_sessions(placings=[Placing(one, one.version, other.week_start)], by=centre.jonas, now=NOW)
    for address in (
        other.get_absolute_url(),
        reverse("schools:term-plan-of", args=["lindangsskolan", "2026-27", "ht"]),
        reverse("schools:conflict-list"),
    ):
        assert "1A har 2 pass v." in text_of(client.get(address)), address
    assert "1 krock i planen." in text_of(client.get(centre.lindang.get_absolute_url()))
    assert "1 krock i planerna." in text_of(client.get(reverse("sessions_log:start")))


def test_many_that_clash_come_some_to_a_page(plan, centre, client, monkeypatch):
    monkeypatch.setattr("schools.views.conflicts.ON_A_PAGE", 1)
    for name in ("1A", "2A"):
        one, other = (session_of(plan, name, after=day) for day in (D(2026, 9, 30), D(2026, 10, 31)))
        move_sessions(placings=[Placing(one, one.version, other.week_start)], by=centre.jonas, now=NOW)
    pages = [text_of(client.get(reverse("schools:conflict-list"), {"sida": page})) for page in (1, 2)]
    assert [page.count("har 2 pass v.") for page in pages] == [1, 1]
    assert "Sida 1 av 2 Nästa sida" in pages[0] and "1A har 2 pass" in pages[0] and "2A har 2 pass" in pages[1]


def test_a_leader_in_two_places_is_shown_until_the_times_differ(plan, centre):
    anna = add_person(school=centre.lindang, name="Anna Ek", by=centre.samira)
    rows = both(plan)
    move_session(session=rows[0], week_start=rows[1].week_start, version=1, by=centre.jonas, now=NOW)
    for row in rows:
        set_leader(session=row, leader=anna, version=row.version, by=centre.jonas, now=NOW)

    def texts() -> list[str]:
        return [one.text for one in all_conflicts(centre.samira, TODAY)]

    def hold(row: PlannedSession, hour: int) -> None:
        time = {"start_time": dt.time(hour), "end_time": dt.time(hour, 50)}
        row.refresh_from_db()
        move_session(
            session=row, week_start=row.week_start, date=D(2026, 10, 13), version=row.version, by=centre.jonas, now=NOW,
            **time,
        )  # fmt: skip

    assert ["dagarna är inte bestämda" in text for text in texts()] == [True]
    hold(rows[0], 9)
    hold(rows[1], 9)
    assert ["Anna Ek leder två pass samtidigt" in text for text in texts()] == [True]
    hold(rows[1], 10)
    assert texts() == []


def test_a_leaders_week_without_days_is_one_thing_to_look_at(plan, centre, client):
    anna = add_person(school=centre.lindang, name="Anna Ek", by=centre.samira)
    rows = [*both(plan), session_of(plan, "Personal F–3", after=D(2026, 9, 30))]
    for row in rows:
        set_leader(session=row, leader=anna, version=row.version, by=centre.jonas, now=NOW)
    week = max(row.week_start for row in rows)
    placings = [Placing(row, row.version, week) for row in rows if row.week_start != week]
    move_sessions(placings=placings, by=centre.jonas, now=NOW)
    page = text_of(client.get(reverse("schools:conflict-list")))
    assert page.count("Anna Ek leder 3 pass v.") == 1
    assert "och dagarna är inte bestämda." in page
    assert "1A, " in page and "2A, " in page and "Personal F–3, " in page


def test_a_leader_is_chosen_among_the_schools_people(plan, centre, client):
    anna = add_person(school=centre.lindang, name="Anna Ek", by=centre.samira)
    theirs = add_person(school=centre.ekbacka, name="Bo Al", by=centre.samira)
    session = session_of(plan, "1A", after=TODAY)
    address = reverse("schools:session-leader", args=[session.uuid])
    assert "Bo Al" not in text_of(client.get(address))
    assert client.post(address, {"leader": theirs.pk, "version": session.version}).status_code == 200
    assert not PlannedSession.objects.filter(leader=theirs).exists()
    done = client.post(address, {"leader": anna.pk, "version": session.version}, follow=True)
    assert "leds av Anna Ek" in text_of(done)
    stale = client.post(address, {"leader": "", "version": session.version})
    assert stale.status_code == 409


def test_sessions_follow_the_groups_weekly_time_but_those_with_a_time_of_their_own(plan, centre):
    group = Group.objects.get(school=centre.lindang, name="1A")
    own = session_of(plan, "1A", after=D(2026, 10, 31))
    move_session(
        session=own, week_start=own.week_start, date=own.week_start, version=1, by=centre.jonas, now=NOW
    )  # fmt: skip
    change_group(group=group, weekday=1, weekly_start=dt.time(9, 10), weekly_end=dt.time(10), by=centre.samira, now=NOW)
    row = session_of(plan, "1A", after=D(2026, 9, 30))
    assert (row.date, row.start_time, row.end_time) == (D(2026, 10, 6), dt.time(9, 10), dt.time(10))
    own.refresh_from_db()
    assert own.date == own.week_start
    # Moved a week on, it stays on the class's day; with another weekly time it follows.
    move_sessions(placings=[Placing(row, row.version, D(2026, 10, 12))], by=centre.jonas, now=NOW)
    row.refresh_from_db()
    assert row.date == D(2026, 10, 13)
    change_group(group=group, weekday=3, by=centre.samira, now=NOW)
    row.refresh_from_db()
    assert (row.date, row.start_time) == (D(2026, 10, 15), dt.time(9, 10))
    assert not plan.sessions.filter(group=group, week_start__lt=D(2026, 9, 14), date__isnull=False).exists()


def test_a_new_class_with_a_weekly_time_is_planned_for_its_day(centre):
    add_group(
        school=centre.lindang, year=centre.year, kind="class", name="3A", grade=3, weekday=4, by=centre.samira
    )  # fmt: skip
    plan = lay_out(centre, centre.lindang)
    days = {row.date.weekday() for row in plan.sessions.filter(group__name="3A") if row.date}
    assert days == {4}
    assert not plan.sessions.filter(group__name="1A", date__isnull=False).exists()


def test_the_weekly_time_is_undone_with_its_sessions(plan, centre, client):
    group = Group.objects.get(school=centre.lindang, name="1A")
    now = timezone.now()
    change_group(group=group, weekday=1, weekly_start=dt.time(9, 10), weekly_end=dt.time(10), by=centre.jonas, now=now)
    change_group(group=group, weekday=3, name="1 A", by=centre.jonas, now=now)
    batch = plan.changes.latest("pk").batch
    page = client.post(reverse("schools:undo", args=[batch]), follow=True)
    assert "Ångrat." in text_of(page)
    group.refresh_from_db()
    assert (group.weekday, group.weekly_start, group.weekly_end) == (1, dt.time(9, 10), dt.time(10))
    # The name was no part of it, and the next session is on the day that holds again.
    assert group.name == "1 A"
    row = session_of(plan, "1 A", after=D(2026, 9, 30))
    assert (row.date, row.start_time) == (D(2026, 10, 6), dt.time(9, 10))


def test_another_weekly_time_is_undone_from_the_groups_page(plan, centre, signed_in):
    client, group = signed_in(centre.samira), Group.objects.get(school=centre.lindang, name="1A")
    said = {"name": "1A", "grade": "1", "headcount": "20", "weekday": "1", "weekly_start": "09:10", "weekly_end": ""}
    page = client.post(reverse("schools:group-change", args=["lindangsskolan", group.pk]), said, follow=True)
    assert "Du kan ångra till" in text_of(page)
    address = re.search(r'action="(/andringar/[^"]+)"', page.content.decode())
    assert address
    page = client.post(address[1], {"next": page.redirect_chain[-1][0]}, follow=True)
    assert "Ångrat." in text_of(page) and "Grupper 2026/27" in text_of(page)
    group.refresh_from_db()
    assert (group.weekday, group.weekly_start) == (None, None)


def test_a_group_that_had_no_weekly_time_has_none_again(plan, centre):
    group = Group.objects.get(school=centre.lindang, name="1A")
    change_group(group=group, weekday=1, weekly_start=dt.time(9, 10), by=centre.jonas, now=NOW)
    undo_batch(batch=plan.changes.latest("pk").batch, by=centre.jonas, now=NOW)
    group.refresh_from_db()
    assert (group.weekday, group.weekly_start) == (None, None)
    assert not plan.sessions.filter(group=group, date__isnull=False).exists()


def test_a_weekly_time_that_has_been_changed_since_stays(plan, centre):
    group = Group.objects.get(school=centre.lindang, name="1A")
    change_group(group=group, weekday=1, by=centre.jonas, now=NOW)
    batch = plan.changes.latest("pk").batch
    Group.objects.filter(pk=group.pk).update(weekday=2)
    with pytest.raises(CannotUndo, match="1A har ändrats sedan"):
        undo_batch(batch=batch, by=centre.jonas, now=NOW)
    assert plan.sessions.filter(group=group, date__isnull=False).exists()


# Classes come, merge and change their names


@pytest.mark.parametrize(("before", "after", "stays_on"), [(4, 0, 4), (0, 4, 0), (4, 2, 2), (None, 0, None)])
def test_a_new_weekly_time_moves_nothing_to_a_day_that_has_passed_nor_from_one(plan, centre, before, after, stays_on):
    """It is the Wednesday of the week."""
    row = session_of(plan, "1A", after=D(2026, 9, 30))
    change_group(group=row.group, weekday=before, by=centre.jonas, now=NOW)
    wednesday = row.week_start + dt.timedelta(days=2)
    change_group(group=row.group, weekday=after, by=centre.jonas, now=at(wednesday))
    row.refresh_from_db()
    assert row.date == (None if stays_on is None else row.week_start + dt.timedelta(days=stays_on))
    later = session_of(plan, "1A", after=row.week_start + dt.timedelta(days=7))
    assert later.date.weekday() == after


def test_a_class_added_in_october_is_offered_the_rest_of_its_year(plan, centre, signed_in):
    with on(D(2026, 10, 14)):
        samira = signed_in(centre.samira)
        form = {"kind": "class", "name": "3A", "grade": "3", "headcount": "20", "starts_on": "2026-10-14"}
        address = reverse("schools:group-add", args=["lindangsskolan", "2026-27"])
        page = samira.post(address, form, follow=True)
        says = text_of(page)
        assert "3A är tillagd. Så här blir resten av året när du lägger ut det." in says
        assert not plan.sessions.filter(group__name="3A").exists()
        digest = re.search(r'name="digest" value="(\w+)"', page.content.decode())
        assert digest
        samira.post(page.redirect_chain[-1][0], {"digest": digest[1]})
    weeks = set(plan.sessions.filter(group__name="3A").values_list("week_start", flat=True))
    assert weeks and min(weeks) >= D(2026, 10, 12)
    assert not plan.sessions.exclude(group__name="3A").filter(moved_from__isnull=False).exists()


def test_a_class_begins_within_the_school_year(centre, signed_in):
    address = reverse("schools:group-add", args=["lindangsskolan", "2026-27"])
    form = {"kind": "class", "name": "3A", "grade": "3", "starts_on": "2027-08-01"}
    assert "Välj en dag i läsåret." in text_of(signed_in(centre.samira).post(address, form))


def test_a_class_merged_in_january_ends_and_the_other_keeps_its_plan(plan, centre):
    one, other = (Group.objects.get(school=centre.lindang, name=name) for name in ("1A", "2A"))
    kept = list(plan.sessions.filter(group=other).order_by("pk").values("pk", "week_start", "version"))
    logged = session_of(plan, "1A", after=D(2027, 1, 15))
    PlannedSession.objects.filter(pk=logged.pk).update(outcome="held")
    end_group(group=one, last_day=D(2027, 1, 15), merged_into=other, by=centre.samira, now=NOW)
    after = plan.sessions.filter(group=one, week_start__gt=D(2027, 1, 15))
    assert {row.outcome or row.cancel_reason for row in after} == {"held", "group_ended"}
    assert list(plan.sessions.filter(group=other).order_by("pk").values("pk", "week_start", "version")) == kept
    # Nothing is planned anew for what ended.
    apply_plan(participation=plan, from_day=D(2027, 1, 18), by=centre.samira, now=NOW)
    assert not plan.sessions.live().filter(group=one, outcome=None, week_start__gt=D(2027, 1, 15)).exists()


def test_a_renamed_class_has_its_new_name_in_plan_and_history(plan, centre, client):
    row = session_of(plan, "1A", after=TODAY)
    move_session(session=row, week_start=row.week_start + WEEK, version=1, by=centre.samira, now=NOW)
    group = Group.objects.get(school=centre.lindang, name="1A")
    change_group(group=group, name="1 Blå", by=centre.samira, now=NOW)
    for address in (
        row.get_absolute_url(),
        reverse("schools:term-plan-of", args=["lindangsskolan", "2026-27", "ht"]),
        reverse("schools:school-history", args=["lindangsskolan"]),
    ):
        page = text_of(client.get(address))
        assert "1 Blå" in page
        assert "1A" not in page
