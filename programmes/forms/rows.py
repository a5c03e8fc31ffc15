"""Forms of rows that several people write: sent twice they make one row, and nobody overwrites another's change."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.formats import date_format

from accounts.forms import name_empty_choices
from programmes.forms.keys import SentOnceForm


class VersionedForm(forms.BaseForm):
    """A form for a row that somebody else may have changed since it was opened; it carries the row's ``version``."""

    def as_saved(self, current: Any) -> forms.BaseForm:
        """The form as it would open on the row as it is now."""
        raise NotImplementedError

    def overtaken_by(self, current: Any) -> list[tuple[str, str]]:
        """Take over the row's new version, keep what was typed, and give what is saved now where it differs."""
        data: Any = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = str(current.version)
        self.data = data
        saved = self.as_saved(current)
        return [
            (str(field.label), _in_words(field, saved[name].value()))
            for name, field in saved.fields.items()
            if name in saved.initial
            and not isinstance(field, forms.FileField)
            and field.has_changed(_plain(saved[name].value()), _plain(self._as_sent(name)))
        ]

    def _as_sent(self, name: str) -> Any:
        return self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))


class RowForm(SentOnceForm, VersionedForm, forms.ModelForm):
    """A form that makes a row once, by its key, or changes one that nobody else has changed, by its version."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_empty_choices(self)
        hidden = "key" if self.instance.pk else "version"
        del self.fields[hidden]
        if self.instance.pk:
            self.fields["version"].required = True
            self.fields["version"].initial = self.instance.version

    def said(self) -> dict[str, Any]:
        """What was filled in, without key and version."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("key", "version")}

    def as_saved(self, current: models.Model) -> forms.BaseForm:
        return type(self)(instance=current)

    def _get_validation_exclusions(self) -> set[str]:
        """Skip validating the row when the key has made it already: then only ``known`` decides whether the content is
        the same."""
        left_out: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        key = self.cleaned_data.get("key")
        if key and type(self.instance)._default_manager.filter(key=key).exists():
            left_out |= {field.name for field in self.instance._meta.fields}
        return left_out


def _plain(value: Any) -> Any:
    """A text without the line endings that browsers send."""
    return "\n".join(value.splitlines()) if isinstance(value, str) else value


def _in_words(field: forms.Field, value: Any) -> str:
    """A field's value as the page shows it."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(str(row) for row in value or ()) or "–"
    if isinstance(field, forms.ModelChoiceField):
        row = field.queryset.filter(pk=value).first() if value and field.queryset is not None else None
        return str(row or "–")
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    if isinstance(value, dt.date):
        return date_format(value, "j b Y")
    return str(value or "–")
