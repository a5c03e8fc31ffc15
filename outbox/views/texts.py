"""The administrator's texts: what each kind of mail says, previewed on something real before it is saved."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import GET_OR_POST, SignedInRequest
from outbox import actions
from outbox.forms import TextForm
from outbox.kinds import Kind, all_kinds, kind_named
from outbox.models import TextVersion
from outbox.texts import Sample, TextSet, changed_texts, kinds_with_texts, latest_version, text_set
from outbox.trials import Trial, samples_of, send_to_oneself, written_on
from outbox.views.guard import for_those_who_change_texts

# Mails have styles in their elements, as mail programs want it. The page that shows one exactly as it is may do nothing
# else: no script, no form, nothing loaded.
AS_MAIL = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'; base-uri 'none'"


@require_safe
@for_those_who_change_texts
def text_list(request: SignedInRequest, *, now: dt.datetime) -> HttpResponse:
    """Every kind whose texts can be changed, and who changed them last."""
    latest: dict[str, TextVersion] = {}
    for version in TextVersion.objects.select_related("by").order_by("number"):
        latest[version.kind] = version
    with_texts = kinds_with_texts()
    rows = [(kind, latest.get(kind.name)) for kind in all_kinds() if kind.name in with_texts]
    return render(request, "outbox/text_list.html", {"rows": rows})


@GET_OR_POST
@for_those_who_change_texts
def text_change(request: SignedInRequest, kind: str, *, now: dt.datetime) -> HttpResponse:
    """A kind's present texts; ``?version=3`` fills in an earlier version, and 0 the standard. Saved on POST."""
    texts, title = _found(kind)
    if request.method == "POST":
        form = TextForm(request.POST, texts=texts)
        if form.is_valid() and _saved(request, form, now):
            return redirect("outbox:text-change", kind)
        return _page(request, texts, title, form, now)
    return _page(request, texts, title, _blank(request, texts), now)


@require_POST
@for_those_who_change_texts
def text_try(request: SignedInRequest, kind: str, *, now: dt.datetime) -> HttpResponse:
    """What was typed, on something real: shown in the page, shown as the mail itself, or sent to oneself."""
    texts, title = _found(kind)
    form = TextForm(request.POST, texts=texts)
    if not form.is_valid():
        return _page(request, texts, title, form, now)
    sample = _chosen(samples_of(texts, now), form.cleaned_data["sample"])
    trial = written_on(sample, kind, form.written(), now) if sample else None
    wanted = request.POST.get("do")
    if wanted == "mail" and trial and trial.letter:
        response = HttpResponse(trial.html)
        response.headers["Content-Security-Policy"] = AS_MAIL
        return response
    if wanted == "send" and trial and trial.letter:
        send_to_oneself(letter=trial.letter, kind=kind, by=request.user, now=now)
        messages.success(request, _("A test is on its way to %(address)s.") % {"address": request.user.email})
    return _page(request, texts, title, form, now, trial or Trial())


def _found(kind: str) -> tuple[TextSet, Kind]:
    try:
        return text_set(kind), kind_named(kind)
    except KeyError as unknown:
        raise Http404 from unknown


def _blank(request: SignedInRequest, texts: TextSet) -> TextForm:
    latest = latest_version(texts.kind)
    shown = latest
    asked = request.GET.get("version", "")
    if asked.isascii() and asked.isdecimal():
        shown = TextVersion.objects.filter(kind=texts.kind, number=int(asked[:9])).first()
    changed = changed_texts(shown)
    said = {part.name: changed.get(part.name, part.standard_text) for part in texts.parts}
    return TextForm(initial=said | {"based_on": latest.number if latest else 0}, texts=texts)


def _saved(request: SignedInRequest, form: TextForm, now: dt.datetime) -> bool:
    kind, based_on = form.texts.kind, form.cleaned_data["based_on"]
    try:
        version = actions.save_texts(kind=kind, texts=form.written(), based_on=based_on, by=request.user, now=now)
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return False
    if version is None:
        messages.info(request, _("Nothing has changed."))
    else:
        messages.success(request, _("Saved. Mails that are sent from now on say this."))
    return True


def _page(
    request: SignedInRequest, texts: TextSet, kind: Kind, form: TextForm, now: dt.datetime, trial: Trial | None = None
) -> HttpResponse:
    samples = samples_of(texts, now)
    sample = _chosen(samples, str(form["sample"].value() or ""))
    if trial is None and sample and not form.is_bound:
        trial = written_on(sample, texts.kind, form.written(), now)
    versions = TextVersion.objects.filter(kind=texts.kind).select_related("by").order_by("-number")
    context = {
        "kind": kind,
        "form": form,
        "latest": versions.first(),
        "versions": versions[:50],
        "samples": samples,
        "sample": sample,
        "trial": trial,
        "letter": trial.letter.kept() if trial and trial.letter else None,
    }
    return render(request, "outbox/text_change.html", context)


def _chosen(samples: list[Sample], key: str) -> Sample | None:
    return next((one for one in samples if one.key == key), samples[0] if samples else None)
