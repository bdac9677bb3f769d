"""The library of scales and lists of answers: every named scale a wave of the survey has used, and those saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from surveys.canonical import digest
from surveys.models import Question, QuestionVersion, SavedScale, Survey
from surveys.problems import Problem, refuse_if
from surveys.wave_checks import form_problems, sense_problems

Scale = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LibraryScale:
    """A named scale as the wave file has it, the waves that use it (latest first), and whether it was saved.

    `conflicts` says that another scale of the same name, with other answers, is in the library too.
    """

    scale: Scale
    waves: tuple[str, ...] = ()
    saved: bool = False
    conflicts: bool = False

    @property
    def name(self) -> str:
        """The name that items refer to it by."""
        return self.scale["name"]


@dataclass(frozen=True, slots=True)
class OptionList:
    """Answers that stand on questions themselves rather than in a named scale, and the questions that have them."""

    options: tuple[Mapping[str, Any], ...]
    nets: tuple[Mapping[str, Any], ...]
    questions: tuple[str, ...]


def scales(survey: Survey) -> list[LibraryScale]:
    """Every named scale of a survey, saved ones first, then by name and by how lately it was used; two queries."""
    waves: dict[str, list[str]] = {}
    known: dict[str, Scale] = {}
    for slug, listed in survey.waves.order_by("-opens_at", "-pk").values_list("slug", "scales"):
        for scale in listed:
            known.setdefault(digest(scale), scale)
            waves.setdefault(digest(scale), []).append(slug)
    saved = {digest(document): document for document in survey.saved_scales.values_list("document", flat=True)}
    every = saved | known
    names = [scale["name"] for scale in every.values()]
    return sorted(
        (
            LibraryScale(scale, tuple(waves.get(mark, ())), mark in saved, names.count(scale["name"]) > 1)
            for mark, scale in every.items()
        ),
        key=lambda each: (not each.saved, each.name),
    )


def save_scale(survey: Survey, scale: Scale, *, replace: bool = False) -> SavedScale:
    """Keep a scale in the library. Raises Refused with everything that is wrong with it, and, unless `replace`, when
    another scale is saved under its name. Waves that use a scale keep the one they have.
    """
    refuse_if(scale_problems(scale))
    held = SavedScale.objects.filter(survey=survey, name=scale["name"]).first()
    if held and not replace and held.document != dict(scale):
        refuse_if(
            [Problem("name", _("another scale is saved as %s; replace it or choose another name") % scale["name"])]
        )
    row, _made = SavedScale.objects.update_or_create(
        survey=survey, name=scale["name"], defaults={"document": dict(scale)}
    )
    return row


def forget_scale(survey: Survey, name: str) -> bool:
    """Take a saved scale out of the library; waves that use it keep it. Whether there was one."""
    return bool(SavedScale.objects.filter(survey=survey, name=name).delete()[0])


def scale_problems(scale: Any) -> list[Problem]:
    """What is wrong with a scale, with places inside it (``options[2].code``)."""
    document = {
        "format": "barometer.wave/1",
        "survey": {"slug": "library", "title": "-"},
        "wave": {"slug": "library", "title": "-", "roles": ["-"]},
        "roles": [{"code": "-", "label": "-"}],
        "scales": [scale],
        "sections": [],
    }
    found = form_problems(document) or sense_problems(document)
    return [Problem(problem.place.removeprefix("scales[0]").removeprefix("."), problem.message) for problem in found]


def option_lists(questions: QuerySet[Question]) -> list[OptionList]:
    """The distinct lists of answers that stand on questions of a bank, those on most questions first; one query."""
    held: dict[str, tuple[Mapping[str, Any], list[str]]] = {}
    rows = QuestionVersion.objects.filter(question__in=questions).values_list("question__name", "definition")
    for name, definition in rows.order_by("question__name", "number"):
        if "options" in definition:
            mark = digest([definition["options"], definition.get("nets", [])])
            held.setdefault(mark, (definition, []))[1].append(name)
    lists = [_option_list(definition, names) for definition, names in held.values()]
    return sorted(lists, key=lambda each: (-len(each.questions), each.questions))


def _option_list(definition: Mapping[str, Any], names: Iterable[str]) -> OptionList:
    nets = tuple(definition.get("nets", ()))
    return OptionList(tuple(definition["options"]), nets, tuple(dict.fromkeys(names)))
