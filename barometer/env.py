"""Typed readers of the environment.

A variable that is empty counts as not set. Each reader names the variable whose value cannot be understood, and never
prints a secret.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}

POSTGRES_SCHEMES = ("postgres", "postgresql")

# WAL lets readers go on while one writes; IMMEDIATE makes a writer wait at BEGIN instead of failing half-way;
# FULL keeps what was acknowledged through a power cut; secure_delete overwrites what is deleted.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
    ),
}


def text(name: str, default: str = "") -> str:
    """The value of `name`, stripped of surrounding blanks."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Whether `name` says yes: 1, true, yes or on against 0, false, no or off.

    Raises ImproperlyConfigured for any other word.
    """
    word = text(name).lower()
    if word and word not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {word!r}.")
    return word in YES if word else default


def number(name: str, default: int) -> int:
    """The whole number in `name`. Raises ImproperlyConfigured when it is not one."""
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """The comma-separated words in `name`."""
    words = [word.strip() for word in text(name).split(",")]
    return [word for word in words if word] or list(default)


def choice(name: str, options: tuple[str, ...], default: str) -> str:
    """The word in `name`, which must be one of `options`. Raises ImproperlyConfigured otherwise."""
    value = text(name, default)
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {value!r}.")
    return value


def secret(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE names (as container secrets are handed over).

    Raises ImproperlyConfigured when that file cannot be read.
    """
    if path := text(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {path} cannot be read ({error.strerror}).") from None
    return text(name, default)


def folder(name: str, default: Path) -> Path:
    """The absolute path in `name`."""
    return Path(text(name) or default).expanduser().absolute()


def database(name: str, *, default: Path) -> dict[str, Any]:
    """Django's settings of the database at the URL in `name`: `postgres://user:password@host:port/database`,
    `postgresql:///database?host=/socket/folder`, or `sqlite:////path`. Without it, an SQLite file at `default`.

    Raises ImproperlyConfigured for another kind of URL.
    """
    url = secret(name)
    if not url:
        return _sqlite(default)
    parts = _parts(name, url)
    if parts.scheme == "sqlite" and len(parts.path) > 1:
        return _sqlite(Path(unquote(parts.path[1:])))
    if parts.scheme in POSTGRES_SCHEMES and len(parts.path) > 1:
        return _postgres(parts)
    raise ImproperlyConfigured(f"{name} must look like postgres://user:password@host/database or sqlite:////path.")


def email(name: str, *, default: Path) -> dict[str, Any]:
    """Django's e-mail settings for the URL in `name`: `smtp://user:password@host:25`, `smtp+tls://…` (STARTTLS),
    `smtps://…`, `console:` or `file:///folder`. Without it, mails become files in the folder `default`.

    Raises ImproperlyConfigured for another kind of URL.
    """
    url = secret(name)
    parts = _parts(name, url or default.as_uri())
    reader = _MAIL.get(parts.scheme)
    if reader is None:
        raise ImproperlyConfigured(f"{name} must begin with smtp://, smtp+tls://, smtps://, file:/// or console:.")
    return reader(parts)


def _parts(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not a URL that can be read.") from None
    return parts


def _sqlite(path: Path) -> dict[str, Any]:
    path = path.expanduser().absolute()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Opening anew for each request would cost more than the request.
    kept = {"CONN_MAX_AGE": 60}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": dict(SQLITE_OPTIONS), **kept}


def _postgres(parts: SplitResult) -> dict[str, Any]:
    options: dict[str, Any] = {"connect_timeout": 5, **dict(parse_qsl(parts.query))}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _smtp(parts: SplitResult) -> dict[str, Any]:
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }


def _mail_files(parts: SplitResult) -> dict[str, Any]:
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": unquote(parts.path),
    }


def _console(parts: SplitResult) -> dict[str, Any]:
    return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}


_MAIL: dict[str, Callable[[SplitResult], dict[str, Any]]] = {
    "smtp": _smtp,
    "smtps": _smtp,
    "smtp+tls": _smtp,
    "file": _mail_files,
    "console": _console,
}
