"""The form for a row of the picture of who meets what."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from programmes.forms.rows import RowForm
from programmes.models import Encounter


class EncounterForm(RowForm):
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
            "trace",
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
