from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationsConfig(AppConfig):
    name = "evaluations"

    def ready(self) -> None:
        from accounts.navigation import Entry, add_entry
        from accounts.policies import sees_everything

        add_entry(Entry(30, _("Overview"), "evaluations:overview", sees_everything, ("/oversikt/",)))
