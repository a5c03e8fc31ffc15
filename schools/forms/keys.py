"""What tells that a form is the same that was sent before."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from programmes.actions.sent_once import SentWithOtherContent


class SentOnceForm(forms.Form):
    """A form that makes a row: its hidden key makes one however often it is sent. Sent without, it is another form.

    Refused as sent before with other content it comes back with a key of its own: saved again, it makes one more.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)

    def refuse(self, refused: ValidationError) -> None:
        """Show what the action that makes the row refused."""
        messages = refused.messages
        if isinstance(refused, SentWithOtherContent):
            self._become_another()
            messages = [
                _("This form has already been sent with other content. Save again if this is to be saved, too.")
            ]
        self.add_error(None, messages)

    def _become_another(self) -> None:
        data: Any = self.data
        self.data = data = data.copy()
        data["key"] = str(uuid.uuid4())
