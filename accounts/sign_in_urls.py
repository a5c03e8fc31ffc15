"""The parts of django-allauth that the portal uses, under allauth's own names. Nobody makes an account alone."""

from allauth.account import views
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import TemplateView

# Not allauth's view: the page that says how to get an account, which allauth wants an address of.
no_sign_up = login_not_required(TemplateView.as_view(template_name="account/signup_closed.html"))

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("kod/", views.request_login_code, name="account_request_login_code"),
    path("kod/skriv/", views.confirm_login_code, name="account_confirm_login_code"),
    path("nytt/", no_sign_up, name="account_signup"),
    path("logout/", views.logout, name="account_logout"),
    path("inaktivt/", views.account_inactive, name="account_inactive"),
    path("bekrafta/", views.reauthenticate, name="account_reauthenticate"),
    path("losenord/", views.password_change, name="account_change_password"),
    path("losenord/valj/", views.password_set, name="account_set_password"),
]
