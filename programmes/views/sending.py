"""How every form of the content and the co-operation is saved: once, and never over somebody else's change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import SignedInRequest
from programmes.actions import add_row, change_row
from programmes.actions.sent_once import ChangedMeanwhile
from programmes.forms.keys import refuse

# After a conflict nobody has to fill in again: the form keeps what was typed, with what is saved now beside it.
CONFLICT, OK = 409, 200


@dataclass
class Sending:
    """The result of sending a form: saved, refused, or overtaken by ``who``, with the fields that differ."""

    saved: Any = None
    status: int = OK
    overtaken: list[tuple[str, str]] = field(default_factory=list)
    who: str = ""


def send(request: SignedInRequest, form: Any, save: Callable[[], Any], reread: Callable[[], Any]) -> Sending:
    """Save a form that was sent. ``reread`` gives the row as it is now, for a form that was overtaken."""
    if request.method != "POST" or not form.is_valid():
        return Sending()
    try:
        return Sending(saved=save())
    except ValidationError as refused:
        refuse(form, refused)
        return Sending()
    except ChangedMeanwhile:
        current = reread()
        overtaken = form.overtaken_by(current)
        if not overtaken and not request.FILES:
            return Sending(saved=current)  # what is saved is what was sent: the button was pressed twice
        return Sending(status=CONFLICT, overtaken=overtaken, who=str(current.changed_by or ""))


def send_row(
    request: SignedInRequest, form: Any, add: Callable[..., Any] = add_row, change: Callable[..., Any] = change_row
) -> Sending:
    """Save the form of a whole row of the content, new or existing."""
    row, by, now = form.instance, request.user, timezone.now()

    def save() -> Any:
        if row.pk is None:
            return add(row=row, said=form.said(), key=form.cleaned_data["key"], by=by, now=now)
        return change(row=row, version=form.cleaned_data["version"], by=by, now=now)

    return send(request, form, save, lambda: type(row)._default_manager.get(pk=row.pk))


def saved(title: object) -> str:
    return _("“%(title)s” is saved.") % {"title": title}


def answer(
    request: SignedInRequest, form: Any, sending: Sending, *, said: str, back: Any, template: str, **context: Any
) -> HttpResponse:
    """Redirect ``back`` with a message when the form was saved; otherwise show its page again."""
    if sending.saved:
        messages.success(request, said)
        return redirect(back)
    return render(request, template, {"form": form, "sending": sending, **context}, status=sending.status)
