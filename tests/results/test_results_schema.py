"""The published schema of the results JSON holds for what `tables` prints."""

from __future__ import annotations

import json
from importlib import resources
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from tests.desk import closed_wave

pytestmark = pytest.mark.django_db


@pytest.fixture
def validator() -> Draft202012Validator:
    """The schema, itself checked."""
    schema = json.loads(resources.files("results").joinpath("schemas/results.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def printed(slug: str, **options: Any) -> dict[str, Any]:
    """What the command prints."""
    out = StringIO()
    call_command("tables", slug, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("options", [{}, {"by": "role"}, {"by": "gp"}, {"denominator": "organisations", "by": "role"}])
def test_tables_print_what_the_schema_says(validator: Draft202012Validator, options: dict[str, Any]) -> None:
    wave = closed_wave()
    assert [error.message for error in validator.iter_errors(printed(wave.slug, **options))] == []


def test_the_schema_refuses_a_share_over_a_hundred(validator: Draft202012Validator) -> None:
    wave = closed_wave()
    results = printed(wave.slug)
    cells = next(table["rows"] for table in results["tables"] if table["rows"])[0]["cells"]
    cells[0]["percent"] = 101
    assert list(validator.iter_errors(results))
