"""Notices about people whom mails do not reach."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from outbox.policies import user_can_see_mails
from schools.models import SchoolPerson
from schools.unreachable import flag_of, unreachable_people

register = template.Library()


@register.inclusion_tag("schools/_unreachable_list.html", takes_context=True)
def unreachable_notice(context: dict[str, Any]) -> dict[str, Any]:
    """For those who may correct it: everybody whose address bounces, with telephone numbers."""
    request = context.get("request")
    if request is None or not user_can_see_mails(request.user, timezone.localdate()):
        return {}
    return {"people": unreachable_people(), "request": request, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("schools/_unreachable_person.html", takes_context=True)
def unreachable_person(context: dict[str, Any], person: SchoolPerson) -> dict[str, Any]:
    """The same on a person's own page."""
    return {
        "flag": flag_of(person),
        "phone": person.phone or (person.user.phone if person.user else ""),
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
    }
