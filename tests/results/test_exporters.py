"""Export formats: one contract for all, and what each must and must not contain."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.analysis.frame import build_frame
from results.analysis.tabulate import tabulate
from results.exporters import REGISTRY, Material
from results.exporters.base import RISKY_BEGINNINGS, Exporter, printable
from results.exporters.files import write_file
from results.exporters.withholding import WITHHELD, safe_keys, withhold
from surveys.codebook import Code, Codebook, Variable

CODEBOOK = Codebook(
    (
        Variable("role", "Role", "one", attribute=True, codes=(Code("chair", "CCG chair"), Code("ao", "Officer"))),
        Variable("gp", "GP or not", "one", attribute=True, codes=(Code(1, "GP"), Code(0, "Not a GP"))),
        Variable("region", "Region", "one", attribute=True, codes=(Code("Y54", "North"), Code("Y55", "Midlands"))),
        Variable("GRIP", "Grip?", "one", codes=(Code(1, "=Too much"), Code(2, "Right"), Code(9, "Don't know"))),
        Variable("WAYS", "Which ways?", "many", codes=(Code(1, "Care"), Code(2, "Alliance"), Code(3, "None"))),
        Variable("ORDER", "In order?", "order", codes=(Code(1, "A"), Code(2, "B"), Code(3, "C"))),
        Variable("SPEND", "How much?", "number"),
        Variable("WORDS", "What else?", "text"),
    )
)
ANSWERS = {"GRIP": [1], "WAYS": [1, 3], "ORDER": [3, 1, 2], "SPEND": [-2.5], "WORDS": ["the secret comment"]}


def row(role: str = "chair", region: str | None = "Y54", gp: int = 1, **answers: Any) -> tuple[Any, Any, None]:
    attributes = {"role": role, "gp": gp, **({"region": region} if region else {})}
    return attributes, {**ANSWERS, **answers}, None


MANY = [row() for _ in range(6)] + [row("ao", "Y55", 0, GRIP=[2]) for _ in range(5)]


def material(rows: list[Any], codebook: Codebook = CODEBOOK) -> Material:
    frame = build_frame(codebook, rows)
    tables = [tabulate(frame, "GRIP", by=by) for by in (None, "role", "region")]
    return Material(
        survey="CCG Barometer",
        wave="2013-winter",
        title="Winter 2013",
        digest="ab12" * 16,
        synthetic=False,
        codebook=codebook,
        load_frame=lambda: frame,
        load_results=lambda: {"wave": "2013-winter", "snapshot": "ab12" * 16, "tables": tables},
    )


def written(key: str, made: Material) -> str:
    file = io.BytesIO()
    REGISTRY[key].write(made, file)
    return file.getvalue().decode("utf-8-sig")


def sheet(key: str, made: Material) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(key, made))))


# --- The contract, over the registry ---------------------------------------------------------------------------


@pytest.fixture(params=sorted(REGISTRY))
def exporter(request: pytest.FixtureRequest) -> Exporter:
    return REGISTRY[request.param]


def test_a_format_says_what_it_is(exporter: Exporter) -> None:
    assert exporter.key
    assert str(exporter.label)
    assert "/" in exporter.content_type
    assert REGISTRY[exporter.key] is exporter


def test_the_same_material_gives_the_same_bytes(exporter: Exporter) -> None:
    assert written(exporter.key, material(MANY)) == written(exporter.key, material(list(reversed(MANY))))


def test_the_file_is_named_after_wave_format_and_snapshot(exporter: Exporter) -> None:
    name = exporter.file_name(material(MANY))
    assert name == f"2013-winter-{exporter.key}-ab12ab12ab12.{exporter.extension}"


def test_no_format_carries_what_respondents_wrote(exporter: Exporter) -> None:
    assert "secret comment" not in written(exporter.key, material(MANY))


def test_no_cell_of_a_csv_begins_like_a_formula(exporter: Exporter) -> None:
    if exporter.extension == "csv":
        cells = [cell for line in csv.reader(io.StringIO(written(exporter.key, material(MANY)))) for cell in line]
        assert not [cell for cell in cells if cell.startswith(RISKY_BEGINNINGS) and not _is_number(cell)]
    else:
        json.loads(written(exporter.key, material(MANY)))


def test_a_format_with_a_row_per_respondent_says_so(exporter: Exporter) -> None:
    one_more = [*MANY, row(GRIP=[9])]
    lines = [written(exporter.key, material(rows)).count("\n") for rows in (MANY, one_more)]
    assert (lines[1] == lines[0] + 1) == exporter.respondent_level


def test_what_a_file_leaves_out_does_not_decide_where_a_row_stands(exporter: Exporter) -> None:
    """Else whoever reads the comments could try each in each row: only the right one would put it where it is."""
    if not exporter.respondent_level:
        return
    said = [{"SPEND": [float(number % 6)], "GRIP": [1 + number % 2]} for number in range(24)]
    files = {
        written(exporter.key, material([row(WORDS=[f"{words} {place}"], **each) for place, each in enumerate(said)]))
        for words in ("one", "two", "three", "four")
    }
    assert len(files) == 1
    few = [row(**each) for each in said]
    files = {
        written(exporter.key, material([*few, row(region="Y55", gp=gp), row(region="Y55", gp=1 - gp)]))
        for gp in (0, 1)
    }
    assert len(files) == 1


def test_a_row_stays_with_what_is_withheld_in_it() -> None:
    """One chair of the Midlands is hidden among the officers, who are fewer than the other chairs."""
    chairs = [row(SPEND=[float(number)]) for number in range(8)]
    hidden = [row("ao", "Y55", 0, SPEND=[float(number)]) for number in range(10, 16)] + [row("chair", "Y55")]
    told = {each["SPEND"]: "role" in each["withheld"] for each in sheet("csv", material(chairs + hidden))}
    assert told == {str(number): number > 9 for number in (*range(8), *range(10, 16))} | {"-2.5": True}


def test_an_empty_wave_is_exported_too(exporter: Exporter) -> None:
    assert written(exporter.key, material([]))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


# --- Cells -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beginning", RISKY_BEGINNINGS)
def test_words_that_begin_like_a_formula_are_made_harmless(beginning: str) -> None:
    assert printable(f"{beginning}SUM(A1)") == f"'{beginning}SUM(A1)"


def test_numbers_stay_numbers() -> None:
    assert [printable(value) for value in (-2, 6.0, 6.5, True)] == [-2, 6, "6.5", 1]


def test_codes_are_written_as_a_responses_file_has_them() -> None:
    first = next(line for line in sheet("csv", material(MANY)) if line["role"] == "chair")
    assert {name: first[name] for name in ("gp", "GRIP", "WAYS", "ORDER", "SPEND")} == {
        "gp": "1", "GRIP": "1", "WAYS": "1;3", "ORDER": "3;1;2", "SPEND": "-2.5",
    }  # fmt: skip


def test_labels_are_written_in_words() -> None:
    first = next(line for line in sheet("csv-labels", material(MANY)) if line["role"] == "CCG chair")
    assert (first["GRIP"], first["WAYS"], first["ORDER"]) == ("'=Too much", "Care; None", "C; A; B")


def test_left_blank_and_not_asked_can_be_told_apart() -> None:
    unasked = row()
    del unasked[1]["GRIP"]
    rows = [*MANY, *[unasked] * 5, *[row(GRIP=[])] * 5]
    codes, labels = sheet("csv", material(rows)), sheet("csv-labels", material(rows))
    assert Counter((line["GRIP"], line["not_asked"]) for line in codes if not line["GRIP"]) == {
        ("", "GRIP"): 5,
        ("", ""): 5,
    }
    assert Counter(line["GRIP"] for line in labels)["(not asked)"] == 5
    assert Counter(line["GRIP"] for line in labels)["(no answer)"] == 5


def test_rows_are_numbered_and_nothing_else_names_them() -> None:
    lines = sheet("csv", material(MANY))
    assert [line["response"] for line in lines] == [str(number) for number in range(1, 12)]
    assert "organisations" not in lines[0]


# --- What is withheld ------------------------------------------------------------------------------------------


def test_nobody_stands_alone_in_an_export() -> None:
    rows = [
        *[row() for _ in range(12)],
        *[row(region="Y55") for _ in range(2)],
        *[row("ao", "Y55", 0) for _ in range(3)],
    ]
    lines = sheet("csv", material(rows))
    groups = Counter((line["role"], line["gp"], line["region"]) for line in lines)
    assert min(groups.values()) >= 5
    assert sum(groups.values()) == 17


def test_what_is_withheld_is_named_in_the_row_and_in_words() -> None:
    rows = [*[row() for _ in range(12)], *[row(region="Y55") for _ in range(5)], *[row(region=None) for _ in range(5)]]
    rows += [row("ao", "Y54", 1), *[row("ao", "Y55", 1) for _ in range(4)]]
    made = material(rows)
    assert Counter(line["withheld"] for line in sheet("csv", made)) == {"": 22, "region": 5}
    assert Counter(line["region"] for line in sheet("csv-labels", made))["(withheld)"] == 5
    assert Counter(line["region"] for line in sheet("csv-labels", made))["(not known)"] == 5
    codebook = json.loads(written("codebook-json", made))
    assert codebook["withheld"] == {"least": 5, "rows": 5, "cells": {"region": 5}}


def test_a_question_only_one_role_was_asked_does_not_give_the_role_away() -> None:
    rows = [row() for _ in range(10)]
    for _ in range(2):
        few = row("ao")
        del few[1]["GRIP"]
        rows.append(few)
    made = material(rows)
    assert {"role", "GRIP"} <= withhold(made.frame).hidden[next(_places_withheld(made))]
    lines = sheet("csv", made)
    assert not [line for line in lines if "GRIP" in line["not_asked"]]
    assert sum("role" in line["withheld"] for line in lines) >= 5


def _places_withheld(made: Material) -> Any:
    return (place for place, hidden in enumerate(withhold(made.frame).hidden) if hidden)


def test_a_weight_does_not_give_away_what_is_withheld() -> None:
    rows = [(attributes, answers, 1.0) for attributes, answers, _ in (row() for _ in range(10))]
    rows += [({"role": "ao", "gp": 0, "region": "Y55"}, ANSWERS, 2.75)]
    frame = build_frame(CODEBOOK, rows, weighted=True)
    made = Material("s", "w", "t", "0" * 64, False, CODEBOOK, lambda: frame, dict)
    lines = sheet("csv", made)
    assert "2.75" not in written("csv", made)
    assert all(not line["weight"] for line in lines if line["withheld"])


PARTS = st.tuples(st.sampled_from("abcdefg"), st.sampled_from([0, 1, None]), st.sampled_from("xy"))


@given(st.lists(PARTS, max_size=60))
def test_every_group_left_has_five_members_or_is_everybody(keys: list[Any]) -> None:
    made = safe_keys(keys)
    groups = Counter(made)
    assert len(made) == len(keys)
    assert all(size >= 5 or size == len(keys) for size in groups.values())
    for before, after in zip(keys, made, strict=True):
        assert all(part in (WITHHELD, known) for part, known in zip(after, before, strict=True))


@given(st.lists(PARTS, min_size=5, max_size=60))
def test_nothing_is_withheld_where_groups_are_large_enough(keys: list[Any]) -> None:
    assert safe_keys(keys * 5) == keys * 5


# --- Files -----------------------------------------------------------------------------------------------------


def test_a_file_is_written_whole_with_its_checksum(tmp_path: Path, exporter: Exporter) -> None:
    import hashlib

    made = write_file(exporter, material(MANY), tmp_path / "out")
    assert made.checksum == hashlib.sha256((tmp_path / "out").read_bytes()).hexdigest()
    assert made.size == (tmp_path / "out").stat().st_size


def test_a_failing_export_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    class Failing(Exporter):
        key = label = "x"
        extension, content_type = "x", "x/x"

        def write(self, material: Material, file: Any) -> None:
            file.write(b"half")
            raise OSError("disk full")

    (tmp_path / "out").write_bytes(b"old")
    with pytest.raises(OSError, match="disk full"):
        write_file(Failing(), material(MANY), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_bytes() == b"old"
