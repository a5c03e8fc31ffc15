"""What the work rests on, how it is governed, where to get help: sections open to anyone, written by the centre."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from programmes.actions import add_item, change_item, remove_item, say_checked
from programmes.forms.ground import ItemForm, SectionForm
from programmes.material import open_file
from programmes.models import ContentItem, ContentSection, is_checked_lately
from programmes.views.access import concepts_for, may_write, writers_only
from programmes.views.sending import answer, saved, send_row

# Sections that are shown as more than a list of rows have their own template.
_LAYOUTS = {
    "valdspyramiden": "programmes/section_pyramid.html",
    "taget-som-bild": "programmes/section_train.html",
    "stodlista": "programmes/section_support.html",
    "samverkan": "programmes/section_around.html",
}
_BESIDE_THE_PYRAMID = ["sos-alarm", "sjalvmordslinjen", "bris"]
# The section of evaluations, and the section with what the latest of them found.
_EVALUATIONS = ["mvp-utvarderingar", "rapport-2020-24"]
_FOUND = ["summering-resultat", "skillnad-i-skillnader"]


@login_not_required
@require_safe
def ground(request: HttpRequest) -> HttpResponse:
    """Every section, by part."""
    parts: dict[str, list[ContentSection]] = {str(label): [] for label in ContentSection.Part.labels}
    for section in ContentSection.objects.order_by("position"):
        parts[section.get_part_display()].append(section)
    summary = ContentItem.objects.filter(section__slug="sammanfattning").first()
    return render(request, "programmes/ground.html", {"parts": parts, "summary": summary})


@login_not_required
@require_safe
def section_detail(request: HttpRequest, slug: str) -> HttpResponse:
    section = get_object_or_404(ContentSection.objects.select_related("programme"), slug=slug)
    if slug == "hur-hanger-allt-ihop":
        return redirect("programmes:whole")
    items, today = list(section.items.all()), timezone.localdate()
    context = {
        "section": section,
        "items": items,
        "today": today,
        "unchecked": sum(not is_checked_lately(item.checked_on, today) for item in items),
        "concepts": concepts_for(request),
        "may_write": may_write(request),
        "support": _support_lines() if slug == "valdspyramiden" else [],
    }
    return render(request, _LAYOUTS.get(slug, "programmes/section_detail.html"), context)


@login_not_required
@require_safe
def item_detail(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    """A row's own page, with its longer text and links to its neighbours."""
    item = _item(section, slug)
    rows = list(item.section.items.all())
    place = rows.index(item)
    context = {
        "item": item,
        "section": item.section,
        "before": rows[place - 1] if place else None,
        "after": rows[place + 1] if place + 1 < len(rows) else None,
        "is_top": section == "valdspyramiden" and place == 0,
        "support": _support_lines() if section == "valdspyramiden" and place == 0 else [],
        "today": timezone.localdate(),
        "concepts": concepts_for(request),
        "may_write": may_write(request),
    }
    return render(request, "programmes/item_detail.html", context)


@login_not_required
@require_safe
def evaluation_library(request: HttpRequest) -> HttpResponse:
    """The evaluations with summaries, links and files, and what the latest of them found."""
    sections = {one.slug: one for one in ContentSection.objects.prefetch_related("items")}
    context = {
        "sections": [sections[slug] for slug in _EVALUATIONS if slug in sections],
        "found": [sections[slug] for slug in _FOUND if slug in sections],
        "concepts": concepts_for(request),
        "may_write": may_write(request),
    }
    return render(request, "programmes/evaluation_library.html", context)


@login_not_required
@require_safe
def item_file(request: HttpRequest, section: str, slug: str) -> FileResponse:
    return open_file(_item(section, slug).file, slug)


def section_change(request: SignedInRequest, slug: str) -> HttpResponse:
    writers_only(request)
    section = get_object_or_404(ContentSection, slug=slug)
    form = SectionForm(request.POST or None, instance=section)
    sending = send_row(request, form)
    said, template = saved(section), "programmes/section_change.html"
    return answer(request, form, sending, said=said, back=section, template=template, section=section)


def item_add(request: SignedInRequest, slug: str) -> HttpResponse:
    writers_only(request)
    section = get_object_or_404(ContentSection, slug=slug)
    return _item_form(request, ContentItem(section=section), section)


def item_change(request: SignedInRequest, section: str, slug: str) -> HttpResponse:
    writers_only(request)
    item = _item(section, slug)
    return _item_form(request, item, item.section)


def item_remove(request: SignedInRequest, section: str, slug: str) -> HttpResponse:
    """Asks first, and removes the row on POST."""
    writers_only(request)
    item = _item(section, slug)
    if request.method == "POST":
        remove_item(item=item, by=request.user)
        messages.success(request, _("“%(title)s” is removed.") % {"title": item})
        return redirect(item.section)
    return render(request, "programmes/item_remove.html", {"item": item, "section": item.section})


@require_POST
def item_checked(request: SignedInRequest, section: str, slug: str) -> HttpResponse:
    """Say that somebody has made sure today that the row is right."""
    writers_only(request)
    item = _item(section, slug)
    say_checked(item=item, by=request.user, now=timezone.now())
    messages.success(request, _("“%(title)s” was checked today.") % {"title": item})
    return redirect(item.section)


def _item_form(request: SignedInRequest, item: ContentItem, section: ContentSection) -> HttpResponse:
    form = ItemForm(request.POST or None, request.FILES or None, instance=item)
    sending = send_row(request, form, add_item, change_item)
    said, template = saved(item), "programmes/item_change.html"
    return answer(request, form, sending, said=said, back=section, template=template, item=item, section=section)


def _item(section: str, slug: str) -> ContentItem:
    return get_object_or_404(ContentItem.objects.select_related("section"), section__slug=section, slug=slug)


def _support_lines() -> list[ContentItem]:
    """The support lines shown beside the pyramid, most urgent first."""
    lines = {
        line.slug: line for line in ContentItem.objects.filter(section__slug="stodlista", slug__in=_BESIDE_THE_PYRAMID)
    }
    return [lines[slug] for slug in _BESIDE_THE_PYRAMID if slug in lines]
