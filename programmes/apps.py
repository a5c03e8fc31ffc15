from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from accounts.context_processors import role_titles
        from accounts.navigation import Entry, add_entry
        from outbox.kinds import Kind, register
        from programmes.found import SOURCES
        from programmes.mails import compose_follow_up
        from programmes.policies import title_as_partner
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
        register(Kind(KIND, _("Follow-up of a measure"), compose_follow_up, can_wait=True))
