from django.urls import path

from sessions_log.views import boards, logs

app_name = "sessions_log"
urlpatterns = [
    path("start/", boards.start, name="start"),
    path("saknar-logg/", boards.awaiting, name="awaiting"),
    path("logga/<uuid:uuid>/", logs.log_form, name="log-form"),
    path("logga/<uuid:uuid>/som-planerat/", logs.log_as_planned, name="log-as-planned"),
    path("logga/<uuid:uuid>/angra/", logs.log_undo, name="log-undo"),
]
