"""The walk: every address, every role, own and other school, GET and POST. An address without a sample fails.

Who is let in is decided alike on every database, by the same few questions. So on PostgreSQL only those go who come in,
and see there what the pages ask for.
"""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib import admin
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from accounts.models import User
from tests.conftest import NOW, a_small_municipality
from tests.town import in_full_work, with_answers
from tests.walk.samples import NO_GET, NO_POST, OPEN, PUBLIC, SAMPLES, SIGNED, Sample
from tests.walk.well_formed import faults_of

ROLES = {
    "C": "samira",
    "K": "jonas",
    "P": "elin",
    "L": "maria",
    "A": "adam",
    "B": "lena",
    "left": "left",
    "nobody": "nobody",
}
SEE_ALL = "CLA"
CANNOT_NOW = 409


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """The municipality at work, built once for the whole walk and taken away after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(NOW, tick=False):
            town = with_answers(in_full_work(a_small_municipality()))
            town.cookies = {role: _signed_in(getattr(town, name)) for role, name in ROLES.items()}
        with django_db_blocker.block():
            yield town
        transaction.set_rollback(True)


def without_layout(template: str, context: dict[str, Any], *_sheets: str) -> bytes:
    """A PDF's text. Laying it out has tests of its own, and would be done for each role, school and address here."""
    return render_to_string(template, context | {"LANGUAGE": "sv"}).encode()


@pytest.fixture
def town(built: SimpleNamespace, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """What a test does in it is taken back; it sees objects of its own."""
    monkeypatch.setattr("programmes.pdf.make_pdf", without_layout)
    with time_machine.travel(NOW, tick=False):
        yield copy.deepcopy(built)


def addresses(patterns: list, prefix: str = "") -> Iterator[str]:
    """The name of every address but Django's own administration site, which is walked below."""
    for entry in patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        elif isinstance(entry, URLResolver) and entry.namespace != "admin":
            yield from addresses(entry.url_patterns, f"{entry.namespace}:" if entry.namespace else prefix)


def test_every_address_has_a_sample():
    assert sorted(addresses(get_resolver().url_patterns)) == sorted(sample.name for sample in SAMPLES)


def expected(sample: Sample, allowed: str, role: str, *, own_school: bool) -> str:
    """ "in", or how the door is shut: "signin", "forbidden", "missing", or "no verb" for every address alike."""
    if allowed == PUBLIC:
        return "in"
    if allowed == SIGNED:
        return "missing"
    if role == "anonymous" and not {PUBLIC, SIGNED} & {sample.get, sample.post}:
        return "signin"
    if allowed in (NO_GET, NO_POST):
        return "no verb"
    if allowed == OPEN:
        return "in"
    sees = role in SEE_ALL or (own_school and role in "KP")
    if sample.of_school and not sees:
        return "missing"
    if sample.of_partner:
        return "in" if role in allowed and (role != "B" or own_school) else "missing"
    return "in" if role in allowed else "missing" if sample.unseen else "forbidden"


def came(status: int, location: str) -> str:
    if status == 302 and location.startswith(f"{reverse('account_login')}?next="):
        return "signin"
    shut = {403: "forbidden", 404: "missing", 405: "no verb"}
    return shut.get(status, "in" if status < 400 or status == CANNOT_NOW else f"error {status}")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@pytest.mark.parametrize("method", ["get", pytest.param("post", marks=pytest.mark.doors)])
def test_who_comes_in(sample: Sample, method: str, town: SimpleNamespace):
    allowed = sample.get if method == "get" else sample.post
    faults, been = [], set()
    for school in (town.lindang, town.ekbacka):
        # What a visit does there is taken back, so the next one finds it as it was.
        address = reverse(sample.name, args=sample.args(town, school))
        for role in ["anonymous", *ROLES]:
            wanted = expected(sample, allowed, role, own_school=school == town.lindang)
            # An address that has nothing to do with a school is the same for the next one.
            if (role, address, wanted) in been:
                continue
            been.add((role, address, wanted))
            if wanted != "in" and connection.vendor != "sqlite":
                continue
            if (got := _visit(address, method, role, town)) != wanted:
                faults.append(f"{role} at {school.slug}: {got}, expected {wanted}")
    assert faults == []


@pytest.mark.doors
@pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if sample.get != NO_GET], ids=lambda sample: sample.name
)
def test_a_page_is_well_formed(sample: Sample, town: SimpleNamespace):
    """As those see it who may do most there."""
    address = reverse(sample.name, args=sample.args(town, town.lindang))
    comes = {role: expected(sample, sample.get, role, own_school=True) == "in" for role in [*ROLES, "anonymous"]}
    response = _client(next((role for role in comes if comes[role]), "anonymous"), town).get(address)
    for close in response._resource_closers:
        close()
    if response.headers.get("Content-Type", "").startswith("text/html"):
        assert faults_of(response.content.decode()) == []


@pytest.mark.doors
@pytest.mark.parametrize("sample", [sample for sample in SAMPLES if sample.of_school], ids=lambda sample: sample.name)
def test_someone_elses_school_answers_as_one_that_does_not_exist(sample: Sample, town: SimpleNamespace):
    args = sample.args(town, town.ekbacka)
    missing = [uuid.UUID(int=1) if isinstance(args[0], uuid.UUID) else "finns-inte", *args[1:]]
    client = _client("P", town)
    elsewhere = client.post(reverse(sample.name, args=args))
    nowhere = client.post(reverse(sample.name, args=missing))
    assert elsewhere.status_code == nowhere.status_code
    assert elsewhere.status_code == (405 if sample.post == NO_POST else 404)
    assert _without_path(elsewhere) == _without_path(nowhere)


@pytest.mark.parametrize("role", list(ROLES))
def test_only_administrators_come_into_the_administration_site(role: str, town: SimpleNamespace):
    client = _client(role, town)
    statuses = {client.get(reverse(f"admin:{name}")).status_code for name in _admin_lists()}
    assert statuses == ({200} if role == "A" else {302})


def _admin_lists() -> list[str]:
    models = [model._meta for model in admin.site._registry]
    return ["index", *(f"{meta.app_label}_{meta.model_name}_changelist" for meta in models)]


def _visit(address: str, method: str, role: str, town: SimpleNamespace) -> str:
    """Go there, and leave nothing behind."""
    client = _client(role, town)
    with transaction.atomic():
        response = getattr(client, method)(address)
        # Not response.close(), which would close the test's own database connection too.
        for close in response._resource_closers:
            close()
        transaction.set_rollback(True)
    return came(response.status_code, response.headers.get("Location", ""))


def _client(role: str, town: SimpleNamespace) -> Client:
    client = Client()
    if role in ROLES:
        client.cookies[settings.SESSION_COOKIE_NAME] = town.cookies[role]
    return client


def _signed_in(user: User) -> str:
    """The cookie of somebody who has signed in; a town is signed in to once, not for each address."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _without_path(response) -> bytes:
    """The page without what it says of the address asked for, and without what is new in every answer."""
    text = response.content.decode()
    text = text.replace(response.wsgi_request.path[:79], "").replace(response.wsgi_request.path, "")
    text = re.sub(r"/[-\w/…]+…", "", text)
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text).encode()
