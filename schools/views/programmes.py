"""Which programme a page about plans is for: the first, or the one in ``?program=mvp``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from programmes.models import Programme
from schools.models import ProgrammeYear, SchoolYear


@dataclass(frozen=True)
class Asked:
    """The programme that the address asks for, among those that are planned."""

    programme: Programme
    planned: list[Programme]

    @classmethod
    def by(cls, request: HttpRequest) -> Asked:
        """Raises ``Http404`` for a programme that is not planned."""
        planned = list(Programme.objects.planned())
        wanted = request.GET.get("program") or (planned[0].slug if planned else "")
        for programme in planned:
            if programme.slug == wanted:
                return cls(programme, planned)
        raise Http404

    @property
    def query(self) -> str:
        """The query string that keeps this programme."""
        return query_of(self.programme) if self.programme != self.planned[0] else ""

    def url(self, name: str, *args: Any) -> str:
        return f"{reverse(name, args=args)}{self.query}"

    def rules(self, year: SchoolYear) -> ProgrammeYear | None:
        """The programme's settings in a year; None before they are chosen."""
        rules = ProgrammeYear.objects.filter(programme=self.programme, year=year)
        return rules.select_related("programme", "year").first()

    @property
    def context(self) -> dict[str, Any]:
        return {"programme": self.programme, "planned": self.planned, "program_query": self.query}


def query_of(programme: Programme) -> str:
    return f"?program={programme.slug}"


def series_rules(year: SchoolYear) -> ProgrammeYear | None:
    """The year's settings of the programme in which pupil mentors meet classes."""
    rules = ProgrammeYear.objects.filter(year=year, programme__rhythm=Programme.Rhythm.SERIES)
    return rules.select_related("programme", "year").order_by("programme__position").first()
