"""Sections of short texts about what the work rests on, and the four partners."""

from __future__ import annotations

import datetime as dt
from textwrap import shorten
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from programmes.models.keeping import SentOnce, Versioned


class PartnerOrganisation(models.Model):
    """One of the four signatories of the agreement."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programmes:partner-detail", args=[self.slug])


class WebAddressField(models.URLField):
    """A web address; one typed without a scheme gets https."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"assume_scheme": "https", **kwargs})


class ContentSection(Versioned):
    """A section of the reference content: principles, the violence pyramid, contacts and so on. Open to anyone."""

    class Part(models.TextChoices):
        """The parts of the page that lists the sections, in order."""

        GROUND = "ground", _("What the work rests on")
        STEERING = "steering", _("How we are steered and work together")
        PROGRAMMES = "programmes", _("Programmes and trainings")
        RESULTS = "results", _("Results and evaluations")
        HELP = "help", _("Support and contact")
        PORTAL = "portal", _("About the portal")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=160)
    part = models.CharField(_("part"), max_length=20, choices=Part, default=Part.GROUND)
    intro = models.TextField(_("introduction"), blank=True, validators=[refuse_personal_number])
    source = models.CharField(_("source"), max_length=200, blank=True)
    programme = models.ForeignKey(
        "Programme",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sections",
        verbose_name=_("programme"),
        help_text=_("The section is shown on this programme's page."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("content section")
        verbose_name_plural = _("content sections")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:section-detail", args=[self.slug])


class ContentItem(SentOnce, Versioned):
    """A row of a section, in the section's order."""

    section = models.ForeignKey(
        ContentSection, on_delete=models.CASCADE, related_name="items", verbose_name=_("section")
    )
    slug = models.SlugField(_("short name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True, validators=[refuse_personal_number])
    # Shown on the row's own page. The source gives none.
    body = models.TextField(
        _("more to read"), blank=True, validators=[refuse_personal_number], help_text=_("Written in Markdown.")
    )
    link = WebAddressField(_("link"), blank=True)
    file = models.FileField(_("file"), upload_to="content/", blank=True)
    # Shown beside the text: a phone number, an address, whom it is for, a figure.
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    comparison = models.CharField(_("comparison"), max_length=200, blank=True)
    checked_on = models.DateField(_("last checked"), null=True, blank=True)

    class Meta:
        verbose_name = _("content item")
        verbose_name_plural = _("content items")
        ordering = ["section", "position"]
        constraints = [models.UniqueConstraint(fields=["section", "slug"], name="content_item_slug_unique")]

    def __str__(self) -> str:
        return self.heading or shorten(self.text, 60, placeholder=" …")

    def get_absolute_url(self) -> str:
        return reverse("programmes:item-detail", args=[self.section.slug, self.slug])


CHECKED_WITHIN = dt.timedelta(days=183)


def is_checked_lately(checked_on: dt.date | None, today: dt.date) -> bool:
    """Whether a row was checked within half a year of a day."""
    return checked_on is not None and today - checked_on <= CHECKED_WITHIN
