"""The form for a programme or training."""

from __future__ import annotations

from django import forms

from programmes.forms.rows import RowForm
from programmes.models import Programme


class ProgrammeForm(RowForm):
    class Meta:
        model = Programme
        fields = ["name", "kind", "status", "audience", "summary"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}
