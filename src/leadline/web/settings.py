"""Django's settings, made from Leadline's own; there is nothing else to configure."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.functional import SimpleLazyObject

from leadline.app import build, secret
from leadline.config import BadSetting, Settings

WEB = Path(__file__).parent
DATABASE_WAIT_SECONDS = 20
SIGNED_IN_SECONDS = 12 * 60 * 60
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
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
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
