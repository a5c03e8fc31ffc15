"""A wrong setting stops the start with a sentence that says how to mend it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from vpc_portal import environment

ROOT = Path(__file__).parents[2]
GOOD_KEY = "k" * 25 + "0123456789" * 3


@pytest.mark.parametrize(
    ("name", "value", "remedy", "read"),
    [
        ("DEMO", "kanske", "Set DEMO to 1 or 0", lambda: environment.flag("DEMO", default=False)),
        (
            "PORT",
            "abc",
            "from 1024 to 65535",
            lambda: environment.number("PORT", default=1, lowest=1024, highest=65535),
        ),
        ("PORT", "80", "from 1024 to 65535", lambda: environment.number("PORT", default=1, lowest=1024, highest=65535)),
        ("DATABASE_URL", "mysql://x/y", "Use sqlite:///", lambda: environment.database(default="sqlite:///:memory:")),
        ("ALLOWED_HOSTS", "https://a.example", "host's name only", lambda: environment.hosts(production=True)),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS=portal", lambda: environment.hosts(production=True)),
        ("REDIS_URL", "amqp://x", "redis://:password@host", lambda: environment.broker(Path())),
        ("VAR_DIR", "", "Set VAR_DIR to a shorter path", lambda: environment.broker(Path("/", "x" * 110))),
        ("SMTP_URL", "http://x", "Use smtp://host:25", lambda: environment.mail_server(production=False)),
        ("SMTP_URL", "", "smtp://host:25", lambda: environment.mail_server(production=True)),
        ("MAIL_FROM", "centret", "vpc@kommun.example", lambda: environment.sender(production=False)),
        ("MAIL_FROM", "", "vpc@kommun.example", lambda: environment.sender(production=True)),
        ("PORTAL_URL", "http://a.example", "https://portal", lambda: environment.portal_url(production=True)),
        ("PORTAL_URL", "", "https://portal", lambda: environment.portal_url(production=True)),
        ("PORTAL_URL", "https://a.example?b", "https://portal", lambda: environment.portal_url(production=True)),
        ("CENTRE_NAME", "Centret\nBcc: x@a.example", "in one line", environment.centre_name),
        ("CENTRE_NAME", "", "in one line", environment.centre_name),
        ("VAR_DIR", "/proc/finns-inte", "may write in", lambda: environment.var_dir(default=ROOT)),
        ("SECRET_KEY", "kort", "at least 50", lambda: environment.secret_key(Path(), production=True)),
        ("SECRET_KEY", "", "at least 50 random", lambda: environment.secret_key(Path(), production=True)),
    ],
)
def test_a_wrong_value_says_how_to_mend_it(monkeypatch, name, value, remedy, read):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        read()
    assert remedy in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("SMTP_URL", "smtp+tls://vpc:hemligt/ord@mail.example:587", lambda: environment.mail_server(production=True)),
        ("SMTP_URL", "smtp://mail.example:99999", lambda: environment.mail_server(production=True)),
        ("DATABASE_URL", "postgres://vpc:hemligt#ord@db.example:5432/vpc", lambda: environment.database(default="")),
        ("DATABASE_URL", "postgres://vpc:12#hemligt@db.example:5432/vpc", lambda: environment.database(default="")),
        ("DATABASE_URL", "postgres://vpc#hemligt:ord@db.example/vpc", lambda: environment.database(default="")),
        ("REDIS_URL", "redis://:hemligt?ord@redis.example:6379/0", lambda: environment.broker(Path())),
        (
            "BOUNCE_MAILBOX",
            "imaps://vpc:p@mail.example:hemligt/INBOX",
            lambda: environment.bounce_mailbox(production=True),
        ),
        ("PORTAL_URL", "https://[::1", lambda: environment.portal_url(production=True)),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_telling_its_password(monkeypatch, name, value, read):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=f"{name} cannot be read") as refused:
        read()
    assert "%23" in str(refused.value)
    assert "hemligt" not in str(refused.value)
    assert refused.value.__context__ is None


def test_a_password_may_hold_every_sign_as_it_is_written_in_addresses(monkeypatch):
    monkeypatch.setenv("SMTP_URL", "smtp+tls://vpc:a%2Fb%3Fc%23d%3Ae%40f%25g@mail.example")
    assert environment.mail_server(production=True)["EMAIL_HOST_PASSWORD"] == "a/b?c#d:e@f%g"
    monkeypatch.setenv("DATABASE_URL", "postgres://vpc:a%2Fb%3Fc%23d%3Ae%40f%25g@db.example:5432/vpc")
    found = environment.database(default="")
    assert (found["PASSWORD"], found["HOST"], found["PORT"]) == ("a/b?c#d:e@f%g", "db.example", 5432)


def test_without_a_given_key_one_is_made_and_kept(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = environment.secret_key(tmp_path, production=False)
    assert environment.secret_key(tmp_path, production=False) == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def in_production(tmp_path: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PRODUCTION": "1", "SECRET_KEY": GOOD_KEY}
    env |= {"ALLOWED_HOSTS": "portal.example.se", "PORTAL_URL": "https://portal.example.se"}
    env |= {"SMTP_URL": "smtp+tls://name:word@mail.example.se", "MAIL_FROM": "vpc@example.se", **more}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def test_the_deployment_check_is_clean(tmp_path):
    found = in_production(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert found.returncode == 0, found.stderr


def test_production_refuses_to_start_without_a_key(tmp_path):
    found = in_production(tmp_path, "check", SECRET_KEY="")
    assert found.returncode != 0
    assert "SECRET_KEY is missing" in found.stderr


def test_in_production_limits_ask_the_proxy_whose_the_request_is(tmp_path):
    asks = "from allauth.app_settings import TRUSTED_PROXY_COUNT as n; print(n)"
    assert in_production(tmp_path, "shell", "--no-imports", "-c", asks).stdout.strip() == "1"


def test_each_line_in_the_log_says_when_how_bad_and_of_what_once(tmp_path):
    says = (
        "from logging import getLogger as of; of('outbox.sender').warning('långsam'); of('django.request').error('fel')"
    )
    found = in_production(tmp_path, "shell", "--no-imports", "-c", says)
    moment = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"
    lines = rf"{moment} WARNING outbox.sender: långsam\n{moment} ERROR django.request: fel\n"
    assert re.fullmatch(lines, found.stderr), found.stderr
