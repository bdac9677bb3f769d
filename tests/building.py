"""Small builders that tests share: a wave from a document, an opened wave, somebody's link, answers that were sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

import barometer
from respondents import keys
from respondents.models import Invitation, InvitedOrganisation, Organisation, Person, Place
from respondents.organisations import load_organisations
from respondents.responses import save_page, submit
from surveys.lifecycle import open_wave
from surveys.models import Wave
from surveys.problems import Problem, Refused
from surveys.wave_file import load_wave, read_wave_file

SAMPLE = Path(barometer.__file__).parent / "sample"
REFERENCE = Path(barometer.__file__).parent / "reference"
SAMPLE_WAVES = ("2012-autumn", "2013-winter", "2016-spring", "nhscc-2013", "members-2013", "members-2014")

OURS = ("surveys", "respondents", "results")

OPENS = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = OPENS + timedelta(days=3)
CLOSES = OPENS + timedelta(days=14)

_DOCUMENT: dict[str, Any] = {
    "format": "barometer.wave/1",
    "survey": {"slug": "leaders", "title": "Leaders"},
    "wave": {
        "slug": "spring",
        "number": 3,
        "title": "Spring 2026",
        "frame_date": "2013-04-01",
        "frame_kind": "CCG",
        "opens_at": OPENS.isoformat(),
        "closes_at": CLOSES.isoformat(),
        "partner": None,
        "roles": ["chair", "ao"],
    },
    "roles": [
        {"code": "chair", "label": "CCG chair"},
        {"code": "ao", "label": "Accountable officer"},
        {"code": "clerk", "label": "Clerk"},
    ],
    "scales": [
        {
            "name": "likely",
            "options": [
                {"code": 1, "label": "Unlikely", "score": 1},
                {"code": 2, "label": "Likely", "score": 2},
                {"code": 9, "label": "Don't know", "kind": "dont_know"},
            ],
            "nets": [{"name": "any", "label": "Any", "codes": [1, 2]}],
        }
    ],
    "sections": [
        {
            "name": "grip",
            "title": "Grip",
            "items": [
                {"name": "INTRO", "type": "note", "text": "First, the *centre*."},
                {"name": "GRIP", "type": "single", "text": "Is the grip right?", "scale": "likely", "required": True},
                {"name": "WHY", "type": "text", "text": "Why?", "show_if": ["any_of", "GRIP", 1]},
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
                    "roles": ["chair"],
                },
                {"name": "SPEND", "type": "number", "text": "How much?", "unit": "£m", "min": 0, "roles": ["ao"]},
            ],
        },
    ],
    "banners": [{"name": "role", "title": "By role", "by": "role"}],
}


def document(**wave: Any) -> dict[str, Any]:
    """A small sound wave document, anew each time; `wave` changes keys of its "wave" object."""
    made = deepcopy(_DOCUMENT)
    made["wave"].update(wave)
    return made


def as_bytes(data: Any) -> bytes:
    """A document as a wave file."""
    return json.dumps(data, ensure_ascii=False).encode()


def draft(data: Mapping[str, Any] | None = None, **wave: Any) -> Wave:
    """A draft wave, loaded as from a file."""
    return load_wave(read_wave_file(as_bytes(document(**wave) if data is None else data)))


def opened(data: Mapping[str, Any] | None = None, *, now: datetime = NOW, **wave: Any) -> Wave:
    """A wave that takes answers."""
    return open_wave(draft(data, **wave), now=now)


def sample_wave(slug: str) -> Wave:
    """One of the six sample waves as a draft."""
    return load_wave(read_wave_file((SAMPLE / f"{slug}.wave.json").read_bytes()))


def organisation(code: str, *, region: str = "", **more: Any) -> Organisation:
    """A CCG of the register that was open in 2013, with its region."""
    defaults = {"name": f"NHS {code} CCG", "kind": "CCG", "opened": date(2013, 4, 1), **more}
    made = Organisation.objects.create(ods_code=code, **defaults)
    if region:
        Place.objects.create(organisation=made, grouping="region", code=region, name=f"Region {region}")
    return made


def register() -> dict[str, int]:
    """The whole register as shipped; returns the counts of loading."""
    return load_organisations(
        (REFERENCE / "organisations.csv").read_bytes(),
        successions=(REFERENCE / "successions.csv").read_bytes(),
        regions=(REFERENCE / "region_history.csv").read_bytes(),
    )


@dataclass(frozen=True)
class Link:
    """Somebody who was invited, and the secret of the link."""

    invitation: Invitation
    token: str


def link(
    wave: Wave,
    *,
    role: str = "chair",
    gp: bool | None = None,
    email: str = "",
    organisations: Iterable[Organisation] = (),
) -> Link:
    """Invite somebody new and issue the link."""
    number = Person.objects.count() + 1
    person = Person.objects.create(name=f"Person {number}", email=email or f"person{number}@example.org")
    invitation = Invitation(wave=wave, person=person, role=role, gp=gp)
    token = keys.token_for(keys.create_key(wave), invitation.pk)
    invitation.token_hash = keys.token_hash(token)
    invitation.save(force_insert=True)
    for position, each in enumerate(organisations):
        InvitedOrganisation.objects.create(invitation=invitation, organisation=each, position=position)
    return Link(invitation, token)


def begun(wave: Wave, answers: Mapping[str, list[Any]], *, now: datetime = NOW, **invited: Any) -> Link:
    """Somebody who has saved a page and not sent."""
    made = link(wave, **invited)
    save_page(made.token, answers, revision=0, now=now)
    return made


def sent(wave: Wave, answers: Mapping[str, list[Any]], *, now: datetime = NOW, **invited: Any) -> Link:
    """Somebody who has answered and sent."""
    made = begun(wave, answers, now=now, **invited)
    submit(made.token, revision=1, now=now)
    return made


def counts() -> dict[str, int]:
    """How many rows every table of ours holds, to see that nothing was written."""
    models = [model for name in OURS for model in apps.get_app_config(name).get_models()]
    return {model._meta.label: model._base_manager.count() for model in models}


class Refusal:
    """The problems of a refusal, once it has happened."""

    problems: list[Problem]

    @property
    def told(self) -> list[str]:
        """Each problem in words."""
        return [str(problem) for problem in self.problems]


@contextmanager
def refused():
    """`with refused() as refusal:` holds that the block is refused and that nothing was written, in any table."""
    before, refusal = counts(), Refusal()
    try:
        yield refusal
    except Refused as raised:
        refusal.problems = raised.problems
    else:
        raise AssertionError("it was not refused")
    assert refusal.problems, "a refusal names a problem"
    assert counts() == before


def as_new_session() -> None:
    """Let PostgreSQL forget plans made for empty tables; keys of many rows at once would be checked row by row."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")


def csv(*lines: str) -> bytes:
    """Lines as the bytes of a file."""
    return "".join(f"{line}\n" for line in lines).encode()
