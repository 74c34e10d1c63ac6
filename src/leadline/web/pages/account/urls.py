"""The addresses of one's own keys, under the names by which allauth finds them."""

from allauth.mfa.webauthn.views import login_webauthn
from django.urls import path
from django.views.decorators.csrf import csrf_protect

from leadline.web.page import for_everyone
from leadline.web.pages.account import view

ACCOUNT = [
    path("sign-in/passkey", for_everyone(csrf_protect(login_webauthn)), name="mfa_login_webauthn"),
    path("account", view.account, name="mfa_index"),
    path("account/sessions", view.sessions, name="usersessions_list"),
    path("account/password", view.password, name="account_change_password"),
    path("account/confirm", view.confirm, name="account_reauthenticate"),
    path("account/confirm/code", view.confirm_by_code, name="mfa_reauthenticate"),
    path("account/confirm/passkey", view.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("account/codes/add", view.add_codes, name="mfa_activate_totp"),
    path("account/codes/remove", view.drop_codes, name="mfa_deactivate_totp"),
    path("account/passkeys/add", view.add_passkey, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove", view.drop_passkey, name="mfa_remove_webauthn"),
    path("account/recovery-codes", view.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new", view.new_recovery_codes, name="mfa_generate_recovery_codes"),
]
