"""Schools: the list, and adding, changing, closing and reopening one."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.policies import manages_schools, sees_everything
from accounts.requests import SignedInRequest
from schools.actions import places
from schools.forms.places import CloseSchoolForm, SchoolForm
from schools.models import District, Group, School, SchoolMembership, SchoolPerson, SchoolYear
from schools.models.places import SchoolQuerySet
from schools.views.access import managed_school


def school_list(request: SignedInRequest) -> HttpResponse:
    """The schools in the work with their contact persons; those without any are marked. Closed schools come last."""
    today = timezone.localdate()
    if not sees_everything(request.user, today):
        raise PermissionDenied
    sought, district = request.GET.get("sok", "").strip()[:100], request.GET.get("distrikt", "")
    schools = School.objects.open_on(today).with_name_like(sought)
    if district:
        schools = schools.filter(district__slug=district)
    found = sorted(_with_contacts_and_classes(schools, today), key=lambda school: (has_contact(school), school.name))
    context = {
        "schools": found,
        "without_contact": sum(not has_contact(school) for school in found),
        "closed": School.objects.filter(closed_on__lt=today).select_related("district"),
        "districts": District.objects.all(),
        "sought": sought,
        "district": district,
        "year": SchoolYear.objects.at(today),
        "may_manage": manages_schools(request.user, today),
    }
    return render(request, "schools/school_list.html", context)


def school_add(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    if not manages_schools(request.user, today):
        raise PermissionDenied
    form = SchoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        school = places.add_school(
            name=form.cleaned_data["name"],
            district=_district(form, request),
            unit_code=form.cleaned_data["unit_code"],
            highest_grade=form.cleaned_data["highest_grade"],
            by=request.user,
        )
        messages.success(request, _("%(school)s is added. Now add its people and groups.") % {"school": school})
        return redirect(school)
    return render(request, "schools/school_add.html", {"form": form})


def school_change(request: SignedInRequest, slug: str) -> HttpResponse:
    school = managed_school(request, slug, timezone.localdate())
    form = SchoolForm(request.POST or None, instance=school)
    if request.method == "POST" and form.is_valid():
        school.district = _district(form, request)
        form.save()
        messages.success(request, _("The school is saved."))
        return redirect(school)
    return render(request, "schools/school_change.html", {"form": form, "school": school})


def school_close(request: SignedInRequest, slug: str) -> HttpResponse:
    """First shows what closing on that day leads to; closes when that has been seen."""
    today = timezone.localdate()
    school = managed_school(request, slug, today)
    form = CloseSchoolForm(request.POST or None, initial={"last_day": today})
    context = {"form": form, "school": school, "ahead": places.left_behind(school, today)}
    if request.method == "POST" and form.is_valid():
        last_day: dt.date = form.cleaned_data["last_day"]
        if request.POST.get("seen") == last_day.isoformat():
            places.close_school(school=school, last_day=last_day, by=request.user, now=timezone.now())
            messages.success(request, _("%(school)s has a last day in the work.") % {"school": school})
            return redirect("schools:school-list")
        context |= {"last_day": last_day, "ahead": places.left_behind(school, last_day)}
    return render(request, "schools/school_close.html", context)


@require_POST
def school_reopen(request: SignedInRequest, slug: str) -> HttpResponse:
    today = timezone.localdate()
    school = managed_school(request, slug, today)
    places.reopen_school(school=school, today=today, by=request.user)
    messages.success(
        request,
        _("%(school)s is in the work again, with its groups. Give people their roles anew, and lay out the plan.")
        % {"school": school},
    )
    return redirect(school)


def has_contact(school: School) -> bool:
    """Whether a school in the list has an active contact person."""
    return bool(getattr(school, "contacts", []))


def _with_contacts_and_classes(schools: SchoolQuerySet, today: dt.date) -> SchoolQuerySet:
    """Each school with its ``contacts`` and its number of ``classes`` this school year."""
    active = SchoolMembership.objects.contacts().in_reach().active(today)
    contacts = Prefetch("people", SchoolPerson.objects.filter(memberships__in=active).distinct(), to_attr="contacts")
    this_year = Group.objects.classes().filter(year=SchoolYear.objects.at(today)).not_ended_by(today)
    classes = Count("groups", filter=Q(groups__in=this_year), distinct=True)
    return schools.select_related("district").annotate(classes=classes).prefetch_related(contacts)


def _district(form: SchoolForm, request: SignedInRequest) -> District:
    """The district that the form names: a new one takes precedence over a chosen one."""
    new: str = form.cleaned_data["new_district"]
    return places.district_named(new, by=request.user) if new.strip() else form.cleaned_data["district"]
