"""Schools and the districts they lie in."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import policies as accounts_policies
from accounts.slugs import free_slug
from schools.models.groups import GRADES, Group

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models.calendar import SchoolYear


class District(models.Model):
    """A part of the municipality."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("short name"), max_length=80, unique=True, editable=False)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.slug = self.slug or free_slug(District.objects, self.name, otherwise="distrikt")
        super().save(**kwargs)


def _has_contact(today: dt.date) -> Exists:
    from schools.models.people import SchoolMembership

    active = SchoolMembership.objects.contacts().in_reach().active(today)
    return Exists(active.filter(person__school=OuterRef("pk")))


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, user: User, today: dt.date) -> SchoolQuerySet:
        """Every school for those with a role at the centre; for others the schools where they have a role today."""
        if accounts_policies.sees_everything(user, today):
            return self
        return self.filter(pk__in=self._with_membership(user, today))

    def logged_by(self, user: User, today: dt.date) -> SchoolQuerySet:
        """The schools whose sessions the user may log: all for a centre coordinator, their own for a school's
        coordinator."""
        if accounts_policies.is_coordinator(user, today):
            return self
        return self.filter(pk__in=self._with_membership(user, today, role="coordinator"))

    def followed_by(self, user: User, today: dt.date) -> SchoolQuerySet:
        """The open schools that the user may follow in a calendar: all for a centre coordinator, for others those where
        they have a role."""
        open_ones = self.open_on(today)
        if accounts_policies.is_coordinator(user, today):
            return open_ones
        return open_ones.filter(pk__in=self._with_membership(user, today))

    def open_on(self, day: dt.date) -> SchoolQuerySet:
        """Schools that have not closed by a day."""
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day))

    def in_the_work(self, year: SchoolYear, today: dt.date) -> SchoolQuerySet:
        """Schools that had not closed by a day in a current year, or by the first day of a coming one."""
        return self.open_on(max(today, year.starts_on))

    def with_contact(self, today: dt.date) -> SchoolQuerySet:
        """Schools with an active contact person: somebody with the role today, who can get mail."""
        return self.filter(_has_contact(today))

    def without_contact(self, today: dt.date) -> SchoolQuerySet:
        """The other schools."""
        return self.filter(~_has_contact(today))

    def with_standing(self, year: SchoolYear | None) -> Any:
        """With ``open_replies``, how many of a school's replies wait, and ``has_groups``, whether it has any in the
        year."""
        groups = Group.objects.filter(school=OuterRef("pk"), year=year)
        return self.annotate(open_replies=Count("replies", filter=Q(replies__state="open")), has_groups=Exists(groups))

    def named(self, name: str) -> School | None:
        """The school with a name, ignoring case. SQLite itself ignores case only for a to z."""
        return next((school for school in self if school.name.casefold() == name.casefold()), None)

    def with_name_like(self, sought: str) -> SchoolQuerySet:
        """Schools whose name contains the text, ignoring case."""
        names = self.values_list("pk", "name")
        return self.filter(pk__in=[pk for pk, name in names if sought.casefold() in name.casefold()])

    @staticmethod
    def _with_membership(user: User, today: dt.date, **wanted: str) -> models.QuerySet[Any]:
        from schools.models.people import SchoolMembership

        if not user.is_authenticated or not user.is_active:
            return SchoolMembership.objects.none().values("person__school")
        return SchoolMembership.objects.active(today).filter(person__user=user, **wanted).values("person__school")


class School(models.Model):
    """A school. Its slug is made once and never changed, so that links go on working."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("short name"), max_length=80, unique=True, editable=False)
    unit_code = models.CharField(
        _("school unit code"),
        max_length=8,
        unique=True,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^\d{8}$", _("A school unit code has eight digits."))],
    )
    name = models.CharField(_("name"), max_length=120, unique=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="schools", verbose_name=_("district"))
    # From the register, or set by hand: after it, pupils leave the school. None: as its classes show.
    highest_grade = models.PositiveSmallIntegerField(
        _("highest grade"), choices=GRADES, null=True, blank=True, validators=[MaxValueValidator(9)]
    )
    closed_on = models.DateField(_("last day in the work"), null=True, blank=True)
    logs_by_link = models.BooleanField(
        _("Those who hold sessions may log by the mail's link, without an account"),
        default=False,
        help_text=_(
            "Whoever has a mail's link can log the school's sessions. Without the tick the links close at once."
        ),
    )
    # Meanwhile reminders to the school wait; changes and cancellations are sent.
    reminders_paused_until = models.DateField(_("last day without reminders"), null=True, editable=False)
    reminders_paused_why = models.CharField(max_length=200, blank=True, editable=False)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        # /skolor/ny/ and /skolor/las-in/ are pages where schools are added.
        self.slug = self.slug or free_slug(School.objects, self.name, otherwise="skola", reserved={"ny", "las-in"})
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return reverse("schools:school-detail", args=[self.slug])

    def has_closed_by(self, day: dt.date) -> bool:
        """Whether the school's last day in the work is before the day."""
        return self.closed_on is not None and self.closed_on < day

    def is_paused(self, today: dt.date) -> bool:
        """Whether the school gets no reminders on the day. A pause ends by itself."""
        return self.reminders_paused_until is not None and self.reminders_paused_until >= today
