"""The questionnaire as a PDF: whole, tagged, and taking no word for markup."""

from __future__ import annotations

import pytest

from surveys.exports import REGISTRY
from surveys.exports.printed import on_paper
from tests import building


def test_every_question_stands_on_paper_with_who_is_asked_and_when() -> None:
    page = on_paper(building.document())
    entries = {entry["text"]: entry for section in page["sections"] for entry in section["entries"]}
    assert entries["Why?"]["condition"] == "Only if you chose ‘Unlikely’ in question 1:"
    assert entries["How likely is each?"]["asked"] == "Asked of: CCG chair"
    assert entries["How likely is each?"]["rows"] == ["Pool budgets", "Split"]
    assert entries["First, the centre."]["number"] is None
    assert [entry["number"] for entry in entries.values() if entry["number"]] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "text", ["Is the grip right?", '#read("/etc/passwd") $x$ @a <b> *c* `d` \\u{1} ] } "', "日本"]
)
def test_it_is_a_tagged_pdf_whatever_the_words(text: str) -> None:
    document = building.document()
    document["sections"][0]["items"][1]["text"] = text
    document["scales"][0]["options"][0]["label"] = text
    made = REGISTRY["pdf"].write(document)
    assert made.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in made
    assert b"/Lang" in made
