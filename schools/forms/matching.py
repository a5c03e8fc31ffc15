"""Matching pupil mentors with classes: one field for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from schools.models import Group


class MatchForm(forms.Form):
    """Which pupil mentors meet which class."""

    use_required_attribute = False

    def __init__(self, *args: Any, classes: Sequence[Group], mentors: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classes, self.mentors = classes, {str(group.pk): group for group in mentors}
        choices = [("", _("None yet")), *((pk, _with_number(group)) for pk, group in self.mentors.items())]
        for group in classes:
            self.fields[_name(group)] = forms.ChoiceField(
                label=_with_number(group),
                choices=choices,
                required=False,
                initial=str(group.mentors_id or ""),
                help_text=_pupils_for_each(group, self.mentors.get(str(group.mentors_id))),
            )

    def matches(self) -> dict[Group, Group | None]:
        return {group: self.mentors.get(self.cleaned_data[_name(group)]) for group in self.classes}


def _name(group: Group) -> str:
    return f"class_{group.pk}"


def _with_number(group: Group) -> str:
    """6A, 24 elever; or Elevmentorer 1, 13 elevmentorer."""
    if group.headcount is None:
        return group.name
    number = (
        ngettext("%(n)s pupil", "%(n)s pupils", group.headcount)
        if group.is_class
        else ngettext("%(n)s pupil mentor", "%(n)s pupil mentors", group.headcount)
    )
    return f"{group.name}, {number % {'n': group.headcount}}"


def _pupils_for_each(group: Group, mentors: Group | None) -> str:
    if mentors is None or not mentors.headcount or not group.headcount:
        return ""
    each = round(group.headcount / mentors.headcount, 1)
    return _now("About %(each)s pupils for each pupil mentor.") % {"each": f"{each:g}".replace(".", ",")}
