"""The story of a wave: its findings as sentences that are safe to print, ranked, and those that are not, with reasons.

Every sentence carries the ids of its figures; `results.story.figures.verify_figure` recomputes one from the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from results.story.answers import divided, most_dont_know, topline
from results.story.changes import among_questions, changes
from results.story.figures import FigureId, Verified, verify_figure
from results.story.finding import NOT_PUBLIC, Finding, ranked
from results.story.groups import contrasts, hidden_groups, standing
from results.story.material import Material, kept_back
from results.tables import results_of
from results.trends import fielded_waves, trend_of
from surveys.codebook import Variable
from surveys.markdown import plain_text
from surveys.models import Wave


@dataclass(frozen=True, slots=True)
class Story:
    """All that may be said of a wave, the most newsworthy first, and what may not."""

    wave: str
    snapshot: str
    questions: Mapping[str, str]
    findings: tuple[Finding, ...]
    unsafe: tuple[Finding, ...]

    def about(self, variable: str) -> list[Finding]:
        """The safe sentences about one question."""
        return [finding for finding in self.findings if finding.variable == variable]

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "wave": self.wave,
            "snapshot": self.snapshot,
            "findings": [{"rank": rank, **self._told(each)} for rank, each in enumerate(self.findings, start=1)],
            "unsafe": [self._told(each) for each in self.unsafe],
        }

    def _told(self, finding: Finding) -> dict[str, Any]:
        return {"question": self.questions.get(finding.variable, ""), **finding.as_dict()}


def story_of(wave: Wave) -> Story:
    """The story of a closed wave, from its stored tables; the same snapshots always tell the same story.

    Raises Refused while there are no results.
    """
    material = Material.of(results_of(wave))
    found = ranked([_publishable(material, finding) for finding in _findings(material)])
    return Story(
        wave=wave.slug,
        snapshot=material.results.digest,
        questions={variable.name: plain_text(variable.text) for variable in material.variables},
        findings=tuple(finding for finding in found if finding.is_safe),
        unsafe=tuple(finding for finding in found if not finding.is_safe),
    )


def _findings(material: Material) -> Iterator[Finding]:
    stands, fielded = standing(material), fielded_waves(material.results.wave.survey, until=material.results.wave)
    trends = {each.name: trend_of(fielded, each.name) for each in material.variables} if len(fielded) > 1 else {}
    for variable in material.variables:
        yield from _about(material, variable, stands)
        if variable.name in trends:
            yield from among_questions(changes(material, variable, trends[variable.name]), trends)
    yield from most_dont_know(material)
    yield from hidden_groups(material)


def _publishable(material: Material, finding: Finding) -> Finding:
    """The finding, unsafe where one of its figures is not for publication."""
    for figure in map(FigureId.parse, finding.figures if finding.is_safe else ()):
        if figure.wave == material.results.wave.slug:
            back = material.unpublishable
        else:
            back = kept_back(results_of(Wave.objects.get(slug=figure.wave)), ())
        if (figure.variable, figure.by, figure.column) in back:
            return replace(finding, reason=str(NOT_PUBLIC))
    return finding


def _about(material: Material, variable: Variable, stands: set[tuple[str, str]]) -> Iterator[Finding]:
    yield from topline(material, variable)
    yield from divided(material, variable)
    yield from contrasts(material, variable, stands)


__all__ = ["FigureId", "Finding", "Story", "Verified", "story_of", "verify_figure"]
