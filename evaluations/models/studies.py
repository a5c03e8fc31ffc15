"""Studies: what others have found, and what it means for our work."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from programmes.models import Programme
from programmes.models.ground import WebAddressField
from programmes.models.keeping import SentOnce, Versioned


class Study(SentOnce, Versioned):
    """A study: its design, its sample, its finding, and which of the portal's figures show how we do on that.

    What its source does not tell is empty, and the page says so.
    """

    slug = models.SlugField(unique=True)
    title = models.CharField(_("title"), max_length=200, validators=[refuse_personal_number])
    author = models.CharField(_("made by"), max_length=200, validators=[refuse_personal_number])
    year = models.PositiveSmallIntegerField(_("year"))
    programme = models.ForeignKey(
        Programme, on_delete=models.SET_NULL, null=True, blank=True, related_name="studies", verbose_name=_("programme")
    )
    design = models.TextField(_("design"), blank=True, validators=[refuse_personal_number])
    sample = models.TextField(_("sample"), blank=True, validators=[refuse_personal_number])
    finding = models.TextField(_("finding"), blank=True, validators=[refuse_personal_number])
    meaning = models.TextField(
        _("what it means for how we work"),
        blank=True,
        help_text=_("One thing a line."),
        validators=[refuse_personal_number],
    )
    link = WebAddressField(_("link"), blank=True, max_length=400)
    # Keys of evaluations/definitions.py.
    figures = models.JSONField(_("figures that show how we do on that"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=1000)

    class Meta:
        verbose_name = _("study")
        verbose_name_plural = _("studies")
        ordering = ["position", "-year", "title"]

    def __str__(self) -> str:
        return f"{self.title} ({self.year})"

    def get_absolute_url(self) -> str:
        return f"{reverse('results:study-list')}#{self.slug}"

    @property
    def meanings(self) -> list[str]:
        return [line.strip() for line in self.meaning.splitlines() if line.strip()]
