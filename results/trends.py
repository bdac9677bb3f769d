"""Trends: one question over the closed waves of a survey, with what may be compared, what changed and what moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from respondents.models import Succession
from results.analysis.panel import correlations
from results.analysis.significance import SMALL_BASE
from results.analysis.trend import Comparison, Linked, Point, trend
from results.comparability import Asked, compared, trail_of
from results.corrections import footnotes
from results.models import Snapshot, Table
from surveys.codebook import Codebook, Variable
from surveys.compiling import instrument_of
from surveys.models import Survey, Wave
from surveys.problems import Problem, Refused

MOST_NAMED = 3
"""Mergers that a footnote names; more are counted."""


@dataclass(frozen=True, eq=False)
class Fielded:
    """One closed wave of the survey with its snapshot and its codebook."""

    wave: Wave
    snapshot: Snapshot
    codebook: Codebook

    @property
    def frame(self) -> int | None:
        """How many organisations the population has."""
        return self.snapshot.summary["frame"]

    @property
    def weighted(self) -> bool:
        """Whether its figures are weighted."""
        weighting = self.snapshot.summary.get("weighting")
        return bool(weighting) and not weighting["problem"]

    def panel_of(self, variable: Variable) -> dict[str, Any] | None:
        """What the same people said before, with the wave it was in; None where it was not linked, or is hidden."""
        panel = self.snapshot.summary.get("panel")
        questions = panel["questions"] if panel else []
        found = next((each for each in questions if each["variable"] == variable.name), None)
        return {"wave": panel["wave"], "title": panel["title"], **found} if found else None

    def variable(self, trail: str) -> Variable | None:
        """The variable that belongs to this line, the first if there are several."""
        return next((each for each in self.codebook if trail_of(each) == trail), None)


def survey_by_slug(slug: str) -> Survey:
    """The survey. Raises Refused naming those there are."""
    found = Survey.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Survey.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise Refused(Problem(slug, f"is not a survey; there are: {known}"))
    return found


def trend_of(fielded: Sequence[Fielded], name: str) -> dict[str, Any]:
    """One question over waves of a survey (see `fielded_waves`), as plain data.

    `name` is a variable of any of the waves or the `track` it belongs to. Figures are those of the stored tables,
    which are suppressed. Raises Refused when none of the waves has such a variable.
    """
    trail = _trail(fielded, name)
    held = [(each, variable) for each in fielded if (variable := each.variable(trail))]
    asked = {
        each.wave.slug: Asked.of(
            variable, instrument_of(each.wave), frame_kind=each.wave.frame_kind, mode=each.wave.mode
        )
        for each, variable in held
    }
    waves = [each for each, _ in held]

    def judge(earlier: Point, later: Point) -> Comparison:
        return compared(asked[earlier.wave], asked[later.wave])

    panels = {each.wave.slug: found for each, variable in held if (found := each.panel_of(variable))}
    links = {(found["wave"], slug): Linked(found["people"], correlations(found)) for slug, found in panels.items()}
    made = trend([_point(each, variable) for each, variable in held], judge=judge, links=links)
    points = [
        {**_told(each, point, asked[each.wave.slug]), "panel": panels.get(each.wave.slug)}
        for each, point in zip(waves, made["points"], strict=True)
    ]
    last, variable = held[-1]
    return {
        "survey": last.wave.survey.slug,
        "variable": trail,
        "text": variable.text,
        "row_text": variable.row,
        "points": points,
        "lines": made["lines"],
        "breaks": [_break(*pair) for pair in pairwise(points) if pair[1]["comparable"] == "breaks"],
        "left_out": list(_left_out(points)),
        "frames": [_frame_change(*pair) for pair in pairwise(waves) if _has_moved(*pair)],
        "footnotes": [*_frame_footnotes(waves), *_weighting_footnotes(waves), *_correction_footnotes(held)],
    }


def fielded_waves(survey: Survey, *, until: Wave | None = None) -> list[Fielded]:
    """The survey's waves that have results, in the order they closed; `until` leaves out those that closed later."""
    waves = Wave.objects.closed().filter(survey=survey, snapshot__isnull=False).order_by("closes_at", "number", "slug")
    waves = waves.select_related("survey")
    if until is not None:
        waves = waves.filter(closes_at__lte=until.closes_at)
    snapshots = Snapshot.objects.filter(wave__in=waves).defer("frame").in_bulk(field_name="wave_id")
    return [
        Fielded(wave, snapshots[wave.pk], Codebook.from_list(snapshots[wave.pk].codebook))
        for wave in waves
        if wave.pk in snapshots
    ]


def mergers_between(kind: str, since: date, until: date) -> list[dict[str, Any]]:
    """Which organisations of a kind became others after `since` and by `until`: one entry a successor, by date."""
    rows = Succession.objects.filter(predecessor__kind=kind, date__gt=since, date__lte=until)
    groups: dict[tuple[Any, ...], list[dict[str, str]]] = defaultdict(list)
    for row in rows.select_related("predecessor", "successor").order_by("date", "successor__ods_code"):
        key = (row.date, row.successor.ods_code, row.successor.name, row.reason)
        groups[key].append({"ods_code": row.predecessor.ods_code, "name": row.predecessor.name})
    return [
        {
            "date": day.isoformat(),
            "successor": {"ods_code": code, "name": name},
            "predecessors": sorted(before, key=lambda each: each["ods_code"]),
            "reason": reason,
        }
        for (day, code, name, reason), before in groups.items()
    ]


def merger_sentences(mergers: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What became of organisations, in sentences; many mergers are counted instead of named."""
    if len(mergers) > MOST_NAMED:
        gone = {each["ods_code"] for merger in mergers for each in merger["predecessors"]}
        words = _("By mergers and successions %(gone)d organisations became %(made)d.")
        yield words % {"gone": len(gone), "made": len(mergers)}
        return
    for merger in mergers:
        names = [each["name"] for each in merger["predecessors"]]
        words = ngettext(
            "%(names)s became %(successor)s on %(date)s.",
            "%(names)s merged into %(successor)s on %(date)s.",
            len(names),
        )
        day = date_format(date.fromisoformat(merger["date"]), "j F Y")
        yield words % {"names": _listed(names), "successor": merger["successor"]["name"], "date": day}


def _trail(fielded: Sequence[Fielded], name: str) -> str:
    trails = dict.fromkeys(trail_of(each) for wave in fielded for each in wave.codebook)
    if name in trails:
        return name
    for wave in reversed(fielded):
        if name in wave.codebook:
            return trail_of(wave.codebook[name])
    if not fielded:
        raise Refused(Problem(name, "cannot be followed: the survey has no closed wave with results yet"))
    survey = fielded[0].wave.survey
    raise Refused(Problem(name, f"is not a variable of {survey.slug}; it has {', '.join(trails)}"))


def _point(fielded: Fielded, variable: Variable) -> Point:
    wave = fielded.wave
    table = Table.objects.get(snapshot=fielded.snapshot, variable=variable.name, by="", denominator="people")
    assert wave.closes_at is not None
    closed = timezone.localdate(wave.closes_at).isoformat()
    return Point(wave.slug, wave.title, closed, variable, table.document, fielded.frame)


def _told(fielded: Fielded, point: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """The point with what a reader must know of its wave."""
    wave = fielded.wave
    return {
        **point,
        "variable": asked.variable.name,
        "text": asked.variable.text,
        "asked_of": asked.base_in_words(),
        "people": fielded.snapshot.summary["people"],
        "frame_kind": wave.frame_kind,
        "frame_date": wave.frame_date.isoformat() if wave.frame_date else None,
        "weighted": fielded.weighted,
        "snapshot": fielded.snapshot.digest,
    }


def _break(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {"after": before["wave"], "before": after["wave"], "reasons": after["reasons"]}


def _left_out(points: Sequence[dict[str, Any]]) -> Iterator[dict[str, str]]:
    """The points that stand in no line, and why."""
    for point in points:
        if point["base"] is None:
            yield {"wave": point["wave"], "reason": _("hidden, to protect a small group")}
        elif not point["in_line"]:
            words = _("base of %(base)d, under %(least)d") % {"base": point["base"], "least": SMALL_BASE}
            yield {"wave": point["wave"], "reason": words}


def _has_moved(before: Fielded, after: Fielded) -> bool:
    return before.frame != after.frame or bool(_mergers(before, after))


def _frame_change(before: Fielded, after: Fielded) -> dict[str, Any]:
    """How the population moved between two waves."""
    return {
        "after": before.wave.slug,
        "before": after.wave.slug,
        "from": before.frame,
        "to": after.frame,
        "mergers": _mergers(before, after),
    }


def _mergers(before: Fielded, after: Fielded) -> list[dict[str, Any]]:
    one, two = before.wave, after.wave
    if not one.frame_kind or one.frame_kind != two.frame_kind or not one.frame_date or not two.frame_date:
        return []
    return mergers_between(one.frame_kind, one.frame_date, two.frame_date)


def _frame_footnotes(waves: Sequence[Fielded]) -> Iterator[str]:
    for before, after in pairwise(waves):
        if not _has_moved(before, after) or before.frame is None or after.frame is None:
            continue
        words = _("Between %(since)s and %(until)s the frame went from %(from)d to %(to)d organisations.") % {
            "since": before.wave.title,
            "until": after.wave.title,
            "from": before.frame,
            "to": after.frame,
        }
        yield " ".join([words, *merger_sentences(_mergers(before, after))])


def _weighting_footnotes(waves: Sequence[Fielded]) -> Iterator[str]:
    """Weighted and unweighted figures in one line are said to be."""
    weighted = [each.wave.title for each in waves if each.weighted]
    if weighted and len(weighted) < len(waves):
        yield _("Weighted: %(waves)s; the others are not.") % {"waves": _listed(weighted)}


def _correction_footnotes(held: Sequence[tuple[Fielded, Variable]]) -> Iterator[str]:
    """What was corrected in a wording while its wave was open."""
    for each, variable in held:
        for note in footnotes(instrument_of(each.wave), variable):
            yield f"{each.wave.title}: {note}"


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(most)s and %(last)s") % {"most": ", ".join(words[:-1]), "last": words[-1]}
