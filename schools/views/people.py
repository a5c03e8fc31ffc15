"""People at a school, their roles there, and notes about the school."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.forms import LastDayForm
from accounts.requests import GET_OR_POST, SignedInRequest
from accounts.templatetags.look import short_day
from programmes.forms.keys import refuse
from schools.actions import people
from schools.actions.handover import hand_over
from schools.actions.removing import can_remove, remove_person
from schools.forms.people import HandOverForm, MembershipForm, NoteForm, PersonForm
from schools.models import SchoolMembership, SchoolPerson
from schools.policies import user_can_write_notes
from schools.views.access import managed_school, visible_school


def person_add(request: SignedInRequest, slug: str) -> HttpResponse:
    school = managed_school(request, slug, timezone.localdate())
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = people.add_person(school=school, **form.cleaned_data, by=request.user)
            messages.success(request, _("%(name)s is added. Give a role.") % {"name": person})
            return redirect("schools:membership-add", school.slug, person.pk)
        except ValidationError as refused:
            refuse(form, refused)
    return render(request, "schools/person_add.html", {"form": form, "school": school})


def person_change(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    today = timezone.localdate()
    school = managed_school(request, slug, today)
    person = get_object_or_404(SchoolPerson, school=school, pk=pk)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        try:
            wanted = form.cleaned_data.get("with_account", False)
            people.change_person(person=person, with_account=wanted, by=request.user)
            messages.success(request, _("%(name)s is saved.") % {"name": person})
            return redirect(school)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
    memberships = person.memberships.order_by("-starts_on")
    context = {"form": form, "school": school, "person": person, "memberships": memberships, "today": today}
    return render(request, "schools/person_change.html", context)


@GET_OR_POST
def person_remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Asks whether the person was entered by mistake, and removes them on POST; or says what stands in the way."""
    school = managed_school(request, slug, timezone.localdate())
    person = get_object_or_404(SchoolPerson.objects.select_related("user"), school=school, pk=pk)
    if request.method == "POST":
        try:
            remove_person(person=person, by=request.user)
            messages.success(request, _("%(name)s is removed.") % {"name": person})
            return redirect(school)
        except ValidationError as refused:
            messages.error(request, refused.message)
    context = {"school": school, "person": person, "can_remove": can_remove(person)}
    return render(request, "schools/person_remove.html", context)


def membership_add(request: SignedInRequest, slug: str, person_pk: int) -> HttpResponse:
    today = timezone.localdate()
    school = managed_school(request, slug, today)
    person = get_object_or_404(SchoolPerson, school=school, pk=person_pk)
    form = MembershipForm(request.POST or None, initial={"starts_on": today, "role": "contact"})
    if request.method == "POST" and form.is_valid():
        try:
            people.give_membership(person=person, **form.cleaned_data, by=request.user)
            messages.success(request, _role_given(person))
            return redirect(school)
        except ValidationError as refused:
            form.add_error(None, refused)
    return render(request, "schools/membership_add.html", {"form": form, "school": school, "person": person})


def _role_given(person: SchoolPerson) -> str:
    """Say that the role is given, and to somebody with an account also how to sign in, since no mail does."""
    if not person.user:
        return _("%(name)s has a role at the school.") % {"name": person}
    words = _(
        "%(name)s has a role at the school. No mail says so: tell the person to sign in with %(email)s "
        "and the code that comes by mail."
    )
    return words % {"name": person, "email": person.user.email}


def membership_end(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Shows what ending the role leads to, and ends it on POST."""
    today = timezone.localdate()
    school = managed_school(request, slug, today)
    memberships = SchoolMembership.objects.filter(person__school=school).select_related("person")
    membership = get_object_or_404(memberships, pk=pk)
    form = LastDayForm(request.POST or None, starts_on=membership.starts_on, initial={"last_day": today})
    if request.method == "POST" and form.is_valid():
        try:
            people.end_membership(membership=membership, last_day=form.cleaned_data["last_day"], by=request.user)
            messages.success(request, _("The role has a last day."))
            return redirect(school)
        except ValidationError as refused:
            form.add_error(None, refused)
    others = memberships.filter(role=membership.role).exclude(pk=pk).active(today)
    context = {"form": form, "school": school, "membership": membership, "last_one": not others.exists()}
    return render(request, "schools/membership_end.html", context)


def membership_hand_over(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Hand the role over to somebody else from a day on, in one form."""
    today = timezone.localdate()
    school = managed_school(request, slug, today)
    memberships = SchoolMembership.objects.filter(person__school=school).select_related("person__school")
    membership = get_object_or_404(memberships, pk=pk)
    if membership.ends_on is not None and membership.ends_on < today:
        messages.info(request, _("%(name)s no longer has the role.") % {"name": membership.person})
        return redirect(school)
    form = HandOverForm(request.POST or None, membership=membership, initial={"from_day": today})
    if request.method == "POST" and form.is_valid():
        try:
            new = hand_over(membership=membership, **form.said(), by=request.user, now=timezone.now())
            messages.success(request, _handed_over(membership, new))
            return redirect(school)
        except ValidationError as refused:
            form.add_error(None, refused)
    return render(
        request, "schools/membership_hand_over.html", {"form": form, "school": school, "membership": membership}
    )


def _handed_over(old: SchoolMembership, new: SchoolMembership) -> str:
    said = {"name": new.person, "role": str(new.get_role_display()).lower(), "day": short_day(new.starts_on)}
    text = _("%(name)s is %(role)s from %(day)s.") % said
    stopped = _("The links that %(name)s has been sent have stopped.") % {"name": old.person}
    silent = "" if new.person.email else _("Without an e-mail address nobody gets the mails: add it.")
    return " ".join(part for part in (text, stopped, silent) if part)


def note_add(request: SignedInRequest, slug: str) -> HttpResponse:
    today = timezone.localdate()
    school = visible_school(request, slug, today)
    if not user_can_write_notes(request.user, school, today):
        raise PermissionDenied
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people.write_note(school=school, **form.cleaned_data, by=request.user, now=timezone.now())
            messages.success(request, _("The note is saved."))
            return redirect(school)
        except ValidationError as refused:
            refuse(form, refused)
    return render(request, "schools/note_add.html", {"form": form, "school": school})
