"""The wave of the answering benchmark: opened, with people invited and drafts left; prints the links' tokens as
JSON.
"""

from __future__ import annotations

import argparse
import json
import os
from datetime import timedelta
from typing import Any

POINTS = [
    {"code": code, "label": label, "score": code}
    for code, label in enumerate(
        ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"), start=1
    )
]
PEOPLE = 9000


def battery(name: str, statements: int, **more: Any) -> dict[str, Any]:
    """A battery of so many statements on five points."""
    rows = [
        {"name": f"S{number}", "text": f"Statement {number} about how our organisation works with its partners"}
        for number in range(1, statements + 1)
    ]
    return {"name": name, "type": "grid", "text": "How far do you agree?", "rows": rows, "options": POINTS, **more}


def document(now: Any) -> dict[str, Any]:
    """A questionnaire of six pages: who you are, three batteries, two closed questions, two comments."""
    single = [{"code": code, "label": f"Answer {code}"} for code in range(1, 5)]
    single.append({"code": 9, "label": "Don't know", "kind": "dont_know"})
    multiple = [{"code": code, "label": f"Approach number {code} of eight"} for code in range(1, 9)]
    return {
        "format": "barometer.wave/1",
        "survey": {"slug": "benchmark", "title": "Benchmark"},
        "wave": {
            "slug": "benchmark",
            "number": 1,
            "title": "Benchmark",
            "frame_kind": None,
            "frame_date": None,
            "opens_at": (now - timedelta(days=1)).isoformat(),
            "closes_at": (now + timedelta(days=1)).isoformat(),
            "partner": None,
            "roles": ["gp", "manager"],
        },
        "roles": [{"code": "gp", "label": "GP"}, {"code": "manager", "label": "Manager"}],
        "scales": [],
        "sections": [
            {"name": "eight", "title": "Working together", "items": [battery("EIGHT", 8)]},
            {"name": "ten", "title": "Money", "items": [battery("TEN", 10)]},
            {"name": "nine", "title": "Practice", "items": [battery("NINE", 9, roles=["gp"])]},
            {
                "name": "closed",
                "title": "Plans",
                "together": True,
                "items": [
                    {"name": "ONE", "type": "single", "text": "Which describes it best?", "options": single},
                    {"name": "MANY", "type": "multiple", "text": "Which of these?", "options": multiple},
                ],
            },
            {
                "name": "comments",
                "title": "In your words",
                "together": True,
                "items": [
                    {"name": "HOPES", "type": "text", "text": "What do you hope for?", "long": True},
                    {
                        "name": "WHY",
                        "type": "text",
                        "text": "Why do you say so?",
                        "long": True,
                        "show_if": ["any_of", "ONE", 1, 2],
                    },
                ],
            },
        ],
        "banners": [{"name": "role", "title": "Role", "by": "role"}],
    }


def main() -> None:
    """Build the wave; the last `--drafts` links have a draft, the others are printed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--drafts", type=int, required=True)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
    import django

    django.setup()
    tokens = _build(options.drafts)
    print(json.dumps(tokens))


def _build(drafts: int) -> list[str]:
    from django.utils import timezone

    from respondents import keys
    from respondents.invitations import Invitee, invite, issue_links
    from respondents.responses import save_page
    from surveys.lifecycle import open_wave
    from surveys.wave_file import load_wave

    now = timezone.now()
    wave = open_wave(load_wave(document(now)), now=now)
    people = (
        Invitee(f"Person {n}", f"p{n}@example.org", ("gp", "manager")[n % 2], bool(n % 2), ()) for n in range(PEOPLE)
    )
    invite(wave, people)
    issue_links(wave)
    key = keys.read_key(wave)
    tokens = [keys.token_for(key, pk) for pk in wave.invitations.values_list("pk", flat=True)]
    for token in tokens[:drafts]:
        save_page(token, {f"EIGHT_S{n}": [2] for n in range(1, 9)}, revision=0)
    return tokens[drafts:]


if __name__ == "__main__":
    main()
