"""Settings, each from one environment variable with a default that works and is safe.

QUALIFY_DATA           a folder for what the application keeps: its database file, its secret
QUALIFY_DATABASE_URL   another database: postgresql://user:password@host:5432/name, sqlite:////path/to/file
QUALIFY_SECRET_KEY     what signs and enciphers; by default made once and kept in the folder
QUALIFY_HOSTS          the names the application answers to, separated by commas
QUALIFY_BASE_URL       how the world reaches it, as https://leads.example.com
QUALIFY_PROXIES        how many trusted proxies add to X-Forwarded-For (0: none)
QUALIFY_META_API       where leads of Meta are fetched, with a version of its API if one is wanted
QUALIFY_LINKEDIN_API   where those of LinkedIn are; QUALIFY_LINKEDIN_VERSION: the month of its API, as 202610
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

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
# snapshot that was read first cannot be made one that writes.
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
        "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456; PRAGMA journal_size_limit=67108864;"
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
INSTALLED_APPS = ["qualify.web.store"]
ROOT_URLCONF = "qualify.web.urls"
WSGI_APPLICATION = "qualify.web.wsgi.application"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ALLOWED_HOSTS = [
    name.strip() for name in os.environ.get("QUALIFY_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
] + [str(urlsplit(BASE_URL).hostname)]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
# The doors have limits of their own, after inflation; Django's would answer in a shape no client understands.
DATA_UPLOAD_MAX_MEMORY_SIZE = None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
APPEND_SLASH = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("QUALIFY_LOG", "WARNING")},
}
