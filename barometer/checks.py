"""System checks: an installation that would break the promise to respondents does not start.

`manage.py` runs them before every command, `barometer.wsgi` before the first request and Celery before the first
task. `check --deploy` adds what is merely unwise.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured

TAG = "production"


def is_public() -> bool:
    """Whether others than this computer can reach the site: by its own address or by a host that is allowed."""
    return not settings.LOCAL or not set(settings.ALLOWED_HOSTS) <= {*settings.LOOPBACK, "testserver"}


def refuse_unsafe_production() -> None:
    """Raise ImproperlyConfigured, naming every reason, when a check of this module finds an error."""
    errors = [message for message in run_checks(tags=[TAG]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(f"{error.id}: {error.msg} {error.hint}" for error in errors))


@register(TAG)
def secret_key(**_: Any) -> list[CheckMessage]:
    """The key that signs sessions is a secret of its own."""
    usual = settings.SECRET_KEY == settings.DEFAULT_SECRET_KEY
    return _found(
        (usual and (is_public() or not settings.DEBUG), "E001", "SECRET_KEY is the one everybody knows.", _NEW_KEY)
    )


@register(TAG)
def public_site(**_: Any) -> list[CheckMessage]:
    """What others can reach is served safely."""
    if not is_public():
        return []
    return _found(
        (settings.DEBUG, "E002", "DEBUG shows the inside of the program to strangers.", "Set DEBUG=0."),
        (settings.LOCAL, "E003", "SITE_URL names this computer, so every link in a mail would be dead.", _SITE_URL),
        (not settings.LOCAL and not settings.SECURE, "E004", "SITE_URL is not https.", _SITE_URL),
        ("*" in settings.ALLOWED_HOSTS, "E005", "ALLOWED_HOSTS lets any host name in.", "Name the hosts."),
        (_mail_goes_nowhere(), "E006", "Mail is written to files, to nobody.", "Set EMAIL_URL=smtp://…"),
        (
            settings.SWEEPS_RUN_BY == "thread",
            "E007",
            "Nothing but a thread of the web server opens and closes waves and sends mail.",
            "Set REDIS_URL and run a Celery worker and beat; or SWEEPS=tick and run `manage.py tick` every minute.",
        ),
    )


@register(TAG)
def sweeps(**_: Any) -> list[CheckMessage]:
    """Celery needs its broker."""
    lost = settings.SWEEPS_RUN_BY == "celery" and not settings.REDIS_URL
    return _found((lost, "E008", "SWEEPS=celery without REDIS_URL.", "Set REDIS_URL=redis://host:6379/0."))


@register(TAG)
def one_writer_for_sqlite(**_: Any) -> list[CheckMessage]:
    """SQLite serves one process."""
    many = settings.WEB_CONCURRENCY > 1 or settings.SWEEPS_RUN_BY == "celery"
    return _found(
        (
            _database_file() is not None and many,
            "E009",
            "SQLite cannot serve several workers.",
            "Set DATABASE_URL=postgres://user:password@host/database, or WEB_CONCURRENCY=1 and no REDIS_URL.",
        )
    )


@register(TAG)
def key_folder(**_: Any) -> list[CheckMessage]:
    """The keys lie where no copy of the database and no web server takes them along, and others cannot read them."""
    keys = Path(settings.KEY_DIR).resolve()
    inside = [folder for folder in _dangerous_folders() if keys == folder or folder in keys.parents]
    return _found(
        (bool(inside), "E010", f"KEY_DIR lies inside {', '.join(map(str, inside))}.", "Give it a folder of its own."),
        (_others_can_read(keys), "E011", f"Others can read {keys}.", f"Run: chmod 700 {keys}"),
    )


@register(TAG)
def single_sign_on(**_: Any) -> list[CheckMessage]:
    """A provider that signs colleagues in is named in full, and is reached safely."""
    if not settings.OIDC_ISSUER:
        return []
    app = settings.OIDC_APP
    plain = is_public() and not settings.OIDC_ISSUER.startswith("https://")
    return _found(
        (not (app["client_id"] and app["secret"]), "E012", "OIDC_ISSUER without its client.", _CLIENT),
        (plain, "E013", "OIDC_ISSUER is not https, so anybody on the way could sign in.", "Give its https address."),
    )


@register(TAG, deploy=True)
def unwise(**_: Any) -> list[CheckMessage]:
    """What is safe but will be regretted."""
    sender = settings.DEFAULT_FROM_EMAIL
    found = {
        "W001": ("localhost" in sender, "MAIL_FROM is an address on this computer.", "Set MAIL_FROM."),
        "W002": (_database_file() is not None, "The database is a file of this computer.", "Set DATABASE_URL."),
        "W003": (not settings.SECOND_FACTOR_REQUIRED, "Staff need no second factor.", "Set SECOND_FACTOR=1."),
        "W004": (settings.SECURE and not settings.TRUST_PROXY, "Every request seems to come without https.", _PROXY),
    }
    return [Caution(text, hint=hint, id=f"barometer.{id_}") for id_, (is_so, text, hint) in found.items() if is_so]


_NEW_KEY = 'Set SECRET_KEY, say to: python -c "import secrets; print(secrets.token_urlsafe(50))"'
_PROXY = "Set TRUST_PROXY=1; the web server itself speaks http, a proxy in front of it https."
_CLIENT = "Set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET (or OIDC_CLIENT_SECRET_FILE)."
_SITE_URL = "Set SITE_URL=https://… to the address that respondents see."


def _found(*cases: tuple[bool, str, str, str]) -> list[CheckMessage]:
    """The errors among (is it so, id, text, hint)."""
    return [Error(text, hint=hint, id=f"barometer.{id_}") for is_so, id_, text, hint in cases if is_so]


def _mail_goes_nowhere() -> bool:
    return settings.EMAIL_BACKEND.rsplit(".", 2)[-2] in ("filebased", "console", "dummy")


def _database_file() -> Path | None:
    default = settings.DATABASES["default"]
    return Path(str(default["NAME"])).resolve() if default["ENGINE"].endswith("sqlite3") else None


def _dangerous_folders() -> Iterator[Path]:
    served: list[Any] = [settings.STATIC_ROOT, settings.MEDIA_ROOT, *settings.STATICFILES_DIRS]
    yield from (Path(folder).resolve() for folder in served if folder)
    if file := _database_file():
        yield file.parent


def _others_can_read(folder: Path) -> bool:
    try:
        found = folder.stat()
    except FileNotFoundError:
        return False
    return bool(stat.S_IMODE(found.st_mode) & 0o077) or found.st_uid != os.geteuid()
