from django.urls import path

from evaluations.views import export, lists, overview

app_name = "evaluations"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("pass/", lists.session_list, name="session-list"),
    path("klasser/", lists.class_list, name="class-list"),
    path("skolor/", lists.school_list, name="school-list"),
    path("export.csv", export.export, name="export"),
    path("definitioner/", overview.definitions, name="definitions"),
]
