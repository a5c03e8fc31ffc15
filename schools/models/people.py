"""People at schools: contact persons, coordinators, and teachers who hold sessions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import HeldBetween, User
from programmes.models.keeping import SentOnce


class SchoolPerson(SentOnce):
    """Someone at a school, with or without an account."""

    school = models.ForeignKey("School", on_delete=models.CASCADE, related_name="people", verbose_name=_("school"))
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="school_people",
        null=True,
        blank=True,
        verbose_name=_("account"),
    )

    class Meta:
        verbose_name = _("person at a school")
        verbose_name_plural = _("people at schools")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "user"], condition=Q(user__isnull=False), name="school_person_account_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(HeldBetween):
    """Roles at schools. Filter by kind first, then by day."""

    def contacts(self) -> MembershipQuerySet:
        return self.filter(role=SchoolMembership.Role.CONTACT)

    def coordinators(self) -> MembershipQuerySet:
        return self.filter(role=SchoolMembership.Role.COORDINATOR)

    def in_reach(self) -> MembershipQuerySet:
        """Those who can get mail.

        People with neither an account nor an e-mail address are left out, and those whose account is closed, whether it
        is tied to them or only has their address.
        """
        shut = User.objects.filter(is_active=False, email__iexact=OuterRef("person__email"))
        has_address = Q(person__user__isnull=True) & ~Q(person__email="") & ~Exists(shut)
        return self.filter(Q(person__user__is_active=True) | has_address)


class SchoolMembership(models.Model):
    """A role at a school, from a day to a day."""

    class Role(models.TextChoices):
        CONTACT = "contact", _("Contact person")
        COORDINATOR = "coordinator", _("School coordinator")

    person = models.ForeignKey(
        SchoolPerson, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to and including"), null=True, blank=True)
    # Raised to revoke every signed link made for this membership.
    link_version = models.PositiveIntegerField(default=1, editable=False)

    objects: Any = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("role at a school")
        verbose_name_plural = _("roles at schools")
        ordering = ["role", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="school_membership_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"


class SchoolNote(SentOnce):
    """A note that the centre keeps about the work at a school; never about a pupil."""

    school = models.ForeignKey("School", on_delete=models.CASCADE, related_name="notes", verbose_name=_("school"))
    text = models.TextField(_("note"), max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("note about a school")
        verbose_name_plural = _("notes about schools")
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.text[:60]
