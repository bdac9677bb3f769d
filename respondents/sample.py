"""The sample file: who is to be invited, checked line by line before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from respondents.csv_files import Row, read_csv, refuse_by_line
from respondents.invitations import Invitee, invite
from respondents.models import Organisation
from respondents.organisations import frame
from surveys.models import Wave
from surveys.problems import Problem, Refused

COLUMNS = ("name", "email", "role", "gp", "organisations")


def load_sample(wave: Wave, data: bytes) -> dict[str, int]:
    """Invite everybody in a sample file, all or nothing. Repeatable. Returns counts of ``invited`` and ``updated``.

    Raises Refused with every problem by line and column.
    """
    return invite(wave, read_sample(wave, data))


def read_sample(wave: Wave, data: bytes) -> list[Invitee]:
    """The people in a sample file. Raises Refused with every problem by line and column; writes nothing."""
    rows, problems = read_csv(data, required=COLUMNS, known=COLUMNS).read()
    organisations = frame(wave)
    refuse_by_line([*problems, *_row_problems(wave, rows, organisations), *_repeats(rows)])
    if not rows:
        raise Refused(Problem("line 2", "there is nobody in the file"))
    return [_invitee(row, organisations) for row in rows]


def organisations_in(row: Row, organisations: Mapping[str, Organisation], wave: Wave) -> Iterator[Problem]:
    """What is wrong with a row's ODS codes: not in the wave's frame, or given twice."""
    codes = ods_codes(row)
    if codes and not wave.frame_kind:
        yield row.problem("organisations", "this wave has no organisations; leave the cell empty")
        return
    for index, code in enumerate(codes):
        if code not in organisations:
            yield row.problem(
                "organisations", f"{code!r} is not a {wave.frame_kind} that was open on {wave.frame_date}"
            )
        elif code in codes[:index]:
            yield row.problem("organisations", f"{code} is given twice")


def ods_codes(row: Row) -> list[str]:
    """The ODS codes in a row's organisations cell."""
    cell = row.cells["organisations"]
    return [code.strip() for code in cell.split(";")] if cell.strip() else []


def gp_problems(row: Row) -> Iterator[Problem]:
    """What is wrong with a row's gp cell."""
    if row.cells["gp"].strip() not in GP_CELLS:
        yield row.problem("gp", f"{row.cells['gp']!r} is not 1 (a GP), 0 (not a GP) or empty (not known)")


GP_CELLS = {"1": True, "0": False, "": None}


def role_problems(row: Row, wave: Wave) -> Iterator[Problem]:
    """What is wrong with a row's role cell."""
    if row.cells["role"].strip() not in wave.roles:
        yield row.problem("role", f"{row.cells['role']!r} is not a role of this wave: {', '.join(wave.roles)}")


def _row_problems(wave: Wave, rows: list[Row], organisations: Mapping[str, Organisation]) -> Iterator[Problem]:
    for row in rows:
        if not row.cells["name"].strip():
            yield row.problem("name", "is empty")
        yield from row.too_long({"name": 200, "email": 254})
        try:
            validate_email(row.cells["email"].strip())
        except ValidationError:
            yield row.problem("email", "is not an e-mail address")
        yield from role_problems(row, wave)
        yield from gp_problems(row)
        yield from organisations_in(row, organisations, wave)


def _repeats(rows: list[Row]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    names: dict[str, tuple[str, int]] = {}
    for row in rows:
        email, name = row.cells["email"].strip().lower(), row.cells["name"].strip()
        key = (email, row.cells["role"].strip())
        if key in seen:
            yield row.problem("email", f"the same address is asked in the same role on line {seen[key]}")
        seen.setdefault(key, row.line)
        if email in names and names[email][0] != name:
            yield row.problem("name", f"the same address has another name on line {names[email][1]}")
        names.setdefault(email, (name, row.line))


def _invitee(row: Row, organisations: Mapping[str, Organisation]) -> Invitee:
    return Invitee(
        name=row.cells["name"].strip(),
        email=row.cells["email"].strip().lower(),
        role=row.cells["role"].strip(),
        gp=GP_CELLS[row.cells["gp"].strip()],
        organisations=tuple(organisations[code].pk for code in ods_codes(row)),
    )
