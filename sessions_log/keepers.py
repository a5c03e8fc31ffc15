"""Whose logs a browser keeps when they could not be sent: an account's, or those of a link that can log."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.crypto import salted_hmac


@dataclass(frozen=True)
class Keeper:
    """``name`` distinguishes keepers; ``url`` is the page that sends this keeper's logs."""

    name: str
    url: str

    @property
    def owner(self) -> str:
        """A name that distinguishes those who share a phone, and says nothing else about them."""
        return salted_hmac("kept on the phone", self.name).hexdigest()[:16]
