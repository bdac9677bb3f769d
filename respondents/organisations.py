"""The register of organisations: loading it, and asking it where an organisation belonged on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model, Q

from respondents.csv_files import Row, read_csv, refuse_by_line
from respondents.models import Organisation, Place, Succession
from respondents.models.register import Grouping
from surveys.codebook import Code, Variable
from surveys.models import Wave
from surveys.problems import Problem, Refused, refuse_if

_REQUIRED = ("ods_code", "name", "kind", "opened", "closed")


def _most(model: type[Model], field: str) -> int:
    return int(getattr(model._meta.get_field(field), "max_length", None) or 0)


_LONGEST = {
    **{name: _most(Organisation, name) for name in ("ods_code", "name", "kind")},
    **{f"{grouping.value}_code": _most(Place, "code") for grouping in Grouping},
    **{str(grouping.value): _most(Place, "name") for grouping in Grouping},
    "reason": _most(Succession, "reason"),
}
"""The most characters a cell may have, by column."""


@transaction.atomic
def load_organisations(
    organisations: bytes, *, successions: bytes | None = None, regions: bytes | None = None
) -> dict[str, int]:
    """Bring the register to what the files say; organisations they do not name are left as they are. Repeatable.

    `organisations` is a CSV with ods_code, name, kind, opened, closed and, where known, region(_code),
    area_team(_code), stp(_code); `regions` a history of regions with valid_from and valid_to; `successions` has
    predecessor, successor, date, reason. Returns counts. Raises Refused with every problem by line and column, and
    while a wave is open: its population is what the register said when it opened.
    """
    refuse_if(
        Problem("register", f"{wave.slug} is open; load the register before it opens or after it closes")
        for wave in Wave.objects.filter(state__in=["open", "closing"]).exclude(frame_kind=None)
    )
    rows, problems = read_csv(organisations, required=_REQUIRED).read()
    refuse_by_line([*problems, *_row_problems(rows)])
    if not rows:
        raise Refused(Problem("line 2", "there is no organisation in the file"))
    _save_organisations(rows)
    known = {each.ods_code: each for each in Organisation.objects.all()}
    with _problems_in("regions"):
        dated = list(read_csv(regions, required=("ods_code", "region_code", "region")).rows) if regions else []
        places = _save_places(rows, [row for row in dated if row.cells["ods_code"] in known], known)
    with _problems_in("successions"):
        links = _save_successions(successions, known) if successions else 0
    return {"organisations": len(rows), "places": places, "successions": links}


def frame(wave: Wave) -> dict[str, Organisation]:
    """The wave's population by ODS code; empty for a survey of people without organisations."""
    if not wave.frame_kind or not wave.frame_date:
        return {}
    found = Organisation.objects.in_frame(kind=wave.frame_kind, on=wave.frame_date)
    return {organisation.ods_code: organisation for organisation in found}


def places_on(on: date | None, organisations: Iterable[int] | None = None) -> dict[int, dict[str, tuple[str, str]]]:
    """For each organisation id its grouping → (code, name) on a day."""
    found: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    if on is None:
        return found
    valid = Q(valid_from=None) | Q(valid_from__lte=on)
    valid &= Q(valid_to=None) | Q(valid_to__gte=on)
    rows = Place.objects.filter(valid).order_by("valid_from", "pk")
    if organisations is not None:
        rows = rows.filter(organisation__in=list(organisations))
    for place in rows:
        found[place.organisation_id][place.grouping] = (place.code, place.name)
    return found


def place_variables(wave: Wave) -> tuple[Variable, ...]:
    """Region, area team and STP as variables with the codes the wave's frame has on its frame date, by name."""
    organisations = frame(wave)
    if not organisations:
        return ()
    places = places_on(wave.frame_date, [each.pk for each in organisations.values()])
    return tuple(_place_variable(grouping, places) for grouping in Grouping)


def frame_sizes(wave: Wave) -> dict[str, int]:
    """How many organisations the frame has in each place, keyed ``region:Y54``; ``total`` for all."""
    organisations = frame(wave)
    places = places_on(wave.frame_date, [each.pk for each in organisations.values()])
    sizes = {"total": len(organisations)}
    for held in places.values():
        for grouping, (code, _name) in held.items():
            sizes[f"{grouping}:{code}"] = sizes.get(f"{grouping}:{code}", 0) + 1
    return sizes


@contextmanager
def _problems_in(source: str) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise Refused(refused.problems, source=source) from None


def _place_variable(grouping: Grouping, places: Mapping[int, Mapping[str, tuple[str, str]]]) -> Variable:
    held = sorted({each[grouping] for each in places.values() if grouping in each}, key=lambda pair: pair[::-1])
    codes = tuple(Code(code, name) for code, name in held)
    return Variable(str(grouping.value), str(grouping.label), "one", codes=codes, attribute=True)


def _row_problems(rows: list[Row]) -> Iterable[Problem]:
    seen: set[str] = set()
    for row in rows:
        code = row.cells["ods_code"].strip()
        if not code or code in seen:
            yield row.problem("ods_code", f"{code} stands twice" if code else "is empty")
        seen.add(code)
        for column in ("name", "kind"):
            if not row.cells[column].strip():
                yield row.problem(column, "is empty")
        opened, closed = _date_or_problem(row, "opened"), _date_or_problem(row, "closed", optional=True)
        yield from (each for each in (opened, closed) if isinstance(each, Problem))
        if isinstance(opened, date) and isinstance(closed, date) and closed < opened:
            yield row.problem("closed", "is before opened")
        yield from row.too_long(_LONGEST)


def _date_or_problem(row: Row, column: str, *, optional: bool = False) -> date | Problem | None:
    text = row.cells.get(column, "").strip()
    if not text and optional:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return row.problem(column, f"{text!r} is not a date such as 2013-04-01")


def _save_organisations(rows: list[Row]) -> None:
    fields = ["name", "kind", "opened", "closed"]
    Organisation.objects.bulk_create(
        (
            Organisation(
                ods_code=row.cells["ods_code"].strip(),
                name=row.cells["name"].strip(),
                kind=row.cells["kind"].strip(),
                opened=row.cells["opened"].strip(),
                closed=row.cells["closed"].strip() or None,
            )
            for row in rows
        ),
        update_conflicts=True,
        unique_fields=["ods_code"],
        update_fields=fields,
    )


def _save_places(rows: list[Row], dated: list[Row], known: Mapping[str, Organisation]) -> int:
    loaded = [known[row.cells["ods_code"].strip()] for row in rows]
    Place.objects.filter(organisation__in=loaded).delete()
    with_history = {row.cells["ods_code"] for row in dated}
    made = [_dated_region(row, known) for row in dated]
    for row in rows:
        code = row.cells["ods_code"].strip()
        for grouping in Grouping:
            place, name = row.cells.get(f"{grouping.value}_code", ""), row.cells.get(grouping.value, "")
            if place and not (grouping == Grouping.REGION and code in with_history):
                made.append(Place(organisation=known[code], grouping=grouping, code=place, name=name))
    Place.objects.bulk_create(made)
    return len(made)


def _dated_region(row: Row, known: Mapping[str, Organisation]) -> Place:
    since, until = _date_or_problem(row, "valid_from", optional=True), _date_or_problem(row, "valid_to", optional=True)
    refuse_if([*(each for each in (since, until) if isinstance(each, Problem)), *row.too_long(_LONGEST)])
    assert not isinstance(since, Problem)
    assert not isinstance(until, Problem)
    return Place(
        organisation=known[row.cells["ods_code"]],
        grouping=Grouping.REGION,
        code=row.cells["region_code"],
        name=row.cells["region"],
        valid_from=since,
        valid_to=until,
    )


def _save_successions(data: bytes, known: Mapping[str, Organisation]) -> int:
    made: list[Any] = []
    problems: list[Problem] = []
    for row in read_csv(data, required=("predecessor", "successor", "date")).rows:
        when = _date_or_problem(row, "date")
        problems += [*([when] if isinstance(when, Problem) else []), *row.too_long(_LONGEST)]
        for column in ("predecessor", "successor"):
            if row.cells[column] not in known:
                problems.append(row.problem(column, f"{row.cells[column]} is not in the register"))
        if not problems:
            made.append(
                (known[row.cells["predecessor"]], known[row.cells["successor"]], when, row.cells.get("reason", ""))
            )
    if problems:
        raise Refused(problems)
    Succession.objects.bulk_create(
        (Succession(predecessor=one, successor=two, date=when, reason=why) for one, two, when, why in made),
        update_conflicts=True,
        unique_fields=["predecessor", "successor"],
        update_fields=["date", "reason"],
    )
    return len(made)
