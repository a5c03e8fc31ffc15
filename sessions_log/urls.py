from django.urls import path

from sessions_log.views import boards, corrections, kept, links, logs, mails, rules, sheets

app_name = "sessions_log"
urlpatterns = [
    path("start/", boards.start, name="start"),
    path("saknar-logg/", boards.awaiting, name="awaiting"),
    path("logga/<uuid:uuid>/", logs.log_form, name="log-form"),
    path("logga/<uuid:uuid>/som-planerat/", logs.log_as_planned, name="log-as-planned"),
    path("logga/flera/", logs.log_several, name="log-several"),
    path("logga/angra/<uuid:batch>/", logs.log_undo, name="log-undo"),
    path("logga/<uuid:uuid>/ta-bort/", corrections.log_remove, name="log-remove"),
    path("logga/<uuid:uuid>/aterstall/<int:pk>/", corrections.log_restore, name="log-restore"),
    # By a mail's link, without a password.
    path("lank/<str:token>/logga/", links.link_log, name="link-log"),
    path("lank/<str:token>/logga/<uuid:uuid>/", links.link_log_as_planned, name="link-log-as-planned"),
    path("lank/<str:token>/logga/<uuid:uuid>/logg/", links.link_log_form, name="link-log-form"),
    path("lank/<str:token>/logga/ej-skickade/", links.link_kept, name="link-kept"),
    path("passlank/<str:token>/", links.link_session, name="link-session"),
    path("passlank/<str:token>/som-planerat/", links.link_session_as_planned, name="link-session-as-planned"),
    path("passlank/<str:token>/logg/", links.link_session_form, name="link-session-form"),
    path("passlank/<str:token>/ej-skickade/", links.link_session_kept, name="link-session-kept"),
    # A sheet to write on.
    path("pass/<uuid:uuid>/blankett.pdf", sheets.session_sheet, name="session-sheet"),
    # Logs that are kept on a phone until they are sent.
    path("ej-skickade/", kept.kept_logs, name="kept-logs"),
    # Which mails a session leads to.
    path("pass/<uuid:uuid>/mejl/", mails.session_mails, name="session-mails"),
    # Which reminders there are in a year.
    path("paminnelser/", rules.reminding_now, name="reminding-now"),
    path("lasar/<slug:year_slug>/paminnelser/", rules.reminding_rules, name="reminding-rules"),
]
