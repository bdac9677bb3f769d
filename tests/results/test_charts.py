"""Charts: what a table's picture says, and what it must not say."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from results import charts
from results.charts import drawing
from results.charts.bars import Bar, draw_bars
from results.charts.dots import Axis
from results.charts.over_waves import Wave, draw_over_waves
from results.charts.strips import Legend, Segment, Strip, draw_strips
from results.charts.table import grid_for
from surveys.codebook import Code, Net, Variable

GRIP = Variable(
    "GRIP",
    "Which of these best describes the guidance?",
    "one",
    item="GRIP",
    codes=(
        Code(1, "Too much grip"),
        Code(2, "The right balance"),
        Code(3, "Too much flexibility"),
        Code(9, "Don't know", kind="dont_know"),
    ),
)
LIKELY = (
    *(Code(score, f"Likely {score}", score=score) for score in range(1, 6)),
    Code(9, "Don't know", kind="dont_know"),
)


def statement(name: str, words: str) -> Variable:
    nets = (Net("likely", "Likely or very likely", (4, 5)),)
    return Variable(
        f"METHODS_{name}", "How likely is each?", "one", item="METHODS", row=words, codes=LIKELY, nets=nets
    )


def cell(count: int, base: int) -> dict[str, Any]:
    share = 100 * count / base
    return {
        "count": count, "percent": (200 * count + base) // (2 * base), "exact": share,
        "low": max(0, share - 8), "high": min(100, share + 8), "letters": "", "flag": "",
    }  # fmt: skip


def table(variable: Variable, counts: dict[str, list[int]], *, hidden: tuple[str, ...] = ()) -> dict[str, Any]:
    """A table whose columns have these counts per code; the nets and bases follow from them."""
    bases = {name: sum(each) for name, each in counts.items()}
    places = {str(code.code): [place] for place, code in enumerate(variable.codes)}
    for net in variable.nets:
        places[f"net:{net.name}"] = [place for place, code in enumerate(variable.codes) if code.code in net.codes]
    labels = {str(code.code): code.label for code in variable.codes}
    labels |= {f"net:{net.name}": net.label for net in variable.nets}
    rows = [
        {
            "id": key, "label": labels[key], "kind": "net" if key.startswith("net:") else "code", "code_kind": "",
            "cells": [None if c in hidden else cell(sum(counts[c][i] for i in held), bases[c]) for c in counts],
        }
        for key, held in places.items()
    ]  # fmt: skip
    columns = [
        {"id": name, "label": name.title(), "base": None if name in hidden else base, "organisations": None}
        for name, base in bases.items()
    ]
    return {
        "variable": variable.name, "text": variable.text, "by": None if len(counts) == 1 else "gp", "columns": columns,
        "rows": rows, "mean": None, "not_asked": 0, "no_answer": 5, "suppressed": list(hidden),
    }  # fmt: skip


def svg_of(figure: charts.Figure | None) -> list[ElementTree.Element]:
    """The two pictures as a browser's parser sees them."""
    assert figure is not None
    markup = render_to_string("charts/figure.html", {"figure": figure})
    return ElementTree.fromstring(markup).findall("svg")


def words_of(figure: charts.Figure | None, *, narrow: bool = False) -> list[str]:
    return [each.text or "" for each in svg_of(figure)[int(narrow)].findall("text")]


def test_a_bar_stands_for_its_share_and_says_it() -> None:
    figure = charts.figure_for(table(GRIP, {"total": [40, 32, 0, 8]}), variable=GRIP, ident="q", source="Source: us.")
    wide = svg_of(figure)[0]
    widths = [float(each.get("width", "0")) for each in wide.findall("rect")]
    assert widths[0] / widths[1] == pytest.approx(40 / 32, abs=0.01)
    words = words_of(figure)
    assert {"50%", "40%", "–", "10%"} <= set(words)
    assert "Too much grip" in words


def test_the_most_frequent_answer_alone_has_the_accent() -> None:
    figure = charts.figure_for(table(GRIP, {"total": [40, 32, 0, 8]}), variable=GRIP, ident="q", source="")
    accented = [each.get("class") for each in svg_of(figure)[0].findall("rect") if "accent" in each.get("class", "")]
    assert accented == ["bar accent"]


def test_base_and_source_are_inside_the_picture() -> None:
    figure = charts.figure_for(table(GRIP, {"total": [40, 32, 0, 8]}), variable=GRIP, ident="q", source="Source: us.")
    for narrow in (False, True):
        words = " ".join(words_of(figure, narrow=narrow))
        assert "Base: 80 people who answered; 5 gave no answer." in words
        assert "Source: us." in words


def test_each_picture_is_named_and_described() -> None:
    figure = charts.figure_for(table(GRIP, {"total": [40, 32, 0, 8]}), variable=GRIP, ident="q", source="")
    for picture in svg_of(figure):
        assert picture.get("role") == "img"
        named, described = picture.find("title"), picture.find("desc")
        assert named is not None
        assert described is not None
        assert picture.get("aria-labelledby") == named.get("id")
        assert picture.get("aria-describedby") == described.get("id")
        assert described.text is not None
        assert "Too much grip, 50 per cent" in described.text


def test_no_picture_carries_style_or_script() -> None:
    figure = charts.figure_for(table(GRIP, {"total": [40, 32, 0, 8]}), variable=GRIP, ident="q", source="")
    markup = render_to_string("charts/figure.html", {"figure": figure})
    assert not re.search(r"<style|style=|<script|\son\w+=", markup)


def test_words_of_a_question_are_escaped() -> None:
    nasty = Variable("X", "<b>1 & 2</b>", "one", codes=(Code(1, "<script>"), Code(2, "b")))
    figure = charts.figure_for(table(nasty, {"total": [10, 30]}), variable=nasty, ident="q", source="")
    assert "<script>" in words_of(figure)


def test_a_small_base_never_stands_without_its_count() -> None:
    counts = {"total": [40, 32, 0, 8], "1": [31, 16, 0, 4], "0": [9, 16, 0, 4]}
    words = words_of(charts.figure_for(table(GRIP, counts), variable=GRIP, ident="q", source=""))
    assert "31% (9 of 29)" in words
    assert "61%" in words


def test_a_suppressed_column_says_so_and_shows_no_figure() -> None:
    counts = {"total": [40, 32, 0, 8], "1": [38, 32, 0, 6], "0": [2, 0, 0, 2]}
    figure = charts.figure_for(table(GRIP, counts, hidden=("0", "1")), variable=GRIP, ident="q", source="")
    words = words_of(figure)
    assert words.count("Not shown, to protect a small group") == 8
    assert "2 of 4" not in " ".join(words)


def test_a_suppressed_column_of_a_scale_says_so_too() -> None:
    variable = statement("A", "Integrate")
    counts = {"total": [1, 2, 3, 40, 34, 5], "1": [1, 2, 3, 38, 33, 4], "0": [0, 0, 0, 2, 1, 1]}
    figure = charts.figure_for(table(variable, counts, hidden=("0", "1")), variable=variable, ident="q", source="")
    assert "Not shown, to protect a small" in " ".join(words_of(figure))
    assert len(svg_of(figure)[0].findall("rect")) == 5 + 5


def test_a_table_nobody_answered_has_no_picture() -> None:
    empty = table(GRIP, {"total": [40, 32, 0, 8]})
    for row in empty["rows"]:
        row["cells"] = [{"count": 0, "percent": None, "exact": None, "low": None, "high": None}]
    empty["columns"][0]["base"] = 0
    assert charts.figure_for(empty, variable=GRIP, ident="q", source="") is None


def test_a_battery_is_one_picture_on_one_zero_line() -> None:
    variables = [statement("A", "Integrate"), statement("B", "Compete")]
    tables = [
        table(variables[0], {"total": [0, 2, 4, 40, 34, 0]}),
        table(variables[1], {"total": [10, 20, 20, 20, 10, 0]}),
    ]
    figure = charts.battery_for(tables, variables=variables, ident="b", source="")
    picture = svg_of(figure)[0]
    zeros = {each.get("x1") for each in picture.findall("line")}
    assert len(zeros) == 1
    assert {"93%", "38%"} <= set(words_of(figure))


def test_statements_on_different_scales_are_not_drawn_together() -> None:
    tables = [table(statement("A", "a"), {"total": [1, 1, 1, 1, 1, 0]}), table(GRIP, {"total": [40, 32, 0, 8]})]
    assert charts.battery_for(tables, variables=[statement("A", "a"), GRIP], ident="b", source="") is None


def test_the_halves_of_a_strip_lie_about_its_middle_answer() -> None:
    strips = [
        Strip("a", "", tuple(Segment(20, "20") for _ in range(5))),
        Strip("b", "", (Segment(100, "100"), *[Segment(0, "0")] * 4)),
    ]
    made = draw_strips(strips, legend=Legend(tuple("abcde")), caption=[], size="wide")
    zero = next(shape.x for shape in made.shapes if shape.kind == "line")
    first = [shape for shape in made.shapes if shape.css.startswith("tone") and shape.height == 26][:5]
    middle = first[2]
    assert middle.x + (middle.width + 1) / 2 == pytest.approx(zero, abs=0.2)
    assert first[0].x + 1.5 * first[0].width < zero < first[4].x


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_nothing_is_drawn_outside_the_picture(size: str) -> None:
    labels = ["Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 3, "Short"]
    bars = [Bar(label, 99, "99% (28 of 29)", low=80, high=100) for label in labels]
    made = draw_bars(bars, caption=["Base: " + "many words " * 40], size=size)
    for shape in made.shapes:
        right = shape.width if shape.kind == "line" else shape.x + shape.width
        if shape.kind == "text" and shape.anchor == "start":
            right = shape.x + drawing.text_width(shape.words, size=13 if shape.css == "caption" else 15)
        assert 0 <= shape.x <= made.width
        assert right <= made.width + 1, shape
        assert shape.y <= made.height


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("many", [2, 3, 9])
def test_no_wave_s_name_sticks_out_of_the_picture(size: str, many: int) -> None:
    waves = [Wave(f"GP members, Winter {2013 + n}", 365 * n, 50, "50%", 40, 60, 0) for n in range(many)]
    drawn = draw_over_waves(waves, axis=Axis(0, 100), caption=[], size=size)
    names = [shape for shape in drawn.shapes if shape.kind == "text" and shape.css == "caption"]
    assert {"GP", "2013"} <= {word for shape in names for word in shape.words.split()}
    for shape in names:
        wide = drawing.text_width(shape.words, size=drawing.SMALL)
        left = shape.x - {"start": 0, "middle": wide / 2, "end": wide}[shape.anchor]
        assert left >= -1
        assert left + wide <= drawn.width + 1


def test_wrapping_keeps_every_letter() -> None:
    words = "Requirements to introduce more competition and competitive procurement"
    assert " ".join(drawing.wrap(words, width=120)) == words


def test_the_table_behind_gives_bases_flags_and_reasons() -> None:
    counts = {"total": [40, 32, 0, 8], "1": [31, 16, 0, 4], "0": [9, 16, 0, 4]}
    grid = grid_for(table(GRIP, counts), variable=GRIP)
    assert [head.base for head in grid.heads] == ["80", "51", "29**"]
    assert grid.lines[0].cells[2].main == "31"
    assert grid.lines[0].cells[2].count == "9 of 29"
    assert grid.lines[0].cells[1].count == ""
    assert any(note.startswith("**") for note in grid.notes)


def test_the_table_behind_explains_what_is_hidden() -> None:
    counts = {"total": [40, 32, 0, 8], "1": [38, 32, 0, 6], "0": [2, 0, 0, 2]}
    grid = grid_for(table(GRIP, counts, hidden=("0", "1")), variable=GRIP)
    assert [head.hidden for head in grid.heads] == [False, True, True]
    assert grid.lines[0].cells[1].hidden
    assert "1, 0: not shown, to protect a small group." in grid.notes


def test_a_sensitive_question_never_prints_none_or_all_of_a_small_group() -> None:
    sensitive = Variable("S", "Have you?", "one", codes=(Code(1, "Yes"), Code(2, "No")), sensitive=True)
    grid = grid_for(table(sensitive, {"total": [0, 29]}), variable=sensitive)
    assert [line.cells[0].main for line in grid.lines] == ["under 5", "over 95"]
    assert [line.cells[0].count for line in grid.lines] == ["", ""]
