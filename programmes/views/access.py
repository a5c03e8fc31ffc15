"""Who comes in to write."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from programmes.policies import user_can_write_content


def may_write(request: HttpRequest) -> bool:
    return user_can_write_content(request.user, timezone.localdate())


def writers_only(request: HttpRequest) -> None:
    """Raise ``PermissionDenied`` for those who don't keep the content."""
    if not may_write(request):
        raise PermissionDenied
