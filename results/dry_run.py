"""The dry run: a draft filled with made-up answers, to see its results, their limits and its length beforehand.

Nothing is stored. Whom it asks is the sample that has been loaded, or where there is none, an assumed one; how many
answer is what the survey's last wave had, or an assumption. The same seed gives the same dry run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from respondents.attributes import Attributes, kept_places
from respondents.models import InvitedOrganisation
from respondents.organisations import frame as population
from respondents.organisations import place_variables
from results.analysis.detectable import detectable_difference
from results.analysis.frame import Frame, build_frame_with_payloads
from results.analysis.organisations import tally_organisations
from results.analysis.suppression import PUBLIC, TOTAL
from results.analysis.tabulate import tabulate
from results.models import Snapshot
from results.synthetic import Answers, Synthesiser
from surveys.codebook import Codebook
from surveys.compiling import draft_instrument
from surveys.duration import seconds_on
from surveys.instrument.journey import path
from surveys.instrument.questionnaire import Instrument
from surveys.models import Wave
from surveys.problems import Problem, Refused

ASSUMED_RATE = 0.45
ASSUMED_PEOPLE_A_ROLE = 100
DRAWS = 20
"""How often it is drawn anew who answers, to see which columns would be large enough."""

LEAST_IN_A_TREND = 30

Member = tuple[dict[str, Any], Answers, tuple[str, ...]]
Organisations = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ColumnOutlook:
    """One column of a breakdown: how many are asked and may answer, in how many draws of a hundred it could be
    published, and the difference from all others that would be found (in percentage points; None: not even 100).
    """

    id: str
    label: str
    invited: int
    expected: float
    publishable: int
    detectable: float | None


@dataclass(frozen=True, slots=True)
class BreakdownOutlook:
    """A breakdown of the wave, column by column."""

    name: str
    title: str
    columns: tuple[ColumnOutlook, ...]

    @property
    def hidden(self) -> tuple[ColumnOutlook, ...]:
        """The columns with people in them that would more often be hidden than shown."""
        return tuple(column for column in self.columns if column.invited and column.publishable < 50)


@dataclass(frozen=True, slots=True)
class QuestionOutlook:
    """How many are expected to be asked a question, and whether that is too few for a trend."""

    name: str
    text: str
    asked: float

    @property
    def unreached(self) -> bool:
        """Whether nobody in the dry run came to it."""
        return not self.asked

    @property
    def thin(self) -> bool:
        """Whether its base would be flagged and left out of trend lines."""
        return self.asked < LEAST_IN_A_TREND


@dataclass(frozen=True, slots=True, eq=False)
class MadeUp:
    """Made-up results, as plain data of the Results JSON: `head` stands above the tables, its `snapshot` is None."""

    instrument: Instrument
    frame: Frame
    organisations: Mapping[str, Any] | None
    head: Mapping[str, Any]

    def table(self, name: str, *, by: str | None = None) -> dict[str, Any]:
        """One table, by a banner's variable or none, suppressed as for staff. Raises ValueError as `tabulate` does."""
        return tabulate(self.frame, name, by=by, organisations=self.organisations)

    def tables(self, *, by: str | None = None) -> list[dict[str, Any]]:
        """The tables of all questions, by a banner's variable or none."""
        return [self.table(variable.name, by=by) for variable in self.frame.codebook.questions if variable.name != by]


@dataclass(frozen=True, slots=True, eq=False)
class DryRun:
    """What a draft would bring. `results` tabulates as a closed wave's do; its figures are made up.

    `change` is the change on a question of all, against a wave as large, that would be found, in percentage points.
    `minutes` is the mean over the made-up respondents of each role. `assumed` says in words what was not known.
    """

    invited: int
    people: int
    rate: float
    results: MadeUp
    breakdowns: tuple[BreakdownOutlook, ...]
    questions: tuple[QuestionOutlook, ...]
    minutes: Mapping[str, float]
    change: float | None
    assumed: tuple[str, ...]


def _nobody_to_ask(wave: Wave) -> str:
    if not (wave.frame_kind and wave.frame_date):
        return _("There is nobody to ask: upload a sample first")
    words = _("There is nobody to ask: no %(kind)s in the register was open on %(day)s. Set another kind or date")
    return words % {"kind": wave.frame_kind, "day": date_format(wave.frame_date, "j F Y")}


def dry_run(wave: Wave, *, rate: float | None = None, seed: int = 1) -> DryRun:
    """Fill a draft with made-up answers and say what its results would be like; writes nothing.

    `rate` is the share of those invited who answer. Raises Refused for a rate that is none, and a draft that asks
    nothing or nobody.
    """
    instrument = draft_instrument(wave)
    if not any(question.variables for question in instrument.questions):
        raise Refused(Problem("sections", _("The wave asks nothing yet")))
    sample = _Sample.of(wave, instrument)
    if not sample.posts:
        raise Refused(Problem("wave", _nobody_to_ask(wave)))
    used, assumed = _rate(wave, rate)
    run = _Run(wave, instrument, sample, max(1, round(used * len(sample.posts))), seed)
    return DryRun(
        invited=len(sample.posts),
        people=run.people,
        rate=used,
        results=run.results(),
        breakdowns=tuple(run.breakdowns()),
        questions=tuple(run.questions()),
        minutes=run.minutes(),
        change=_points(detectable_difference(run.people, run.people)),
        assumed=(*sample.assumed, *assumed),
    )


@dataclass(frozen=True, slots=True)
class Post:
    """One person to ask: the role, GP or not, and the organisations by id and code."""

    role: str
    gp: bool | None
    organisations: Organisations = ()


@dataclass(frozen=True, slots=True)
class _Sample:
    """Who is asked, and what had to be assumed about them."""

    posts: tuple[Post, ...]
    assumed: tuple[str, ...] = ()

    @classmethod
    def of(cls, wave: Wave, instrument: Instrument) -> _Sample:
        """The sample loaded for the wave; without one, a post of each role in each organisation of the population."""
        roles = [role["code"] for role in instrument.roles]
        loaded = tuple(post for post in _loaded(wave) if post.role in roles)
        if loaded:
            return cls(loaded)
        if wave.frame_kind:
            held: list[Organisations] = [((each.pk, code),) for code, each in sorted(population(wave).items())]
            words = _("No sample is loaded: one post of each role in each organisation, every other one a GP.")
        else:
            held = [()] * ASSUMED_PEOPLE_A_ROLE
            words = _("No sample is loaded: %d people of each role, every other one a GP.") % ASSUMED_PEOPLE_A_ROLE
        return cls(tuple(Post(r, place % 2 == 0, o) for r in roles for place, o in enumerate(held)), (words,))


def _loaded(wave: Wave) -> Iterator[Post]:
    held: dict[Any, list[tuple[int, str]]] = {}
    rows = InvitedOrganisation.objects.filter(invitation__wave=wave).order_by("position")
    for invitation, pk, code in rows.values_list("invitation_id", "organisation_id", "organisation__ods_code"):
        held.setdefault(invitation, []).append((pk, code))
    invited = wave.invitations.personal().filter(revoked=False).order_by("pk")
    for key, role, gp in invited.values_list("pk", "role", "gp"):
        yield Post(role, gp, tuple(held.get(key, ())))


def _rate(wave: Wave, given: float | None) -> tuple[float, tuple[str, ...]]:
    """The response rate to reckon with: as given, as in the survey's last wave, or assumed; and the words for it."""
    if given is not None:
        if not 0 < given <= 1:
            raise Refused(Problem("rate", _("The response rate is a share above 0 and up to 1, such as 0.45")))
        return given, ()
    snapshots = Snapshot.objects.filter(wave__survey=wave.survey).exclude(wave=wave).order_by("-wave__closes_at")
    for summary, title in snapshots.values_list("summary", "wave__title"):
        if summary.get("invited"):
            rate = summary["invited_responded"] / summary["invited"]
            return max(rate, 0.01), (_("As many answer as in %(wave)s.") % {"wave": title},)
    return ASSUMED_RATE, (_("No earlier wave tells how many answer: %d per cent.") % round(100 * ASSUMED_RATE),)


class _Run:
    """Everybody's answers made up once, and who of them answers drawn several times."""

    def __init__(self, wave: Wave, instrument: Instrument, sample: _Sample, people: int, seed: int) -> None:
        self.wave, self.instrument, self.people = wave, instrument, people
        kept = kept_places(instrument)
        places = [variable for variable in place_variables(wave) if variable.name in kept]
        self.codebook = instrument.codebook(places)
        self.members = list(_members(wave, instrument, sample, seed))
        self.organised = any(member[2] for member in self.members)
        chance = Random(f"{seed}/who")  # noqa: S311
        self.draws = [sorted(chance.sample(range(len(self.members)), people)) for _draw in range(DRAWS)]

    def results(self) -> MadeUp:
        """The first draw, ready to tabulate."""
        frame, held = self._frame(self.codebook, self.draws[0])
        banners = [banner["by"] for banner in self.instrument.banners]
        tally = tally_organisations(frame, held, banners=banners) if self.organised else None
        head = {
            "wave": self.wave.slug,
            "snapshot": None,
            "people": frame.size,
            "organisations": (tally or {}).get("overall"),
            "frame": len(population(self.wave)) or None,
            "invited": len(self.members),
        }
        return MadeUp(self.instrument, frame, tally, head)

    def breakdowns(self) -> Iterator[BreakdownOutlook]:
        """Each banner, from all draws."""
        for banner in self.instrument.banners:
            yield BreakdownOutlook(banner["name"], banner["title"], tuple(self._columns(banner["by"])))

    def questions(self) -> Iterator[QuestionOutlook]:
        """Each question with the mean number of those it reaches."""
        share = self.people / len(self.members)
        for question in self.instrument.questions:
            if question.variables:
                name = question.variables[0].name
                reached = sum(name in answers for _attributes, answers, _held in self.members)
                yield QuestionOutlook(question.name, question.text, reached * share)

    def minutes(self) -> dict[str, float]:
        """Mean minutes on the path, by role."""
        seconds: dict[str, list[float]] = {}
        for attributes, answers, _held in self.members:
            role = attributes["role"]
            seconds.setdefault(role, []).append(seconds_on(path(self.instrument.for_role(role), answers)))
        return {role: fmean(each) / 60 for role, each in seconds.items()}

    def _columns(self, by: str) -> Iterator[ColumnOutlook]:
        """The columns of a break, tabulated in every draw as for the public: by themselves, and against all others."""
        small = Codebook(tuple(self.codebook[name] for name in dict.fromkeys(("role", by))))
        tables = [self._table(small, by, draw) for draw in self.draws]
        everybody = self._table(small, by, range(len(self.members)))
        for place, column in enumerate(everybody["columns"]):
            if column["id"] == TOTAL:
                continue
            bases = [self._base(table, place) for table in tables]
            shown = sum(
                column["id"] not in table["suppressed"] and bool(base)
                for table, base in zip(tables, bases, strict=True)
            )
            expected = fmean(bases)
            rest = fmean(self._base(table, 0) for table in tables) - expected
            yield ColumnOutlook(
                id=column["id"],
                label=column["label"],
                invited=self._base(everybody, place),
                expected=expected,
                publishable=round(100 * shown / len(tables)),
                detectable=_points(detectable_difference(round(expected), round(rest))),
            )

    def _table(self, codebook: Codebook, by: str, draw: Sequence[int]) -> dict[str, Any]:
        """Who is in each column, and which the public could not be shown."""
        frame, held = self._frame(codebook, draw)
        tally = tally_organisations(frame, held, banners=[by]) if self.organised else None
        thresholds = PUBLIC if self.organised else replace(PUBLIC, organisations=None)
        counted = tabulate(frame, "role", by=by, thresholds=None)
        public = tabulate(frame, "role", by=by, organisations=tally, thresholds=thresholds)
        return {"columns": counted["columns"], "suppressed": public["suppressed"]}

    def _base(self, table: Mapping[str, Any], place: int) -> int:
        return int(table["columns"][place]["base"])

    def _frame(self, codebook: Codebook, draw: Sequence[int]) -> tuple[Frame, list[tuple[str, ...]]]:
        kept = {variable.name for variable in codebook.questions}
        chosen = (self.members[place] for place in draw)
        rows = (
            (attributes, {name: values for name, values in answers.items() if name in kept}, None, held)
            for attributes, answers, held in chosen
        )
        return build_frame_with_payloads(codebook, rows)


def _members(wave: Wave, instrument: Instrument, sample: _Sample, seed: int) -> Iterator[Member]:
    """Attributes, answers and organisations of everybody asked."""
    ids = {pk for post in sample.posts for pk, _code in post.organisations}
    attributes = Attributes(wave, instrument, ids)
    synthesiser = Synthesiser(seed)
    for post in sample.posts:
        known = attributes.of(role=post.role, gp=post.gp, organisations=[pk for pk, _code in post.organisations])
        answers = synthesiser.reply(instrument.for_role(post.role))
        yield known, answers, tuple(code for _pk, code in post.organisations)


def _points(difference: float | None) -> float | None:
    return None if difference is None else 100 * difference
