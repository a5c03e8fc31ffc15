"""School years, terms, and the days when a school is closed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programmes.models.keeping import SentOnce

if TYPE_CHECKING:
    from schools.models.places import School


class SchoolYearQuerySet(models.QuerySet["SchoolYear"]):
    def at(self, day: dt.date) -> SchoolYear | None:
        """The school year of a day; between years the next one, and after the last year the last."""
        return self.filter(ends_on__gte=day).order_by("starts_on").first() or self.order_by("-starts_on").first()


class SchoolYear(models.Model):
    """A school year, from its first school day in August to its last in June."""

    starts_on = models.DateField(_("first school day"), unique=True)
    ends_on = models.DateField(_("last school day"))
    # When the year was closed: from then on only the centre's coordinators can change its logs.
    closed_on = models.DateField(_("closed"), null=True, blank=True, editable=False)

    objects = SchoolYearQuerySet.as_manager()

    class Meta:
        verbose_name = _("school year")
        verbose_name_plural = _("school years")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="school_year_ends_after_start",
                violation_error_message=_("The last school day is before the first."),
            )
        ]

    def __str__(self) -> str:
        """2026/27, as Swedish schools write it."""
        return f"{self.starts_on.year}/{self.ends_on.year % 100:02d}"

    @property
    def slug(self) -> str:
        """2026-27, for addresses."""
        return f"{self.starts_on.year}-{self.ends_on.year % 100:02d}"


class Term(models.Model):
    """The autumn or the spring of a school year."""

    class Season(models.TextChoices):
        AUTUMN = "autumn", _("Autumn term")
        SPRING = "spring", _("Spring term")

    year = models.ForeignKey(SchoolYear, on_delete=models.CASCADE, related_name="terms", verbose_name=_("school year"))
    season = models.CharField(_("term"), max_length=10, choices=Season)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to and including"))

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["year", "season"], name="one_term_of_each_season"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="term_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        """HT 2026 or VT 2027."""
        return f"{'HT' if self.season == self.Season.AUTUMN else 'VT'} {self.starts_on.year}"


class ClosedPeriodQuerySet(models.QuerySet["ClosedPeriod"]):
    def at(self, school: School | None) -> ClosedPeriodQuerySet:
        """Everything in a school's calendar: what is for all schools, and its own. Without a school, what is for
        all."""
        return self.filter(Q(school=None) | Q(school=school))


class ClosedPeriod(SentOnce):
    """Days that planning does not use, for all schools or at one. (Public holidays are computed.)

    A *closed* day has no teaching: a break, a study day. A *blocked* week has teaching, but the school needs it for
    something else, such as national tests: planning avoids it, but a person may choose it. A blocked period blocks
    every week that it touches.
    """

    class Kind(models.TextChoices):
        BREAK = "break", _("Break")
        STUDY_DAY = "study_day", _("Study day")
        OTHER = "other", _("Closed for another reason")
        TESTS = "tests", _("National tests")
        TRIP = "trip", _("Trip or camp")
        OTHER_BLOCKED = "other_blocked", _("Blocked for another reason")

    BLOCKING = (Kind.TESTS, Kind.TRIP, Kind.OTHER_BLOCKED)

    year = models.ForeignKey(
        SchoolYear, on_delete=models.CASCADE, related_name="closed_periods", verbose_name=_("school year")
    )
    school = models.ForeignKey(
        "School",
        on_delete=models.CASCADE,
        related_name="closed_periods",
        null=True,
        blank=True,
        verbose_name=_("school"),
        help_text=_("Leave empty for all schools."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=80)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to and including"))
    # The event's UID in the calendar file that it came from, so that a later file can move it.
    uid = models.CharField(max_length=300, blank=True, editable=False)

    objects = ClosedPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="closed_period_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_blocked(self) -> bool:
        """Whether there is teaching all the same, and planning only avoids the weeks."""
        return self.kind in self.BLOCKING
