"""Who meets what, from pre-school to upper secondary school: the rows that the picture is drawn from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.validators import refuse_personal_number
from programmes.models.catalogue import Programme
from programmes.models.keeping import SentOnce, Versioned


class Stage(models.IntegerChoices):
    """The stages that a child passes through, in order."""

    PRESCHOOL = 0, _("Pre-school")
    PRESCHOOL_CLASS = 1, _("Pre-school class")
    GRADE_1 = 2, _("grade 1")
    GRADE_2 = 3, _("grade 2")
    GRADE_3 = 4, _("grade 3")
    GRADE_4 = 5, _("grade 4")
    GRADE_5 = 6, _("grade 5")
    GRADE_6 = 7, _("grade 6")
    GRADE_7 = 8, _("grade 7")
    GRADE_8 = 9, _("grade 8")
    GRADE_9 = 10, _("grade 9")
    UPPER_SECONDARY = 11, _("Upper secondary")


class Encounter(SentOnce, Versioned):
    """Somebody meets a programme or training at a stage. Without a programme, the row says what is met instead."""

    class Lane(models.TextChoices):
        PUPILS = "pupils", _("Children and pupils")
        STAFF = "staff", _("Staff")
        PARENTS = "parents", _("Parents")
        AROUND = "around", _("Around the school")

    class Level(models.TextChoices):
        UNIVERSAL = "universal", _("universal")
        TARGETED = "targeted", _("targeted")
        INDIVIDUAL = "individual", _("targeted on individuals")

    class Trace(models.TextChoices):
        """What the portal keeps of it at a school, which shows that it goes on there."""

        CLASS_SESSIONS = "class_sessions", _("pupil sessions")
        STAFF_SESSIONS = "staff_sessions", _("staff sessions")
        APT = "apt", _("workplace meetings on gender equality")
        ABC = "abc", _("ABC parent meetings")
        CONCERN = "concern", _("the training on concern for children")
        VIOLENCE = "violence", _("the training on what violence is")
        MENTORS = "mentors", _("the pupil mentors' training, supervision and meetings")
        KEY_PERSONS = "key_persons", _("key persons' training")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    programme = models.ForeignKey(
        Programme,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="encounters",
        verbose_name=_("programme"),
    )
    lane = models.CharField(_("lane of the picture"), max_length=10, choices=Lane)
    who = models.CharField(_("who"), max_length=120, validators=[refuse_personal_number])
    what = models.CharField(_("what they meet"), max_length=200, blank=True, validators=[refuse_personal_number])
    level = models.CharField(_("level of intervention"), max_length=12, choices=Level, blank=True)
    first_stage = models.PositiveSmallIntegerField(_("from"), choices=Stage)
    last_stage = models.PositiveSmallIntegerField(_("to and including"), choices=Stage)
    mentors_stage = models.PositiveSmallIntegerField(
        _("the pupil mentors' year"), choices=Stage, null=True, blank=True, help_text=_("Draws an arrow from there.")
    )
    trace = models.CharField(
        _("what shows that it goes on at a school"),
        max_length=20,
        choices=Trace,
        blank=True,
        help_text=_("Leave it if the portal keeps nothing of it."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("encounter")
        verbose_name_plural = _("encounters")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_stage__gte=F("first_stage")),
                name="encounter_ends_after_start",
                violation_error_message=_("The last year is before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.name}"

    @property
    def name(self) -> str:
        """The words in bold: the programme's name, or else what is met."""
        return self.programme.name if self.programme else self.what

    @property
    def rest(self) -> str:
        """The words below the name."""
        return self.what if self.programme else ""

    @property
    def years(self) -> str:
        """F-klass – åk 5"""
        first, last = str(self.get_first_stage_display()), str(self.get_last_stage_display())
        return first if self.first_stage == self.last_stage else f"{first} – {last}"

    @property
    def is_developing(self) -> bool:
        return self.programme is not None and self.programme.status == Programme.Status.DEVELOPING
