"""The pages of those who answer a survey. No account, no session, no cookie.

They are rendered without the request, so that nothing about it can come in. The form has a signed key of its own
against double sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.requests import GET_OR_POST
from evaluations.models import SurveyRound
from evaluations.surveys.actions import Outcome, count_sheet
from evaluations.surveys.bank import SCALES
from evaluations.surveys.codes import as_code
from evaluations.surveys.guessing import count_wrong, has_guessed_too_often
from evaluations.surveys.languages import Language, language_of, languages
from evaluations.surveys.rounds import is_open
from evaluations.surveys.sheets import Sheet, mark_of, new_key, read_sheet
from programmes.models import ContentItem

# Whom to talk to, for children and for adults: rows of the list of support, by slug.
FOR_PUPILS = ("bris", "sjalvmordslinjen", "sos-alarm")
FOR_ADULTS = ("kvinnofridslinjen", "stodlinjen-for-man", "bris-for-vuxna", "sjalvmordslinjen", "sos-alarm")
ADULTS = ("staff", "parents")


@login_not_required
@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """Where the code is typed; ``kod`` is what somebody has typed."""
    written = request.GET.get("kod", "")
    language = _language(request)
    if code := as_code(written):
        answer = redirect(f"{reverse('surveys:answer', args=[code])}{_asking(language)}")
        return _private(answer)
    if written:
        return _refused(request, language, written)
    return _page("enter", language, {})


@login_not_required
@csrf_exempt
@GET_OR_POST
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet of an open round, and the thanks for it. A code that opens nothing gives the same page whatever the
    reason."""
    language = _language(request)
    if request.method == "POST":
        return _sent(request, language, code)
    if has_guessed_too_often(request):
        return _page("wait", language, {}, status=429)
    found = _open_round(code)
    if found is None or found.answered >= found.most:
        return _refused(request, language, code)
    return _sheet(language, found, Sheet())


def _sent(request: HttpRequest, language: Language, code: str) -> HttpResponse:
    mark = _mark(request, code)
    if mark is None and has_guessed_too_often(request):
        return _page("wait", language, {}, status=429)
    found = _open_round(code)
    if found is None:
        # Whoever has a page with its key has not guessed: the round was closed meanwhile.
        return _page("closed", language, {"is_unsaved": True}) if mark else _refused(request, language, code)
    sheet = read_sheet(found.wave.audience, request.POST)
    if mark is None:
        return _sheet(language, found, sheet, "error_key")
    if sheet.is_empty or sheet.outside:
        return _sheet(language, found, sheet, "error_empty" if sheet.is_empty else "error_outside")
    outcome = count_sheet(code=found.code or "", answers=sheet.answers, mark=mark, now=timezone.now())
    if outcome is Outcome.CLOSED:
        return _page("closed", language, {"is_unsaved": True})
    return _page("thanks", language, {"support": _support(found.wave.audience)})


def _mark(request: HttpRequest, code: str) -> str | None:
    """The mark of the page's key; None when it was not made here for the code, or is too old."""
    try:
        return mark_of(request.POST.get("nyckel", ""), as_code(code))
    except signing.BadSignature:
        return None


def _open_round(code: str) -> SurveyRound | None:
    """The round that a code opens."""
    found = SurveyRound.objects.with_names().filter(code=as_code(code)).first() if as_code(code) else None
    return found if found and is_open(found, timezone.now()) else None


def _refused(request: HttpRequest, language: Language, written: str) -> HttpResponse:
    """The page for a code that opens nothing, whatever the reason. Whoever keeps trying has to wait."""
    if has_guessed_too_often(request):
        return _page("wait", language, {}, status=429)
    count_wrong(request, written)
    return _page("closed", language, {"written": written[:20]}, status=404)


def _sheet(language: Language, found: SurveyRound, sheet: Sheet, error: str = "") -> HttpResponse:
    audience, code = found.wave.audience, found.code or ""
    places = [(str(value), language.answers[str(value)]) for value in range(1, 6)]
    scales = [
        {
            "title": language.scales[scale.key],
            "items": [
                {
                    "key": item.key,
                    "text": language.items[item.key],
                    "chosen": _chosen(sheet.answers, item.key),
                    "error": language.page["error_outside"] if item.key in sheet.outside else "",
                }
                for item in scale.items
            ],
        }
        for scale in SCALES[audience]
    ]
    context = {
        "code": code,
        "audience": audience,
        "title": language.page[f"title_{audience}"],
        "lead": language.page[f"lead_{audience}"],
        "scales": scales,
        "choices": [*places, ("vet-ej", language.answers["vet-ej"])],
        "key": new_key(code),
        "error": language.page[error] if error else "",
        "asking": _asking(language),
        "is_pupil": audience not in ADULTS,
    }
    return _page("sheet", language, context)


def _chosen(answers: Mapping[str, int | None], key: str) -> str:
    if key not in answers:
        return ""
    value = answers[key]
    return "vet-ej" if value is None else str(value)


def _support(audience: str) -> list[ContentItem]:
    slugs = FOR_ADULTS if audience in ADULTS else FOR_PUPILS
    lines = {line.slug: line for line in ContentItem.objects.filter(section__slug="stodlista", slug__in=slugs)}
    return [lines[slug] for slug in slugs if slug in lines]


def _language(request: HttpRequest) -> Language:
    return language_of(request.GET.get("sprak"))


def _asking(language: Language) -> str:
    return f"?sprak={language.code}" if language.code != "sv" else ""


def _page(name: str, language: Language, context: dict[str, Any], status: int = 200) -> HttpResponse:
    shared = {"language": language, "words": language.page, "languages": languages().values(), "DEMO": settings.DEMO}
    text = render_to_string(f"evaluations/survey_{name}.html", shared | context)
    return _private(HttpResponse(text, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the page out of every cache, and its address from the pages that it links to."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
