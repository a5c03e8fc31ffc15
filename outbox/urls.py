from django.urls import path

from outbox.views import deeds, messages, preferences

app_name = "outbox"
urlpatterns = [
    path("konto/mejl/", preferences.preferences, name="preferences"),
    path("mejl/", messages.message_list, name="message-list"),
    path("mejl/hall-kvar-alla/", deeds.hold_all, name="hold-all"),
    path("mejl/slapp-alla/", deeds.release_all, name="release-all"),
    path("mejl/<uuid:uuid>/", messages.message_detail, name="message-detail"),
    path("mejl/<uuid:uuid>/hall-kvar/", deeds.message_hold, name="message-hold"),
    path("mejl/<uuid:uuid>/slapp/", deeds.message_release, name="message-release"),
    path("mejl/<uuid:uuid>/skicka-igen/", deeds.message_resend, name="message-resend"),
]
