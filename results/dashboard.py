"""A snapshot as a page shows it: the response line, then each question with its chart, its tables and its comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from results import charts, printing
from results.analysis import bits
from results.analysis.rounding import percent_half_up
from results.charts.table import Grid, grid_for, grid_of_battery
from results.counting_ways import EVERYBODY, Way, as_shown, tables_by, ways_for
from results.models import Snapshot, Table
from results.story import Finding as Sentence
from results.story.finding import MEAN, TOPLINE
from results.tables import Results, results_of
from results.telling import Telling, WaveTable, telling_of
from surveys.codebook import Variable
from surveys.compiling import instrument_of
from surveys.markdown import plain_text
from surveys.models import Wave

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """One way to break the results down: its name in the address, its title, whether it is the one shown.

    A banner by something that is known of nobody is not offered.
    """

    name: str
    title: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One variable of a finding: the statement (empty for a question alone), its base, its chart, its table."""

    name: str
    statement: str
    base: str
    figure: charts.Figure | None
    grid: Grid | None
    comments: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One question: its words, chart and table of the whole battery where there are such, else its parts."""

    ident: str
    text: str
    parts: tuple[Part, ...]
    figure: charts.Figure | None = None
    grid: Grid | None = None
    sentences: tuple[Sentence, ...] = ()
    over_waves: tuple[WaveTable, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lead(self) -> Sentence | None:
        """The sentence that stands above the figures: what all said, where that can be told, else the strongest."""
        plain = (each for each in self.sentences if each.kind in (TOPLINE, MEAN))
        return next(plain, self.sentences[0] if self.sentences else None)

    @property
    def more(self) -> tuple[Sentence, ...]:
        """The other sentences."""
        return tuple(each for each in self.sentences if each is not self.lead)


@dataclass(frozen=True, slots=True)
class News:
    """A sentence of what is new, and the place of its question on the page."""

    told: Sentence
    ident: str


@dataclass(frozen=True, slots=True)
class Section:
    """A titled run of findings."""

    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All that the page of a closed wave shows."""

    people: int
    response_line: str
    invited_line: str
    fieldwork: str
    digest: str
    breaks: tuple[Break, ...]
    current: Break
    sections: tuple[Section, ...]
    news: tuple[News, ...]
    unsafe: tuple[Sentence, ...]
    ways: tuple[Way, ...]
    way: Way
    made: tuple[Document, ...]


def dashboard_of(wave: Wave, *, by: str = "", count: str = EVERYBODY) -> Dashboard:
    """The dashboard of a closed wave, broken down by one of its banners or, with an empty name, not at all.

    `count` is the way to count (see `counting_ways`); `made` are the tables that were made for it and not stored.
    Raises Refused while there are no results, and KeyError for a banner or a way the wave does not have.
    """
    results = results_of(wave)
    banners = {banner["name"]: banner for banner in instrument_of(wave).banners}
    variable = banners[by]["by"] if by else ""
    documents, telling = _documents(results, variable), telling_of(wave)
    ways = {each.key: each for each in ways_for(results)}
    way = ways[count]
    made = tables_by(results, way, by=variable) if way.key else {}
    breaks = [Break("", _("Everybody"), not by)]
    breaks += [
        Break(name, banner["title"], name == by)
        for name, banner in banners.items()
        if name == by or documents[banner["by"]]["columns"][0]["base"]
    ]
    return Dashboard(
        people=results.summary["people"],
        response_line=response_line(results.summary, posts=_posts(results)),
        invited_line=invited_line(results.summary),
        fieldwork=fieldwork_words(wave),
        digest=results.digest,
        breaks=tuple(breaks),
        current=next(each for each in breaks if each.is_current),
        sections=_in_order(_sections(results, documents | made, telling), is_broken=bool(by)),
        news=tuple(News(each, results.codebook[each.variable].item) for each in telling.news),
        unsafe=telling.unsafe,
        ways=tuple(ways.values()),
        way=way,
        made=tuple(made.values()),
    )


def response_line(summary: Mapping[str, Any], *, posts: int | None) -> str:
    """``116 leaders from 101 organisations, 48% of 211``; people only, where there are no organisations.

    Leaders hold posts, one for each role and organisation (`posts` in all); more people than posts are just people.
    """
    people, organisations, frame = (summary[key] for key in ("people", "organisations", "frame"))
    if organisations is None or not frame:
        return printing.people(people)
    who = printing.leaders(people) if posts is not None and people <= posts else printing.people(people)
    return _("%(who)s from %(organisations)s, %(percent)d%% of %(frame)s") % {
        "who": who,
        "organisations": printing.organisations(organisations),
        "percent": percent_half_up(organisations, frame),
        "frame": f"{frame:,}",
    }


def invited_line(summary: Mapping[str, Any]) -> str:
    """``48% of the 569 people invited``; empty where nobody was invited by name."""
    invited, responded = summary["invited"], summary.get("invited_responded")
    if not invited or responded is None:
        return ""
    return _("%(percent)d%% of the %(people)s invited") % {
        "percent": percent_half_up(responded, invited),
        "people": printing.people(invited),
    }


def fieldwork_words(wave: Wave) -> str:
    """``7 to 25 January 2013``, no more repeated than clearness asks."""
    opened, closed = (timezone.localdate(moment) if moment else None for moment in (wave.opens_at, wave.closes_at))
    if not opened or not closed:
        return ""
    until = date_format(closed, "j F Y")
    if opened == closed:
        return until
    if (opened.year, opened.month) == (closed.year, closed.month):
        return _("%(day)d to %(until)s") % {"day": opened.day, "until": until}
    since = date_format(opened, "j F" if opened.year == closed.year else "j F Y")
    return _("%(since)s to %(until)s") % {"since": since, "until": until}


def source_line(results: Results) -> str:
    """What stands under every chart: survey, wave, dates, how many; and that answers are made up, where they are."""
    wave = results.wave
    partner = (wave.partner or {}).get("name")
    name = f"{wave.survey.title}, {wave.title}" + (_(" (with %(partner)s)") % {"partner": partner} if partner else "")
    line = _("Source: %(name)s; %(people)s, %(dates)s.") % {
        "name": name,
        "people": printing.people(results.summary["people"]),
        "dates": fieldwork_words(wave),
    }
    return f"{line} {_('Sample answers are synthetic.')}" if wave.synthetic else line


def _posts(results: Results) -> int | None:
    """How many posts the organisations that answered have: one for each role that was asked."""
    organisations = results.summary["organisations"]
    return None if organisations is None else organisations * len(results.wave.roles)


def _documents(results: Results, by: str) -> dict[str, Document]:
    """The stored tables by this break, by variable; a variable that is the break itself has its plain table."""
    mark = Snapshot.objects.filter(wave=results.wave, digest=results.digest)
    stored = Table.objects.filter(snapshot__in=mark, by__in=["", by], denominator="people").order_by("by", "position")
    return {row.variable: row.document for row in stored}


def _in_order(sections: Iterator[Section], *, is_broken: bool) -> tuple[Section, ...]:
    """Who answered, then what; broken down, what was answered comes first, and who answered follows."""
    first, *others = sections
    return (*others, first) if is_broken else (first, *others)


def _sections(results: Results, documents: Mapping[str, Document], telling: Telling) -> Iterator[Section]:
    source = source_line(results)
    known = [variable for variable in results.codebook.attributes if documents[variable.name]["columns"][0]["base"]]
    yield Section(_("Who answered"), tuple(finding_of([variable], documents, source) for variable in known))
    variables = {variable.name: variable for variable in results.codebook.questions}
    for section in instrument_of(results.wave).sections:
        asked = [
            [variables[each.name] for each in question.variables if not each.permission]
            for question in section.questions
        ]
        findings = (
            replace(
                _told(finding_of(group, documents, source), group, telling), notes=tuple(results.notes(group[0].name))
            )
            for group in asked
            if group
        )
        yield Section(section.title, tuple(findings))


def _told(finding: Finding, group: Sequence[Variable], telling: Telling) -> Finding:
    """The finding with the sentences about its variables and their waves."""
    names = [variable.name for variable in group]
    return replace(
        finding,
        sentences=tuple(each for name in names for each in telling.story.about(name)),
        over_waves=tuple(telling.over_waves[name] for name in names if name in telling.over_waves),
    )


def finding_of(group: Sequence[Variable], documents: Mapping[str, Document], source: str) -> Finding:
    """The chart and table of one question, given its variables and the tables of each by name."""
    tables = [as_shown(documents[variable.name]) for variable in group]
    ident, text = group[0].item or group[0].name, plain_text(group[0].text)
    if all(len(table["columns"]) == 1 for table in tables):
        figure = charts.battery_for(tables, variables=group, ident=f"{ident}-all", source=source)
        if figure:
            return Finding(ident, text, (), figure, grid_of_battery(tables, variables=group))
    pairs = zip(group, tables, strict=True)
    return Finding(ident, text, tuple(_part(variable, table, source=source) for variable, table in pairs))


def _part(variable: Variable, table: Document, *, source: str) -> Part:
    is_figure = variable.holds != "text"
    return Part(
        name=variable.name,
        statement=plain_text(variable.row),
        base=printing.base_line(table),
        figure=charts.figure_for(table, variable=variable, ident=variable.name, source=source) if is_figure else None,
        grid=grid_for(table, variable=variable) if is_figure else None,
        comments=None if is_figure else table["columns"][0]["base"],
    )


def comments_of(results: Results) -> Iterable[tuple[Variable, list[tuple[str, str]]]]:
    """What respondents wrote, question by question, each question's comments in an order of their own.

    Nothing stands beside a comment but what its writer lets be done with it ("" where that was not asked or not said),
    and sorted by their own words the comments of one person do not line up.
    """
    for variable in results.codebook.questions:
        if variable.holds == "text":
            pairs = zip(results.frame.texts[variable.name], _uses_of(variable, results), strict=True)
            yield variable, sorted((words, use) for words, use in pairs if words)


def _uses_of(variable: Variable, results: Results) -> list[str]:
    """For each respondent in the frame's order, what may be done with this comment."""
    uses = [""] * results.frame.size
    permission = results.codebook.permission_for(variable.name)
    if permission is None:
        return uses
    masks = bits.unpack(results.frame.codes[permission.name], results.frame.size)
    for code, mask in zip(permission.codes, masks, strict=True):
        for place in mask.nonzero()[0].tolist():
            uses[place] = code.label
    return uses
