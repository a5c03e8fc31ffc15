"""What tells that a form is the same that was sent before."""

from __future__ import annotations

import uuid

from django import forms


def sent_once() -> forms.UUIDField:
    """The hidden key of a form that makes a row: sent twice it makes one. Sent without, it counts as another form."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)
