"""Fetches JSON from a register: one host, no redirects, limits on time and size, and errors in words for the user.

The base address comes from the settings only; paths are built here from codes that have been checked.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from schools.imports.documents import MAX_BYTES, document_of
from schools.imports.sheets import UnreadableFile

CHUNK = 65_536


class RegisterFault(UnreadableFile):
    """The register cannot be reached, or answers with something other than its data; the message says what to do."""


class NotInRegister(RegisterFault):
    """The register answers that there is no such unit or group."""


@dataclass(frozen=True)
class Register:
    """A register's address and limits.

    ``silence`` is seconds until an answer begins or goes on, ``within`` seconds for one whole answer, ``most_bytes``
    its size, and ``overall`` seconds for all answers together.
    """

    name: str
    base: str
    token: str = ""
    silence: float = 5
    within: float = 15
    most_bytes: int = MAX_BYTES
    # Seconds for everything that one request from a visitor fetches, counted from when this object was made.
    overall: float = 25
    born: float = field(default_factory=time.monotonic)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON at a path below the base. Raises ``NotInRegister`` for a 404, else ``RegisterFault``."""
        address = f"{self.base}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        ends = min(time.monotonic() + self.within, self.born + self.overall)
        try:
            self._check_time(ends)
            with _OPENER.open(urllib.request.Request(address, headers=headers), timeout=self.silence) as answer:
                return self._read(answer, ends)
        except urllib.error.HTTPError as fault:
            fault.close()
            raise self._refused(fault.code) from fault
        except (TimeoutError, urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as fault:
            raise self._unreached(fault) from fault

    def _read(self, answer: Any, ends: float) -> Any:
        if answer.status != 200:
            raise self._refused(answer.status)
        kind = answer.headers.get_content_type()
        if kind != "application/json" and not kind.endswith("+json"):
            said = {"register": self.name, "kind": kind}
            raise RegisterFault(_("%(register)s answers with %(kind)s, not with JSON. Try again later.") % said)
        content = self._content(answer, ends)
        try:
            return document_of(content)
        except UnreadableFile as broken:
            text = _("The answer of %(register)s is broken. Try again later, or read in a file.")
            raise RegisterFault(text % {"register": self.name}) from broken

    def _content(self, answer: Any, ends: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := answer.read1(CHUNK):
            parts.append(part)
            size += len(part)
            if size > self.most_bytes:
                raise RegisterFault(_("The answer of %(register)s is too large.") % {"register": self.name})
            self._check_time(ends)
        if answer.length:  # fewer bytes came than were promised
            raise http.client.IncompleteRead(b"".join(parts), answer.length)
        return b"".join(parts)

    @staticmethod
    def _check_time(ends: float) -> None:
        if time.monotonic() > ends:
            raise TimeoutError

    def _refused(self, status: int) -> RegisterFault:
        said = {"register": self.name, "status": status}
        if status == 404:
            return NotInRegister(_("%(register)s does not find what was asked for (404).") % said)
        if 300 <= status < 400:
            text = _("%(register)s points to another address (%(status)s). The setting has to be mended.")
            return RegisterFault(text % said)
        if status in (401, 403):
            text = _("%(register)s does not let the portal in (%(status)s). The setting has to be mended.")
            return RegisterFault(text % said)
        return RegisterFault(_("%(register)s answers with a fault (%(status)s). Try again later.") % said)

    def _unreached(self, fault: Exception) -> RegisterFault:
        reason = getattr(fault, "reason", fault)
        said = {"register": self.name}
        if isinstance(reason, TimeoutError):
            return RegisterFault(_("%(register)s did not answer in time. Try again, or read in a file.") % said)
        return RegisterFault(_("%(register)s cannot be reached. Try again later, or read in a file.") % said)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect could lead to any host: it is a fault."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)
