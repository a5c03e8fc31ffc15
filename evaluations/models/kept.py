"""Figures that are kept, so that a dashboard's cost follows the number of schools."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models import Participation


class ParticipationFigures(models.Model):
    """The counts of one participation as of a day.

    Valid while the participation keeps its ``version``, and topics and formulas what ``basis`` is a fingerprint of.
    """

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="figures")
    as_of = models.DateField(_("as of"))
    version = models.PositiveIntegerField()
    basis = models.CharField(max_length=64, default="", editable=False)
    counts = models.JSONField()

    class Meta:
        verbose_name = _("kept figures")
        verbose_name_plural = _("kept figures")
        constraints = [models.UniqueConstraint(fields=["participation", "as_of"], name="figures_once_a_day")]

    def __str__(self) -> str:
        return f"{self.participation} {dt.date.isoformat(self.as_of)}"
