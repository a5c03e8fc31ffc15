"""Reads JSON from registers and people: limited in size and depth, whatever it claims to be."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from accounts.validators import holds_personal_number
from schools.imports.sheets import UnreadableFile

MAX_BYTES = 10_000_000
MAX_OBJECTS = 20_000
Document = dict[str, Any]


def document_of(content: bytes) -> Any:
    """The JSON's content. Raises ``UnreadableFile`` for anything that is not a JSON object or list within the
    limits."""
    if not content.strip():
        raise UnreadableFile(_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise UnreadableFile(_("The file is too large. It may hold at most 10 MB."))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise UnreadableFile(_("This is a web page or XML, not JSON. Choose the register's JSON file."))
    try:
        found = json.loads(content.removeprefix(b"\xef\xbb\xbf"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        said = {"row": error.lineno, "column": error.colno}
        text = _("This is not whole JSON: it breaks off or is wrong at row %(row)s, character %(column)s.")
        raise UnreadableFile(text % said) from error
    except (ValueError, RecursionError) as error:  # other encodings, endless numbers, endless depth
        raise UnreadableFile(_("This is not JSON that can be read. Choose the register's JSON file.")) from error
    if not isinstance(found, dict | list):
        raise UnreadableFile(_("The JSON holds no objects. Choose the register's JSON file."))
    return found


def objects_in(value: object) -> list[Document]:
    """The list's objects, in order. Raises ``UnreadableFile`` if it is not a list of objects, or is too long."""
    if not isinstance(value, list):
        raise UnreadableFile(_("The JSON has another form than the register's. Choose the register's JSON file."))
    if len(value) > MAX_OBJECTS:
        raise UnreadableFile(_("The file holds more than %(n)s objects. Divide it.") % {"n": MAX_OBJECTS})
    if not all(isinstance(one, dict) for one in value):
        raise UnreadableFile(_("The JSON has another form than the register's. Choose the register's JSON file."))
    return value


def text_in(of: Document, name: str, *, longest: int) -> str:
    """A text in an object, stripped; empty when it is missing.

    Raises ``ValueError`` with the reason, for the user, for what cannot be stored.
    """
    value = of.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(_("%(field)s is not a text.") % {"field": name})
    text = " ".join(value.split())
    if len(text) > longest:
        raise ValueError(_("%(field)s is longer than %(n)s characters.") % {"field": name, "n": longest})
    if not text.isprintable():
        raise ValueError(_("%(field)s holds characters that cannot be shown.") % {"field": name})
    if holds_personal_number(text):
        raise ValueError(_("%(field)s holds a personal identity number. Remove it.") % {"field": name})
    return text


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
