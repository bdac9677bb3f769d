"""Signing in and out, one's own account, colleagues and the log."""

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgain
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from barometer.accounts.access import ACCESS, OPEN, OWN, listed
from barometer.accounts.views import colleagues, log, own, way_in
from surveys.access import guarded

_OWN_OF_ALLAUTH = [
    ("account/confirm/", ReauthenticateView.as_view(template_name="accounts/again.html"), "account_reauthenticate"),
    ("account/second-factor/", own.second_factor, "mfa_index"),
    ("account/second-factor/confirm/", CodeAgain.as_view(template_name="accounts/again.html"), "mfa_reauthenticate"),
    ("account/second-factor/set-up/", own.SetUp.as_view(), "mfa_activate_totp"),
    (
        "account/second-factor/off/",
        DeactivateTOTPView.as_view(template_name="accounts/switch_off.html"),
        "mfa_deactivate_totp",
    ),
    (
        "account/recovery-codes/",
        ViewRecoveryCodesView.as_view(template_name="accounts/recovery_codes.html"),
        "mfa_view_recovery_codes",
    ),
    (
        "account/recovery-codes/new/",
        GenerateRecoveryCodesView.as_view(template_name="accounts/new_codes.html"),
        "mfa_generate_recovery_codes",
    ),
]

_OPEN_OF_ALLAUTH = [
    # allauth leads to the sign-in page by this name.
    ("sign-in/", way_in.SignIn.as_view(), "account_login"),
    ("sign-in/code/", way_in.Code.as_view(), "mfa_authenticate"),
    ("sign-in/with/<str:provider_id>/", openid_connect.login, "openid_connect_login"),
    ("sign-in/with/<str:provider_id>/back/", openid_connect.callback, "openid_connect_callback"),
]

_OURS = [
    *listed(
        OPEN,
        [
            ("sign-in/", way_in.SignIn.as_view(), "sign_in"),
            ("sign-out/", LogoutView.as_view(), "sign_out"),
            ("forgotten/", way_in.forgotten, "forgotten"),
            ("welcome/<str:token>/", way_in.welcome, "welcome"),
        ],
        namespace="accounts:",
    ),
    *listed(
        OWN,
        [("account/", own.account, "account"), ("account/password/", own.Password.as_view(), "password")],
        namespace="accounts:",
    ),
    *guarded(
        ACCESS,
        [
            ("colleagues/", colleagues.everybody, "colleagues"),
            ("colleagues/invite/", colleagues.invite, "invite"),
            ("colleagues/<int:pk>/", colleagues.one, "colleague"),
            ("log/", log.log, "log"),
        ],
    ),
]

urlpatterns = [
    path("", include((_OURS, "accounts"))),
    *listed(OWN, _OWN_OF_ALLAUTH),
    *listed(OPEN, _OPEN_OF_ALLAUTH),
]
