"""The instrument: a wave's questionnaire as it was frozen when the wave opened. Pure.

`Instrument.from_document` reads what `surveys.compiling.compile_wave` wrote; `for_role` gives what one role is asked;
`codebook` what its variables mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from surveys.codebook import Code, Codebook, Variable

FORMAT = "barometer.instrument/1"


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One item as it is put to a respondent. `settings` is what its type needs (options, rows, unit …).

    Two questions are the same only if they are one object, so that what is made from a question can be kept by it.
    """

    name: str
    type: str
    text: str
    hint: str = ""
    section: str = ""
    roles: tuple[str, ...] = ()
    required: bool = False
    show_if: list[Any] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    variables: tuple[Variable, ...] = ()

    def asked_of(self, role: str) -> bool:
        """Whether this role is asked at all, routing aside."""
        return not self.roles or role in self.roles


@dataclass(frozen=True, slots=True)
class Section:
    """A titled run of questions; `together` puts them on one page as far as routing allows."""

    name: str
    title: str
    questions: tuple[Question, ...]
    together: bool = False


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """What one role is asked, in order; sections in which nothing is asked are left out."""

    role: str
    sections: tuple[Section, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions and notes in order."""
        return tuple(question for section in self.sections for question in section.questions)

    @property
    def variables(self) -> dict[str, Variable]:
        """Every variable this role may be asked, by name, in order."""
        return {variable.name: variable for question in self.questions for variable in question.variables}

    def section_of(self, question: Question) -> Section:
        """The section a question stands in."""
        return next(section for section in self.sections if section.name == question.section)


@dataclass(frozen=True)
class Instrument:
    """The frozen questionnaire of a wave, all roles together, with its banners and weighting.

    `corrections` are the cosmetic ones made while it was open: `items`, `on` (a date), `reason`, and `words`, each
    with its `place`, `before` and `after`.
    """

    survey: Mapping[str, Any]
    wave: Mapping[str, Any]
    roles: tuple[Mapping[str, str], ...]
    sections: tuple[Section, ...]
    banners: tuple[Mapping[str, str], ...]
    weighting: Mapping[str, Any] | None
    corrections: tuple[Mapping[str, Any], ...] = ()
    _by_role: dict[str, Questionnaire] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Instrument:
        """The instrument that a stored document describes. Raises ValueError for a format it does not know."""
        if document.get("format") != FORMAT:
            raise ValueError(f"not a {FORMAT} document: {document.get('format')!r}")
        return cls(
            survey=document["survey"],
            wave=document["wave"],
            roles=tuple(document["roles"]),
            sections=tuple(_section(each) for each in document["sections"]),
            banners=tuple(document["banners"]),
            weighting=document.get("weighting"),
            corrections=tuple(document.get("corrections", ())),
        )

    def for_role(self, role: str) -> Questionnaire:
        """What respondents of this role are asked. Raises KeyError for a role the wave does not have."""
        if role not in self._by_role:
            if role not in {each["code"] for each in self.roles}:
                raise KeyError(role)
            kept = (
                replace(each, questions=tuple(q for q in each.questions if q.asked_of(role))) for each in self.sections
            )
            self._by_role[role] = Questionnaire(role, tuple(section for section in kept if section.questions))
        return self._by_role[role]

    @property
    def questions(self) -> Iterator[Question]:
        """All questions and notes of all roles in order."""
        return (question for section in self.sections for question in section.questions)

    def codebook(self, places: Iterable[Variable] = ()) -> Codebook:
        """Attributes (role, GP, then `places`: region and the like) and every variable asked, in order."""
        asked = tuple(variable for question in self.questions for variable in question.variables)
        return Codebook((self._role_variable(), GP, *places, *asked))

    def _role_variable(self) -> Variable:
        codes = tuple(Code(each["code"], each["label"]) for each in self.roles)
        return Variable("role", "Role", "one", codes=codes, attribute=True)


GP = Variable("gp", "GP or not", "one", codes=(Code(1, "GP"), Code(0, "Not a GP")), attribute=True)


def _section(data: Mapping[str, Any]) -> Section:
    questions = tuple(_question(each, data["name"]) for each in data["questions"])
    return Section(data["name"], data["title"], questions, data.get("together", False))


def _question(data: Mapping[str, Any], section: str) -> Question:
    return Question(
        name=data["name"],
        type=data["type"],
        text=data["text"],
        hint=data.get("hint", ""),
        section=section,
        roles=tuple(data.get("roles", ())),
        required=data.get("required", False),
        show_if=data.get("show_if"),
        settings=data.get("settings", {}),
        variables=tuple(Variable.from_dict(each) for each in data.get("variables", ())),
    )
