"""MVP's handbook: concepts, and scenarios made for copying."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from programmes.models.catalogue import Programme
from programmes.models.keeping import SentOnce, Versioned


class Concept(SentOnce, Versioned):
    """A word of the list of concepts, and what it means."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    term = models.CharField(_("concept"), max_length=80)
    # Other forms of the word that texts may use, separated by commas: normer, normen.
    forms = models.CharField(
        _("other forms"), max_length=200, blank=True, help_text=_("With commas between: normer, normen.")
    )
    meaning = models.TextField(_("meaning"), validators=[refuse_personal_number], help_text=_("Written in Markdown."))

    class Meta:
        verbose_name = _("concept")
        verbose_name_plural = _("concepts")
        ordering = [Lower("term")]
        constraints = [
            models.UniqueConstraint(
                Lower("term"),
                name="concept_unique_any_case",
                violation_error_message=_("The list already has this concept."),
            )
        ]

    def __str__(self) -> str:
        return self.term

    def get_absolute_url(self) -> str:
        return reverse("programmes:concept-detail", args=[self.slug])

    @property
    def words(self) -> list[str]:
        """Every form of the concept that texts may use."""
        return [self.term, *(form.strip() for form in self.forms.split(",") if form.strip())]


class Scenario(SentOnce, Versioned):
    """A situation to talk about, on a sheet of its own."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="scenarios", verbose_name=_("programme")
    )
    title = models.CharField(_("title"), max_length=120, validators=[refuse_personal_number])
    text = models.TextField(
        _("the situation"), validators=[refuse_personal_number], help_text=_("Written in Markdown.")
    )
    questions = models.TextField(
        _("questions to talk about"), blank=True, validators=[refuse_personal_number], help_text=_("One a line.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programmes:scenario-detail", args=[self.slug])

    @property
    def question_lines(self) -> list[str]:
        return [line.strip() for line in self.questions.splitlines() if line.strip()]
