"""A public survey from outside, weighted, through the commands: every figure is recounted apart, in plain Python."""

from __future__ import annotations

import csv
import io
import json
import math
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db

KINDS = {-9: "refused", -8: "dont_know", -1: "not_applicable"}
PARTIES = [1, 2, 3, 88888, 99999998, 2147483647]
Z = 1.959963984540054


def options(codes, **more):
    return [{"code": code, "label": f"Réponse {code}: “да”", **more.get(str(code), {})} for code in codes]


def items():
    kinds = {str(code): {"kind": kind} for code, kind in KINDS.items()}
    vote = {"name": "VOTE", "type": "single", "text": "Wählen?", "options": options([*PARTIES, -9, -8, -1], **kinds)}
    nets = [
        {"name": "left", "label": "Left", "codes": [1, 2]},
        {"name": "silent", "label": "Silent", "codes": [-9, -8]},
    ]
    media = options([*range(1, 31), 96], **{"96": {"exclusive": True}})
    scores = {str(code): {"score": code} for code in range(11)} | {"88": {"kind": "dont_know"}}
    return [
        vote | {"nets": nets},
        {"name": "JOB", "type": "single", "text": "Job?", "options": options(range(1, 61))},
        {"name": "MEDIA", "type": "multiple", "text": "Media?", "options": media},
        {"name": "TRUST", "type": "single", "text": "Trust?", "options": options([*range(11), 88], **scores)},
        {"name": "NOBODY", "type": "single", "text": "?", "options": options([1]), "show_if": ["any_of", "VOTE", -1]},
    ]


def rows(people: int, chance: Random) -> list[dict[str, str]]:
    votes, weights = ["1", "2", "3", "99999998", "2147483647", "-9", "-8", ""], ["0", "1", "0.25", "3.75", "12.5"]
    return [
        {
            "response": f"ID {number}",
            "organisations": "",
            "role": "adult",
            "gp": chance.choice(["", "0", "1"]),
            "weight": chance.choice([*weights, repr(chance.random() + 0.1)]),
            "VOTE": chance.choice(votes),
            "JOB": chance.choice(["", str(chance.randint(1, 60))]),
            "MEDIA": chance.choice(["", "96", ";".join(map(str, chance.sample(range(1, 31), chance.randint(1, 9))))]),
            "TRUST": chance.choice(["", "88", *map(str, range(11))]),
            "NOBODY": "",
        }
        for number in range(people)
    ]


def loaded(folder: Path, answers: list[dict[str, str]], **wave: Any) -> None:
    """The wave and its answers through the commands; the file has a byte order mark and Windows line ends."""
    dates = {"opens_at": "2020-01-01T00:00:00+00:00", "closes_at": "2020-02-01T00:00:00+00:00"}
    head = {"slug": "round-1", "number": 1, "title": "Rönd 1", "frame_kind": None, "frame_date": None, "partner": None}
    document = {
        "format": "barometer.wave/1",
        "survey": {"slug": "outside", "title": "Évaluation sociale"},
        "wave": {**head, **dates, "roles": ["adult"], "weighting": {"method": "given"}, **wave},
        "roles": [{"code": "adult", "label": "Adult"}],
        "sections": [{"name": "all", "title": "All", "items": items()}],
        "banners": [{"name": "vote", "title": "By vote", "by": "VOTE"}],
    }
    (folder / "outside.wave.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(answers[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(answers)
    (folder / "outside.responses.csv").write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    call_command("load_wave", str(folder / "outside.wave.json"), stdout=StringIO())
    call_command("load_responses", "round-1", str(folder / "outside.responses.csv"), "--close", stdout=StringIO())


def tables(*options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("tables", "round-1", *options, stdout=out)
    return json.loads(out.getvalue(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def codes_of(row: dict[str, str], name: str) -> set[str]:
    return set(row[name].split(";")) - {""}


def members_of(row: str, name: str) -> set[str]:
    """The codes that a row of a table stands for."""
    if not row.startswith("net:"):
        return {row}
    net = next(net for net in items()[0]["nets"] if net["name"] == row[4:])
    return set(map(str, net["codes"]))


def wilson(share: float, base: float) -> tuple[float, float]:
    middle, reach = share + Z**2 / (2 * base), Z * math.sqrt(share * (1 - share) / base + (Z / base / 2) ** 2)
    return tuple(100 * min(1, max(0, (middle + side * reach) / (1 + Z**2 / base))) for side in (-1, 1))


def check(table: dict[str, Any], answers: list[dict[str, str]], by: str) -> None:
    """Every figure of a table against the answers."""
    name = table["variable"]
    for place, column in enumerate(table["columns"]):
        inside = [
            row for row in answers if row[name] and column["id"] in {"total", *(codes_of(row, by) if by else ())}
        ]
        if column["id"] in table["suppressed"]:
            assert column["base"] is None
            assert all(row["cells"][place] is None for row in table["rows"])
            continue
        assert column["base"] == len(inside)
        assert not 0 < len(inside) < 5
        weights = [float(row["weight"]) for row in inside]
        whole, squares = math.fsum(weights), math.fsum(weight**2 for weight in weights)
        assert column["weighted_base"] == pytest.approx(whole)
        for row in table["rows"]:
            held = [float(each["weight"]) for each in inside if codes_of(each, name) & members_of(row["id"], name)]
            check_cell(row["cells"][place], held, whole=whole, effective=whole**2 / squares if squares else 0)
        if name == "TRUST" and whole:
            scored = [(int(row["TRUST"]), float(row["weight"])) for row in inside if row["TRUST"] != "88"]
            total = math.fsum(weight for _, weight in scored)
            mean = table["mean"][place]["value"]
            assert mean == (pytest.approx(math.fsum(x * w for x, w in scored) / total) if total else None)


def check_cell(cell: dict[str, Any], held: list[float], *, whole: float, effective: float) -> None:
    assert cell["people"] == len(held)
    assert cell["count"] == pytest.approx(math.fsum(held))
    if not whole:
        assert cell["percent"] is cell["exact"] is cell["low"] is None
        return
    share = math.fsum(held) / whole
    assert cell["exact"] == pytest.approx(100 * share)
    assert abs(cell["percent"] - 100 * share) <= 0.5 + 1e-9
    assert (cell["low"], cell["high"]) == pytest.approx(wilson(share, effective), abs=1e-6)


def test_a_weighted_survey_from_outside_is_counted_as_by_hand(tmp_path):
    answers = rows(240, Random(8))
    loaded(tmp_path, answers)
    for by in ("", "vote", "MEDIA"):
        made = tables(*(["--by", by] if by else []))
        assert (made["people"], made["organisations"], made["weighting"]["method"]) == (240, None, "given")
        for table in made["tables"]:
            check(table, answers, {"vote": "VOTE"}.get(by, by))
    nobody = next(table for table in tables()["tables"] if table["variable"] == "NOBODY")
    assert (nobody["columns"][0]["base"], nobody["not_asked"], nobody["no_answer"]) == (0, 240, 0)
    within = [row for row in answers if row["VOTE"] in ("1", "-8")]
    filtered = tables("--variable", "TRUST", "--where", "VOTE=1,-8", "--by", "gp")["tables"][0]
    check(filtered, within, "gp")
    for command in ("verify", "story"):
        call_command(command, "round-1", stdout=StringIO())


def test_one_respondent_is_shown_nothing_of_and_breaks_nothing(tmp_path):
    loaded(tmp_path, [{**rows(1, Random(1))[0], "weight": "2", "VOTE": "1"}])
    made = tables()
    assert made["people"] == 1
    assert {table["variable"] for table in made["tables"] if table["suppressed"]} >= {"VOTE"}
    assert all(column["base"] in (0, None) for table in made["tables"] for column in table["columns"])
    for command in ("verify", "story", "audit"):
        call_command(command, "round-1", stdout=StringIO())
