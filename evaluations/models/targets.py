"""Targets for figures."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Target(models.Model):
    """The leadership's target for a figure of a programme, in per cent: from a school year on, until another is set.

    Without a number it removes the target from that year on.
    """

    programme = models.ForeignKey(
        "programmes.Programme", on_delete=models.PROTECT, related_name="targets", verbose_name=_("programme")
    )
    figure = models.CharField(_("figure"), max_length=20)
    from_year = models.ForeignKey(
        "schools.SchoolYear", on_delete=models.PROTECT, related_name="targets", verbose_name=_("from the school year")
    )
    percent = models.PositiveSmallIntegerField(_("per cent"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("set"))

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["programme", "figure", "-from_year__starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "figure", "from_year"], name="one_target_from_a_year"),
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__gte=1, percent__lte=100), name="target_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.percent} %"
