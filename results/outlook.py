"""A dry run as a page shows it: what could be published and found, how long it takes, and its made-up dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from results import printing
from results.dashboard import Break, Section, finding_of
from results.dry_run import DryRun, dry_run
from surveys.markdown import plain_text
from surveys.models import Wave
from surveys.problems import Refused
from surveys.readiness import Thought


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """A dry run with its dashboard, by one of the wave's breakdowns or none."""

    run: DryRun
    breaks: tuple[Break, ...]
    sections: tuple[Section, ...]
    minutes: tuple[tuple[str, float], ...]
    few: tuple[tuple[str, str, float], ...]


def outlook_of(wave: Wave, *, rate: float | None = None, by: str = "") -> Outlook:
    """What a draft would bring. Raises Refused as `dry_run` does, and KeyError for a breakdown it does not have."""
    run = dry_run(wave, rate=rate)
    instrument = run.results.instrument
    banners = {banner["name"]: banner for banner in instrument.banners}
    variable = banners[by]["by"] if by else None
    labels = {role["code"]: role["label"] for role in instrument.roles}
    return Outlook(
        run=run,
        breaks=(
            Break("", _("Everybody"), not by),
            *(Break(name, banner["title"], name == by) for name, banner in banners.items()),
        ),
        sections=tuple(_sections(run, variable)),
        minutes=tuple((labels[role], taken) for role, taken in run.minutes.items()),
        few=tuple((each.name, plain_text(each.text), each.asked) for each in run.questions if each.thin),
    )


def thoughts_on_breakdowns(wave: Wave) -> Iterator[Thought]:
    """The breakdowns that would more often be hidden than shown, for the page that asks whether a wave is ready."""
    try:
        run = dry_run(wave)
    except Refused:
        return
    for breakdown in run.breakdowns:
        for column in breakdown.hidden:
            words = _("%(label)s: about %(expected)d of %(invited)d would answer, too few to be published") % {
                "label": column.label,
                "expected": round(column.expected),
                "invited": column.invited,
            }
            yield Thought(_("Breakdowns that are too small"), breakdown.title, words)


def _sections(run: DryRun, by: str | None) -> Iterator[Section]:
    results = run.results
    tables = {table["variable"]: table for table in results.tables(by=by)}
    if by and not results.frame.codebook[by].attribute:
        tables[by] = results.table(by)
    source = _("Made-up answers of %(people)s; nobody has been asked.") % {"people": printing.people(run.people)}
    for section in results.instrument.sections:
        groups = [[results.frame.codebook[each.name] for each in question.variables] for question in section.questions]
        shown = ([each for each in group if each.name in tables] for group in groups)
        yield Section(section.title, tuple(finding_of(group, tables, source) for group in shown if group))
