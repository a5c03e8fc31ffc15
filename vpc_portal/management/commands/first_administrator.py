"""``manage.py first_administrator``: the account that makes all others."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.actions import give_role, make_account
from accounts.models import CentreRole


class Command(BaseCommand):
    help = "Makes the first administrator's account, and asks for its password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("full_name")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if CentreRole.objects.filter(role=CentreRole.Role.ADMINISTRATOR).exists():
            raise CommandError("There is an administrator already, who makes the other accounts.")
        password = getpass("Password: ")
        try:
            validate_password(password)
            user = make_account(email=options["email"], full_name=options["full_name"], password=password, by=None)
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        give_role(user=user, role=CentreRole.Role.ADMINISTRATOR, starts_on=timezone.localdate(), by=None)
        self.stdout.write(f"{user.email} can sign in.")
