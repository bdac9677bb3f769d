"""Who may do what on the staff pages of this application, as a table, and the guard that enforces such tables.

A table says for each named address which roles may use which method. `guarded` builds an application's addresses from
its table: a view without a row cannot be reached because it cannot be built. Addresses with a wave in them let nobody
in whose role is for another survey, and hand the view the wave itself.
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

EDITOR, ANALYST, PUBLISHER, FIELDWORK = "editor", "analyst", "publisher", "fieldwork"
EVERY_ROLE = frozenset({EDITOR, ANALYST, PUBLISHER, FIELDWORK})
READERS = frozenset({EDITOR, ANALYST, PUBLISHER})

Rule = Mapping[str, frozenset[str]]
View = Callable[..., HttpResponseBase]

ACCESS: dict[str, Rule] = {
    "upload": {"GET": frozenset({EDITOR}), "POST": frozenset({EDITOR})},
    "file": {"GET": READERS},
    "times": {"GET": frozenset({EDITOR}), "POST": frozenset({EDITOR})},
    "open": {"GET": READERS, "POST": frozenset({PUBLISHER})},
    "draft": {"POST": frozenset({EDITOR, PUBLISHER})},
    "closing": {"GET": frozenset({PUBLISHER}), "POST": frozenset({PUBLISHER})},
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


def may(user: Any, roles: Collection[str], survey: Survey | None) -> bool:
    """Whether this member of staff holds one of the roles for this survey (None: for every survey)."""
    return any(user.may(role, survey) for role in roles)


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
        wave = _wave(request, found.pop("slug")) if "slug" in found else None
        if method not in rule:
            return HttpResponseNotAllowed(methods)
        if not _is_allowed(request.user, rule[method], wave):
            raise PermissionDenied
        return view(request, wave, **found) if wave else view(request, **found)

    return guarded_view


def _wave(request: HttpRequest, slug: str) -> Wave:
    """The wave, if this member of staff works on its survey; to others it is not there. Raises Http404."""
    return get_object_or_404(Wave.objects.visible_to(request.user).select_related("survey"), slug=slug)


def _is_allowed(user: Any, roles: Collection[str], wave: Wave | None) -> bool:
    return may(user, roles, wave.survey) if wave else user.may_anywhere(*roles)
