"""The question bank: finding questions and seeing where they were put; retiring, removing and merging them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from surveys.changes import ReplaceItem
from surveys.copying import item_of
from surveys.editing import edit
from surveys.models import Item, Question, QuestionVersion, Topic, Wave
from surveys.models.wave import State
from surveys.problems import Problem, Refused, refuse_if
from surveys.storing import wording_of
from surveys.wave_checks import form_problems, items_of, sense_problems
from surveys.wave_file import document_of
from surveys.wording import folded

MOST_TERMS = 8
NAMED, IN_TEXT, ON_SHELF, IN_WORDS = 8, 4, 2, 1
"""What a search term weighs where it is found: in the name, the question, the topic, the answers and the rest."""

NOT_FIELDED = (State.DRAFT, State.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Use:
    """A wave that puts a question: which wording, when, and how far it has come."""

    wave: str
    title: str
    version: int
    opens_at: datetime | None
    closes_at: datetime | None
    state: str

    @property
    def state_label(self) -> str:
        """How far the wave has come, in words."""
        return str(State(self.state).label)

    @property
    def fielded(self) -> bool:
        """Whether people have been asked, so that name and wording stand for ever."""
        return self.state not in NOT_FIELDED


@dataclass(frozen=True, slots=True)
class Entry:
    """A question of the bank with its latest wording, how many wordings there are, and where it was put."""

    question: Question
    version: QuestionVersion
    wordings: int
    uses: tuple[Use, ...]

    @property
    def fielded(self) -> bool:
        """Whether it was ever put to people."""
        return any(use.fielded for use in self.uses)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search, best first, and how many there are in all."""

    entries: tuple[Entry, ...]
    total: int


def search(
    questions: QuerySet[Question],
    words: str = "",
    *,
    topic: Topic | None = None,
    retired: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> Found:
    """Questions whose name, wording, answers or topic hold the words, best first; without words all, by name.

    A term may be the beginning or any part of a word; every term must be found, or, where no question has them all,
    any. Four queries, whatever is found. `questions` says in which bank: ``survey.questions.all()``, or
    ``Question.objects.visible_to(user)``. With `retired`, those too.
    """
    scope = questions if retired else questions.filter(retired_at=None)
    if topic:
        scope = scope.filter(topic=topic)
    ranked = _ranked(scope, folded(words).split()[:MOST_TERMS])
    return Found(tuple(entries(ranked[offset : offset + limit])), len(ranked))


def entries(ids: Sequence[int]) -> list[Entry]:
    """The questions with these ids, in this order, with wordings and uses; two queries."""
    versions: dict[int, list[QuestionVersion]] = {}
    rows = QuestionVersion.objects.filter(question__in=ids).select_related("question__topic", "question__survey")
    for version in rows.order_by("number"):
        versions.setdefault(version.question_id, []).append(version)
    uses = uses_of(ids)
    return [
        Entry(versions[pk][-1].question, versions[pk][-1], len(versions[pk]), tuple(uses.get(pk, ())))
        for pk in ids
        if pk in versions
    ]


def entry(question: Question) -> Entry:
    """One question with its uses. Raises Refused when it has no wording any more."""
    for found in entries([question.pk]):
        return found
    raise Refused(Problem(question.name, _("has no wording any more")))


def uses_of(ids: Sequence[int]) -> dict[int, list[Use]]:
    """Where each question is put, the latest wave first; one query."""
    rows = Item.objects.filter(version__question__in=ids).order_by("-section__wave__opens_at", "section__wave__slug")
    found: dict[int, list[Use]] = {}
    for row in rows.annotate(
        question=F("version__question"),
        slug=F("section__wave__slug"),
        title=F("section__wave__title"),
        number=F("version__number"),
        opens_at=F("section__wave__opens_at"),
        closes_at=F("section__wave__closes_at"),
        state=F("section__wave__state"),
    ).values_list("question", "slug", "title", "number", "opens_at", "closes_at", "state", named=True):
        use = Use(row.slug, row.title, row.number, row.opens_at, row.closes_at, row.state)
        found.setdefault(row.question, []).append(use)
    return found


def topics(questions: QuerySet[Question]) -> list[tuple[Topic, int]]:
    """The topics of a bank with the number of current questions on each, by name; two queries."""
    shelved = questions.filter(retired_at=None).exclude(topic=None).order_by()
    counts: dict[int, int] = dict(shelved.values_list("topic").annotate(Count("pk")))
    return [(topic, counts[topic.pk]) for topic in Topic.objects.filter(pk__in=counts).order_by("name", "pk")]


def put_on_topic(question: Question, name: str) -> Question:
    """Put a question on the topic of this name, which is made if it is new; an empty name takes it off its topic."""
    name = " ".join(name.split())
    if len(name) > 80:
        raise Refused(Problem("topic", _("is longer than 80 characters")))
    topic = Topic.objects.get_or_create(survey_id=question.survey_id, name=name)[0] if name else None
    Question.objects.filter(pk=question.pk).update(topic=topic)
    question.topic = topic
    return question


@transaction.atomic
def retire(question: Question, *, now: datetime) -> Question:
    """Offer a question no longer for new waves; its past stays as it was.

    Raises Refused while a wave that is not yet closed puts it, naming each.
    """
    question = _locked(question)
    refuse_if(
        Problem(question.name, _("is put in %s, which has not closed; take it out or wait") % use.wave)
        for use in uses_of([question.pk]).get(question.pk, ())
        if use.state in (*NOT_FIELDED, State.OPEN, State.CLOSING)
    )
    question.retired_at = question.retired_at or now
    question.save(update_fields=["retired_at"])
    return question


def restore(question: Question) -> Question:
    """Offer a retired question again."""
    Question.objects.filter(pk=question.pk).update(retired_at=None)
    question.retired_at = None
    return question


@transaction.atomic
def remove(question: Question) -> None:
    """Delete a question that no wave puts. Raises Refused, naming each wave, where one does."""
    question = _locked(question)
    refuse_if(_reasons_to_keep(question, _("is put in %s; take it out there first")))
    question.delete()


@transaction.atomic
def merge(question: Question, *, into: Question, by: Any = None, now: datetime) -> list[Wave]:
    """Put `into`, in its latest wording, wherever a draft puts `question`, which goes; returns the drafts changed.

    Rules and breakdowns follow. Raises Refused when `question` was fielded (a name never changes then; give both the
    same trend instead), when a draft puts both, and with every problem the change would bring to a draft.
    """
    question, into = _locked(question), _locked(into)
    refuse_if(reasons_against_merging(question, into))
    item, scale = item_of(entry(into).version)
    drafts = list(Wave.objects.filter(sections__items__version__question=question).select_related("survey").distinct())
    for wave in drafts:
        held = next(each for _place, each in items_of(document_of(wave)) if each["name"] == question.name)
        kept = {key: held[key] for key in ("roles", "required", "show_if") if key in held}
        edit(wave, ReplaceItem(question.name, {**item, **kept}, scale), revision=wave.revision, by=by, now=now)
    question.delete()
    return drafts


def unsaved(question: Question, definition: Mapping[str, Any], scale: Mapping[str, Any] | None) -> QuestionVersion:
    """A wording of a question that is not stored; `definition` is without its name and without what a wave adds."""
    scales = {scale["name"]: scale} if scale else {}
    made = wording_of({**definition, "name": question.name}, scales)
    made.question = question
    return made


def check_wording(question: Question, definition: Mapping[str, Any], scale: Mapping[str, Any] | None) -> None:
    """Raise Refused with everything that is wrong with a wording, and when the question has it already."""
    item = {**definition, "name": question.name}
    document = {
        "format": "barometer.wave/1",
        "survey": {"slug": "bank", "title": "-"},
        "wave": {"slug": "bank", "title": "-", "roles": ["-"]},
        "roles": [{"code": "-", "label": "-"}],
        "scales": [scale] if scale else [],
        "sections": [{"name": "bank", "title": "-", "items": [item]}],
    }
    refuse_if(_placed_in(question, problem) for problem in form_problems(document) or sense_problems(document))
    made = unsaved(question, definition, scale)
    held = question.versions.filter(digest=made.digest).first()
    refuse_if(
        [Problem(question.name, _("has this very wording already, as wording %d") % held.number)] if held else []
    )


@transaction.atomic
def reword(question: Question, definition: Mapping[str, Any], scale: Mapping[str, Any] | None) -> QuestionVersion:
    """Give a question another wording, which waves made from now on put. Raises Refused as `check_wording` does.

    Its latest wording, if no wave puts that one and it is not the only one, gives way to it.
    """
    question = _locked(question)
    check_wording(question, definition, scale)
    last = question.versions.order_by("-number").first()
    number = last.number + 1 if last else 1
    if last and last.number > 1 and not last.items.exists():
        number = last.number
        last.delete()
    made = unsaved(question, definition, scale)
    made.number = number
    made.save()
    return made


def _placed_in(question: Question, problem: Problem) -> Problem:
    """The problem with its place inside the question."""
    place = problem.place.removeprefix("sections[0].items[0]").removeprefix("scales[0]").removeprefix(".")
    return Problem(f"{question.name}.{place}" if place else question.name, problem.message)


def _ranked(questions: QuerySet[Question], terms: list[str]) -> list[int]:
    """The ids, best first; those that hold every term, or else those that hold any."""
    if not terms:
        worded = questions.filter(versions__number__gte=1).order_by("name", "pk")
        return list(dict.fromkeys(worded.values_list("pk", flat=True)))
    best: dict[int, tuple[int, int, str]] = {}
    for pk, name, topic, text, words in _holding_any(questions, terms):
        matched, score = _weighed(terms, name=name, topic=folded(topic or ""), text=text, words=words)
        if matched:
            best[pk] = min(best.get(pk, (0, 0, name)), (-matched, -score, name))
    found = sorted((rank, pk) for pk, rank in best.items())
    whole = bool(found) and -found[0][0][0] == len(terms)
    return [pk for (matched, _score, _name), pk in found if not whole or -matched == len(terms)]


def _holding_any(questions: QuerySet[Question], terms: list[str]) -> QuerySet[QuestionVersion, tuple[Any, ...]]:
    """Id, name, topic and searched words of each wording in which any term stands: the database sieves, once."""
    named = {pk: folded(name) for pk, name in Topic.objects.values_list("pk", "name")}
    shelves = [pk for pk, name in named.items() if any(term in name for term in terms)]
    anywhere = Q(question__topic__in=shelves)
    for term in terms:
        anywhere |= Q(search_text__contains=term) | Q(search_words__contains=term)
        anywhere |= Q(question__name__contains=term.upper())
    rows = QuestionVersion.objects.filter(anywhere, question__in=questions.order_by().values("pk")).order_by()
    return rows.values_list("question_id", "question__name", "question__topic__name", "search_text", "search_words")


def _weighed(terms: list[str], *, name: str, topic: str, text: str, words: str) -> tuple[int, int]:
    """How many of the terms stand in a wording, and what they weigh together; a question's very name comes first."""
    lower = name.lower()
    weights = [
        NAMED * (term in lower) + IN_TEXT * (term in text) + ON_SHELF * (term in topic) + IN_WORDS * (term in words)
        for term in terms
    ]
    exactly = 100 if lower == "_".join(terms) else 0
    return sum(map(bool, weights)), sum(weights) + exactly


def _locked(question: Question) -> Question:
    return Question.objects.select_for_update().get(pk=question.pk)


def _reasons_to_keep(question: Question, words: str) -> list[Problem]:
    return [Problem(question.name, words % use.wave) for use in uses_of([question.pk]).get(question.pk, ())]


def reasons_against_merging(question: Question, into: Question) -> list[Problem]:
    """Why one question cannot take another's place; nothing when it can."""
    if question.pk == into.pk or question.survey_id != into.survey_id:
        return [Problem(into.name, _("choose another question of the same survey"))]
    found = uses_of([question.pk, into.pk])
    mine, theirs = found.get(question.pk, []), {use.wave for use in found.get(into.pk, ())}
    because = _("was put to people in %(wave)s, so its name stands; give both questions the same trend instead")
    both = _("is put in %(wave)s beside %(other)s; take one of them out first")
    problems = [Problem(question.name, because % {"wave": use.wave}) for use in mine if use.fielded]
    problems += [Problem(question.name, both % {"wave": u.wave, "other": into.name}) for u in mine if u.wave in theirs]
    scheduled = _("is put in %(wave)s, which is scheduled; take that back to draft first")
    problems += [Problem(question.name, scheduled % {"wave": u.wave}) for u in mine if u.state == State.SCHEDULED]
    if into.retired_at:
        problems.append(Problem(into.name, _("is retired; restore it first")))
    return problems
