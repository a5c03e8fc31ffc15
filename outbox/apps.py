from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        from accounts.actions import address_followers
        from accounts.navigation import Entry, add_entry
        from outbox.actions import readdress
        from outbox.digests import DIGEST, DIGEST_TIME, compose_digest
        from outbox.kinds import Kind, register
        from outbox.own_texts import CODE, CODE_TEXTS, DIGEST_TEXTS
        from outbox.policies import user_can_see_mails
        from outbox.sign_in import compose_code
        from outbox.texts import register_texts
        from outbox.trials import TRIAL, compose_trial

        register(Kind(DIGEST, _("Weekly digest"), compose_digest, keeps_quiet=True, morning=DIGEST_TIME))
        register(Kind(CODE, _("Code to sign in with"), compose_code, is_secret=True))
        register(Kind(TRIAL, _("Test of a mail's texts"), compose_trial))
        register_texts(DIGEST_TEXTS, CODE_TEXTS)
        address_followers.append(readdress)
        add_entry(Entry(60, _("Mail"), "outbox:message-list", user_can_see_mails, ("/mejl/",)))
