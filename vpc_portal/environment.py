"""The portal's configuration, read from environment variables.

Each reader returns a usable value or raises ``ImproperlyConfigured`` with a sentence that says how to mend the
variable. Nothing else in the project reads the environment.
"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}
SHORTEST_SECRET = 50


def flag(name: str, *, default: bool) -> bool:
    """A yes-or-no variable."""
    word = env.str(name, default="1" if default else "0").strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name}={word!r} is neither yes nor no. Set {name} to 1 or 0, or leave it out.")


def number(name: str, *, default: int, lowest: int, highest: int) -> int:
    """A whole number within bounds."""
    word = env.str(name, default=str(default)).strip()
    try:
        value = int(word)
    except ValueError:
        value = lowest - 1
    if not lowest <= value <= highest:
        raise ImproperlyConfigured(f"{name}={word!r} must be a whole number from {lowest} to {highest}.")
    return value


def database(*, default: str) -> dict[str, Any]:
    """The database that ``DATABASE_URL`` names: SQLite or PostgreSQL, with the options that each needs."""
    url = env.str("DATABASE_URL", default="") or default
    scheme = urlsplit(url).scheme
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {scheme!r}. Use sqlite:///path/to/file.sqlite3 or "
            "postgres://user:password@host:5432/name."
        )
    config = dict(environ.Env.db_url_config(url))
    if scheme == "sqlite":
        # WAL lets readers and one writer work side by side; IMMEDIATE makes a writer wait instead of failing midway.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    return config


def secret_key(var_dir: Path, *, production: bool) -> str:
    """The signing key: given in production; otherwise made once and kept in ``var/secret_key``."""
    given = env.str("SECRET_KEY", default="")
    if given:
        if len(given) < SHORTEST_SECRET:
            raise ImproperlyConfigured(
                f"SECRET_KEY has {len(given)} characters. Use at least {SHORTEST_SECRET}, for example from: "
                "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
            )
        return given
    if production:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing. Set it to at least 50 random characters, for example from: "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    kept = var_dir / "secret_key"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(50))
        kept.chmod(0o600)
    return kept.read_text().strip()


def hosts(*, production: bool) -> list[str]:
    """The host names the portal answers to."""
    given = [host.strip() for host in env.str("ALLOWED_HOSTS", default="").split(",") if host.strip()]
    if production and not given:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is missing. Set it to the portal's host names, with commas between them: "
            "ALLOWED_HOSTS=portal.example.se"
        )
    for host in given:
        if "/" in host or ":" in host:
            raise ImproperlyConfigured(
                f"ALLOWED_HOSTS has {host!r}. Write the host's name only, without https:// or port."
            )
    return given or ["localhost", "127.0.0.1", "[::1]"]
