"""Forms for occasions: what and when, who is invited, an answer, a cancellation, and how many came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import DayInput
from accounts.validators import refuse_personal_number
from programmes.forms.keys import SentOnceForm
from schools.actions.occasions import Guest
from schools.forms.plans import TimeInput
from schools.models import CancelReason, Occasion, OccasionKind, Organisation, School, SchoolPerson
from schools.models.occasions import MOST_AT_ONCE, MOST_FROM_ONE, OF_A_SCHOOL

Kind = OccasionKind
OF_MENTORS = (Organisation.PUPIL_MENTORS, Organisation.SCHOOL, Organisation.MUNICIPALITY, Organisation.OTHER)
# Which organisations can have attended; kinds that are not listed: all but pupils and parents.
WHO_COMES = {
    Kind.ABC: (Organisation.PARENTS,),
    Kind.APT: (Organisation.SCHOOL, Organisation.MUNICIPALITY, Organisation.OTHER),
    Kind.MENTORS_TRAINING: OF_MENTORS,
    Kind.SUPERVISION: OF_MENTORS,
    Kind.MENTORS_MEETING: OF_MENTORS,
}
PROFESSIONALS = tuple(one for one in Organisation if one not in (Organisation.PUPIL_MENTORS, Organisation.PARENTS))
PUBLIC = _("The text can become a public document. Write nothing that can be tied to a pupil.")


class OccasionForm(SentOnceForm):
    """What, where and when."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=Kind.choices)
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        required=False,
        validators=[refuse_personal_number],
        help_text=_("Leave empty, and it is called what it is."),
    )
    school = forms.ModelChoiceField(label=_("School"), queryset=School.objects.none())
    date = forms.DateField(label=_("Day"), widget=DayInput)
    start_time = forms.TimeField(label=pgettext_lazy("time", "From"), widget=TimeInput, required=False)
    end_time = forms.TimeField(label=pgettext_lazy("time", "To"), widget=TimeInput, required=False)
    place = forms.CharField(label=_("Place"), max_length=120, required=False, validators=[refuse_personal_number])
    text = forms.CharField(
        label=_("What it is about"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[MaxLengthValidator(2000), refuse_personal_number],
        help_text=_("Stands in the invitation. Write nothing that can be tied to a pupil."),
    )

    def __init__(self, *args: Any, schools: Iterable[School], for_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["school"]
        field.queryset = schools
        field.required = not for_all
        # Fields with an initial answer are not called optional.
        field.empty_label = _("The whole centre") if for_all else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start_time"), cleaned.get("end_time")
        if end and not start and not self.has_error("start_time"):
            self.add_error("start_time", _("Say when it begins, too."))
        if start and end and end <= start:
            self.add_error("end_time", _("The end is not after the start."))
        return cleaned


class OccasionChangeForm(OccasionForm):
    """The same without whom it is for and its kind, which cannot be changed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    key = None  # type: ignore[assignment]
    kind = None  # type: ignore[assignment]
    school = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        forms.Form.__init__(self, *args, **kwargs)


class CancelOccasionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Why?"),
        choices=CancelReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it is cancelled.")},
    )
    note = forms.CharField(
        label=_("In your own words"),
        max_length=300,
        required=False,
        validators=[refuse_personal_number],
        help_text=_("Those invited read it. Write nothing that can be tied to a pupil."),
    )


class InviteForm(forms.Form):
    """People at schools, chosen by ticking."""

    people = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, people: Sequence[SchoolPerson], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_pk = {str(person.pk): person for person in people}
        field: Any = self.fields["people"]
        field.choices = [(key, person.name) for key, person in self.by_pk.items()]

    def chosen(self) -> list[SchoolPerson]:
        return [self.by_pk[key] for key in self.cleaned_data["people"]]

    def ticked(self) -> set[str]:
        return set(self.data.getlist("people")) if self.is_bound else set()  # type: ignore[attr-defined]


class GuestForm(forms.Form):
    """Somebody invited by e-mail; an empty row is ignored."""

    use_required_attribute = False
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120, required=False, validators=[refuse_personal_number])
    organisation = forms.ChoiceField(
        label=_("Organisation"),
        choices=[(one.value, one.label) for one in PROFESSIONALS],
        initial=Organisation.SOCIAL_SERVICES,
    )

    def guest(self) -> Guest | None:
        said = self.cleaned_data
        return Guest(said["name"], said["email"], said["organisation"]) if said.get("email") else None

    def has_changed(self) -> bool:
        """A row with nothing but an organisation counts as empty."""
        return bool(set(self.changed_data) - {"organisation"})


GuestFormSet = forms.formset_factory(GuestForm, extra=3, max_num=20, absolute_max=20, validate_max=True)


class AnswerForm(forms.Form):
    """Yes or no, and how many."""

    answer = forms.ChoiceField(
        label=_("Do you come?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    coming = forms.IntegerField(
        label=_("How many will you be?"),
        min_value=1,
        max_value=MOST_FROM_ONE,
        initial=1,
        required=False,
        widget=forms.NumberInput(attrs={"class": "short"}),
        help_text=_("Yourself counted. Leave it if you cannot come."),
    )


class AttendanceForm(forms.Form):
    """Whether it was held, and how many came: from each organisation, and from each school where it is for the whole
    centre."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    held = forms.ChoiceField(
        label=_("Was it held?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_personal_number],
        help_text=PUBLIC,
    )

    def __init__(
        self, *args: Any, occasion: Occasion, invited: Sequence[School], others: Sequence[School], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.where: dict[str, tuple[str, School | None]] = {}
        who = WHO_COMES.get(Kind(occasion.kind), PROFESSIONALS)
        for organisation in who:
            if occasion.school or organisation not in OF_A_SCHOOL:
                self._add(organisation, occasion.school if organisation in OF_A_SCHOOL else None)
        self._plain = list(self.where)
        at_schools = [] if occasion.school else [one for one in who if one in OF_A_SCHOOL]
        self.invited = [(school, self._row(school, at_schools)) for school in invited if at_schools]
        self.others = [(school, self._row(school, at_schools)) for school in others if at_schools]
        for row in occasion.attendance.all():
            self.initial.setdefault(_name(row.organisation, row.school), row.count)

    @property
    def plain(self) -> list[forms.BoundField]:
        return [self[name] for name in self._plain]

    def counts(self) -> dict[tuple[str, School | None], int]:
        return {where: self.cleaned_data.get(name) or 0 for name, where in self.where.items()}

    def _row(self, school: School, organisations: Sequence[Organisation]) -> list[forms.BoundField]:
        return [self[self._add(one, school)] for one in organisations]

    def _add(self, organisation: Organisation, school: School | None) -> str:
        name = _name(organisation, school)
        self.where[name] = (organisation, school)
        self.fields[name] = forms.IntegerField(
            label=organisation.label,
            min_value=0,
            max_value=MOST_AT_ONCE,
            required=False,
            widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
        )
        return name


def _name(organisation: str, school: School | None) -> str:
    return f"n-{organisation}-{school.pk}" if school else f"n-{organisation}"


def initial_of(occasion: Occasion) -> dict[str, Any]:
    """The form's initial values for an existing occasion."""
    names = ("title", "date", "start_time", "end_time", "place", "text", "version")
    return {name: getattr(occasion, name) for name in names}


def held_initial(occasion: Occasion) -> dict[str, Any]:
    held = None if occasion.held is None else ("yes" if occasion.held else "no")
    return {"version": occasion.version, "held": held, "note": occasion.note}
