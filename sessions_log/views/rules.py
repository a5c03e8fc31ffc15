"""The page where the centre sets a school year's reminders, and sees how many mails they make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import GET_OR_POST, SignedInRequest
from programmes.models import Programme
from schools.models import ProgrammeYear, SchoolYear, Term
from schools.views.access import year_or_404
from sessions_log.actions.rules import current_rules, set_reminders
from sessions_log.forms.rules import Row, RulesForm
from sessions_log.models import RuleVersion
from sessions_log.policies import user_can_set_reminders
from sessions_log.reminding.counting import Count, Counts, mails_of_programme, mails_of_year, term_of
from sessions_log.reminding.kinds import OF_PROGRAMME, OF_YEAR, Kind, Reminding
from sessions_log.reminding.rules import Rules, rules_from
from sessions_log.reminding.words import RECIPIENTS, changes_in_words

COMMON = "gemensamt"
# The largest possible numbers: none of these mails is sent if logs are written in time.
AT_MOST = (Kind.LOG_MISSING, Kind.LOG_ESCALATED)


@require_safe
def reminding_now(request: SignedInRequest) -> HttpResponse:
    """The page of the present school year, or of the next."""
    today = timezone.localdate()
    if not user_can_set_reminders(request.user, today):
        raise PermissionDenied
    year = SchoolYear.objects.at(today)
    return redirect("sessions_log:reminding-rules", year.slug) if year else redirect("schools:year-list")


@GET_OR_POST
def reminding_rules(request: SignedInRequest, year_slug: str) -> HttpResponse:
    """Each programme's reminders and those for all programmes, with how many mails a term they make for whom. Unsaved
    changes are counted, too."""
    now = timezone.now()
    today = timezone.localdate(now)
    if not user_can_set_reminders(request.user, today):
        raise PermissionDenied
    year = year_or_404(year_slug)
    term = term_of(year, today)
    sections = [Section(year, rules, request.POST if request.method == "POST" else None) for rules in _parts(year)]
    for one in sections:
        if one.is_sent and one.form.is_valid() and request.POST.get("deed") != "show" and _save(one, request, now):
            return redirect(f"{request.path}#{one.slug}")
    context = {"year": year, "term": term, "sections": [(one, one.rows(term, today)) for one in sections]}
    return render(request, "sessions_log/reminding_rules.html", context)


def _parts(year: SchoolYear) -> list[ProgrammeYear | None]:
    """The year's programmes, and last what they have in common."""
    rules = year.programme_years.select_related("programme", "year").order_by("programme__position")
    return [*rules, None]


@dataclass(frozen=True)
class Counted:
    """A row of the form, with the number of mails that it makes."""

    row: Row
    count: Count
    is_most: bool

    @property
    def recipients(self) -> list[tuple[int, str]]:
        return [(number, str(RECIPIENTS[to])) for to, number in self.count.to.items()]


class Section:
    """The reminders of one programme's year, or those for all programmes."""

    def __init__(self, year: SchoolYear, programme_year: ProgrammeYear | None, data: Any) -> None:
        self.year, self.programme_year = year, programme_year
        self.programme: Programme | None = programme_year.programme if programme_year else None
        self.slug = self.programme.slug if self.programme else COMMON
        self.remindings: tuple[Reminding, ...] = _of(programme_year) if programme_year else OF_YEAR
        self.versions = list(
            RuleVersion.objects.filter(year=year, programme=self.programme).select_related("by").order_by("-number")
        )
        self.before = current_rules(year, self.programme)
        self.is_sent = data is not None and data.get("part") == self.slug
        self.form = RulesForm(
            data if self.is_sent else None,
            remindings=self.remindings,
            rules=self.before,
            prefix=self.slug,
            initial={"based_on": self.versions[0].number if self.versions else 0},
        )

    @property
    def shows_tried(self) -> bool:
        """Whether the numbers are those of unsaved changes."""
        return self.is_sent and self.form.is_valid()

    def rows(self, term: Term | None, today: dt.date) -> list[Counted]:
        rules: Rules = self.form.rules() if self.shows_tried else self.before
        counts = self._counts(rules, term, today) if term else {}
        return [
            Counted(row, counts.get(row.reminding.kind, Count()), row.reminding.kind in AT_MOST)
            for row in self.form.rows()
        ]

    def _counts(self, rules: Rules, term: Term, today: dt.date) -> Counts:
        if self.programme_year is None:
            return mails_of_year(rules, self.year, term, today)
        return mails_of_programme(rules, self.programme_year, term, today)

    def history(self) -> Iterator[tuple[RuleVersion, list[str]]]:
        """Each saving, the latest first: who, when, and what was changed."""
        inherited = self._before_the_first()
        for version, earlier in zip(self.versions, [*self.versions[1:], None], strict=True):
            before = rules_from(earlier.rules, self.remindings) if earlier else inherited
            yield version, list(changes_in_words(self.remindings, before, rules_from(version.rules, self.remindings)))

    def _before_the_first(self) -> Rules:
        earlier = RuleVersion.objects.filter(programme=self.programme, year__starts_on__lt=self.year.starts_on)
        last = earlier.order_by("-year__starts_on", "-number").first()
        return rules_from(last.rules if last else {}, self.remindings)


def _of(programme_year: ProgrammeYear) -> tuple[Reminding, ...]:
    """Without the reminders of topics where schools choose none."""
    chooses = programme_year.required_extra > 0
    return tuple(one for one in OF_PROGRAMME if chooses or one.kind != Kind.TOPICS_UNCHOSEN)


def _save(section: Section, request: SignedInRequest, now: dt.datetime) -> bool:
    """Whether it was saved; if not, the form says why."""
    form = section.form
    said = {"rules": form.rules(), "based_on": form.cleaned_data["based_on"], "by": request.user, "now": now}
    try:
        saved = set_reminders(year=section.year, programme=section.programme, **said)
    except ValidationError as refused:
        form.add_error(None, refused)
        return False
    messages.success(request, _("The reminders are saved.") if saved else _("Nothing was changed."))
    return True
