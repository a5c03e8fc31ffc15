"""Forms for concepts and scenarios."""

from __future__ import annotations

from django import forms

from programmes.forms.rows import RowForm
from programmes.models import Concept, Scenario


class ConceptForm(RowForm):
    class Meta:
        model = Concept
        fields = ["term", "forms", "meaning"]
        widgets = {"meaning": forms.Textarea(attrs={"rows": 5})}


class ScenarioForm(RowForm):
    class Meta:
        model = Scenario
        fields = ["title", "text", "questions", "position"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8}), "questions": forms.Textarea(attrs={"rows": 5})}
