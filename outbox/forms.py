"""The form in which a kind's texts are changed: a field for each part."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from outbox.actions import text_faults
from outbox.texts import Part, TextSet


class TextForm(forms.Form):
    """A kind's texts. What was typed is kept when it is refused."""

    based_on = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    sample = forms.CharField(max_length=80, required=False)

    def __init__(self, *args: Any, texts: TextSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = texts
        for part in texts.parts:
            self.fields[part.name] = _PartField(part)

    def written(self) -> dict[str, str]:
        """The typed texts by part, including refused ones."""
        return {part.name: _tidied(self[part.name].value() or "") for part in self.texts.parts}

    def parts(self) -> list[tuple[Part, forms.BoundField]]:
        return [(part, self[part.name]) for part in self.texts.parts]


class _PartField(forms.CharField):
    """A part's text, checked by the same rule as when it is saved, so that each error is shown at its field."""

    def __init__(self, part: Part) -> None:
        rows = {"rows": 3, "class": "textarea form-control"}
        widget = forms.TextInput({"class": "form-control"}) if part.is_line else forms.Textarea(rows)
        required = not part.may_be_empty
        super().__init__(label=str(part.title), required=required, widget=widget, strip=False, help_text=_help(part))
        self.error_messages["required"] = _("The text must not be empty.")
        self.part = part

    def clean(self, value: Any) -> str:
        text = _tidied(super().clean(value))
        if faults := text_faults(self.part, text):
            raise forms.ValidationError(faults)
        return text


def _help(part: Part) -> SafeString | str:
    """Which placeholders the text may hold and must hold."""
    must = _("%(means)s; must be there")
    rows = [
        (f"{{{one.word}}}", must % {"means": one.means} if one.name in part.required else one.means)
        for one in part.holds
    ]
    return format_html_join(" ", '<span class="d-block placeholder-help"><code>{}</code> {}</span>', rows)


def _tidied(text: str) -> str:
    """Stripped, with the line endings that are stored."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
