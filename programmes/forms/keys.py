"""Forms with a hidden key, so that each makes its row once; and showing in a form what an action refused."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from programmes.actions.sent_once import SentWithOtherContent


class SentOnceForm(forms.Form):
    """A form that makes a row: its hidden key makes only one, however often it is sent. Sent without a key it counts as
    new."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)

    def clean_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()

    def become_another(self) -> None:
        """Take a new key, so that saving again makes another row."""
        data: Any = self.data
        self.data = data = data.copy()
        data[self.add_prefix("key")] = str(uuid.uuid4())


def refuse(form: forms.BaseForm, refused: ValidationError) -> None:
    """Show what an action refused: each error at its field, and those of no field first.

    A form that was sent before with other content gets a new key.
    """
    if isinstance(refused, SentWithOtherContent) and isinstance(form, SentOnceForm):
        form.become_another()
        form.add_error(
            None, _("This form has already been sent with other content. Save again if this is to be saved, too.")
        )
        return
    if not hasattr(refused, "error_dict"):
        form.add_error(None, refused)
        return
    for name, errors in refused.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
