"""Forms for concepts and scenarios."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.text import slugify

from accounts.forms import name_empty_choices
from programmes.models import Concept, Scenario

# What stands at the same place in an address as a row's short name.
_ADDRESSES = {"nytt", "ny-rad", "utskrift"}


class NamedForm(forms.ModelForm):
    """Gives a new row a short name of its own, made of what it is called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_empty_choices(self)

    def save(self, commit: bool = True) -> Any:
        if not self.instance.slug:
            self.instance.slug = free_slug(type(self.instance), str(self.instance))
        return super().save(commit)


class ConceptForm(NamedForm):
    class Meta:
        model = Concept
        fields = ["term", "forms", "meaning"]
        widgets = {"meaning": forms.Textarea(attrs={"rows": 5})}


class ScenarioForm(NamedForm):
    class Meta:
        model = Scenario
        fields = ["title", "text", "questions", "position"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8}), "questions": forms.Textarea(attrs={"rows": 5})}


def free_slug(model: type[models.Model], name: str) -> str:
    """A short name that no row of the model has yet."""
    base = slugify(name)[:60] or "rad"
    taken = _ADDRESSES | set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(found for found in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if found not in taken)
