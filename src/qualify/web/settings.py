"""Settings, each from one environment variable with a default that works and is safe.

QUALIFY_DATA           a folder for what the application keeps: its database file, its secret
QUALIFY_DATABASE_URL   another database: postgresql://user:password@host:5432/name, sqlite:////path/to/file
QUALIFY_SECRET_KEY     what signs and enciphers; by default made once and kept in the folder
QUALIFY_HOSTS          the names the application answers to, separated by commas
QUALIFY_BASE_URL       how the world reaches it, as https://leads.example.com
QUALIFY_PROXIES        how many trusted proxies add to X-Forwarded-For (0: none)
QUALIFY_MAIL_URL       what sends mail, as smtp://user:password@mail.example.com:587
QUALIFY_MAIL_FROM      whom mail comes from
QUALIFY_IMAP_URL       the mailbox that answers come to, as imaps://user:password@mail.example.com/INBOX
QUALIFY_OIDC_ISSUER    the company's own sign-in (OpenID Connect), with QUALIFY_OIDC_CLIENT_ID,
                       QUALIFY_OIDC_CLIENT_SECRET, and QUALIFY_OIDC_DOMAIN: whose people may come in uninvited
QUALIFY_META_API       where leads of Meta are fetched, with a version of its API if one is wanted
QUALIFY_LINKEDIN_API   where those of LinkedIn are; QUALIFY_LINKEDIN_VERSION: the month of its API, as 202610
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from qualify.web.handing.asked import imap_settings
from qualify.web.people.asked import mail_settings, oidc_settings
from qualify.web.serving.logs import FILTERS, QUIETER

DATA = Path(os.environ.get("QUALIFY_DATA", "qualify-data")).absolute()
BASE_URL = os.environ.get("QUALIFY_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
TRUSTED_PROXIES = int(os.environ.get("QUALIFY_PROXIES", "0"))

META_API = os.environ.get("QUALIFY_META_API", "https://graph.facebook.com").rstrip("/")
LINKEDIN_API = os.environ.get("QUALIFY_LINKEDIN_API", "https://api.linkedin.com").rstrip("/")
LINKEDIN_VERSION = os.environ.get("QUALIFY_LINKEDIN_VERSION", "202610")


def _secret() -> str:
    """The server's secret: given, or made once and kept where only its owner can read it."""
    if given := os.environ.get("QUALIFY_SECRET_KEY"):
        return given
    path = DATA / "secret"
    DATA.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    secret = secrets.token_urlsafe(50)
    with os.fdopen(handle, "w") as file:
        file.write(secret)
    return secret


# One writer at a time, readers never wait; a transaction that will write says so when it begins, because a
# snapshot that was read first cannot be made one that writes. What is written is moved from the log into the file every
# 16 MB instead of every four: ids that are random touch many pages, and each is then moved once for many batches.
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
        "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456; PRAGMA journal_size_limit=67108864; "
        "PRAGMA wal_autocheckpoint=4000;"
    ),
}


def _database() -> dict[str, object]:
    url = os.environ.get("QUALIFY_DATABASE_URL") or f"sqlite:///{DATA / 'qualify.sqlite3'}"
    found: dict[str, object] = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    if "sqlite" in str(found["ENGINE"]):
        found |= {"OPTIONS": _SQLITE, "CONN_HEALTH_CHECKS": False}
    return found


SECRET_KEY = _secret()
DEBUG = False
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "qualify.web.store",
    "qualify.web.screens",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
ROOT_URLCONF = "qualify.web.urls"
WSGI_APPLICATION = "qualify.web.wsgi.application"
MIDDLEWARE = [
    "qualify.web.opening.DoorsFirst",
    "qualify.web.hosts.OwnNames",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "qualify.web.screens.around.InTheirTime",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "qualify.web.screens.around.around",
            ],
        },
    }
]
ALLOWED_HOSTS = [
    name.strip() for name in os.environ.get("QUALIFY_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
] + [str(urlsplit(BASE_URL).hostname)]
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("en-gb", "English (UK)"),
    ("de", "Deutsch"),
]  # those that are whole: no page in two languages at once
LOCALE_PATHS = [str(Path(__file__).parent / "locale")]

# Pages.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 31_536_000  # their addresses change when they do
_SECURE = BASE_URL.startswith("https:")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "qualify-session", "qualify-form"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# People.
AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
    )
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "qualify.web.people.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"  # who was invited has shown by that that the address is theirs
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers get no mail because somebody typed their address
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/sign-in"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _SECURE else "http"
# Guessing is counted in the store (qualify.web.people.guessing), for all processes; a cache would forget.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "reauthenticate": None, "change_password": None}
MFA_ADAPTER = "qualify.web.people.adapters.SecondSteps"
MFA_FORMS = {
    "authenticate": "qualify.web.people.codes.Authenticate",
    "reauthenticate": "qualify.web.people.codes.Reauthenticate",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Qualify"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody can sign up in another's name
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _SECURE
SOCIALACCOUNT_ADAPTER = "qualify.web.people.adapters.CompanySignIn"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"  # the company vouches for them
SOCIALACCOUNT_PROVIDERS, SIGN_IN_ORIGINS, OIDC_DOMAINS = oidc_settings(os.environ)
MAIL = mail_settings(os.environ)
MAILBOX = imap_settings(os.environ)
EMAIL_BACKEND = "qualify.web.people.mailing.Backend"
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.host, MAIL.port, MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = MAIL.starttls, MAIL.tls, 15
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL.sender
# The doors have limits of their own, after inflation; Django's would answer in a shape no client understands.
DATA_UPLOAD_MAX_MEMORY_SIZE = None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "qualify.web.bounding.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
APPEND_SLASH = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": FILTERS,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": QUIETER,
    "root": {"handlers": ["console"], "level": os.environ.get("QUALIFY_LOG", "WARNING")},
}
