"""The page on how it all hangs together: who meets what, drawn from the programmes' own rows."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from programmes.asides import whole_asides
from programmes.forms.encounters import EncounterForm
from programmes.models import ContentItem, ContentSection, Encounter
from programmes.picture import along_the_line, draw
from programmes.views.access import may_write, writers_only
from programmes.views.sending import answer, send_row


@login_not_required
@require_safe
def whole(request: HttpRequest) -> HttpResponse:
    encounters = list(Encounter.objects.select_related("programme"))
    context = {
        "picture": draw(encounters),
        "stops": along_the_line(encounters),
        "encounters": encounters,
        "section": ContentSection.objects.filter(slug="hur-hanger-allt-ihop").first(),
        "levels": ContentSection.objects.filter(slug="insatsnivaer").prefetch_related("items").first(),
        "summary": ContentItem.objects.filter(section__slug="sammanfattning").first(),
        "around": ContentSection.objects.filter(slug="samverkan").prefetch_related("items").first(),
        "asides": [part for aside in whole_asides if (part := aside(request))],
        "may_write": may_write(request),
    }
    return render(request, "programmes/whole.html", context)


def encounter_add(request: SignedInRequest) -> HttpResponse:
    return _form(request, None)


def encounter_change(request: SignedInRequest, slug: str) -> HttpResponse:
    return _form(request, slug)


def encounter_remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks first, and removes the row from picture and table on POST."""
    writers_only(request)
    encounter = get_object_or_404(Encounter, slug=slug)
    if request.method == "POST":
        encounter.delete()
        messages.success(request, _("“%(title)s” is removed.") % {"title": encounter})
        return redirect("programmes:whole")
    return render(request, "programmes/encounter_remove.html", {"encounter": encounter})


def _form(request: SignedInRequest, slug: str | None) -> HttpResponse:
    writers_only(request)
    encounter = get_object_or_404(Encounter, slug=slug) if slug else None
    form = EncounterForm(request.POST or None, instance=encounter)
    sending = send_row(request, form)
    said, back, template = _("The picture shows it now."), "programmes:whole", "programmes/encounter_change.html"
    return answer(request, form, sending, said=said, back=back, template=template, encounter=encounter)
