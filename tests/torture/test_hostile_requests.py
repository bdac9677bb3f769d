"""Hostile requests meet no error page and leave no partial row, and SQLite and PostgreSQL make the same of each."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import building, processes
from tests.conftest import Installation, _installation
from tests.torture import scale
from tests.torture.devices import FORM
from tests.torture.wave_of_all_types import running

REQUESTS = scale.of(2_500, share=6)
BATCHES = scale.of(8, share=8)
"""Each batch is another seed on a wave of its own: in full 20,000 requests."""

FEW = 300
TRIES = 6
"""How many requests, and how many times others, an attack on missing protections is given to find them all."""


@pytest.fixture(scope="module")
def installations(postgres_database: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Installation]:
    """An installation on each database."""
    folder = tmp_path_factory.mktemp("attacked")
    return {
        "sqlite": _installation(folder / "on_sqlite"),
        "postgresql": _installation(folder / "on_postgres", DATABASE_URL=postgres_database),
    }


def attack(installation: Installation, *arguments: str) -> list[dict[str, Any]]:
    """What each hostile request did there."""
    command = ["python", "-m", "tests.torture.hostile", *arguments]
    done = processes.run(command, installation.environment | {"LOG_LEVEL": "CRITICAL", "SWEEPS": "tick"}, seconds=7200)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def attack_all(installations: dict[str, Installation], *arguments: str) -> tuple[list[Any], list[str]]:
    """Attack both at once. Returns what was done on the first, and everything that was wrong or different."""
    with ThreadPoolExecutor() as pool:
        found = dict(
            zip(installations, pool.map(lambda each: attack(each, *arguments), installations.values()), strict=True)
        )
    wrong = [f"{name}: {line}" for name, lines in found.items() for line in lines if line["wrong"]]
    pairs = zip(found["sqlite"], found["postgresql"], strict=True)
    wrong += [f"different: {one} and {other}" for one, other in pairs if one != other]
    return found["sqlite"], wrong


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["&".join(f"field{number}=1" for number in range(1_001)), f"WHY={'x' * 2**20}"])
def test_a_body_beyond_all_measure_is_refused_in_words(body: str) -> None:
    token = building.begun(running(), {"GRIP": [1]}, now=timezone.now()).token
    reply = Client(raise_request_exception=False).post(f"/a/{token}/page/WHY/", body, content_type=FORM)
    assert reply.status_code == 400
    assert "everything saved before is" in reply.content.decode()


@pytest.mark.parametrize("seed", range(BATCHES))
def test_no_error_no_partial_row_and_no_difference(installations: dict[str, Installation], seed: int) -> None:
    lines, wrong = attack_all(installations, "--requests", str(REQUESTS), "--seed", str(seed))
    assert not wrong, "\n".join(wrong[:20])
    assert len(lines) == REQUESTS
    statuses = Counter(line["status"] for line in lines)
    print(REQUESTS, "hostile requests on each database:", dict(statuses))
    changes = sum(1 for one, other in itertools.pairwise(lines) if one["stored"] != other["stored"])
    assert changes > REQUESTS / 20, "hardly anything came through"
    assert all(statuses[status] for status in (200, 303, 400, 404, 405, 409, 422)), statuses


def test_without_protections_the_attack_succeeds(installations: dict[str, Installation]) -> None:
    tells = {"cleaning": "which cannot be kept", "care": "status 500: ValueError", "one-zero": "[-0.0]"}
    found: list[str] = []
    for seed in range(TRIES):
        options = ["--requests", str(FEW), "--seed", str(seed), "--without", *tells]
        found += attack_all(installations, *options)[1]
        missed = [name for name, tell in tells.items() if not any(tell in each for each in found)]
        if not missed:
            return
    pytest.fail(f"{TRIES * FEW} hostile requests did not find the absence of {missed}")
