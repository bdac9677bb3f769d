"""A question with hundreds of answers of its own is edited on the desk like any other, its list as text."""

from __future__ import annotations

from copy import deepcopy

import pytest

from surveys.models import Wave
from surveys.wave_file import document_of
from tests import building, desk
from tests.by_hand import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

MANY = 400


@pytest.fixture
def mine() -> Desk:
    document = building.document()
    ways = next(item for section in document["sections"] for item in section["items"] if item["name"] == "WAYS")
    ways.pop("scale", None)
    ways.pop("nets", None)
    ways["options"] = [{"code": code, "label": f"Trust “{code}” & co"} for code in range(1, MANY + 1)]
    ways["options"][4]["score"] = 2.5
    ways["options"][-1] |= {"label": "None of these", "exclusive": True, "kind": "not_applicable"}
    return Desk(desk.browsing(desk.staff("editor")), building.draft(document))


def options() -> list[dict[str, object]]:
    document = document_of(Wave.objects.get())
    items = {item["name"]: item for section in document["sections"] for item in section["items"]}
    return deepcopy(items["WAYS"]["options"])


def test_it_is_saved_as_it_was_when_other_words_change(mine: Desk) -> None:
    before = options()
    typed = mine.typed("item", item="WAYS")
    assert len(typed) < 40
    mine.fill("item", {"text": "Which trusts?"}, item="WAYS")
    assert options() == before
    assert len(before) == MANY


def test_lines_are_changed_added_and_taken_out(mine: Desk) -> None:
    lines = mine.typed("item", item="WAYS")["options-lines"][0].strip("\n").splitlines()
    assert lines[4] == "5\tTrust “5” & co\t2.5"
    assert lines[-1] == f"{MANY}\tNone of these\t\tnot_applicable\tyes"
    lines[0] = "1\tThe first trust"
    del lines[1]
    lines += ["", "\tOther\t\t\tno\tyes"]
    mine.fill("item", {"options-lines": "\r\n".join(lines)}, item="WAYS")
    found = options()
    assert found[:2] == [{"code": 1, "label": "The first trust"}, {"code": 3, "label": "Trust “3” & co"}]
    assert found[-1] == {"code": 2, "label": "Other", "specify": True}
    assert len(found) == MANY


def test_a_line_that_cannot_be_read_is_told_by_its_number_and_stays(mine: Desk) -> None:
    typed = mine.typed("item", item="WAYS")
    lines = typed["options-lines"][0].strip("\n").splitlines()
    lines[6] = "seven\tThe seventh"
    answer = mine.send("item", {**typed, "options-lines": "\n".join(lines)}, item="WAYS")
    assert answer.status_code == 422
    assert "Answer 7, code: write a whole number." in answer.content.decode()
    assert "seven\tThe seventh\n8\tTrust" in answer.content.decode()
