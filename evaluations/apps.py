from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationsConfig(AppConfig):
    name = "evaluations"

    def ready(self) -> None:
        from accounts.navigation import Entry, add_entry
        from evaluations.indicators.mails import REFRESHED_TEXTS, compose_refreshed
        from evaluations.indicators.refreshing import KIND
        from evaluations.policies import gets_refreshes, sees_figures, sees_surveys
        from evaluations.reference import FOLDER, SHAPES
        from outbox.kinds import Kind, register
        from outbox.texts import register_texts
        from programmes.reference import add_reference

        register_texts(REFRESHED_TEXTS)
        register(
            Kind(
                KIND,
                _("Values from Kolada"),
                compose_refreshed,
                can_wait=True,
                keeps_quiet=True,
                may_be_off=True,
                for_whom=gets_refreshes,
            )
        )
        add_reference(FOLDER, *SHAPES)
        add_entry(Entry(30, _("Overview"), "evaluations:overview", sees_figures, ("/oversikt/",)))
        add_entry(Entry(32, _("Results"), "results:indicator-list", sees_figures, ("/indikatorer/", "/studier/")))
        add_entry(Entry(33, _("Surveys"), "surveys:index", sees_surveys, ("/enkater/",)))
