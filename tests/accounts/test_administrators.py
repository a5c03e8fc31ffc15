"""Administrators: when Django's administration site is open to them, and who is left."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import actions
from accounts.models import CentreRole, User
from tests.conftest import AUTUMN_DAY, NOW, account

ADMINISTRATOR = CentreRole.Role.ADMINISTRATOR
DAY = dt.timedelta(days=1)


@pytest.fixture
def eva(adam: User) -> User:
    """A second administrator, so that the first can end."""
    user = account("eva")
    actions.give_role(user=user, role=ADMINISTRATOR, starts_on=dt.date(2020, 1, 1), by=adam)
    return user


def answer_at_the_site(client, days: int = 0) -> int:
    with time_machine.travel(NOW + days * DAY, tick=False):
        return client.get("/admin/").status_code


def test_the_administration_site_shuts_the_day_after_the_last_day(adam, eva, signed_in):
    client = signed_in(adam)
    actions.end_role(role=adam.centre_roles.get(), last_day=AUTUMN_DAY, today=AUTUMN_DAY, by=eva)
    assert answer_at_the_site(client) == 200
    assert answer_at_the_site(client, days=1) == 302


def test_the_administration_site_opens_on_the_first_day(adam, signed_in):
    new = account("ny")
    actions.give_role(user=new, role=ADMINISTRATOR, starts_on=AUTUMN_DAY + DAY, by=adam)
    client = signed_in(new)
    assert answer_at_the_site(client) == 302
    assert answer_at_the_site(client, days=1) == 200


def test_who_is_turned_away_from_the_site_is_told_so_in_swedish(samira, signed_in):
    with time_machine.travel(NOW, tick=False):
        page = signed_in(samira).get("/admin/", follow=True)
    assert page.status_code == 403
    assert "men det här hör till en annan roll" in page.content.decode()


def test_ending_an_old_role_anew_leaves_a_later_one_its_rights(adam, eva):
    old = adam.centre_roles.get()
    actions.end_role(role=old, last_day=AUTUMN_DAY - 30 * DAY, today=AUTUMN_DAY, by=eva)
    actions.give_role(user=adam, role=ADMINISTRATOR, starts_on=AUTUMN_DAY - DAY, by=eva)
    actions.end_role(role=old, last_day=AUTUMN_DAY - 40 * DAY, today=AUTUMN_DAY, by=eva)
    adam.refresh_from_db()
    assert adam.is_staff


@pytest.mark.parametrize("days", [0, 30], ids=["begun today", "not begun"])
def test_a_role_given_to_the_wrong_person_is_taken_back_at_once(adam, signed_in, days):
    wrong = account("wrong")
    with time_machine.travel(NOW, tick=False):
        role = actions.give_role(user=wrong, role=ADMINISTRATOR, starts_on=AUTUMN_DAY + days * DAY, by=adam)
        there, client = reverse("accounts:role-end", args=[role.pk]), signed_in(adam)
        assert "Gavs rollen av misstag?" in client.get(there).content.decode()
        answer = client.post(there, {"last_day": (AUTUMN_DAY - DAY).isoformat()}, follow=True)
        assert "Rollen är återtagen." in answer.content.decode()
        wrong.refresh_from_db()
        assert (wrong.centre_roles.exists(), wrong.is_superuser) == (False, False)
        assert signed_in(wrong).get(reverse("accounts:administration")).status_code == 403


def test_a_role_that_somebody_has_had_is_not_taken_back(adam, eva, signed_in):
    role = adam.centre_roles.get()
    with time_machine.travel(NOW, tick=False):
        there = reverse("accounts:role-end", args=[role.pk])
        answer = signed_in(eva).post(there, {"last_day": (role.starts_on - DAY).isoformat()})
    assert "Den sista dagen ligger före den första." in answer.content.decode()
    assert adam.centre_roles.get().ends_on is None


def test_a_role_ended_anew_may_not_run_into_a_later_one(adam, eva):
    old = adam.centre_roles.get()
    actions.end_role(role=old, last_day=AUTUMN_DAY - 30 * DAY, today=AUTUMN_DAY, by=eva)
    actions.give_role(user=adam, role=ADMINISTRATOR, starts_on=AUTUMN_DAY - DAY, by=eva)
    with pytest.raises(ValidationError) as refused:
        actions.end_role(role=old, last_day=AUTUMN_DAY, today=AUTUMN_DAY, by=eva)
    assert "last_day" in refused.value.message_dict


@pytest.mark.parametrize("sought", ["öberg", "ÅSA", "Åsa Ö", "asa.oberg@"])
def test_an_account_is_found_in_any_case_of_letters(sought, adam, eva, signed_in):
    asa = actions.make_account(email="asa.oberg@vpc.example", full_name="Åsa Öberg", password=None, by=adam)
    page = signed_in(adam).get(reverse("accounts:account-list"), {"sok": sought}).context["page"]
    assert list(page) == [asa]
