"""What others have found about the work, and how we do on what its effect depends on."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.policies import manages_schools
from accounts.requests import GET_OR_POST, SignedInRequest
from evaluations.indicators.forms import StudyForm
from evaluations.indicators.practice import Practice, figures_of
from evaluations.indicators.writing import add, change
from evaluations.models import Study
from evaluations.policies import sees_totals_only
from evaluations.views.access import for_partners_too
from evaluations.views.indicators import writers_only
from programmes.views.sending import answer, send


@for_partners_too
def study_list(request: HttpRequest, *, today: dt.date) -> HttpResponse:
    """Every study with its design, sample and finding, beside the figures that show how we do on it."""
    studies = list(Study.objects.select_related("programme"))
    practice: dict[int, Practice | None] = figures_of(studies, today, totals_only=sees_totals_only(request.user, today))
    context = {
        "studies": [(study, practice[study.pk]) for study in studies],
        "may_write": manages_schools(request.user, today),
    }
    return render(request, "evaluations/study_list.html", context)


@GET_OR_POST
def study_add(request: SignedInRequest) -> HttpResponse:
    writers_only(request)
    form = StudyForm(request.POST or None)

    def save() -> Study:
        said, now = form.said(), timezone.now()
        return add(Study, said=said, key=form.cleaned_data["key"], by=request.user, now=now, named=said["title"])

    sending = send(request, form, save, lambda: None)
    back, said = sending.saved or "results:study-list", _("The study is saved.")
    return answer(request, form, sending, said=said, back=back, template="evaluations/study_form.html")


@GET_OR_POST
def study_change(request: SignedInRequest, slug: str) -> HttpResponse:
    writers_only(request)
    study = get_object_or_404(Study, slug=slug)
    form = StudyForm(request.POST or None, instance=study)

    def save() -> Study:
        version, now = form.cleaned_data["version"], timezone.now()
        return change(study, said=form.said(), version=version, by=request.user, now=now)

    sending = send(request, form, save, lambda: Study.objects.get(pk=study.pk))
    said, template = _("The study is saved."), "evaluations/study_form.html"
    return answer(request, form, sending, said=said, back=study, template=template, study=study)
