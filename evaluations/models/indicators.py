"""Indicators beside the work, their values by area and year, results from reports, and imports."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from programmes.models import Programme
from programmes.models.ground import WebAddressField
from programmes.models.keeping import SentOnce, Versioned

# A value that rests on fewer persons is refused when it is entered.
FEWEST_BEHIND = 10
FIRST_YEAR, LAST_YEAR = 1990, 2100
# Larger numbers are no measure of anything, and lose their decimals when they are written.
LARGEST = 10**15


class Area(models.Model):
    """An area that values are about: a municipality, a county, the nation, or a group to compare with."""

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("Municipality")
        COUNTY = "county", _("County")
        NATION = "nation", _("The nation")
        GROUP = "group", _("Group of municipalities")
        OTHER = "other", _("Other comparison")

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    # Kolada's id: four digits for a municipality, G and digits for a group.
    code = models.CharField(_("code in Kolada"), max_length=12, unique=True, null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    # How many municipalities the group has.
    members = models.PositiveSmallIntegerField(_("municipalities in the group"), null=True, blank=True)
    is_own = models.BooleanField(_("the centre's own municipality"), default=False)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["-is_own", "kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["is_own"], condition=Q(is_own=True), name="one_own_municipality")
        ]

    def __str__(self) -> str:
        return self.name


class Indicator(SentOnce, Versioned):
    """Something that is measured: what, in which unit, which direction is better, by whom, and its target."""

    class Direction(models.TextChoices):
        UP = "up", _("Higher is better")
        DOWN = "down", _("Lower is better")
        NEITHER = "neither", _("Neither")

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=200, validators=[refuse_personal_number])
    unit = models.CharField(_("unit"), max_length=40, help_text=_("Such as % or per 100 000 inhabitants."))
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, default=Direction.NEITHER)
    definition = models.TextField(_("what is measured"), blank=True, validators=[refuse_personal_number])
    caveat = models.TextField(_("bear in mind"), blank=True, validators=[refuse_personal_number])
    source = models.CharField(_("source"), max_length=200, validators=[refuse_personal_number])
    source_link = WebAddressField(_("link to the source"), blank=True, max_length=400)
    programme = models.ForeignKey(
        Programme,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("programme"),
    )
    start_year = models.PositiveSmallIntegerField(
        _("the year that the work began"), null=True, blank=True, help_text=_("Marked in the chart. Empty: no mark.")
    )
    baseline_year = models.PositiveSmallIntegerField(_("baseline year"), null=True, blank=True)
    target_value = models.FloatField(_("target"), null=True, blank=True)
    target_year = models.PositiveSmallIntegerField(_("target year"), null=True, blank=True)
    # A KPI can change without notice, so its title is kept with its id, and another title is refused.
    kolada_kpi = models.CharField(_("KPI in Kolada"), max_length=12, unique=True, null=True, blank=True)
    kolada_title = models.CharField(_("the KPI's title"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=1000)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target_value=None, target_year=None)
                | Q(target_value__isnull=False, target_year__isnull=False),
                name="indicator_target_has_its_year",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("results:indicator-detail", args=[self.slug])


class IndicatorImport(models.Model):
    """One import of values: from where, by whom, what it changed, and if it was refused, why.

    ``changes`` holds (indicator, area, year, before, after), with the names of that time.
    """

    class Kind(models.TextChoices):
        KOLADA = "kolada", _("Kolada, by its address")
        KOLADA_FILE = "kolada-file", _("Kolada, from files")
        FILE = "file", _("A table")
        YEARLY = "yearly", _("Kolada, the yearly refresh")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    is_refused = models.BooleanField(_("refused"), default=False)
    changes = models.JSONField(default=list)
    unchanged = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    # Values that the portal has and the source no longer gives.
    gone = models.JSONField(default=list)

    class Meta:
        verbose_name = _("import of indicators")
        verbose_name_plural = _("imports of indicators")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("results:import-detail", args=[self.uuid])

    @property
    def added(self) -> list[list[object]]:
        return [change for change in self.changes if change[3] is None]

    @property
    def changed(self) -> list[list[object]]:
        return [change for change in self.changes if change[3] is not None]


class Observation(models.Model):
    """An indicator's value in an area and a year, with its source and date. No value is no row, never 0."""

    # Its name in the reference files.
    slug = models.SlugField(unique=True, null=True, blank=True, editable=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="observations")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="observations")
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.FloatField(_("value"))
    # How many persons it rests on, if the source says so.
    count = models.PositiveIntegerField(_("rests on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)
    # The source's date; without one, the day on which it was read.
    source_date = models.DateField(_("source's day"), null=True, blank=True)
    read_in = models.ForeignKey(
        IndicatorImport, on_delete=models.SET_NULL, null=True, blank=True, related_name="observations"
    )

    class Meta:
        verbose_name = _("value")
        verbose_name_plural = _("values")
        ordering = ["indicator", "area", "year"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "area", "year"], name="one_value_an_area_and_year"),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR), name="observation_in_a_sensible_year"
            ),
            models.CheckConstraint(
                condition=Q(count=None) | Q(count__gte=FEWEST_BEHIND), name="observation_rests_on_enough"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}, {self.area} {self.year}"


class ReportedResult(models.Model):
    """A result in a report's own words. Where the report gives no number, there is none here."""

    slug = models.SlugField(unique=True)
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="results")
    text = models.TextField(_("in the source's words"))
    own = models.CharField(_("the municipality"), max_length=200)
    comparison = models.CharField(_("comparison"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=200)
    source_link = WebAddressField(_("link to the source"), blank=True, max_length=400)
    # The year in which the source was published.
    source_year = models.PositiveSmallIntegerField(_("published"))
    position = models.PositiveSmallIntegerField(_("position"), default=1000)

    class Meta:
        verbose_name = _("reported result")
        verbose_name_plural = _("reported results")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text
