"""All addresses. They are in Swedish without diacritics; their names are in English."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from accounts.views.administration import may_use_site
from schools.views.start import start
from vpc_portal.views import health

admin.autodiscover()
# The administration site uses the portal's own sign-in, with its rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.has_permission = may_use_site  # type: ignore[method-assign]

urlpatterns = [
    path("halsa/", health, name="health"),
    path("konto/", include("accounts.sign_in_urls")),
    path("", start, name="start"),
    # Those asked for most come first, since addresses are matched in this order.
    path("", include("sessions_log.urls")),
    path("", include("schools.urls")),
    path("", include("accounts.urls")),
    path("", include("outbox.urls")),
    path("", include("programmes.urls")),
    path("oversikt/", include("evaluations.urls")),
    path("", include("evaluations.result_urls")),
    path("", include("evaluations.survey_urls")),
    path("admin/", admin.site.urls),
]
