"""Who may do what on the staff pages of this application, as a table, and the guard that enforces such tables.

A table says for each named address which roles may use which method. `guarded` builds an application's addresses from
its table: a view without a row cannot be reached because it cannot be built. Addresses with a wave (`slug`) or a
survey (`survey`) in them let nobody in whose role is for another, and hand the view the wave or survey itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from surveys.models import Survey, Wave

EDITOR, ANALYST, PUBLISHER, FIELDWORK, ADMIN = "editor", "analyst", "publisher", "fieldwork", "admin"
EVERY_ROLE = frozenset({EDITOR, ANALYST, PUBLISHER, FIELDWORK})
READERS = frozenset({EDITOR, ANALYST, PUBLISHER})

Rule = Mapping[str, frozenset[str]]
View = Callable[..., HttpResponseBase]

ACCESS: dict[str, Rule] = {
    "new": {"GET": frozenset({EDITOR})},
    "blank": {"GET": frozenset({EDITOR}), "POST": frozenset({EDITOR})},
    "from_bank": {"GET": frozenset({EDITOR}), "POST": frozenset({EDITOR})},
    "upload": {"GET": frozenset({EDITOR}), "POST": frozenset({EDITOR})},
    "look": {"GET": frozenset({EDITOR}), "POST": frozenset({EDITOR})},
    "copy": {"GET": frozenset({EDITOR}), "POST": frozenset({EDITOR})},
    "questionnaire": {"GET": READERS},
    "file": {"GET": READERS},
    "times": {"GET": frozenset({EDITOR}), "POST": frozenset({EDITOR})},
    "open": {"GET": READERS, "POST": frozenset({EDITOR})},
    "draft": {"POST": frozenset({EDITOR, PUBLISHER})},
    "closing": {"GET": frozenset({EDITOR, PUBLISHER}), "POST": frozenset({EDITOR})},
    "proposal": {"GET": READERS, "POST": frozenset({PUBLISHER})},
    "lay_aside": {"POST": frozenset({EDITOR, PUBLISHER})},
    "corrections": {"GET": READERS},
    "correct": {"GET": frozenset({EDITOR}), "POST": frozenset({EDITOR})},
}


def guarded(table: Mapping[str, Rule], addresses: Iterable[tuple[str, View, str]]) -> list[URLPattern]:
    """URL patterns of ``(route, view, name)``, each view behind its row of the table.

    Raises ImproperlyConfigured for an address without a row, and for a row without an address.
    """
    patterns = [path(route, _guard(view, _rule(table, name)), name=name) for route, view, name in addresses]
    idle = set(table) - {pattern.name for pattern in patterns}
    if idle:
        raise ImproperlyConfigured(f"The table lists addresses that do not exist: {sorted(idle)}")
    return patterns


def may(user: Any, roles: Collection[str], where: Survey | Wave | None) -> bool:
    """Whether this member of staff holds one of the roles for this survey or wave (None: for every survey)."""
    return any(user.may(role, where) for role in roles)


def _rule(table: Mapping[str, Rule], name: str) -> Rule:
    if name not in table:
        raise ImproperlyConfigured(f"{name} has no row in the table of who may do what")
    return table[name]


def _guard(view: View, rule: Rule) -> View:
    methods = sorted({*rule, *(["HEAD"] if "GET" in rule else [])})

    @wraps(view)
    def guarded_view(request: HttpRequest, **found: Any) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else request.method or ""
        if not request.user.may_anywhere():  # type: ignore[union-attr]
            raise PermissionDenied
        where = _where(request, found)
        if method not in rule:
            return HttpResponseNotAllowed(methods)
        if not _is_allowed(request.user, rule[method], where):
            raise PermissionDenied
        return view(request, where, **found) if where else view(request, **found)

    return guarded_view


def _where(request: HttpRequest, found: dict[str, Any]) -> Survey | Wave | None:
    """The wave or survey in the address, taken out of `found`; to those who do not work on it it is not there.

    Raises Http404.
    """
    user: Any = request.user
    if "slug" in found:
        return get_object_or_404(Wave.objects.visible_to(user).select_related("survey"), slug=found.pop("slug"))
    if "survey" in found:
        return get_object_or_404(user.surveys(), slug=found.pop("survey"))
    return None


def _is_allowed(user: Any, roles: Collection[str], where: Survey | Wave | None) -> bool:
    return may(user, roles, where) if where else user.may_anywhere(*roles)
