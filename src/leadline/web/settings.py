"""Django's settings, made from Leadline's own; there is nothing else to configure."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.functional import SimpleLazyObject

from leadline.accounts.providers import providers
from leadline.app import build, secret
from leadline.config import BadSetting, Settings
from leadline.privacy.viewer import Role

WEB = Path(__file__).parent
DATABASE_WAIT_SECONDS = 20
SIGNED_IN_SECONDS = 12 * 60 * 60
CONFIRMED_SECONDS = 15 * 60  # how long a password or factor just given counts as given
WRONG_TRIES_MAX = 5
LOCKED_SECONDS = 5 * 60
TRIES_PER_ADDRESS_MAX = 100  # a minute; a whole office may sit behind one address
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def database(url: str) -> dict[str, Any]:
    """The store's database as Django names it: sessions and logins live beside the log."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(Path(unquote(parts.path))),  # as leadline.store reads it
            "OPTIONS": {
                "timeout": DATABASE_WAIT_SECONDS,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if parts.scheme in ("postgresql", "postgres"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise BadSetting(
        f"LEADLINE_DATABASE_URL begins with {parts.scheme!r}; it must be sqlite:///PATH "
        "or postgresql://USER@HOST/NAME."
    )


def allowed_hosts(chosen: Settings) -> list[str]:
    """The host of the public address, the host we listen on, and loopback; nothing else."""
    public = urlsplit(chosen.public_url).hostname
    listening = [] if chosen.host in ("0.0.0.0", "::", "") else [chosen.host]
    return sorted({*LOOPBACK, *listening, *([public] if public else [])})


def guarded_roles(chosen: Settings) -> frozenset[Role]:
    """The roles that nobody takes on with a password alone."""
    names = [name.strip() for name in chosen.second_factor_roles.split(",") if name.strip()]
    unknown = [name for name in names if name not in list(Role)]
    if unknown:
        raise BadSetting(
            f"LEADLINE_SECOND_FACTOR_ROLES names {', '.join(unknown)}; "
            f"the roles are {', '.join(Role)}."
        )
    return frozenset(map(Role, names))


_chosen = Settings.from_env()
_https = _chosen.public_url.startswith("https://")

LEADLINE = SimpleLazyObject(lambda: build(_chosen))  # opened on first use, so lint makes no folder
SECRET_KEY = SimpleLazyObject(lambda: secret(_chosen, "django"))
DEBUG = False
ALLOWED_HOSTS = allowed_hosts(_chosen)
CSRF_TRUSTED_ORIGINS = [_chosen.public_url.rstrip("/")] if _chosen.public_url else []
DATABASES = {"default": database(_chosen.database_url)}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "leadline.accounts",
    "leadline.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "leadline.accounts.headers.SafeHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "leadline.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates", WEB / "pages"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
            "string_if_invalid": "",
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "leadline.accounts.door.Door"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"  # logins are given, not taken
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, without asking
ACCOUNT_RATE_LIMITS = {
    "login": f"{TRIES_PER_ADDRESS_MAX}/m/ip",
    "login_failed": f"{WRONG_TRIES_MAX}/{LOCKED_SECONDS}s/key,{TRIES_PER_ADDRESS_MAX}/m/ip",
    "reauthenticate": f"{WRONG_TRIES_MAX}/m/user",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = CONFIRMED_SECONDS
MFA_ADAPTER = "leadline.accounts.factors.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https  # browsers allow it on localhost alone
MFA_TOTP_TOLERANCE = 1  # clocks differ
SOCIALACCOUNT_ADAPTER = "leadline.accounts.single.SingleSignOn"
SOCIALACCOUNT_PROVIDERS = providers(_chosen)
# A link, since a form that ends elsewhere is held back by `form-action 'self'`.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "oidc"
SECOND_FACTOR_ROLES = guarded_roles(_chosen)
# In the database, so that a lock holds over restarts and in every process.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "leadline_cache",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = SIGNED_IN_SECONDS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
STATIC_URL = "/static/"
STATICFILES_DIRS = [WEB / "static"]
WHITENOISE_USE_FINDERS = True  # served from the installed package; no collecting step
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
LANGUAGE_CODE = "en"
LOCALE_PATHS = [WEB / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = _chosen.reporting_zone
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"leadline": {"level": "INFO"}},
}
