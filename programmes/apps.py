from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Programmes")

    def ready(self) -> None:
        from accounts.navigation import Entry, add_entry
        from programmes.found import SOURCES
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
