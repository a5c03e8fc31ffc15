from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchoolsConfig(AppConfig):
    name = "schools"

    def ready(self) -> None:
        from accounts.context_processors import role_titles
        from accounts.navigation import Entry, add_entry
        from accounts.policies import sees_everything
        from schools.policies import title_at_school

        add_entry(Entry(20, _("Schools"), "schools:school-list", sees_everything, ("/skolor/", "/pass/", "/lasar/")))
        role_titles.append(title_at_school)
