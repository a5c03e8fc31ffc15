from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchoolsConfig(AppConfig):
    name = "schools"

    def ready(self) -> None:
        self._add_to_menu()
        self._add_to_catalogue()
        self._register_roles()
        self._follow_accounts()
        self._register_mails()

    def _add_to_menu(self) -> None:
        from accounts.navigation import Entry, add_entry
        from accounts.policies import sees_everything
        from schools.policies import has_own_start, only_at_school, sees_some_school, user_can_subscribe

        own = ("/start/", "/saknar-logg/", "/logga/")
        add_entry(Entry(10, _("Start"), "start", has_own_start, own))
        add_entry(Entry(20, _("Schools"), "schools:school-list", sees_everything, ("/skolor/", "/pass/", "/lasar/")))
        add_entry(Entry(21, _("My school"), "schools:own-school", only_at_school, ("/skolor/", "/pass/")))
        add_entry(Entry(25, _("Occasions"), "schools:occasion-list", sees_some_school, ("/tillfallen/",)))
        add_entry(Entry(26, _("Calendar"), "schools:feed-list", user_can_subscribe, ("/kalender/",)))

    def _add_to_catalogue(self) -> None:
        """What the catalogue's pages and the search show of schools."""
        from programmes.asides import topic_asides, whole_asides
        from programmes.search import sources
        from programmes.training import add_partner_training
        from schools.found import SOURCES
        from schools.trainings import training_of
        from schools.views.going_on import schools_in_the_whole
        from schools.views.topic_plan import topic_plan

        sources.extend(SOURCES)
        add_partner_training(training_of)
        topic_asides.append(topic_plan)
        whole_asides.append(schools_in_the_whole)

    def _register_roles(self) -> None:
        from accounts.context_processors import role_titles
        from accounts.roles import register
        from schools.models import SchoolMembership
        from schools.policies import title_at_school

        role_titles.append(title_at_school)
        register(
            "school",
            lambda user, today: SchoolMembership.objects.active(today).filter(person__user=user),
            role="role",
            place="person__school",
        )

    def _follow_accounts(self) -> None:
        from accounts.actions import address_followers
        from schools.actions.people import follow_account

        address_followers.append(follow_account)

    def _register_mails(self) -> None:
        from outbox.going import register_calendars, register_heirs, register_pauses
        from outbox.kinds import register
        from outbox.texts import register_texts
        from schools.mailing.days import calendars_of
        from schools.mailing.heirs import heir_of
        from schools.mailing.kinds import KINDS
        from schools.mailing.pauses import pause_of
        from schools.mailing.texts import SCHOOL_TEXTS

        register_texts(*SCHOOL_TEXTS)
        for kind in KINDS:
            register(kind)
        register_calendars(calendars_of)
        register_heirs(heir_of)
        register_pauses(pause_of)
