"""The form for a row of the picture of who meets what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from programmes.models import Encounter


class EncounterForm(forms.ModelForm):
    class Meta:
        model = Encounter
        fields = [
            "who",
            "programme",
            "what",
            "lane",
            "level",
            "first_stage",
            "last_stage",
            "mentors_stage",
            "position",
        ]
        help_texts = {"what": _("Stands below the programme's name in the picture.")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("programme") and not cleaned.get("what"):
            self.add_error("what", _("Choose a programme, or write what they meet."))
        first, last = cleaned.get("first_stage"), cleaned.get("last_stage")
        if first is not None and last is not None and last < first:
            self.add_error("last_stage", _("The last year is before the first."))
        return cleaned

    def save(self, commit: bool = True) -> Encounter:
        if not self.instance.slug:
            base = slugify(self.cleaned_data["who"])[:50] or "rad"
            taken = set(Encounter.objects.filter(slug__startswith=base).values_list("slug", flat=True))
            self.instance.slug = next(
                name for name in (base, *(f"{base}-{n}" for n in range(2, 999))) if name not in taken
            )
        return super().save(commit)
