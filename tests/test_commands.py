"""The commands as a user types them: what they say, what they leave alone, and the status they end with."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.utils import timezone

from respondents.models import Invitation, Organisation
from surveys.models import Wave
from tests import processes
from tests.building import REFERENCE, SAMPLE, as_bytes, begun, counts, csv, document, draft, opened, organisation, sent
from tests.conftest import Installation

WINTER = str(SAMPLE / "2013-winter.wave.json")
ANSWERS = str(SAMPLE / "2013-winter.responses.csv")
REGISTER = str(REFERENCE / "organisations.csv")
HEAD = "response,organisations,role,gp,GRIP,WHY,WAYS,PLANS_POOL,PLANS_SPLIT,SPEND"

COMMANDS = sorted(name for name, of in get_commands().items() if of == "barometer")


def run(name: str, *arguments: str, **options: Any) -> str:
    """What the command prints."""
    out = StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def refused(name: str, *arguments: str) -> list[str]:
    """The lines of a refusal, once it has happened and nothing was written."""
    before = counts()
    with pytest.raises(CommandError) as error:
        run(name, *arguments)
    assert error.value.returncode == 1
    assert counts() == before
    *lines, last = str(error.value).splitlines()
    assert last == "Nothing was written."
    return lines


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """`file(data)` is the path of a file that holds these bytes."""

    def write(data: bytes, name: str = "a-file") -> str:
        path = tmp_path / name
        path.write_bytes(data)
        return str(path)

    return write


@pytest.fixture
def winter(db: None) -> Wave:
    """The Winter 2013 wave, loaded and closed."""
    run("load_organisations", REGISTER)
    run("load_wave", WINTER)
    run("load_responses", "2013-winter", ANSWERS, "--close")
    return Wave.objects.get()


# --- Each command ----------------------------------------------------------------------------------------------


@pytest.mark.any_database
@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_shows_an_example(name: str) -> None:
    told = load_command_class("barometer", name).create_parser("manage.py", name).format_help()
    assert f"Example: manage.py {name}" in " ".join(told.split())


@pytest.mark.django_db
def test_the_register_is_loaded_and_counted() -> None:
    told = run("load_organisations", REGISTER, "--successions", str(REFERENCE / "successions.csv"))
    assert told == "290 organisations, 248 successions loaded.\n"
    assert run("load_organisations", REGISTER) == "290 organisations, 0 successions loaded.\n"
    assert Organisation.objects.count() == 290


@pytest.mark.django_db
def test_a_wave_file_goes_in_and_comes_out_byte_for_byte() -> None:
    assert run("load_wave", WINTER) == "2013-winter is a draft: CCG Barometer, Winter 2013.\n"
    assert run("dump_wave", "2013-winter").encode() == Path(WINTER).read_bytes()


@pytest.mark.django_db
def test_a_synthetic_wave_is_marked_and_stays_marked() -> None:
    run("load_wave", WINTER)
    assert not Wave.objects.get().synthetic
    run("load_wave", WINTER, "--synthetic")
    run("load_wave", WINTER)
    assert Wave.objects.get().synthetic


@pytest.mark.django_db
def test_a_sample_is_loaded_and_has_its_links(file: Any) -> None:
    organisation("01A")
    draft()
    rows = csv("name,email,role,gp,organisations", "Ann,ann@example.org,chair,1,01A", "Bo,bo@example.org,ao,,")
    assert run("load_sample", "spring", file(rows)) == "2 invited, 0 brought up to date in spring.\n"
    assert run("load_sample", "spring", file(rows)) == "0 invited, 2 brought up to date in spring.\n"
    assert not Invitation.objects.filter(token_hash=None).exists()


@pytest.mark.django_db
def test_a_wave_is_opened_or_scheduled() -> None:
    now = timezone.now()
    hour = timedelta(hours=1)
    draft(opens_at=(now - hour).isoformat(), closes_at=(now + hour).isoformat())
    draft(slug="later", opens_at=(now + hour).isoformat(), closes_at=(now + 2 * hour).isoformat())
    assert run("open_wave", "spring").startswith("spring is open; it closes on ")
    assert run("open_wave", "later").startswith("later is scheduled; it closes on ")


@pytest.mark.django_db
def test_all_that_prevents_opening_is_listed() -> None:
    data = document(opens_at=None, closes_at=None)
    draft(data)
    assert refused("open_wave", "spring") == [
        "wave.opens_at: set this time before opening",
        "wave.closes_at: set this time before opening",
    ]


@pytest.mark.django_db
def test_answers_are_loaded_into_an_open_wave_and_the_wave_closed(file: Any) -> None:
    organisation("01A")
    now = timezone.now()
    opened(now=now, opens_at=(now - timedelta(1)).isoformat(), closes_at=(now + timedelta(1)).isoformat())
    rows = csv(HEAD, "1,01A,chair,1,2,,,,,", "2,01A,ao,0,1,,,,,")
    assert run("load_responses", "spring", file(rows)) == "2 responses loaded into spring.\n"
    told = run("close_wave", "spring")
    assert told.startswith("spring is closed; snapshot ")
    digest = told.split()[-1].rstrip(".")
    assert json.loads(run("tables", "spring"))["snapshot"] == digest


@pytest.mark.django_db
def test_a_close_that_waits_for_somebody_says_until_when() -> None:
    now = timezone.now()
    wave = opened(now=now, opens_at=(now - timedelta(1)).isoformat(), closes_at=(now + timedelta(1)).isoformat())
    begun(wave, {"GRIP": [1]}, now=now)
    assert run("close_wave", "spring").startswith("spring is closing: people who have begun may finish until ")
    assert run("close_wave", "spring", "--without-grace").startswith("spring is closed; snapshot ")


@pytest.mark.django_db
def test_a_tick_does_everything_that_is_due() -> None:
    now = timezone.now()
    wave = opened(now=now - timedelta(hours=2), opens_at=(now - timedelta(1)).isoformat(), closes_at=now.isoformat())
    sent(wave, {"GRIP": [2]}, now=now - timedelta(hours=1))
    run("tick")
    assert Wave.objects.get().state == "closed"
    assert json.loads(run("tables", "spring"))["people"] == 1


# --- Tables ----------------------------------------------------------------------------------------------------


def test_tables_are_those_asked_for(winter: Wave) -> None:
    found = json.loads(run("tables", "2013-winter", "--variable", "GRIP", "--variable", "region", "--by", "role"))
    assert [(table["variable"], table["by"], table["denominator"]) for table in found["tables"]] == [
        ("GRIP", "role", "people"),
        ("region", "role", "people"),
    ]
    assert {"wave", "snapshot", "people", "organisations", "frame", "invited", "tables"} <= found.keys()
    table = found["tables"][0]
    contract = {
        "variable",
        "text",
        "by",
        "denominator",
        "columns",
        "rows",
        "mean",
        "not_asked",
        "no_answer",
        "suppressed",
    }
    assert contract <= table.keys()
    assert {"id", "label", "base", "organisations"} <= table["columns"][0].keys()
    assert {"count", "percent", "exact", "low", "high", "letters", "flag"} <= table["rows"][0]["cells"][0].keys()


def test_without_a_name_every_question_has_its_table(winter: Wave) -> None:
    names = [table["variable"] for table in json.loads(run("tables", "2013-winter"))["tables"]]
    assert names[:2] == ["CONTRACTS_INTEGRATED", "CONTRACTS_COMMUNITY"]
    assert "role" not in names
    assert len(names) == len(set(names)) == 12


def test_conditions_are_taken_together(winter: Wave) -> None:
    def base(*where: str) -> int:
        words = [word for each in where for word in ("--where", each)]
        return json.loads(run("tables", "2013-winter", "--variable", "CSU", *words))["tables"][0]["columns"][0]["base"]

    chairs, officers, both = base("role=chair"), base("role=ao"), base("role=chair,ao")
    assert both == chairs + officers
    assert base("role=chair,ao", "role=ao,other") == officers
    assert base("role=chair,ao", "gp=1") < both


def test_organisations_are_a_denominator_for_the_waves_own_banners(winter: Wave) -> None:
    found = json.loads(
        run("tables", "2013-winter", "--variable", "GRIP", "--by", "gp", "--denominator", "organisations")
    )
    (table,) = found["tables"]
    assert table["denominator"] == "organisations"
    assert table["columns"][0]["organisations"] == 73
    assert all(column["organisations"] for column in table["columns"])


@pytest.mark.parametrize("more", [["--where", "gp=1"], ["--by", "CSU"]])
def test_organisations_cannot_be_counted_for_other_groups_and_the_reason_is_given(
    winter: Wave, more: list[str]
) -> None:
    (line,) = refused("tables", "2013-winter", "--variable", "GRIP", "--denominator", "organisations", *more)
    assert "who belonged where was known only while the wave closed" in line


def test_other_groups_have_no_count_of_organisations(winter: Wave) -> None:
    (table,) = json.loads(run("tables", "2013-winter", "--variable", "GRIP", "--where", "gp=1"))["tables"]
    assert [column["organisations"] for column in table["columns"]] == [None]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--variable", "GRIPE"], "GRIPE: is not a variable of 2013-winter; it has role, gp, "),
        (["--by", "GRIPE"], "GRIPE: is not a banner or closed variable of 2013-winter; it has "),
        (["--where", "GRIPE=1"], "GRIPE: is not a closed variable of 2013-winter"),
        (["--where", "GRIP=4"], "GRIP: has no code 4; it has 1, 2, 3, 9"),
        (["--where", "role=Chair"], "role: has no code Chair; it has chair, ao, other"),
    ],
)
def test_what_the_wave_does_not_have_is_refused(winter: Wave, arguments: list[str], told: str) -> None:
    (line,) = refused("tables", "2013-winter", *arguments)
    assert line.startswith(told)


@pytest.mark.django_db
def test_an_open_wave_has_no_tables() -> None:
    opened()
    assert refused("tables", "spring") == ["spring: is open; results exist once it has closed"]


# --- Refusals --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "arguments"),
    [("dump_wave", []), ("open_wave", []), ("close_wave", []), ("tables", []), ("load_sample", [WINTER])],
)
def test_an_unknown_wave_is_told_with_those_there_are(name: str, arguments: list[str]) -> None:
    draft()
    assert refused(name, "winter", *arguments)[0].endswith("there is no wave winter; there are: spring")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "before"),
    [("load_wave", []), ("load_organisations", []), ("load_sample", ["spring"]), ("load_responses", ["spring"])],
)
def test_a_file_that_cannot_be_read_is_named(name: str, before: list[str], tmp_path: Path) -> None:
    opened()
    Wave.objects.update(frame_kind=None)
    missing = str(tmp_path / "none")
    assert refused(name, *before, missing) == [f"{missing}: cannot be read: No such file or directory"]
    assert refused(name, *before, str(tmp_path)) == [f"{tmp_path}: cannot be read: Is a directory"]


@pytest.mark.django_db
def test_every_problem_of_a_file_is_told_with_the_file_line_and_column(file: Any) -> None:
    organisation("01A")
    opened()
    path = file(csv(HEAD, "1,00Z,chair,1,7,,,,,", "2,01A,nurse,,1,,,,,"))
    assert refused("load_responses", "spring", path) == [
        f"{path}: line 2, column organisations: '00Z' is not a CCG that was open on 2013-04-01",
        f"{path}: line 2, column GRIP: 7 is not a code of GRIP; use 1, 2, 9",
        f"{path}: line 3, column role: 'nurse' is not a role of this wave: chair, ao",
    ]


@pytest.mark.django_db
def test_of_very_many_problems_the_first_are_told_and_the_rest_counted(file: Any) -> None:
    organisation("01A")
    opened()
    lines = refused("load_responses", "spring", file(csv(HEAD, *["1,01A,chair,1,7,,,,,"] * 300)))
    assert len(lines) == 51
    assert lines[-1] == "… and 250 more problems"


@pytest.mark.django_db
def test_a_bad_wave_file_is_refused_by_key(file: Any) -> None:
    data = document()
    data["sections"][1]["items"][0]["show_if"] = ["any_of", "GRIPE", 1]
    path = file(as_bytes(data))
    assert refused("load_wave", path) == [f"{path}: sections[1].items[0].show_if: GRIPE is not an earlier variable"]


@pytest.mark.django_db
def test_problems_of_the_second_file_of_a_command_are_told_with_that_file(file: Any) -> None:
    path = file(csv("predecessor,successor,date,reason", "01A,02B,soon,merger"))
    lines = refused("load_organisations", REGISTER, "--successions", path)
    assert lines
    assert all(line.startswith(f"{path}: ") for line in lines)


# --- Statuses, by real processes -------------------------------------------------------------------------------


def status(installation: Installation, *arguments: str) -> tuple[int, str, str]:
    done = processes.run(["python", "manage.py", *arguments], installation.environment)
    return done.returncode, done.stdout, done.stderr


def test_commands_end_with_nought_one_or_two(sqlite_installation: Installation) -> None:
    code, out, err = status(sqlite_installation, "load_wave", WINTER)
    assert (code, err) == (0, "")
    assert out == "2013-winter is a draft: CCG Barometer, Winter 2013.\n"

    code, out, err = status(sqlite_installation, "tables", "2013-winter")
    assert (code, out) == (1, "")
    assert err == "CommandError: 2013-winter: is draft; results exist once it has closed\nNothing was written.\n"

    code, out, err = status(sqlite_installation, "tables", "2013-winter", "--where", "GRIP")
    assert (code, out) == (2, "")
    assert "'GRIP' is not NAME=CODE[,CODE]" in err

    code, out, err = status(sqlite_installation, "load_wave")
    assert (code, out) == (2, "")
    assert "the following arguments are required: file" in err

    code, out, err = status(sqlite_installation, "tables", "--help")
    assert (code, err) == (0, "")
    assert "manage.py tables 2013-winter --variable GRIP" in " ".join(out.split())


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("own", "argument", "code", "told"),
    [
        ({}, "an-empty-database", 1, "The database failed: no such table: surveys_wave"),
        (
            {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"},
            "no-database",
            1,
            "The database failed: connection to",
        ),
        ({"DEBUG": "perhaps"}, "a-setting", 1, "The settings are wrong: DEBUG must be 1 or 0, not 'perhaps'."),
        ({}, "caf\udce9", 2, "An argument is not in UTF-8."),
    ],
)
def test_what_the_operator_can_mend_is_told_without_a_traceback(
    tmp_path: Path, own: dict[str, str], argument: str, code: int, told: str
) -> None:
    done = processes.run(["python", "manage.py", "dump_wave", argument], {"VAR_DIR": str(tmp_path), **own})
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(told)
    assert "Traceback" not in done.stderr


def test_what_is_printed_can_be_piped_whatever_the_terminal_speaks(sqlite_installation: Installation) -> None:
    sqlite_installation.manage("load_wave", WINTER)
    spoken = Installation(
        sqlite_installation.environment | {"LC_ALL": "C", "PYTHONUTF8": "0"}, sqlite_installation.folder
    )
    code, out, err = status(spoken, "dump_wave", "2013-winter")
    assert (code, err) == (0, "")
    assert out.encode() == Path(WINTER).read_bytes()
