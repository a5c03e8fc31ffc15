from django.urls import path

from outbox.views import bounces, deeds, messages, preferences, texts

app_name = "outbox"
urlpatterns = [
    path("konto/mejl/", preferences.preferences, name="preferences"),
    # By a mail's link, without a password.
    path("mejl/dina/<str:token>/", preferences.own_mails, name="own-mails"),
    path("mejl/dina/<str:token>/om-en-vecka/<uuid:uuid>/", preferences.own_later, name="own-later"),
    path("mejl/sluta/<str:token>/", preferences.stop, name="stop"),
    path("mejl/", messages.message_list, name="message-list"),
    path("mejl/pausa/", deeds.pause, name="pause"),
    path("mejl/starta/", deeds.resume, name="resume"),
    path("mejl/hall-kvar-alla/", deeds.hold_all, name="hold-all"),
    path("mejl/slapp-alla/", deeds.release_all, name="release-all"),
    path("mejl/texter/", texts.text_list, name="text-list"),
    path("mejl/texter/<slug:kind>/", texts.text_change, name="text-change"),
    path("mejl/texter/<slug:kind>/prova/", texts.text_try, name="text-try"),
    path("mejl/studsar/", bounces.bounce_hook, name="bounce-hook"),
    path("mejl/adressen-fungerar/", bounces.address_works, name="address-works"),
    path("mejl/<uuid:uuid>/", messages.message_detail, name="message-detail"),
    path("mejl/<uuid:uuid>/hall-kvar/", deeds.message_hold, name="message-hold"),
    path("mejl/<uuid:uuid>/skicka-nu/", deeds.message_at_once, name="message-at-once"),
    path("mejl/<uuid:uuid>/slapp/", deeds.message_release, name="message-release"),
    path("mejl/<uuid:uuid>/skicka-igen/", deeds.message_resend, name="message-resend"),
]
