"""Finds the interface's texts in templates and code without gettext: with Django's template extraction and Babel."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

APPS = ("accounts", "outbox", "programmes", "schools", "sessions_log", "evaluations", "vpc_portal")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Django turns a template into text in which only calls with a message are Python.
LITERAL = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"\b(?:(?:np|n|p)?gettext|_)\(\s*{LITERAL}(?:\s*,\s*(?:{LITERAL}|\w+))*\s*\)")
TEMPLATES = {".html", ".txt"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def catalogue_of(root: Path) -> Catalog:
    """Every text in the project's templates and code, with the place where it first occurs."""
    found = Catalog(locale="sv", charset="utf-8")
    for path in _sources(root):
        for _line, message, _comments, context in _messages_in(path):
            found.add(message, context=context)
    return found


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="sv")


def write_catalogue(catalogue: Catalog, path: Path) -> None:
    """Write the readable catalogue, sorted and without line numbers, so that a diff shows only real changes."""
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, no_location=True, omit_header=False)


def compile_catalogue(path: Path) -> None:
    """Write the compiled catalogue beside the readable one."""
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, read_catalogue(path))


def updated(found: Catalog, known: Catalog) -> Catalog:
    """The texts found, with known translations; texts that no longer occur are left out."""
    fresh = Catalog(locale="sv", charset="utf-8", fuzzy=False)
    for message in found:
        if message.id:
            before = known.get(_key(message.id), context=message.context)
            # A text that has gained or lost a plural has to be translated again.
            is_same_kind = before is not None and isinstance(before.id, str) == isinstance(message.id, str)
            fresh.add(message.id, before.string if before and is_same_kind else None, context=message.context)
    return fresh


def faults(found: Catalog, known: Catalog) -> list[str]:
    """What is wrong in the Swedish catalogue: translations missing or stale, or with other placeholders than the
    English."""
    wanted = {(_key(message.id), message.context): message for message in found if message.id}
    have = {(_key(message.id), message.context): message for message in known if message.id}
    lines = [f"not translated: {key[0]!r}" for key in wanted if key not in have or not _complete(have[key].string)]
    lines += [f"no longer used: {key[0]!r}" for key in have if key not in wanted]
    lines += [
        f"other placeholders: {key[0]!r}"
        for key, message in have.items()
        if key in wanted and _complete(message.string) and not _same_placeholders(message)
    ]
    return sorted(lines)


def _sources(root: Path) -> Iterator[Path]:
    yield from sorted(path for path in (root / "templates").rglob("*") if path.suffix in TEMPLATES)
    for app in APPS:
        yield from sorted(path for path in (root / app).rglob("*.py") if "migrations" not in path.parts)


def _messages_in(path: Path) -> Iterator[Any]:
    text = path.read_text(encoding="utf-8")
    if path.suffix in TEMPLATES:
        text = "\n".join(CALL.findall(templatize(text, origin=str(path))))
    yield from extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS)


def _key(message_id: Any) -> str:
    return message_id[0] if isinstance(message_id, (tuple, list)) else message_id


def _complete(string: Any) -> bool:
    return bool(string) and (isinstance(string, str) or all(string))


def _same_placeholders(message: Any) -> bool:
    """Whether each Swedish text uses only the English text's placeholders; a singular may leave its number out."""
    ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    allowed = {name for text in ids for name in PLACEHOLDER.findall(text)}
    return all(set(PLACEHOLDER.findall(text)) <= allowed for text in strings)
