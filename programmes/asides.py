"""What apps above this one know about a session topic: each adds a part of its page in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from programmes.models import SessionTopic

Aside = Callable[[HttpRequest, SessionTopic], SafeString]
topic_asides: list[Aside] = []
