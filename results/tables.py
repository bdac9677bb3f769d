"""The results JSON of a wave: tables as asked for, from its snapshot, ready to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from results.analysis.banner import By
from results.analysis.frame import Frame
from results.analysis.tabulate import tabulate
from results.corrections import footnotes
from results.models import OrganisationTally, Snapshot
from results.populations import column_sizes
from surveys.codebook import Codebook, CodeValue, Variable
from surveys.compiling import instrument_of
from surveys.models import Wave
from surveys.problems import Problem, Refused

PEOPLE, ORGANISATIONS = "people", "organisations"
CROSS = "|"

Where = Mapping[str, Iterable[CodeValue]]


@dataclass(frozen=True, slots=True)
class Results:
    """A closed wave's snapshot, read and ready to tabulate."""

    wave: Wave
    digest: str
    summary: Mapping[str, Any]
    codebook: Codebook
    frame: Frame
    tally: Mapping[str, Any]

    @property
    def organisations(self) -> Mapping[str, Any] | None:
        """What the close counted of the organisations behind the figures."""
        return self.tally["organisations"]

    def head(self) -> dict[str, Any]:
        """What stands above the tables: which wave and snapshot, how many people and organisations, what weights."""
        counts = {key: self.summary[key] for key in ("people", "organisations", "frame", "invited")}
        return {"wave": self.wave.slug, "snapshot": self.digest, **counts, "weighting": self.summary.get("weighting")}

    def variables(self, names: Iterable[str] = ()) -> list[Variable]:
        """The named variables, or every question. Raises Refused for a name the wave does not have."""
        names = list(names)
        known_names = [variable.name for variable in self.codebook if not variable.permission]
        unknown = [name for name in names if name not in known_names]
        if unknown:
            known = ", ".join(known_names)
            raise Refused(Problem(name, f"is not a variable of {self.wave.slug}; it has {known}") for name in unknown)
        return [self.codebook[name] for name in names] if names else list(self.codebook.questions)

    def table(
        self,
        name: str,
        *,
        by: str | None = None,
        where: Where | None = None,
        denominator: str = PEOPLE,
        substantive: bool = False,
    ) -> dict[str, Any]:
        """One table of the results JSON; `substantive` sets don't know and the like aside.

        `by` is a banner or a closed variable, or several crossed ("role|gp"). Raises Refused saying why it cannot be
        made.
        """
        break_by = self._break(by) if by else None
        try:
            made = tabulate(
                self.frame,
                name,
                by=break_by,
                where=where,
                denominator=denominator,
                organisations=self.organisations,
                frame_sizes=self._column_sizes(name, by=break_by, where=where, denominator=denominator),
                substantive=substantive,
            )
        except ValueError as error:
            raise Refused(Problem(name, str(error))) from None
        return {**made, "notes": notes} if (notes := self.notes(name)) else made

    def notes(self, name: str) -> list[str]:
        """The footnotes of a variable's figures: what was corrected in its wording while people were answering."""
        return list(footnotes(instrument_of(self.wave), self.codebook[name]))

    def _column_sizes(self, name: str, *, by: By, where: Where | None, denominator: str) -> dict[str, int]:
        """The population of each column: people invited, or organisations of the frame; crossed, of the total."""
        by = by if isinstance(by, str) else None
        population = self.tally.get("population")
        if denominator == ORGANISATIONS:
            sizes = self.tally["frame"] or {}
            return {
                key.removeprefix(f"{by}:"): size for key, size in sizes.items() if key.startswith(("total", f"{by}:"))
            }
        if population is None or name not in self.codebook:
            return {}
        column = self.codebook[by] if by else None
        filters = {key: set(codes) for key, codes in (where or {}).items()}
        instrument = instrument_of(self.wave)
        return column_sizes(population, self.codebook[name], instrument, by=column, where=filters)

    def break_variable(self, by: str) -> str:
        """The variable that a banner, or a closed variable itself, breaks by. Raises Refused for anything else."""
        banners = {banner["name"]: banner["by"] for banner in instrument_of(self.wave).banners}
        name = banners.get(by, by)
        if not self._divides(name):
            known = ", ".join([*banners, *(v.name for v in self.codebook if self._divides(v.name, but=banners))])
            raise Refused(Problem(by, f"is not a banner or closed variable of {self.wave.slug}; it has {known}"))
        return name

    def _break(self, by: str) -> By:
        """The variable that a table breaks by, or several whose columns cross. Raises Refused."""
        made = [self.break_variable(each.strip()) for each in by.split(CROSS)]
        return made if len(made) > 1 else made[0]

    def _divides(self, name: str, *, but: Iterable[str] = ()) -> bool:
        """Whether tables may be broken by it or filtered. What may be done with a comment is no finding: beside the
        list of those who want to be contacted it would lead to them.
        """
        if name not in self.codebook or name in but:
            return False
        return self.codebook[name].closed and not self.codebook[name].permission

    def codes(self, name: str, words: Iterable[str]) -> list[CodeValue]:
        """The codes of a closed variable from what was typed. Raises Refused for what is not offered."""
        if not self._divides(name):
            raise Refused(Problem(name, f"is not a closed variable of {self.wave.slug}"))
        offered = {str(code.code): code.code for code in self.codebook[name].codes}
        unknown = [word for word in words if word not in offered]
        if unknown:
            raise Refused(Problem(name, f"has no code {', '.join(unknown)}; it has {', '.join(offered)}"))
        return [offered[word] for word in words]


def results_of(wave: Wave) -> Results:
    """The results of a closed wave. Raises Refused when it has not closed, or its snapshot is still to be built."""
    mark = Snapshot.objects.filter(wave=wave).values_list("digest", flat=True).first()
    if mark is None:
        if not wave.is_closed:
            raise Refused(Problem(wave.slug, f"is {wave.state}; results exist once it has closed"))
        raise Refused(Problem(wave.slug, "has closed, but its results are still being built; try again in a moment"))
    return _read(wave.pk, mark)


@lru_cache(maxsize=16)
def _read(wave_id: int, mark: str) -> Results:
    """A snapshot in memory; its digest says all of it, so it may be kept."""
    snapshot = Snapshot.objects.select_related("wave__survey").get(wave_id=wave_id, digest=mark)
    codebook = Codebook.from_list(snapshot.codebook)
    tally = OrganisationTally.objects.get(wave_id=wave_id).document
    return Results(
        wave=snapshot.wave,
        digest=mark,
        summary=snapshot.summary,
        codebook=codebook,
        frame=Frame.from_bytes(bytes(snapshot.frame), codebook),
        tally=tally,
    )
