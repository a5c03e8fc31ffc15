"""For whom a browser keeps logs that could not be sent: an account, or a link that logs are written through."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.crypto import salted_hmac


@dataclass(frozen=True)
class Keeper:
    """``name`` tells keepers apart; ``url`` is the page that sends what is kept for this one."""

    name: str
    url: str

    @property
    def owner(self) -> str:
        """Tells those who use one phone apart, and says nothing else of them."""
        return salted_hmac("kept on the phone", self.name).hexdigest()[:16]
