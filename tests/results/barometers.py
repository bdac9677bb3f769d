"""Barometer waves to compare: the sample's Winter 2013, and a spring wave made of it with figures of April 2013."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from results.finishing import finish, load_and_close
from surveys.models import Wave
from surveys.wave_file import load_wave, read_wave_file
from tests.building import SAMPLE, register

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)

Rows = list[dict[str, str]]


def document(slug: str = "2013-winter") -> dict[str, Any]:
    """The wave file of a sample wave, to change."""
    return deepcopy(read_wave_file((SAMPLE / f"{slug}.wave.json").read_bytes()))


def rows(slug: str = "2013-winter") -> Rows:
    """Its responses, a dictionary each."""
    return list(csv.DictReader(io.StringIO((SAMPLE / f"{slug}.responses.csv").read_text(encoding="utf-8"))))


def closed(data: dict[str, Any], responses: Rows) -> Wave:
    """A closed wave with its results, loaded with its own dates."""
    wave = load_wave(data)
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=list(responses[0]))
    writer.writeheader()
    writer.writerows(responses)
    load_and_close(wave, file.getvalue().encode(), now=NOW)
    finish(wave, now=NOW)
    return wave


def winter() -> Wave:
    """Winter 2013 as it is shipped, with the whole register."""
    register()
    return closed(document(), rows())


def later(
    slug: str, title: str, *, month: int = 4, year: int = 2013, frame_date: str = "2013-04-01"
) -> dict[str, Any]:
    """The winter questionnaire fielded again in the first half of a month."""
    data = document()
    data["wave"] |= {
        "slug": slug,
        "title": title,
        "number": 3,
        "frame_date": frame_date,
        "opens_at": f"{year}-{month:02}-02T09:00:00+01:00",
        "closes_at": f"{year}-{month:02}-19T17:00:00+01:00",
    }
    return data


def spring_rows(change: Callable[[Rows], None] | None = None) -> Rows:
    """94 answers: 64 call the area team good or very good, and mean confidence is 7.2 (677 of 94)."""
    made = rows()
    made = [dict(row, response=str(number)) for number, row in enumerate([*made, *made[:9]], start=1)]
    good = [row["AREATEAM"] for row in rows() if row["AREATEAM"] in ("4", "5")]
    others = [row["AREATEAM"] for row in rows() if row["AREATEAM"] not in ("4", "5")]
    for place, row in enumerate(made):
        row["AREATEAM"] = good[place % len(good)] if place < 64 else others[place % len(others)]
    _raise_budget(made, total=677)
    if change:
        change(made)
    return made


def spring(change: Callable[[Rows], None] | None = None, **more: Any) -> Wave:
    """Spring 2013, as printed in April; `change` changes its answers, `more` its dates."""
    return closed(later("2013-spring", "Spring 2013", **more), spring_rows(change))


def _raise_budget(made: Rows, *, total: int) -> None:
    """Add one to the lower answers, again and again, until the mean is what was printed."""
    while (missing := total - sum(int(row["BUDGET"]) for row in made)) > 0:
        for row in [row for row in made if int(row["BUDGET"]) < 9][:missing]:
            row["BUDGET"] = str(int(row["BUDGET"]) + 1)
