"""Who gets in to write."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from programmes.models import Concept
from programmes.policies import user_can_write_content


def may_write(request: HttpRequest) -> bool:
    return user_can_write_content(request.user, timezone.localdate())


def writers_only(request: HttpRequest) -> None:
    """Raise ``PermissionDenied`` for users who may not write the content."""
    if not may_write(request):
        raise PermissionDenied


def concepts_for(request: HttpRequest) -> list[Concept]:
    """The concepts to link in a text; only for those signed in, who can open their meanings."""
    return list(Concept.objects.all()) if request.user.is_authenticated else []
