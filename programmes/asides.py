"""What apps above this one add to pages here: parts of a topic's page, and of the page on how it all hangs together.

They are added in ``AppConfig.ready()``.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from programmes.models import SessionTopic

Aside = Callable[[HttpRequest, SessionTopic], SafeString]
topic_asides: list[Aside] = []
# Parts of the page on how it all hangs together; empty for users whom a part does not concern.
whole_asides: list[Callable[[HttpRequest], SafeString]] = []
