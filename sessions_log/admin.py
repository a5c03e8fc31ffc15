"""Logs in Django's administration site: read-only, since a log must not be changed without its revision."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from sessions_log.models import LogRevision, SessionLog


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SessionLog)
class SessionLogAdmin(ReadOnly):
    list_display = ["session", "held", "held_on", "present", "logged_by", "logged_at"]
    list_filter = ["held", "session__participation__school"]
    list_select_related = ["session__topic", "session__group", "logged_by"]
    date_hierarchy = "logged_at"


@admin.register(LogRevision)
class LogRevisionAdmin(ReadOnly):
    list_display = ["session", "by", "at"]
    list_select_related = ["session__topic", "session__group", "by"]
    date_hierarchy = "at"
