"""A running wave with every question type, sections that stand together, and rules across pages and within one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from surveys.models import Wave
from tests import building

SECTIONS: list[dict[str, Any]] = [
    {
        "name": "grip",
        "title": "Grip",
        "items": [
            {"name": "INTRO", "type": "note", "text": "First, the *centre*."},
            {"name": "GRIP", "type": "single", "text": "Is the grip right?", "scale": "likely"},
            {"name": "WHY", "type": "text", "text": "Why?", "long": True, "show_if": ["any_of", "GRIP", 1]},
        ],
    },
    {
        "name": "ways",
        "title": "Ways",
        "items": [
            {
                "name": "WAYS",
                "type": "multiple",
                "text": "Which ways?",
                "options": [
                    {"code": 1, "label": "Alliance"},
                    {"code": 2, "label": "Merger"},
                    {"code": 8, "label": "None of these", "exclusive": True},
                ],
            },
            {
                "name": "PLANS",
                "type": "grid",
                "text": "How likely is each?",
                "scale": "likely",
                "rows": [{"name": "POOL", "text": "Pool budgets"}, {"name": "SPLIT", "text": "Split"}],
            },
        ],
    },
    {
        "name": "money",
        "title": "Money",
        "together": True,
        "items": [
            {"name": "FEAR", "type": "text", "text": "What do you fear?", "show_if": ["any_of", "GRIP", 1, 2]},
            {"name": "SPEND", "type": "number", "text": "How much?", "unit": "£m", "min": 0},
            {
                "name": "ORDER",
                "type": "ranking",
                "text": "What comes first?",
                "options": [{"code": code, "label": label} for code, label in ((1, "Beds"), (2, "Staff"), (3, "Kit"))],
            },
            {"name": "MORE", "type": "text", "text": "Anything else?", "show_if": ["answered", "WAYS"]},
            {"name": "LAST", "type": "text", "text": "And why so much?", "show_if": ["answered", "SPEND"]},
        ],
    },
]


def document(**wave: Any) -> dict[str, Any]:
    """The wave's document."""
    return {**building.document(**wave), "sections": SECTIONS}


def running(*, now: datetime | None = None, **wave: Any) -> Wave:
    """The wave, opened a day ago and open for another."""
    now = now or timezone.now()
    times = {"opens_at": (now - timedelta(days=1)).isoformat(), "closes_at": (now + timedelta(days=1)).isoformat()}
    return building.opened(document(**{**times, **wave}), now=now)
