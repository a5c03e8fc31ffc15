from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.models import CentreRole
        from accounts.navigation import Entry, add_entry
        from accounts.policies import is_administrator
        from accounts.roles import register

        register("centre", lambda user, today: CentreRole.objects.active(today).filter(user=user), role="role")
        add_entry(Entry(90, _("Administration"), "accounts:administration", is_administrator, ("/konton/", "/roller/")))
