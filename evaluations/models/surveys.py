"""Surveys: waves, the rounds that a code opens, and answer sheets that nothing ties to a person."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from schools.models import Group, ProgrammeYear

if TYPE_CHECKING:
    from schools.models import School

# Sheets beyond the headcount, for a new pupil or somebody who had to begin again.
SPARE_ANSWERS = 2
ADULTS_PER_PUPIL = 2


class SurveyWave(models.Model):
    """All rounds for one audience, before or after a programme's year.

    Results are shown only when somebody has ended the wave, and then no more answers are taken. Otherwise one pupil's
    answer could be told from the difference between two days.
    """

    class Audience(models.TextChoices):
        PUPILS = "pupils", _("Pupils")
        MENTORS = "mentors", _("Pupil mentors")
        STAFF = "staff", _("Staff")
        PARENTS = "parents", _("Parents")

    class When(models.TextChoices):
        BEFORE = "before", pgettext_lazy("survey", "Before")
        AFTER = "after", pgettext_lazy("survey", "After")

    programme_year = models.ForeignKey(
        ProgrammeYear, on_delete=models.PROTECT, related_name="survey_waves", verbose_name=_("programme's year")
    )
    audience = models.CharField(_("who answers"), max_length=10, choices=Audience)
    when = models.CharField(_("when"), max_length=10, choices=When)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["programme_year", "audience", "-when"]
        constraints = [
            models.UniqueConstraint(fields=["programme_year", "audience", "when"], name="one_survey_wave"),
        ]

    def __str__(self) -> str:
        return f"{self.get_audience_display()}, {self.get_when_display().lower()}"


class SurveyRoundQuerySet(models.QuerySet["SurveyRound"]):
    def with_names(self) -> SurveyRoundQuerySet:
        return self.select_related("group__school", "group__year", "wave__programme_year__programme")

    def at(self, school: School) -> SurveyRoundQuerySet:
        return self.filter(group__school=school)

    def lapsed(self, now: dt.datetime) -> SurveyRoundQuerySet:
        """Those whose hour has passed, but whose code is still kept."""
        return self.filter(open_until__lte=now)

    def in_school_order(self) -> SurveyRoundQuerySet:
        return self.order_by("wave__audience", "-wave__when", F("group__grade").asc(nulls_first=True), "group__name")


class SurveyRound(models.Model):
    """One group's turn in a survey. While it is open, ``seen`` holds hashes of the sheets' one-time keys."""

    wave = models.ForeignKey(SurveyWave, on_delete=models.PROTECT, related_name="rounds", verbose_name=_("survey"))
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="survey_rounds", verbose_name=_("group"))
    invited = models.PositiveSmallIntegerField(_("number who can answer"))
    answered = models.PositiveSmallIntegerField(_("answers"), default=0, editable=False)
    code = models.CharField(_("code"), max_length=8, unique=True, null=True, editable=False)
    open_until = models.DateTimeField(_("open until"), null=True, editable=False)
    seen = models.JSONField(default=list, editable=False)
    # How much of the programme the group had been given when the wave was ended. Kept, since what is shown must not
    # change.
    band = models.CharField(max_length=10, blank=True, editable=False)

    objects = SurveyRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey round")
        verbose_name_plural = _("survey rounds")
        constraints = [
            models.UniqueConstraint(fields=["wave", "group"], name="one_survey_round_of_a_group"),
            models.CheckConstraint(
                condition=Q(answered__lte=F("invited") + SPARE_ANSWERS), name="survey_answers_within_headcount"
            ),
            models.CheckConstraint(
                condition=Q(code=None, open_until=None) | Q(code__isnull=False, open_until__isnull=False),
                name="survey_code_while_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.wave}"

    def get_absolute_url(self) -> str:
        return reverse("surveys:round", args=[self.group.school.slug, self.pk])

    @property
    def most(self) -> int:
        """How many answers are taken at most."""
        return self.invited + SPARE_ANSWERS

    @property
    def is_void(self) -> bool:
        """Whether the group ended in the year, as when classes merge, before anybody had answered and before the wave
        was ended. Those who are left answer with another group."""
        ended_at = self.wave.ended_at
        if self.answered or self.group.lasts(self.group.year):
            return False
        return ended_at is None or self.group.has_ended_by(timezone.localdate(ended_at))


class SurveyAnswer(models.Model):
    """One answer sheet: values by item. It has no time and no order: keys are random, and the order of rows is
    shuffled."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="answers")
    answers: Any = models.JSONField()

    class Meta:
        verbose_name = _("answer sheet")
        verbose_name_plural = _("answer sheets")

    def __str__(self) -> str:
        return f"{self.round}"


def invited_of(audience: str, group: Group) -> int | None:
    """How many can answer for a group, by its headcount; for parents, two adults a pupil. None when its size is not
    known."""
    if not group.headcount:
        return None
    return group.headcount * (ADULTS_PER_PUPIL if audience == SurveyWave.Audience.PARENTS else 1)
