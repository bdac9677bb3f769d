"""Two questions a machine may ask: is the process alive, and can it do its work?"""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

BROKER_PATIENCE_SECONDS = 1


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; looks at nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """What the process needs, each "ok" or "failed": 200 when all is well, else 503. Never says why: logs do."""
    found = {name: "ok" if check() else "failed" for name, check in needs().items()}
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


def needs() -> dict[str, Callable[[], bool]]:
    """What this installation needs, by name, each with the function that tries it."""
    wanted: dict[str, Callable[[], bool]] = {"database": database_answers, "migrations": migrations_applied}
    if settings.REDIS_URL:
        wanted["broker"] = broker_answers
    return wanted


def database_answers() -> bool:
    """Whether the database answers the simplest of questions."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False


def migrations_applied() -> bool:
    """Whether the tables are those this code expects."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def broker_answers() -> bool:
    """Whether Redis answers within a second."""
    patience = {"socket_timeout": BROKER_PATIENCE_SECONDS, "socket_connect_timeout": BROKER_PATIENCE_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **patience) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
