import datetime as dt
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from programmes.found import SOURCES
        from programmes.search import sources

        sources.extend(SOURCES)
        self._add_to_menu()
        self._register_roles()
        self._register_mails()

    def _add_to_menu(self) -> None:
        from accounts.navigation import Entry, add_entry

        def to_all(user: Any, today: dt.date) -> bool:
            return True

        programmes = ("/program/", "/amnen/", "/handboken/", "/helhet/", "/om/")
        add_entry(Entry(40, _("Programmes"), "programmes:programme-list", to_all, programmes))
        add_entry(Entry(50, _("Co-operation"), "programmes:cooperation", to_all, ("/samverkan/",)))

    def _register_roles(self) -> None:
        from accounts.context_processors import role_titles
        from accounts.roles import register
        from programmes.models import PartnerMembership
        from programmes.policies import title_as_partner

        role_titles.append(title_as_partner)
        register(
            "partner", lambda user, today: PartnerMembership.objects.active(today).filter(user=user), place="partner"
        )

    def _register_mails(self) -> None:
        from outbox.control import reminder_makers
        from outbox.kinds import Kind, register
        from outbox.texts import register_texts
        from programmes.mail_texts import FOLLOW_UP_TEXTS
        from programmes.mails import compose_follow_up
        from programmes.policies import may_get_follow_ups
        from programmes.reminders import KIND, due

        register_texts(FOLLOW_UP_TEXTS)
        reminder_makers.append(due)
        register(
            Kind(
                KIND,
                _("Follow-up of a measure"),
                compose_follow_up,
                can_wait=True,
                keeps_quiet=True,
                may_be_off=True,
                for_whom=may_get_follow_ups,
            )
        )
