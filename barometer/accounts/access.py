"""Who may do what on the pages about staff, as tables: colleagues, one's own account, and the way in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from surveys.access import ADMIN, EVERY_ROLE, Rule

ADMINS = frozenset({ADMIN})
READ, WRITE, READ_AND_WRITE = frozenset({"GET"}), frozenset({"POST"}), frozenset({"GET", "POST"})

ACCESS: dict[str, Rule] = {
    "colleagues": {"GET": ADMINS},
    "invite": {"GET": ADMINS, "POST": ADMINS},
    "colleague": {"GET": ADMINS, "POST": ADMINS},
    "log": {"GET": EVERY_ROLE | ADMINS},
}

OPEN: dict[str, frozenset[str]] = {
    "accounts:sign_in": READ_AND_WRITE,
    "accounts:sign_out": WRITE,
    "accounts:forgotten": READ_AND_WRITE,
    "accounts:welcome": READ_AND_WRITE,
    "account_login": READ_AND_WRITE,
    "mfa_authenticate": READ_AND_WRITE,
    "openid_connect_login": WRITE,
    "openid_connect_callback": READ,
}
"""The way in: pages for whoever has not signed in, by their methods."""

OWN: dict[str, frozenset[str]] = {
    "accounts:account": READ,
    "accounts:password": READ_AND_WRITE,
    "account_reauthenticate": READ_AND_WRITE,
    "mfa_index": READ,
    "mfa_reauthenticate": READ_AND_WRITE,
    "mfa_activate_totp": READ_AND_WRITE,
    "mfa_deactivate_totp": READ_AND_WRITE,
    "mfa_view_recovery_codes": READ,
    "mfa_generate_recovery_codes": READ_AND_WRITE,
}
"""One's own account: for everybody who has signed in, whatever the role, and for nobody else's account."""


def listed(
    table: Mapping[str, frozenset[str]], addresses: Iterable[tuple[str, Any, str]], *, namespace: str = ""
) -> list[URLPattern]:
    """URL patterns of ``(route, view, name)``, each taking the methods of its row and no others.

    Raises ImproperlyConfigured for an address without a row.
    """
    return [path(route, _limited(table, f"{namespace}{name}", view), name=name) for route, view, name in addresses]


def _limited(table: Mapping[str, frozenset[str]], name: str, view: Any) -> Any:
    if name not in table:
        raise ImproperlyConfigured(f"{name} has no row in the table of who may do what")
    allowed = [*sorted(table[name]), *(["HEAD"] if "GET" in table[name] else [])]
    limited = require_http_methods(allowed)(view)
    return login_not_required(limited) if table is OPEN else limited
