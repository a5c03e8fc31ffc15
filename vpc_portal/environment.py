"""The portal's configuration, read from environment variables.

Each reader returns a usable value or raises ``ImproperlyConfigured`` with a sentence that says how to mend the
variable. Nothing else in the project reads the environment.
"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from vpc_portal.prepared import PreparingConnection, PreparingCursor

env = environ.Env()

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}
SHORTEST_SECRET = 50
SHORTEST_WEBHOOK_SECRET = 32
# Linux takes 107 characters for a socket's path, other systems fewer.
LONGEST_SOCKET = 103


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


def address(name: str, url: str) -> SplitResult:
    """The parts of an address in a variable. If it cannot be read, the error does not contain its password."""
    try:
        parts = urlsplit(url)
        is_readable = parts.port != 0 and not (parts.netloc and parts.fragment)
    except ValueError:
        is_readable = False
    if not is_readable:
        raise ImproperlyConfigured(
            f"{name} cannot be read: its host or port is none. Of a name or password in it write / ? # : @ and % as "
            "%2F %3F %23 %3A %40 and %25."
        )
    return parts


def database(*, default: str) -> dict[str, Any]:
    """The database in ``DATABASE_URL``: SQLite or PostgreSQL, with the options that each needs."""
    url = env.str("DATABASE_URL", default="") or default
    scheme = address("DATABASE_URL", url).scheme
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {scheme!r}. Use sqlite:///path/to/file.sqlite3 or "
            "postgres://user:password@host:5432/name."
        )
    config = dict(environ.Env.db_url_config(url))
    if scheme == "sqlite":
        # WAL lets readers and one writer work at the same time; IMMEDIATE makes a writer wait instead of failing
        # midway.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
    else:
        config["CONN_MAX_AGE"] = 600
        config["CONN_HEALTH_CHECKS"] = True
        preparing = {"connection_factory": PreparingConnection, "cursor_factory": PreparingCursor}
        config["OPTIONS"] = config.get("OPTIONS", {}) | preparing
    return config


def var_dir(*, default: Path) -> Path:
    """Where the portal keeps its files; made if it is missing."""
    given = Path(env.str("VAR_DIR", default="") or default)
    try:
        given.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise ImproperlyConfigured(
            f"VAR_DIR={str(given)!r} is no folder and can't be made: {wrong.strerror}. Name one that the portal may "
            "write in."
        ) from wrong
    return given


def broker(var_dir: Path) -> str:
    """Where Celery finds its broker: ``REDIS_URL``, or the embedded one's socket in ``var/broker``."""
    url = env.str("REDIS_URL", default="").strip()
    if url:
        if address("REDIS_URL", url).scheme not in {"redis", "rediss", "redis+socket"}:
            raise ImproperlyConfigured(
                "REDIS_URL is no Redis address. Use redis://:password@host:6379/0, rediss:// for TLS, or "
                "leave it out for the embedded broker."
            )
        return url
    socket = broker_socket(var_dir)
    if len(str(socket)) > LONGEST_SOCKET:
        raise ImproperlyConfigured(
            f"The embedded broker's socket {socket} has a path longer than {LONGEST_SOCKET} characters, which the "
            "system refuses. Set VAR_DIR to a shorter path, or REDIS_URL to a Redis."
        )
    return f"redis+socket://{socket}"


def broker_socket(var_dir: Path) -> Path:
    return var_dir.resolve() / "broker" / "valkey.sock"


def mail_server(*, production: bool) -> dict[str, Any]:
    """Django's settings for the mail server that ``SMTP_URL`` names."""
    url = env.str("SMTP_URL", default="").strip()
    if not url and production:
        raise ImproperlyConfigured(
            "SMTP_URL is missing. Set it to the mail server: smtp://host:25, smtp+tls://user:password@host:587 for "
            "STARTTLS, or smtp+ssl://user:password@host:465."
        )
    parts = address("SMTP_URL", url or "smtp://127.0.0.1:4025")
    if parts.scheme not in {"smtp", "smtp+tls", "smtp+ssl"} or not parts.hostname:
        raise ImproperlyConfigured(
            f"SMTP_URL begins with {parts.scheme!r}. Use smtp://host:25, smtp+tls://user:password@host:587 or "
            "smtp+ssl://user:password@host:465."
        )
    usual = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or usual[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
    }


def sender(*, production: bool) -> str:
    """The address that mails come from."""
    given = env.str("MAIL_FROM", default="").strip()
    if not given and production:
        raise ImproperlyConfigured("MAIL_FROM is missing. Set it to the address mails come from: vpc@kommun.example")
    address = given or "vpc@vpc.example"
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise ImproperlyConfigured(
            f"MAIL_FROM={address!r} is no e-mail address. Write it as vpc@kommun.example"
        ) from wrong
    return address


def centre_name() -> str:
    """The sender's name in mails, in one line as a mail's head must have it."""
    given = env.str("CENTRE_NAME", default="Våldspreventivt center").strip()
    if not given or not given.isprintable():
        raise ImproperlyConfigured(f"CENTRE_NAME={given!r} is no name. Write it in one line, or leave it out.")
    return given


def bounce_address() -> str:
    """The envelope's sender, where reports of bounces go; empty for the address that mails come from."""
    given = env.str("BOUNCE_ADDRESS", default="").strip()
    try:
        if given:
            validate_email(given)
    except ValidationError as wrong:
        raise ImproperlyConfigured(
            f"BOUNCE_ADDRESS={given!r} is no e-mail address. Write it as studsar@kommun.example, or leave it out."
        ) from wrong
    return given


def bounce_mailbox(*, production: bool) -> str:
    """The mailbox that reports of bounces are read from; empty where there is none."""
    given = env.str("BOUNCE_MAILBOX", default="").strip()
    parts = address("BOUNCE_MAILBOX", given)
    is_folder = parts.scheme == "maildir" and not parts.netloc and parts.path.startswith("/")
    is_imap = parts.scheme in ({"imaps"} if production else {"imaps", "imap"}) and parts.hostname and parts.username
    if given and not is_folder and not is_imap:
        raise ImproperlyConfigured(
            "BOUNCE_MAILBOX cannot be read. Use imaps://user:password@host/INBOX or maildir:///path/to/folder, or "
            "leave it out."
        )
    return given


def webhook_secret() -> str:
    """The secret that a mail service signs its reports of bounces with; empty where none calls."""
    given = token("BOUNCE_WEBHOOK_SECRET")
    if given and len(given) < SHORTEST_WEBHOOK_SECRET:
        raise ImproperlyConfigured(
            f"BOUNCE_WEBHOOK_SECRET has {len(given)} characters. Use at least {SHORTEST_WEBHOOK_SECRET}, for example "
            "from: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return given


def portal_url(*, production: bool) -> str:
    """Where the portal is found, for the links in mails; without a slash at the end."""
    given = env.str("PORTAL_URL", default="").strip().rstrip("/")
    if not given and not production:
        return f"http://127.0.0.1:{number('PORT', default=8000, lowest=1024, highest=65535)}"
    parts = address("PORTAL_URL", given)
    if (
        parts.scheme not in ({"https"} if production else {"http", "https"})
        or not parts.hostname
        or parts.path
        or parts.query
    ):
        raise ImproperlyConfigured(
            f"PORTAL_URL={given!r} cannot be used in links. Write where the portal is found, as "
            "https://portal.example.se"
        )
    return given


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


def register_url(name: str, *, default: str, production: bool) -> str:
    """Where a register is found, without a slash at the end; empty where there is none."""
    given = env.str(name, default=default).strip().rstrip("/")
    if not given:
        return ""
    parts = address(name, given)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and not production)
    if not is_safe or not parts.hostname or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"{name}={given!r} is no address of a register. Write it as https://api.example.se/path, without a "
            "question mark, or leave it empty for none."
        )
    return given


def token(name: str) -> str:
    """A key that another service has given the portal; one line of visible characters."""
    given = env.str(name, default="").strip()
    if not given.isascii() or not given.isprintable() or " " in given:
        raise ImproperlyConfigured(f"{name} holds something that no key can hold. Write it again, without spaces.")
    return given


def folder(name: str) -> Path | None:
    """A folder that exists, or none."""
    given = env.str(name, default="").strip()
    if given and not Path(given).is_dir():
        raise ImproperlyConfigured(f"{name}={given!r} is no folder. Name one that exists, or leave {name} out.")
    return Path(given) if given else None


def municipality() -> str:
    """The municipality's code, four digits as Statistics Sweden gives them."""
    given = env.str("MUNICIPALITY_CODE", default="0127").strip()
    if not (len(given) == 4 and given.isascii() and given.isdecimal()):
        raise ImproperlyConfigured(f"MUNICIPALITY_CODE={given!r} must be four digits, such as 0127 for Botkyrka.")
    return given
