from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        from accounts.navigation import Entry, add_entry
        from outbox.digests import compose_digest
        from outbox.kinds import Kind, register
        from outbox.policies import user_can_see_mails
        from outbox.sign_in import compose_code

        register(Kind("digest", _("Weekly digest"), compose_digest))
        register(Kind("sign-in-code", _("Code to sign in with"), compose_code, is_secret=True))
        add_entry(Entry(60, _("Mail"), "outbox:message-list", user_can_see_mails, ("/mejl/",)))
