"""Saved reports, and their earlier texts."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from evaluations.policies import sees_totals_only
from programmes.models.keeping import SentOnce, Versioned


class SavedReportQuerySet(models.QuerySet["SavedReport"]):
    def visible_to(self, user: Any, today: dt.date) -> SavedReportQuerySet:
        """All of them for those with a role at the centre; for partners, those that tell of no single school."""
        return self.filter(open_to_partners=True) if sees_totals_only(user, today) else self

    def standing(self) -> SavedReportQuerySet:
        """Those that have not been withdrawn."""
        return self.filter(withdrawn_at=None)

    def without_content(self) -> SavedReportQuerySet:
        """Without the content, which is large: for lists."""
        return self.defer("content")


class SavedReport(SentOnce, Versioned):
    """A report as it was saved. Its numbers never change; its text may, and earlier texts are kept.

    It has no foreign key to anything that can be changed or removed: programme, school year and district are kept as
    slugs, and everything shown is in ``content`` (``evaluations.frozen``).
    """

    class Kind(models.TextChoices):
        BOARD = "board", _("Board report")
        YEAR = "year", _("Yearly report")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    year = models.SlugField(_("school year"), max_length=60)
    programme = models.SlugField(_("programme"), max_length=60, blank=True)
    district = models.SlugField(_("district"), max_length=80, blank=True)
    as_of = models.DateField(_("as of"))
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True, validators=[refuse_personal_number])
    content = models.JSONField()
    open_to_partners = models.BooleanField(_("open to the partners"), default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"))
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_why = models.CharField(_("why"), max_length=300, blank=True, validators=[refuse_personal_number])

    objects = SavedReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved report")
        verbose_name_plural = _("saved reports")
        ordering = ["-as_of", "-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="year", programme="") | (Q(kind="board") & ~Q(programme="")),
                name="board_report_of_a_programme",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_why="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_why="")),
                name="withdrawn_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evaluations:report-detail", args=[self.uuid])

    @property
    def is_board(self) -> bool:
        return self.kind == self.Kind.BOARD


class FormerText(models.Model):
    """What a report's text said before somebody changed it."""

    report = models.ForeignKey(SavedReport, on_delete=models.CASCADE, related_name="former_texts")
    text = models.TextField(_("text"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("former text")
        verbose_name_plural = _("former texts")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.report} {self.at:%Y-%m-%d}"
