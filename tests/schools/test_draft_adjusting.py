"""A draft is adjusted before it is laid out, as a coordinator does it. Today is 17 September 2026."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from programmes.models import Programme
from schools.actions.calendar import close_days
from schools.actions.groups import add_group
from schools.actions.matching import match_mentors
from schools.actions.moves import move_session
from schools.actions.plans import StaleDraft, apply_plan, draft_plan, open_programme_year
from schools.actions.undoing import undo_batch
from schools.engine.drafts import Change, Draft, Kind
from schools.history import batches_of, deeds_in
from schools.models import DraftAdjustment, Group, Participation, PlanChange, PlannedSession, ProgrammeYear
from tests.content import the_reference_content
from tests.schools.laid_out import at, lay_out, on, session_of, with_rules, words_of

D = dt.date
TODAY = D(2026, 9, 17)
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with on(TODAY):
        yield


@pytest.fixture
def rules(centre: SimpleNamespace) -> ProgrammeYear:
    return with_rules(centre)


@pytest.fixture
def client(rules: ProgrammeYear, centre: SimpleNamespace, signed_in) -> Client:
    return signed_in(centre.samira)


def draft_now(centre: SimpleNamespace, rules: ProgrammeYear) -> Draft:
    participation = Participation(school=centre.lindang, programme_year=rules)
    return draft_plan(participation=participation, from_day=TODAY)


def change_of(draft: Draft, group: str, topic: str) -> Change:
    return next(one for one in draft.changes if one.group.name == group and one.topic_title.startswith(topic))


def adjust(client: Client, changes: list[Change], deed: str, query: str = "", **more: Any) -> Any:
    address = reverse("schools:plan-adjust", args=["lindangsskolan", "2026-27"]) + query
    return client.post(address, {"place": [one.key for one in changes], "deed": deed} | more, follow=True)


def lay_out_what_is_seen(client: Client, query: str = "") -> Any:
    address = reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"]) + query
    [digest] = set(re.findall(r'name="digest" value="(\w+)"', client.get(address).content.decode()))
    return client.post(address, {"digest": digest}, follow=True)


def test_a_session_is_put_a_week_later_and_laid_out_there_pinned(client, centre, rules):
    before = change_of(draft_now(centre, rules), "1A", "Aktiva")
    page = adjust(client, [before], "later")
    after = change_of(draft_now(centre, rules), "1A", "Aktiva")
    assert after.week == before.week + WEEK
    assert after.is_adjusted
    # The line is shown open, and the focus is on the button that was pressed.
    assert re.search(r'value="later" autofocus', page.content.decode())
    lay_out_what_is_seen(client)
    row = PlannedSession.objects.get(group=before.group, slot_no=before.slot_no)
    assert (row.week_start, row.pinned) == (after.week, True)
    assert PlannedSession.objects.filter(pinned=True).count() == 1
    assert not DraftAdjustment.objects.exists()
    assert draft_now(centre, rules).changes_nothing


def test_what_was_adjusted_is_so_again_when_the_plan_is_undone(client, centre, rules):
    draft = draft_now(centre, rules)
    one, other = change_of(draft, "1A", "Aktiva"), change_of(draft, "2A", "Aktiva")
    adjust(client, [one], "later")
    adjust(client, [other], "week", week="2026-12-14")
    adjusted = draft_now(centre, rules)
    lay_out_what_is_seen(client)
    undo_batch(batch=PlanChange.objects.latest("pk").batch, by=centre.samira, now=at(TODAY))
    assert draft_now(centre, rules).digest == adjusted.digest
    lay_out_what_is_seen(client)
    assert PlannedSession.objects.get(group=other.group, slot_no=other.slot_no).week_start == D(2026, 12, 14)


def test_a_topics_line_moves_as_one_and_goes_back(client, centre, rules):
    draft = draft_now(centre, rules)
    line = [change_of(draft, name, "Aktiva") for name in ("1A", "2A")]
    adjust(client, line, "week", week="2026-12-14")
    moved = draft_now(centre, rules)
    assert {change_of(moved, name, "Aktiva").week for name in ("1A", "2A")} == {D(2026, 12, 14)}
    adjust(client, line, "take-back")
    assert draft_now(centre, rules).digest == draft.digest


def test_the_warnings_follow_each_adjustment(client, centre, rules):
    staff = change_of(draft_now(centre, rules), "Personal F–3", "Aktiva")
    page = adjust(client, [staff], "week", week="2026-12-14")
    # Staff in the last week of December: the classes come after, in January.
    assert "Aktiva åskådare och förändring ligger utanför sin månad" in words_of(page.content.decode())
    page = adjust(client, [change_of(draft_now(centre, rules), "1A", "Aktiva")], "week", week="2026-12-07")
    assert "ligger inte före alla klassers pass" in words_of(page.content.decode())


def test_two_in_a_week_is_shown_not_forbidden(client, centre, rules):
    draft = draft_now(centre, rules)
    both = [change_of(draft, "1A", "Aktiva"), change_of(draft, "1A", "Våld")]
    page = adjust(client, both, "week", week="2027-01-18")
    assert "fler än ett pass" in words_of(page.content.decode())


def test_a_session_that_is_not_planned_stays_left_out_until_it_is_taken_back(client, centre, rules):
    left = change_of(draft_now(centre, rules), "1A", "Aktiva")
    adjust(client, [left], "leave")
    done = lay_out_what_is_seen(client)
    assert done.status_code == 200
    assert PlannedSession.objects.count() == 23
    draft = draft_now(centre, rules)
    assert draft.changes_nothing
    assert [one.kind for one in draft.changes] == [Kind.SKIP]
    page = client.get(reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"]))
    assert "Utelämnat, som du har bestämt" in words_of(page.content.decode())
    adjust(client, [change_of(draft, "1A", "Aktiva")], "take-back")
    assert draft_now(centre, rules).counts.create == 1


@pytest.fixture
def closed_december(centre: SimpleNamespace) -> Participation:
    """The plan is laid out, and then the week of 1A's session in December closes."""
    plan = lay_out(centre, centre.lindang)
    week = session_of(plan, "1A", after=D(2026, 11, 28)).week_start
    closed = {"starts_on": week, "ends_on": week + dt.timedelta(days=4)}
    close_days(year=centre.year, kind="other", name="Ombyggnad", school=centre.lindang, by=centre.samira, **closed)
    return plan


def test_a_move_that_is_left_stays_and_is_not_asked_of_again(closed_december, centre, signed_in):
    client, rules = signed_in(centre.samira), closed_december.programme_year
    [move] = [one for one in draft_now(centre, rules).changes if one.kind == Kind.MOVE and one.group.name == "1A"]
    adjust(client, [move], "leave")
    pinned = next(one for one in draft_now(centre, rules).changes if one.key == move.key)
    assert (pinned.kind, pinned.week) == (Kind.PIN, move.old_week)
    lay_out_what_is_seen(client)
    row = closed_december.sessions.get(group=move.group, slot_no=move.slot_no)
    assert (row.week_start, row.pinned) == (move.old_week, True)
    assert draft_now(centre, rules).changes_nothing
    [deed, *_earlier] = deeds_in(centre.lindang, batches_of(centre.lindang))
    assert any("ligger kvar i v." in line.replace("\xa0", " ") for line in deed.lines)
    undo_batch(batch=closed_december.changes.latest("pk").batch, by=centre.samira, now=at(TODAY))
    assert next(one for one in draft_now(centre, rules).changes if one.key == move.key).kind == Kind.PIN


def test_a_cancellation_that_is_left_is_not_made(centre, signed_in):
    plan = lay_out(centre, centre.lindang)
    Group.objects.filter(school=centre.lindang, name="2A").update(grade=7)
    client = signed_in(centre.samira)
    cancelled = [one for one in draft_now(centre, plan.programme_year).changes if one.kind == Kind.CANCEL]
    adjust(client, cancelled[:1], "leave")
    lay_out_what_is_seen(client)
    row = plan.sessions.get(group=cancelled[0].group, slot_no=cancelled[0].slot_no)
    assert row.cancelled_at is None
    assert plan.sessions.filter(cancelled_at=None).count() == 24 - len(cancelled) + 1


def test_what_a_person_has_moved_since_holds_more_than_the_draft(closed_december, centre, signed_in):
    rules = closed_december.programme_year
    [move] = [one for one in draft_now(centre, rules).changes if one.kind == Kind.MOVE and one.group.name == "1A"]
    adjust(signed_in(centre.samira), [move], "week", week="2027-01-18")
    row = closed_december.sessions.get(group=move.group, slot_no=move.slot_no)
    move_session(session=row, week_start=D(2027, 1, 25), version=row.version, by=centre.samira, now=at(TODAY))
    assert move.key not in {one.key for one in draft_now(centre, rules).changes}


def test_an_adjustment_made_after_it_was_seen_makes_the_draft_stale(client, centre, rules):
    seen = draft_now(centre, rules)
    adjust(client, [change_of(seen, "1A", "Aktiva")], "later")
    with pytest.raises(StaleDraft):
        apply_plan(
            participation=seen.participation, from_day=TODAY, by=centre.samira, now=at(TODAY), digest=seen.digest
        )
    assert not PlannedSession.objects.exists()


def test_all_adjustments_are_taken_back_at_once(client, centre, rules):
    draft = draft_now(centre, rules)
    adjust(client, [change_of(draft, "1A", "Aktiva")], "later")
    adjust(client, [change_of(draft, "2A", "Aktiva")], "leave")
    address = reverse("schools:plan-adjust", args=["lindangsskolan", "2026-27"])
    client.post(address, {"deed": "take-all-back"})
    assert draft_now(centre, rules).digest == draft.digest


@pytest.mark.parametrize(
    ("deed", "more", "said"),
    [
        ("week", {"week": "2026-10-26"}, "1A kan inte träffas i v. 44. Välj en annan vecka."),
        ("week", {"week": "2026-07-06"}, "1A kan inte träffas i v. 28."),
        ("week", {"week": ""}, "Välj en vecka."),
        ("week", {"week": "imorgon"}, "Välj en vecka."),
        ("week", {"week": "2026-12-15"}, "1A kan inte träffas i v. 51."),
        ("later", {"place": []}, "Kryssa i minst en grupp."),
        ("later", {"place": ["999-1"]}, "Utkastet har ändrats sedan du såg det."),
    ],
)
def test_an_adjustment_that_cannot_be_is_refused_in_words(client, centre, rules, deed, more, said):
    draft = draft_now(centre, rules)
    page = adjust(client, [change_of(draft, "1A", "Aktiva")], deed, **more)
    assert said in words_of(page.content.decode()).replace("\xa0", " ")
    assert not DraftAdjustment.objects.exists()


def test_at_the_years_first_week_there_is_no_earlier_one(client, centre, rules):
    draft = draft_now(centre, rules)
    first = change_of(draft, "Personal F–3", "Normer")
    assert first.week == D(2026, 9, 14)
    page = adjust(client, [first], "earlier")
    assert "det finns ingen tidigare vecka" in words_of(page.content.decode())


def test_another_schools_session_cannot_be_named(client, centre, rules):
    other = Participation(school=centre.ekbacka, programme_year=rules)
    theirs = draft_plan(participation=other, from_day=TODAY).changes[0]
    page = adjust(client, [theirs], "later")
    assert "Utkastet har ändrats sedan du såg det." in words_of(page.content.decode())
    assert not DraftAdjustment.objects.exists()


def test_an_adjusted_school_is_laid_out_with_the_others_as_adjusted(client, centre, rules):
    before = change_of(draft_now(centre, rules), "1A", "Aktiva")
    adjust(client, [before], "later")
    address = reverse("schools:plan-all", args=["2026-27"])
    page = client.get(address).content.decode()
    assert "Justerat." in page
    client.post(address, {"draft": re.findall(r'name="draft" value="([^"]+)"', page)})
    row = PlannedSession.objects.get(group=before.group, slot_no=before.slot_no)
    assert row.week_start == before.week + WEEK
    assert PlannedSession.objects.count() == 48


def test_a_class_that_comes_later_does_not_disturb_what_is_adjusted(client, centre, rules):
    before = change_of(draft_now(centre, rules), "1A", "Aktiva")
    adjust(client, [before], "later")
    add_group(school=centre.lindang, year=centre.year, kind="class", name="3A", grade=3, by=centre.samira)
    assert change_of(draft_now(centre, rules), "1A", "Aktiva").week == before.week + WEEK


class TestMvp:
    """A series is adjusted as the months are; what is not adjusted gives way, in the order of the numbers."""

    @pytest.fixture
    def series(self, centre: SimpleNamespace) -> ProgrammeYear:
        the_reference_content()
        said = {"school": centre.lindang, "year": centre.year, "by": centre.samira}
        mentors = add_group(kind="mentors", name="Elevmentorer", grade=9, headcount=13, **said)
        six = add_group(kind="class", name="6A", grade=6, headcount=26, **said)
        match_mentors(school=centre.lindang, year=centre.year, matches={six: mentors}, by=centre.samira)
        return open_programme_year(programme=Programme.objects.get(slug="mvp"), year=centre.year, by=centre.samira)

    @pytest.fixture
    def client(self, series: ProgrammeYear, centre: SimpleNamespace, signed_in) -> Client:
        return signed_in(centre.samira)

    def adjust(self, client: Client, changes: list[Change], deed: str, **more: Any) -> Any:
        return adjust(client, changes, deed, query="?program=mvp", **more)

    def number(self, draft: Draft, number: int) -> Change:
        return next(one for one in draft.changes if one.topic and one.topic.number == number)

    def weeks(self, draft: Draft) -> list[dt.date]:
        return [self.number(draft, number).week for number in range(1, 12)]

    def test_one_put_later_pushes_those_after_it(self, client, centre, series):
        before = draft_now(centre, series)
        third = self.number(before, 3)
        page = self.adjust(client, [third], "later")
        assert re.search(r'value="later" autofocus', page.content.decode())
        after = draft_now(centre, series)
        weeks = self.weeks(after)
        assert weeks[2] > self.weeks(before)[2]
        assert weeks == sorted(weeks)
        assert all(other - one >= 2 * WEEK for one, other in pairwise(weeks))
        assert self.number(after, 3).is_adjusted
        assert [one.is_adjusted for one in after.changes].count(True) == 1

    def test_it_is_laid_out_as_adjusted_and_drafted_again_changes_nothing(self, client, centre, series):
        self.adjust(client, [self.number(draft_now(centre, series), 3)], "later")
        seen = self.weeks(draft_now(centre, series))
        lay_out_what_is_seen(client, "?program=mvp")
        rows = PlannedSession.objects.order_by("topic__number")
        assert [row.week_start for row in rows] == seen
        assert [row.topic.number for row in rows if row.pinned] == [3]
        assert not DraftAdjustment.objects.exists()
        assert draft_now(centre, series).changes_nothing

    def test_one_put_before_its_forerunner_is_said(self, client, centre, series):
        before = draft_now(centre, series)
        week = self.number(before, 1).week
        page = self.adjust(client, [self.number(before, 3)], "week", week=week.isoformat())
        assert self.number(draft_now(centre, series), 3).week == week
        words = words_of(page.content.decode())
        assert "ligger inte i nummerordning" in words

    def test_one_put_before_the_training_is_said(self, client, centre, series):
        page = self.adjust(client, [self.number(draft_now(centre, series), 1)], "week", week="2026-09-14")
        assert self.number(draft_now(centre, series), 1).week == D(2026, 9, 14)
        assert "ligger inte efter utbildningen" in words_of(page.content.decode())

    def test_one_left_out_is_not_asked_for_and_comes_back(self, client, centre, series):
        before = draft_now(centre, series)
        left = self.number(before, 11)
        self.adjust(client, [left], "leave")
        lay_out_what_is_seen(client, "?program=mvp")
        assert sorted(row.topic.number for row in PlannedSession.objects.all()) == list(range(1, 11))
        draft = draft_now(centre, series)
        assert draft.changes_nothing
        page = client.get(reverse("schools:plan-draft", args=["lindangsskolan", "2026-27"]) + "?program=mvp")
        assert "Utelämnat, som du har bestämt" in words_of(page.content.decode())
        self.adjust(client, [self.number(draft, 11)], "take-back")
        assert draft_now(centre, series).counts.create == 1

    def test_all_is_taken_back_at_once(self, client, centre, series):
        before = draft_now(centre, series)
        self.adjust(client, [self.number(before, 3)], "later")
        self.adjust(client, [self.number(draft_now(centre, series), 5)], "later")
        self.adjust(client, [], "take-all-back")
        assert draft_now(centre, series).digest == before.digest

    def test_the_other_programmes_draft_is_not_touched(self, client, centre, series):
        taget = open_programme_year(programme=Programme.objects.get(slug="taget"), year=centre.year, by=centre.samira)
        before = draft_now(centre, taget)
        self.adjust(client, [self.number(draft_now(centre, series), 3)], "later")
        assert draft_now(centre, taget).digest == before.digest
        self.adjust(client, [change_of(before, "1A", "Aktiva")], "later")
        assert draft_now(centre, taget).digest == before.digest

    def test_it_is_laid_out_with_the_rest_of_the_schools(self, client, centre, series):
        self.adjust(client, [self.number(draft_now(centre, series), 3)], "later")
        seen = self.weeks(draft_now(centre, series))
        address = reverse("schools:plan-all", args=["2026-27"]) + "?program=mvp"
        page = client.get(address).content.decode()
        assert "Justerat." in page
        client.post(address, {"draft": re.findall(r'name="draft" value="([^"]+)"', page)})
        rows = PlannedSession.objects.filter(group__school=centre.lindang).order_by("topic__number")
        assert [row.week_start for row in rows] == seen
