"""The forms for the leadership's targets and reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from evaluations.definitions import ALL
from evaluations.models import SavedReport
from evaluations.reports import lines_of
from programmes.forms.cooperation import NOTHING_PERSONAL
from programmes.forms.keys import SentOnceForm

REFUSED = {
    "min_value": _("Write 1 or more, or leave it empty for no target."),
    "max_value": _("Write 100 or less."),
    "invalid": _("Write the target in whole per cent, such as 90."),
}


class TargetsForm(forms.Form):
    """A target in per cent for each figure; an empty field means no target.

    The form carries the values that the page showed, so that a field nobody has touched changes nothing, whatever is in
    force by now.
    """

    def __init__(self, *args: Any, holds: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for definition in ALL:
            self.fields[definition.key] = forms.IntegerField(
                label=str(definition.title),
                help_text=str(definition.what),
                required=False,
                min_value=1,
                max_value=100,
                initial=holds.get(definition.key),
                error_messages=REFUSED,
                show_hidden_initial=True,
            )

    @property
    def percents(self) -> dict[str, int | None]:
        """The targets that were changed, in per cent by figure."""
        return {key: self.cleaned_data[key] for key in self.changed_data}


# A board report is one page: its text has room for this many characters and lines.
MOST_ON_A_PAGE, MOST_LINES = 2000, 22
MOST_IN_A_YEAR = 10000


class ReportTextForm(forms.Form):
    """The leadership's own words in a report; may be empty."""

    text = forms.CharField(
        label=_("The leadership's words"),
        required=False,
        validators=[refuse_personal_number],
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_board = kind == SavedReport.Kind.BOARD
        self.fields["text"].help_text = f"{self._how_long()} {NOTHING_PERSONAL}"

    def _how_long(self) -> str:
        if self.is_board:
            return str(
                _(
                    "Best in 500 to 1,500 characters, so that it fits on the page. It can be left empty. "
                    "The partners may read it: name no single school."
                )
            )
        return str(_("It can be left empty. The partners may read it: name no single school."))

    def clean_text(self) -> str:
        """Refused when it is longer than the report has room for."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        most = MOST_ON_A_PAGE if self.is_board else MOST_IN_A_YEAR
        if len(text) > most:
            raise forms.ValidationError(
                _("The text has %(n)s characters. Shorten it to %(most)s at most.") % {"n": len(text), "most": most}
            )
        if self.is_board and lines_of(text) > MOST_LINES:
            raise forms.ValidationError(
                _("The text takes about %(n)s lines, and the page has room for %(most)s. Shorten it.")
                % {"n": lines_of(text), "most": MOST_LINES}
            )
        return text


class NewReportForm(SentOnceForm, ReportTextForm):
    """The same for a new report. ``seen`` is the fingerprint of the numbers that its maker has read."""

    version = None  # type: ignore[assignment]
    seen = forms.CharField(widget=forms.HiddenInput)


class WithdrawForm(forms.Form):
    """Why a report is withdrawn."""

    why = forms.CharField(
        label=_("Why is it withdrawn?"),
        help_text=_("Everyone who opens the report reads this."),
        max_length=300,
        validators=[refuse_personal_number],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
