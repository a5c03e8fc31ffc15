"""The form for what stands about a session topic, and its file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from programmes.forms.rows import VersionedForm
from programmes.material import TYPES, check_material
from programmes.models import SessionTopic, TopicPart

_MARKDOWN = _("**bold**, - lists and [links](https://…) work.")
_LONGEST_PART = TopicPart._meta.get_field("title").max_length or 0


class TopicForm(VersionedForm, forms.Form):
    """Given a topic, the form is filled with what stands about it."""

    title = forms.CharField(label=_("Title"), max_length=120, validators=[refuse_personal_number])
    aim = forms.CharField(
        label=_("Aim"),
        required=False,
        max_length=10_000,
        help_text=_MARKDOWN,
        validators=[refuse_personal_number],
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    parts = forms.CharField(
        label=_("Parts of the session"),
        required=False,
        help_text=_("One part a line. The log ticks them off."),
        validators=[refuse_personal_number],
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    preparation = forms.CharField(
        label=_("What staff prepare"),
        required=False,
        max_length=10_000,
        help_text=_MARKDOWN,
        validators=[refuse_personal_number],
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    material = forms.FileField(
        label=_("New file"),
        required=False,
        help_text=_("PDF, DOCX, PPTX or ODT, at most 10 MB. The former file stays as an earlier version."),
        widget=forms.FileInput(attrs={"accept": ",".join(TYPES)}),
    )
    news = forms.CharField(
        label=_("What is new in the file"),
        required=False,
        max_length=200,
        help_text=_("Those who hold the session next see it."),
        validators=[refuse_personal_number],
    )
    withdraw = forms.BooleanField(label=_("Show no file for now"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, topic: SessionTopic, **kwargs: Any) -> None:
        written = {
            "title": topic.title,
            "aim": topic.aim,
            "preparation": topic.preparation,
            "parts": "\n".join(part.title for part in topic.parts.all()),
            "withdraw": False,
            "version": topic.version,
        }
        super().__init__(*args, **kwargs)
        self.initial = written
        if not topic.material:
            del self.fields["withdraw"]

    def as_saved(self, current: SessionTopic) -> TopicForm:
        return TopicForm(topic=current)

    def clean_parts(self) -> list[str]:
        parts = [line.strip() for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        for place, part in enumerate(parts, 1):
            if len(part) > _LONGEST_PART:
                raise forms.ValidationError(
                    _("Line %(place)d is longer than %(longest)d characters. Make it shorter."),
                    params={"place": place, "longest": _LONGEST_PART},
                )
        return parts

    def clean_material(self) -> Any:
        material = self.cleaned_data["material"]
        if isinstance(material, UploadedFile):
            check_material(material)
        return material
