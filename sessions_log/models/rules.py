"""Which reminders are sent in a school year, as the centre has set them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programmes.models import Programme
from schools.models import SchoolYear


class RuleVersion(models.Model):
    """The rules for reminders of a programme's year, or of what all programmes have in common, as somebody set them.

    The latest version is in force. ``sessions_log/reminding/rules.py`` reads it.
    """

    year = models.ForeignKey(
        SchoolYear, on_delete=models.CASCADE, related_name="reminder_rules", verbose_name=_("school year")
    )
    # None: what all programmes have in common.
    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="+", null=True, verbose_name=_("programme")
    )
    number = models.PositiveIntegerField(_("version"))
    # For each kind: whether it is on, its lead times, and from which day each of them applies.
    rules = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects: models.Manager[RuleVersion] = models.Manager()

    class Meta:
        verbose_name = _("version of the reminders' settings")
        verbose_name_plural = _("versions of the reminders' settings")
        ordering = ["year", "programme", "-number"]
        constraints = [
            # Of two who save a change of the same version, one has to look at what the other saved.
            models.UniqueConstraint(fields=["year", "programme", "number"], name="programmes_rules_version_once"),
            models.UniqueConstraint(
                fields=["year", "number"], condition=Q(programme=None), name="common_rules_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme or '–'} {self.year} {self.number}"
