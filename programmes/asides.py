"""What apps above this one know about a session topic, and about the whole: each adds a part of the page in
``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from programmes.models import SessionTopic

Aside = Callable[[HttpRequest, SessionTopic], SafeString]
topic_asides: list[Aside] = []
# Parts of the page on how it all hangs together; nothing for those whom a part does not concern.
whole_asides: list[Callable[[HttpRequest], SafeString]] = []
