"""Times the wave desk and the search of a bank of 5,000 questions and 60 waves: server time and statements a page.

    python -m tests.benchmarks.wave_desk

Makes an installation of its own in a temporary folder (on the database of DATABASE_URL, if that is set: an empty one),
fills it, and calls each page through the whole of Django in this process. Prints the median milliseconds, and those
of the first view, for which templates are read and nothing is remembered yet.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import Any

WAVES, ITEMS, ROUNDS = 60, 84, 15
WORDS = (
    "budget",
    "plan",
    "care",
    "trust",
    "board",
    "money",
    "staff",
    "access",
    "wait",
    "grip",
    "merge",
    "pool",
    "risk",
)


def main() -> None:
    """Fill a database and print a line a page."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "barometer.settings", "DEBUG": "0"}
        os.environ |= {"SITE_URL": "http://localhost:8000", "SWEEPS": "tick", "LOG_LEVEL": "ERROR"}
        import django

        django.setup()
        _measure()


def _measure() -> None:
    from django.core.management import call_command
    from django.test import Client

    from barometer.accounts.models import User
    from surveys.models import Question

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    _fill()
    user = User.objects.create_user("bench@example.org", "a-long-enough-password")
    user.give("editor")
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    print(f"{Question.objects.count()} questions, {WAVES} waves, a draft of {ITEMS} items")
    desk = "/waves/draft/desk/"
    pages = {
        "the wave desk": desk,
        "who is asked what": f"{desk}asked/",
        "one question": f"{desk}questions/Q{WAVES - 1}_3/",
        "a condition": f"{desk}questions/Q{WAVES - 1}_40/condition/",
        "search of the bank, from the desk": f"{desk}sections/s0/questions/?words=budget+care",
        "search of the bank for all": f"{desk}sections/s0/questions/?words=",
    }
    for name, url in pages.items():
        _time(client, name, url)


def _time(client: Any, name: str, url: str) -> None:
    from django.db import connection

    statements: list[str] = []

    def counted(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    busy = time.process_time()
    with connection.execute_wrapper(counted):
        answer = client.get(url)
    first = 1000 * (time.process_time() - busy)
    if answer.status_code != 200:
        sys.exit(f"{url}: {answer.status_code}")
    waited, worked = [], []
    for _round in range(ROUNDS):
        began, busy = time.perf_counter(), time.process_time()
        client.get(url)
        waited.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - busy))
    figures = f"{statistics.median(waited):7.1f} ms, of them {statistics.median(worked):6.1f} of this process"
    size = f"{len(statements):3} statements  {len(answer.content) // 1024:4} kB"
    print(f"{name:36} {figures} (at first {first:6.1f})  {size}")


def _fill() -> None:
    """Sixty waves that were closed, each of its own questions, and a draft that repeats the last."""
    from surveys.models import Wave
    from surveys.wave_file import load_wave

    for number in range(WAVES):
        load_wave(_document(f"wave-{number}", number, number))
    Wave.objects.update(state="closed")
    load_wave(_document("draft", WAVES, WAVES - 1))


def _document(slug: str, number: int, names: int) -> dict[str, Any]:
    opens = datetime(2010, 1, 4, 9, tzinfo=UTC) + timedelta(days=90 * number)
    scale = {"name": "likely", "options": [{"code": code, "label": f"Step {code}"} for code in range(1, 6)]}
    items = [_item(f"Q{names}_{place}", place) for place in range(ITEMS)]
    return {
        "format": "barometer.wave/1",
        "survey": {"slug": "bench", "title": "Bench"},
        "wave": {
            "slug": slug,
            "number": number,
            "title": f"Wave {number}",
            "opens_at": opens.isoformat(),
            "closes_at": (opens + timedelta(days=14)).isoformat(),
            "partner": None,
            "roles": ["chair", "ao"],
        },
        "roles": [{"code": "chair", "label": "Chair"}, {"code": "ao", "label": "Officer"}],
        "scales": [scale],
        "sections": [
            {"name": f"s{each}", "title": f"Section {each}", "items": items[each * 12 : each * 12 + 12]}
            for each in range(ITEMS // 12)
        ],
        "banners": [{"name": "role", "title": "Role", "by": "role"}],
    }


def _item(name: str, place: int) -> dict[str, Any]:
    words = " ".join(WORDS[(place * 7 + step) % len(WORDS)] for step in range(8))
    item: dict[str, Any] = {
        "name": name,
        "type": "single",
        "text": f"How is the {words} in {name}?",
        "scale": "likely",
    }
    if place % 5 == 4:
        rows = [{"name": f"R{row}", "text": f"The {WORDS[row]} of {words}"} for row in range(6)]
        item |= {"type": "grid", "rows": rows}
    if place % 7 == 6:
        item = {"name": name, "type": "text", "text": f"Why is the {words} so?", "long": True}
    if place and place % 3 == 0:
        before = f"{name.rpartition('_')[0]}_0"
        item["show_if"] = ["any_of", before, 1, 2]
    return item


if __name__ == "__main__":
    main()
