"""All settings. Every default works with nothing installed but Python; environment variables name the real thing."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from barometer import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")

# --- Where it runs -------------------------------------------------------------------------------------------------

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")
_SITE = urlsplit(SITE_URL)
SECURE = _SITE.scheme == "https"
LOCAL = (_SITE.hostname or "") in ("localhost", "127.0.0.1", "::1")

DEBUG = env.flag("DEBUG", default=LOCAL)
DEFAULT_SECRET_KEY = "not-secret-and-good-for-one-computer-only"  # noqa: S105 - refused in production
SECRET_KEY = env.secret("SECRET_KEY", DEFAULT_SECRET_KEY)
# Keys that were in use before: what they signed, encrypted or hashed is still known.
SECRET_KEY_FALLBACKS = env.secret("SECRET_KEY_FALLBACKS").split()
# This computer may always ask: health checks do.
ALLOWED_HOSTS = sorted({*env.names("ALLOWED_HOSTS", (_SITE.hostname or "",)), *LOOPBACK})
CSRF_TRUSTED_ORIGINS = [f"{_SITE.scheme}://{_SITE.netloc}"] if SECURE else []

# Set when a proxy stands in front that overwrites X-Forwarded-Proto and appends to X-Forwarded-For.
TRUST_PROXY = env.flag("TRUST_PROXY")
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", 1)
# A wave of more answers than this is counted in parts of so many, by as many workers as there are.
SHARD_RESPONDENTS = env.number("SHARD_RESPONDENTS", 200_000)

# --- What it is made of --------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "barometer",
    "barometer.accounts",
    "surveys",
    "respondents",
    "results",
    "crispy_forms",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "barometer.accounts.middleware.SignInRequired",
    "barometer.accounts.middleware.SecondFactorRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "barometer.urls"
WSGI_APPLICATION = "barometer.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "barometer_pack"

# --- Where things are kept -----------------------------------------------------------------------------------------

# The database has a folder to itself: a copy of it must never take the keys along.
DATABASES = {"default": env.database("DATABASE_URL", default=VAR_DIR / "database" / "barometer.sqlite3")}

# One file per wave; whoever has this folder and the database can join people to answers while a wave is open.
KEY_DIR = env.folder("KEY_DIR", VAR_DIR / "keys")

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
_STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
# Whoever collects them (in an image: root) is not who serves them.
_FOR_EVERYBODY = {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE, "OPTIONS": _FOR_EVERYBODY},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# In each process's own memory: no request ever waits for another server but the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Mail ----------------------------------------------------------------------------------------------------------

EMAIL_TIMEOUT = 20
globals().update(env.email("EMAIL_URL", default=VAR_DIR / "mail"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", "Barometer <barometer@localhost>")
EMAIL_SUBJECT_PREFIX = ""

# --- Who may come in -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"

# Failures within the window before further attempts wait: by one browser address for one account, by one
# address for all accounts, and for one account from everywhere.
SIGN_IN_WINDOW_SECONDS = 15 * 60
SIGN_IN_LIMITS = {"pair": 5, "address": 30, "account": 50}

# Whether staff must have a second factor: an authenticator app, or what the organisation's own sign-in asks for.
SECOND_FACTOR_REQUIRED = env.flag("SECOND_FACTOR", default=not LOCAL)
MFA_ADAPTER = "barometer.accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Barometer"
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute wrong
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are given by administrators
MFA_FORMS = {
    "authenticate": "barometer.accounts.forms.CodeForm",
    "reauthenticate": "barometer.accounts.forms.CodeAgainForm",
    "activate_totp": "barometer.accounts.forms.SetUpForm",
    "deactivate_totp": "barometer.accounts.forms.SwitchOffForm",
}
ACCOUNT_ADAPTER = "barometer.accounts.factors.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"reauthenticate": "barometer.accounts.forms.PasswordAgainForm"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = False  # ours are kept in the database, where all processes see them

# Signing in with the organisation's own accounts. It lets in who was invited here, and makes no accounts.
OIDC_ISSUER = env.text("OIDC_ISSUER").rstrip("/")
OIDC_NAME = env.text("OIDC_NAME", "your organisation’s account")
OIDC_SECOND_FACTOR = env.choice("OIDC_SECOND_FACTOR", ("ask", "claimed", "trusted"), default="ask")
OIDC_TRUST_EMAIL = env.flag("OIDC_TRUST_EMAIL")
SOCIALACCOUNT_ADAPTER = "barometer.accounts.oidc.ProviderAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_LOGIN_ON_GET = False
OIDC_APP = {
    "provider_id": "oidc",
    "name": OIDC_NAME,
    "client_id": env.text("OIDC_CLIENT_ID"),
    "secret": env.secret("OIDC_CLIENT_SECRET"),
    "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC_APP] if OIDC_ISSUER else []}}

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE

# --- What browsers are told ----------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Nothing at all goes to other sites. Not "no-referrer": browsers then send "Origin: null" with a form, which the check
# against forged requests refuses. Respondents' pages, which need no such check, do say "no-referrer".
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 4
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- Words and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "British English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/London"

# --- Work that is due ----------------------------------------------------------------------------------------------

REDIS_URL = env.secret("REDIS_URL")

# Who runs the sweeps: Celery (when there is a Redis), a thread of the web server, or a timer that calls
# `manage.py tick`.
SWEEPS_RUN_BY = env.choice("SWEEPS", ("celery", "thread", "tick"), default="celery" if REDIS_URL else "thread")

# --- Logs ----------------------------------------------------------------------------------------------------------

LOGGING = logs.configuration(level=env.text("LOG_LEVEL", "INFO"), structured=env.flag("LOG_JSON", default=not DEBUG))
