"""What apps above this one show on a session's page: parts added in ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from schools.models import PlannedSession

Aside = Callable[[HttpRequest, PlannedSession], SafeString]
session_asides: list[Aside] = []
