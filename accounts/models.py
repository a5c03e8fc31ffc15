"""People who sign in, and the roles they hold at the centre."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)

    def found_by(self, sought: str) -> list[int]:
        """The keys of those whose name or address holds the text. Compared in Python: SQLite knows no Å from å."""
        known = self.values_list("pk", "full_name", "email")
        return [pk for pk, name, email in known if sought.casefold() in f"{name} {email}".casefold()]


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. The e-mail address is the name to sign in with."""

    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    is_active = models.BooleanField(_("can sign in"), default=True)
    is_staff = models.BooleanField(_("may use the administration site"), default=False)
    date_joined = models.DateTimeField(_("account made"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["full_name", "email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_any_case",
                violation_error_message=_("There is already an account with this e-mail address."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0] if self.full_name else self.email


class HeldBetween(models.QuerySet[Any]):
    """A row that is valid from a day to a day, both inclusive; without a last day it is valid until further notice."""

    def active(self, today: dt.date) -> HeldBetween:
        return self.filter(starts_on__lte=today).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))


class CentreRole(models.Model):
    """A role for the whole centre, from a day to a day."""

    class Role(models.TextChoices):
        COORDINATOR = "coordinator", _("Centre coordinator")
        LEADERSHIP = "leadership", _("Leadership")
        ADMINISTRATOR = "administrator", _("Administrator")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="centre_roles", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to and including"), null=True, blank=True)

    objects = HeldBetween.as_manager()

    class Meta:
        verbose_name = _("role at the centre")
        verbose_name_plural = _("roles at the centre")
        ordering = ["user", "role", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="centre_role_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def can_be_taken_back(self, today: dt.date) -> bool:
        """Whether it began today, or has not begun: nobody has had it for a whole day."""
        return self.starts_on >= today
