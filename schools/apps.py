from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchoolsConfig(AppConfig):
    name = "schools"

    def ready(self) -> None:
        from accounts.context_processors import role_titles
        from accounts.navigation import Entry, add_entry
        from accounts.policies import sees_everything
        from outbox.kinds import Kind, register
        from programmes.asides import topic_asides
        from programmes.search import sources
        from programmes.training import add_partner_training
        from schools.actions.occasions import CHANGED as OCCASION_CHANGED
        from schools.actions.occasions import INVITED
        from schools.actions.replies import DECLINED
        from schools.found import SOURCES
        from schools.mails import compose_changed, compose_declined
        from schools.occasion_mails import compose_invitation, compose_occasion_changed
        from schools.policies import only_at_school, sees_some_school, title_at_school
        from schools.telling import CHANGED
        from schools.trainings import training_of
        from schools.views.topic_plan import topic_plan

        add_entry(Entry(20, _("Schools"), "schools:school-list", sees_everything, ("/skolor/", "/pass/", "/lasar/")))
        add_entry(Entry(21, _("My school"), "schools:own-school", only_at_school, ("/skolor/", "/pass/")))
        sources.extend(SOURCES)
        add_partner_training(training_of)
        topic_asides.append(topic_plan)
        add_entry(Entry(25, _("Occasions"), "schools:occasion-list", sees_some_school, ("/tillfallen/",)))
        role_titles.append(title_at_school)
        register(Kind(CHANGED, _("Moved or cancelled"), compose_changed))
        register(Kind(DECLINED, _("Proposal not accepted"), compose_declined))
        register(Kind(INVITED, _("Invitation to an occasion"), compose_invitation))
        register(Kind(OCCASION_CHANGED, _("Occasion changed or cancelled"), compose_occasion_changed))
