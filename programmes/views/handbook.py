"""MVP's handbook: its sessions, information, concepts, the list of support, and scenarios to copy."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from programmes.forms.handbook import ConceptForm, ScenarioForm
from programmes.models import Concept, ContentSection, Programme, Scenario, SessionTopic
from programmes.pdf import pdf_answer
from programmes.views.access import may_write, writers_only
from programmes.views.sending import answer, saved, send_row


@require_safe
def handbook(request: HttpRequest) -> HttpResponse:
    """The handbook's first page: what it contains, with a link to each part."""
    programme = get_object_or_404(Programme, slug="mvp")
    context = {
        "programme": programme,
        "topics": SessionTopic.objects.of(programme).mvp(),
        "sections": programme.sections.exclude(slug="mvp-utvarderingar"),
        "support": ContentSection.objects.filter(slug="stodlista").first(),
        "concepts": Concept.objects.all(),
        "scenarios": programme.scenarios.all(),
        "may_write": may_write(request),
    }
    return render(request, "programmes/handbook.html", context)


@require_safe
def concept_list(request: HttpRequest) -> HttpResponse:
    sought = request.GET.get("q", "")[:80].strip()
    concepts = [one for one in Concept.objects.all() if _has(one, sought)]
    context = {"concepts": concepts, "sought": sought, "may_write": may_write(request)}
    return render(request, "programmes/concept_list.html", context)


@require_safe
def concept_detail(request: HttpRequest, slug: str) -> HttpResponse:
    concept = get_object_or_404(Concept, slug=slug)
    others = Concept.objects.exclude(pk=concept.pk)
    return render(
        request,
        "programmes/concept_detail.html",
        {"concept": concept, "others": others, "may_write": may_write(request)},
    )


@require_safe
def scenario_detail(request: HttpRequest, slug: str) -> HttpResponse:
    scenario = get_object_or_404(Scenario, slug=slug)
    context = {"scenario": scenario, "concepts": Concept.objects.all(), "may_write": may_write(request)}
    return render(request, "programmes/scenario_detail.html", context)


@require_safe
def scenario_sheets(request: HttpRequest) -> HttpResponse:
    """The chosen scenarios (all, if none is chosen), one to a sheet, to print or as PDF."""
    chosen = request.GET.getlist("val")
    scenarios = list(Scenario.objects.filter(slug__in=chosen) if chosen else Scenario.objects.all())
    context = {"scenarios": scenarios, "printed_on": timezone.localdate()}
    if request.GET.get("format") == "pdf":
        answer = pdf_answer(request, "programmes/scenario_pdf.html", context, "scenarier")
        if answer is not None:
            return answer
    return render(request, "programmes/scenario_sheets.html", context)


def concept_add(request: SignedInRequest) -> HttpResponse:
    return _written(request, ConceptForm, None, _("Add a concept"))


def concept_change(request: SignedInRequest, slug: str) -> HttpResponse:
    return _written(request, ConceptForm, slug, _("Change the concept"))


def concept_remove(request: HttpRequest, slug: str) -> HttpResponse:
    return _removed(request, Concept, slug)


def scenario_add(request: SignedInRequest) -> HttpResponse:
    return _written(request, ScenarioForm, None, _("Add a scenario"))


def scenario_change(request: SignedInRequest, slug: str) -> HttpResponse:
    return _written(request, ScenarioForm, slug, _("Change the scenario"))


def scenario_remove(request: HttpRequest, slug: str) -> HttpResponse:
    return _removed(request, Scenario, slug)


def _written(
    request: SignedInRequest, form_class: type[ConceptForm | ScenarioForm], slug: str | None, heading: str
) -> HttpResponse:
    """Shows the form of a row, new or not, and saves it."""
    writers_only(request)
    model: Any = form_class._meta.model
    row = get_object_or_404(model, slug=slug) if slug else model()
    if model is Scenario and not slug:
        row.programme = get_object_or_404(Programme, slug="mvp")
    form = form_class(request.POST or None, instance=row)
    sending = send_row(request, form)
    said, back, template = saved(sending.saved), sending.saved, "programmes/handbook_change.html"
    context = {"row": row if slug else None, "heading": heading, "remove": _remove_name(model)}
    return answer(request, form, sending, said=said, back=back, template=template, **context)


def _removed(request: HttpRequest, model: type[Model], slug: str) -> HttpResponse:
    """Asks first, and removes the row on POST."""
    writers_only(request)
    row = get_object_or_404(model, slug=slug)
    if request.method == "POST":
        row.delete()
        messages.success(request, _("“%(title)s” is removed.") % {"title": row})
        return redirect("programmes:handbook")
    return render(request, "programmes/handbook_remove.html", {"row": row})


def _remove_name(model: type[Model]) -> str:
    return "programmes:concept-remove" if model is Concept else "programmes:scenario-remove"


def _has(concept: Concept, sought: str) -> bool:
    return not sought or sought.lower() in f"{concept.term} {concept.forms} {concept.meaning}".lower()
