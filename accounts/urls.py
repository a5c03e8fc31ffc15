from django.urls import path

from accounts.views import accounts, administration, passwords

app_name = "accounts"
urlpatterns = [
    path("administration/", administration.administration, name="administration"),
    path("konton/", accounts.account_list, name="account-list"),
    path("konton/nytt/", accounts.account_add, name="account-add"),
    path("konton/<int:pk>/", accounts.account_change, name="account-change"),
    path("konton/<int:pk>/stang/", accounts.account_close, name="account-close"),
    path("konton/<int:pk>/oppna/", accounts.account_reopen, name="account-reopen"),
    path("konton/<int:pk>/losenord/", accounts.password_link, name="password-link"),
    path("konton/<int:pk>/roller/ny/", accounts.role_add, name="role-add"),
    path("roller/<int:pk>/avsluta/", accounts.role_end, name="role-end"),
    path("konto/valj-losenord/<uidb64>/<token>/", passwords.choose_password, name="choose-password"),
]
