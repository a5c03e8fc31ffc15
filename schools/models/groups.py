"""Who meets: staff groups, classes and pupil mentors, in one school year at one school."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from schools.models.calendar import SchoolYear

SCHOOL_WEEKDAYS = [(number, WEEKDAYS[number]) for number in range(5)]
GRADES = [(0, "F"), *((n, str(n)) for n in range(1, 10))]


class GroupQuerySet(models.QuerySet["Group"]):
    def active(self, day: dt.date) -> GroupQuerySet:
        """Groups that exist on a day."""
        return self.not_ended_by(day).filter(starts_on__lte=day)

    def not_ended_by(self, day: dt.date) -> GroupQuerySet:
        """Groups whose last day is not before a day, as ``has_ended_by`` for one group."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def lasting(self) -> GroupQuerySet:
        """Groups that exist until their school year is over."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=F("year__ends_on")))

    def classes(self) -> GroupQuerySet:
        return self.filter(kind=Group.Kind.CLASS)

    def staff(self) -> GroupQuerySet:
        return self.filter(kind=Group.Kind.STAFF)

    def mentors(self) -> GroupQuerySet:
        return self.filter(kind=Group.Kind.MENTORS)

    def in_school_order(self) -> GroupQuerySet:
        """Staff groups first, then classes by grade and name."""
        order = models.Case(models.When(kind="staff", then=0), models.When(kind="class", then=1), default=2)
        return self.order_by(order, F("grade").asc(nulls_first=True), "name")


class Group(models.Model):
    """A staff group, a class or pupil mentors. Pupils are counted, never named."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("Staff group")
        CLASS = "class", _("Class")
        MENTORS = "mentors", _("Pupil mentors")

    school = models.ForeignKey("School", on_delete=models.CASCADE, related_name="groups", verbose_name=_("school"))
    year = models.ForeignKey(
        "SchoolYear", on_delete=models.PROTECT, related_name="groups", verbose_name=_("school year")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=40)
    grade = models.PositiveSmallIntegerField(
        _("grade"), choices=GRADES, null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(9)]
    )
    headcount = models.PositiveSmallIntegerField(
        _("number of people"), null=True, blank=True, validators=[MaxValueValidator(200)]
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to and including"), null=True, blank=True)
    staff_group = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        related_name="classes",
        null=True,
        blank=True,
        limit_choices_to={"kind": "staff"},
        verbose_name=_("staff group that goes before"),
    )
    mentors = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        related_name="mentees",
        null=True,
        blank=True,
        limit_choices_to={"kind": "mentors"},
        verbose_name=_("pupil mentors"),
    )
    # A class's weekly time, for which its sessions are planned: 0 is Monday.
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=SCHOOL_WEEKDAYS, null=True, blank=True)
    weekly_start = models.TimeField(_("begins"), null=True, blank=True)
    weekly_end = models.TimeField(_("ends"), null=True, blank=True)
    continues = models.ForeignKey(
        "self", on_delete=models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("continues")
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        related_name="merged_from",
        null=True,
        blank=True,
        verbose_name=_("merged into"),
    )

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["kind", "grade", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "year", "kind", "name"],
                name="group_name_unique_in_school_year",
                violation_error_message=_("The school already has a group with this name."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="group_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(weekly_start__isnull=True) | Q(weekday__isnull=False),
                name="weekly_time_has_a_day",
                violation_error_message=_("Choose the day, too."),
            ),
            models.CheckConstraint(
                condition=Q(weekly_end__isnull=True) | Q(weekly_start__isnull=False, weekly_end__gt=F("weekly_start")),
                name="weekly_time_ends_after_start",
                violation_error_message=_("The session ends before it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="class") | Q(grade__isnull=False),
                name="class_has_a_grade",
                violation_error_message=_("Choose the class's grade."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def school_order(self) -> tuple[int, int, str]:
        """The sort key of ``in_school_order``."""
        kinds = [self.Kind.STAFF, self.Kind.CLASS, self.Kind.MENTORS]
        return (kinds.index(self.Kind(self.kind)), -1 if self.grade is None else self.grade, self.name)

    def has_ended_by(self, day: dt.date) -> bool:
        """Whether the group's last day is before the day."""
        return self.ends_on is not None and self.ends_on < day

    def is_there_on(self, day: dt.date) -> bool:
        """Whether the group has begun by the day and not ended."""
        return self.starts_on <= day and not self.has_ended_by(day)

    def lasts(self, year: SchoolYear) -> bool:
        """Whether the group exists until its school year is over."""
        return self.ends_on is None or self.ends_on >= year.ends_on

    @property
    def is_class(self) -> bool:
        return self.kind == self.Kind.CLASS
