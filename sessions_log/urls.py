from django.urls import path

from sessions_log.views import boards, links, logs, mails

app_name = "sessions_log"
urlpatterns = [
    path("start/", boards.start, name="start"),
    path("saknar-logg/", boards.awaiting, name="awaiting"),
    path("logga/<uuid:uuid>/", logs.log_form, name="log-form"),
    path("logga/<uuid:uuid>/som-planerat/", logs.log_as_planned, name="log-as-planned"),
    path("logga/<uuid:uuid>/angra/", logs.log_undo, name="log-undo"),
    # By a mail's link, without a password.
    path("lank/<str:token>/logga/", links.link_log, name="link-log"),
    path("lank/<str:token>/logga/<uuid:uuid>/", links.link_log_as_planned, name="link-log-as-planned"),
    # Which mails a session leads to.
    path("pass/<uuid:uuid>/mejl/", mails.session_mails, name="session-mails"),
]
