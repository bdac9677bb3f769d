"""The figures that were printed at the time come out of the `tables` command, through the commands a user types."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.building import REFERENCE, SAMPLE, SAMPLE_WAVES

pytestmark = pytest.mark.django_db

PUBLISHED: dict[str, list[dict[str, str]]] = defaultdict(list)
with (SAMPLE / "published_figures.csv").open(encoding="utf-8", newline="") as _file:
    for _row in csv.DictReader(_file):
        PUBLISHED[_row["wave"]].append(_row)

FIGURES = {
    "2012-autumn": 13, "2013-winter": 17, "2016-spring": 10, "nhscc-2013": 6, "members-2013": 2, "members-2014": 3
}  # fmt: skip


def load(slug: str) -> None:
    """The register and one wave with its answers, as a user loads them."""
    organisations = ("load_organisations", str(REFERENCE / "organisations.csv"))
    call_command(*organisations, successions=str(REFERENCE / "successions.csv"), stdout=StringIO())
    call_command("load_wave", str(SAMPLE / f"{slug}.wave.json"), stdout=StringIO())
    if (SAMPLE / f"{slug}.sample.csv").exists():
        call_command("load_sample", slug, str(SAMPLE / f"{slug}.sample.csv"), stdout=StringIO())
    call_command("load_responses", slug, str(SAMPLE / f"{slug}.responses.csv"), close=True, stdout=StringIO())


def tables(slug: str, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("tables", slug, *arguments, stdout=out)
    return json.loads(out.getvalue())


def half_up(share: Fraction) -> int:
    """The whole number nearest to a share in per cent; halves go up."""
    return int(Decimal(share.numerator * 100) / Decimal(share.denominator) + Decimal("0.5"))


def table_of(figure: dict[str, str]) -> dict[str, Any]:
    where = ("--where", figure["where"]) if figure["where"] else ()
    (table,) = tables(figure["wave"], "--variable", figure["variable"], *where)["tables"]
    return table


def nets_of(slug: str, variable: str) -> dict[frozenset[int], str]:
    """The nets that the wave file gives the variable's question: their codes and the id of their row."""
    document = json.loads((SAMPLE / f"{slug}.wave.json").read_text("utf-8"))
    scales = {scale["name"]: scale for scale in document["scales"]}
    found = {}
    for section in document["sections"]:
        for item in section["items"]:
            if variable == item["name"] or variable.startswith(f"{item['name']}_"):
                nets = [*scales.get(item.get("scale"), {}).get("nets", ()), *item.get("nets", ())]
                found.update({frozenset(net["codes"]): f"net:{net['name']}" for net in nets})
    return found


def percent(figure: dict[str, str]) -> tuple[int, str]:
    """(base, value) of a share: the row of one code; of several, their union and the net if there is one."""
    table = table_of(figure)
    base, codes = table["columns"][0]["base"], figure["codes"].split("|")
    rows = {row["id"]: row["cells"][0] for row in table["rows"]}
    if len(codes) == 1:
        return base, str(rows[codes[0]]["percent"])
    counted = half_up(Fraction(sum(rows[code]["count"] for code in codes), base))
    net = nets_of(figure["wave"], figure["variable"]).get(frozenset(map(int, codes)))
    if net:
        assert rows[net]["percent"] == counted
        assert rows[net]["count"] == sum(rows[code]["count"] for code in codes)
    return base, str(counted)


def mean(figure: dict[str, str]) -> tuple[int, str]:
    (found, *_) = table_of(figure)["mean"]
    return found["base"], str(Decimal(str(found["value"])).quantize(Decimal("0.1"), ROUND_HALF_UP))


def from_head(numerator: str, denominator: str = "") -> Any:
    def read(figure: dict[str, str]) -> tuple[int, str]:
        head = tables(figure["wave"], "--variable", "role")
        if not denominator:
            base = head["invited"] if numerator == "invited" else head["people"]
            return base, str(head[numerator])
        return head[denominator], str(half_up(Fraction(head[numerator], head[denominator])))

    return read


KINDS = {
    "count": from_head("people"),
    "organisations": from_head("organisations"),
    "invited": from_head("invited"),
    "percent": percent,
    "multi_percent": percent,
    "mean": mean,
    "response_rate": from_head("people", "invited"),
    "coverage": from_head("organisations", "frame"),
}


def test_there_are_fifty_one_published_figures_of_six_waves() -> None:
    assert {slug: len(rows) for slug, rows in PUBLISHED.items()} == FIGURES
    assert sum(FIGURES.values()) == 51
    assert set(FIGURES) == set(SAMPLE_WAVES)


@pytest.mark.parametrize("slug", SAMPLE_WAVES)
def test_every_published_figure_of_a_wave_comes_out(slug: str) -> None:
    load(slug)
    shown = {row["figure"]: KINDS[row["kind"]](row) for row in PUBLISHED[slug]}
    assert shown == {row["figure"]: (int(row["base"]), row["value"]) for row in PUBLISHED[slug]}
    assert len(shown) == FIGURES[slug]


def test_a_published_break_is_the_same_as_a_filter() -> None:
    load("2013-winter")
    (table,) = tables("2013-winter", "--variable", "GRIP", "--by", "gp")["tables"]
    (row,) = (row for row in table["rows"] if row["id"] == "1")
    by_id = {column["id"]: cell for column, cell in zip(table["columns"], row["cells"], strict=True)}
    assert (by_id["total"]["percent"], by_id["1"]["percent"], by_id["0"]["percent"]) == (50, 61, 31)
    assert (table["not_asked"], table["no_answer"]) == (0, 5)
    assert {column["id"]: column["base"] for column in table["columns"]} == {"total": 80, "1": 51, "0": 29}
    assert by_id["0"]["flag"] == "**"


def test_who_was_invited_is_told_from_who_answered() -> None:
    load("nhscc-2013")
    head = tables("nhscc-2013", "--variable", "role")
    assert (head["people"], head["organisations"], head["frame"], head["invited"]) == (273, 177, 211, 569)
    load("members-2013")
    head = tables("members-2013", "--variable", "role")
    assert (head["people"], head["invited"]) == (232, None)
