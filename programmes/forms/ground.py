"""Forms for the sections that anyone reads, and their rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from programmes.forms.rows import RowForm
from programmes.material import TYPES, check_material
from programmes.models import ContentItem, ContentSection


class SectionForm(RowForm):
    class Meta:
        model = ContentSection
        fields = ["title", "intro"]
        widgets = {"intro": forms.Textarea(attrs={"rows": 4})}


class ItemForm(RowForm):
    class Meta:
        model = ContentItem
        fields = ["heading", "text", "detail", "body", "link", "file", "checked_on"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3}),
            "body": forms.Textarea(attrs={"rows": 8}),
            "file": forms.FileInput(attrs={"accept": ",".join(TYPES)}),
            "checked_on": DayInput,
        }
        labels = {"detail": _("Beside the text"), "body": _("More to read")}
        help_texts = {
            "detail": _("A phone number, an address, whom it is for."),
            "body": _("Shown on the row's own page. **bold**, - lists and [links](https://…) work."),
            "file": _("PDF, DOCX, PPTX or ODT, at most 10 MB. A new file takes the place of the former."),
            "checked_on": _("The day when somebody last made sure that this is right."),
        }

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            check_material(file)
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("heading") and not cleaned.get("text") and not self.errors:
            raise forms.ValidationError(_("Write a heading or a text."))
        return cleaned
