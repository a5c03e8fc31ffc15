"""Fields of forms say the same as Django's own templates, whatever stands in them."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from vpc_portal.form_fields import WrittenFields

ODD = "<b>\"x\" & 'y'"
CHOICES = [("", _("Yes")), (1, ODD), ("2", SafeString("&amp;"))]
GROUPED = [("a", "A"), (ODD, [("b", "B"), ("c", ODD)])]
ATTRIBUTES = {"class": "form-control", "required": True, "disabled": False, "data-odd": ODD, "maxlength": 1_000}

WIDGETS = [
    forms.TextInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.URLInput,
    forms.PasswordInput,
    forms.HiddenInput,
    forms.DateInput,
    forms.TimeInput,
    forms.DateTimeInput,
    forms.CheckboxInput,
    forms.Textarea,
    forms.FileInput,
    forms.ClearableFileInput,
]
CHOOSING = [forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple]


def words(html: str) -> list[str]:
    return html.split()


def check(widget: forms.Widget, value: object) -> None:
    ours = widget.render("name<", value, attrs={"id": "id_name"}, renderer=WrittenFields())
    theirs = widget.render("name<", value, attrs={"id": "id_name"}, renderer=TemplatesSetting())
    assert words(ours) == words(theirs)
    assert isinstance(ours, SafeString)


@pytest.mark.parametrize("kind", WIDGETS)
@pytest.mark.parametrize("value", [None, "", ODD, SafeString("<i>"), 0, 12_345.5, True, dt.date(2026, 9, 17), "a\nb"])
def test_a_field_to_write_in(kind, value):
    check(kind(attrs=dict(ATTRIBUTES)), value)
    check(kind(), value)


@pytest.mark.parametrize("kind", CHOOSING)
@pytest.mark.parametrize("choices", [CHOICES, GROUPED, []])
@pytest.mark.parametrize("value", [None, "", 1, "2", "c", ["1", "c"]])
def test_a_field_to_choose_in(kind, choices, value):
    check(kind(attrs=dict(ATTRIBUTES), choices=choices), value)


@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
@pytest.mark.parametrize("wrap_label", [True, False])
def test_one_of_several_choices_by_itself(widget, wrap_label):
    class Form(forms.Form):
        choice = forms.ChoiceField(choices=CHOICES, widget=widget(attrs=ATTRIBUTES))

    def tags(renderer: TemplatesSetting) -> list[str]:
        return [option.tag(wrap_label=wrap_label) for option in Form({"choice": "1"}, renderer=renderer)["choice"]]

    assert [words(tag) for tag in tags(WrittenFields())] == [words(tag) for tag in tags(TemplatesSetting())]
