"""Figures that are kept, so that a dashboard only counts what has changed (ADR 9 and 27)."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from schools.models import Participation, ProgrammeYear


class ParticipationFigures(models.Model):
    """The counts of one participation as of a day.

    Valid while the participation's version is ``version``, and ``basis`` is the fingerprint of its topics, formulas and
    reminders.
    """

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="figures")
    as_of = models.DateField(_("as of"))
    version = models.PositiveIntegerField()
    basis = models.CharField(max_length=64, default="", editable=False)
    counts = models.JSONField()
    # When it was counted; rows of days that nobody reads are removed some days later (``evaluations.forgetting``).
    kept_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("kept figures")
        verbose_name_plural = _("kept figures")
        # For removing unread days: which days there are, and all rows of a day.
        indexes = [models.Index(fields=["as_of"], name="figures_by_day")]
        constraints = [models.UniqueConstraint(fields=["participation", "as_of"], name="figures_once_a_day")]

    def __str__(self) -> str:
        return f"{self.participation} {dt.date.isoformat(self.as_of)}"


class SummedFigures(models.Model):
    """What the schools of a district, or all schools, add up to as of a day (see ``evaluations.summing``).

    ``scope`` is the district's slug, empty for all. Valid while ``basis``, ``reminded`` and ``groups`` are what
    ``evaluations.sums`` computes now; ``groups`` covers the schools without a plan, whose keys are in ``without``.
    ``sent`` tells which reminders the district has had. ``shown`` has the keys of the schools that a page tells of one
    by one, and ``digest`` is a fingerprint of the content.
    """

    programme_year = models.ForeignKey(ProgrammeYear, on_delete=models.CASCADE, related_name="+")
    scope = models.SlugField(max_length=80, blank=True)
    as_of = models.DateField(_("as of"))
    basis = models.CharField(max_length=64, editable=False)
    reminded = models.CharField(max_length=64, editable=False)
    sent = models.CharField(max_length=64, blank=True, editable=False)
    groups = models.CharField(max_length=64, blank=True, editable=False)
    without = models.JSONField(default=list)
    shown = models.JSONField(default=list)
    content = models.JSONField()
    digest = models.CharField(max_length=64, editable=False)
    kept_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: models.Manager[SummedFigures] = models.Manager()

    class Meta:
        verbose_name = _("kept sums")
        verbose_name_plural = _("kept sums")
        constraints = [
            models.UniqueConstraint(fields=["programme_year", "as_of", "scope"], name="sums_once_a_day_and_scope")
        ]

    def __str__(self) -> str:
        return f"{self.programme_year} {self.scope} {dt.date.isoformat(self.as_of)}"
