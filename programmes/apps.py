from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from accounts.context_processors import role_titles
        from accounts.navigation import Entry, add_entry
        from accounts.roles import register as register_roles
        from outbox.kinds import Kind, register
        from outbox.texts import register_texts
        from programmes.found import SOURCES
        from programmes.mail_texts import FOLLOW_UP_TEXTS
        from programmes.mails import compose_follow_up
        from programmes.models import PartnerMembership
        from programmes.policies import may_get_follow_ups, title_as_partner
        from programmes.reminders import KIND
        from programmes.search import sources

        sources.extend(SOURCES)
        add_entry(
            Entry(
                order=40,
                title=_("Programmes"),
                url_name="programmes:programme-list",
                shown=lambda user, today: True,
                prefixes=("/program/", "/amnen/", "/handboken/", "/helhet/", "/om/"),
            )
        )
        add_entry(
            Entry(
                order=50,
                title=_("Co-operation"),
                url_name="programmes:cooperation",
                shown=lambda user, today: True,
                prefixes=("/samverkan/",),
            )
        )
        role_titles.append(title_as_partner)
        register_roles(
            "partner", lambda user, today: PartnerMembership.objects.active(today).filter(user=user), place="partner"
        )
        register_texts(FOLLOW_UP_TEXTS)
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
