"""How many people a figure could have been about: the invited population, for the finite population correction.

Written down while the wave closes, as counts of invited people by their coarse attributes; no answer comes near it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q

from respondents.attributes import Attributes
from surveys.codebook import Variable
from surveys.compiling import instrument_of
from surveys.instrument.questionnaire import Instrument
from surveys.models import Wave

TOTAL = "total"

Population = list[dict[str, Any]]
Where = Mapping[str, Collection[Any]]


def population_of(wave: Wave) -> Population | None:
    """How many people were invited with each combination of attributes: ``{"people": 12, "role": "ao", …}``.

    Counted are those whose invitation stands, and those who had answered before theirs was revoked (`invited_people`).
    None when nobody was invited by name, or when answers came from people who were not: then nobody knows out of how
    many they came.
    """
    personal = invited_people(wave)
    if not personal.exists() or wave.invitations.filter(person=None, responded=True).exists():
        return None
    attributes = Attributes(wave, instrument_of(wave))
    invited = personal.prefetch_related("places")
    found = Counter(tuple(sorted(_attributes(each, attributes).items())) for each in invited)
    return [{"people": people, **dict(held)} for held, people in sorted(found.items(), key=str)]


def invited_people(wave: Wave) -> Any:
    """The invitations by name that make the population: those that stand, and those that were answered.

    An answer stays when its invitation is revoked, so whoever gave it belongs to those it could have come from.
    """
    return wave.invitations.personal().filter(Q(revoked=False) | Q(responded=True))


def column_sizes(
    population: Population | None,
    variable: Variable,
    instrument: Instrument,
    *,
    by: Variable | None = None,
    where: Where | None = None,
) -> dict[str, int]:
    """The number of people each column of a table could have been about, by column id; empty where it is not known.

    It is not known for a question behind routing, nor within a filter by answers; a break by answers has a total only.
    """
    roles = _roles_asked(variable, instrument)
    filters = dict(where or {})
    if population is None or roles is None or not filters.keys() <= _known(population):
        return {}
    eligible = [
        group
        for group in population
        if group["role"] in roles and all(group.get(name) in codes for name, codes in filters.items())
    ]
    sizes = {TOTAL: _people(eligible)}
    if by is not None and by.attribute:
        for code in by.codes:
            sizes[str(code.code)] = _people(group for group in eligible if group.get(by.name) == code.code)
    return sizes


def _roles_asked(variable: Variable, instrument: Instrument) -> Collection[str] | None:
    """The roles that a variable was put to; None when an answer decided who was asked it."""
    every = [role["code"] for role in instrument.roles]
    if variable.attribute:
        return every
    question = next(each for each in instrument.questions if each.name == variable.item)
    return None if question.show_if is not None else question.roles or every


def _attributes(invitation: Any, attributes: Attributes) -> dict[str, Any]:
    organisations = [place.organisation_id for place in invitation.places.all()]
    return attributes.of(role=invitation.role, gp=invitation.gp, organisations=organisations)


def _known(population: Population) -> set[str]:
    return {name for group in population for name in group} - {"people"}


def _people(groups: Iterable[Mapping[str, Any]]) -> int:
    return sum(group["people"] for group in groups)
