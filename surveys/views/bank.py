"""The question bank: searching it, putting questions on topics, retiring, removing and merging them, their wording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys import acts, bank
from surveys.access import EDITOR, may
from surveys.bank_forms import MergeForm, SearchForm, TopicForm, WordingForm
from surveys.bank_reading import flat_of
from surveys.comparing import verdict
from surveys.lint import lint_definition
from surveys.models import Question, Survey, Topic
from surveys.problems import Problem, Refused

PAGE = 50


def search(request: HttpRequest) -> HttpResponse:
    """Questions by words, survey and topic, with where they were put."""
    user: Any = request.user
    surveys = list(user.surveys().order_by("title"))
    form = SearchForm(request.GET or None, surveys=surveys)
    wanted = form.wanted()
    questions = Question.objects.visible_to(user)
    if wanted.survey:
        questions = questions.filter(survey__slug=wanted.survey)
    topics = bank.topics(questions)
    topic = next((each for each, _count in topics if str(each.pk) == wanted.topic), None)
    found = bank.search(
        questions,
        wanted.words,
        topic=topic,
        retired=wanted.retired,
        limit=PAGE,
        offset=(wanted.page - 1) * PAGE,
    )
    context = {
        "form": form,
        "found": found,
        "topics": topics,
        "topic": topic,
        "wanted": wanted,
        "surveys": surveys,
        "first": (wanted.page - 1) * PAGE + 1,
        "more": found.total > wanted.page * PAGE,
        "address": wanted.address,
    }
    return render(request, "bank/search.html", context)


def put_on_topic(request: HttpRequest, survey: Survey, name: str) -> HttpResponse:
    """Put a question on a topic, new or known, or take it off its topic."""
    question = question_of(survey, name)
    form = TopicForm(request.POST, known=Topic.objects.none())
    if not form.is_valid():
        messages.error(request, _("A topic’s name has at most 80 characters."))
        return _back(question)
    topic = form.cleaned_data["topic"]
    told = _("%(question)s is on the topic %(topic)s.") if topic else _("%(question)s is on no topic.")
    words = told % {"question": name, "topic": topic}
    return _done(request, question, lambda: bank.put_on_topic(question, topic), words, note=f"{name}: {topic or '–'}")


def retire(request: HttpRequest, survey: Survey, name: str) -> HttpResponse:
    """Offer a question for new waves no longer, or again."""
    question = question_of(survey, name)
    if request.POST.get("do") == "restore":
        told = _("%s is offered for new waves again.") % name
        return _done(request, question, lambda: bank.restore(question), told, note=f"{name}: offered again")
    told = _("%s is retired. Its past stays as it was.") % name
    return _done(request, question, lambda: bank.retire(question, now=timezone.now()), told, note=f"{name}: retired")


def remove(request: HttpRequest, survey: Survey, name: str) -> HttpResponse:
    """Delete a question that no wave puts: a page that says what goes, and a button."""
    question = question_of(survey, name)
    if request.method != "POST":
        return render(request, "bank/remove.html", {"survey": survey, "question": question})
    try:
        bank.remove(question)
    except Refused as refused:
        messages.error(request, _told(refused))
        return _back(question)
    acts.tell("bank", by=request.user, survey=survey, note=f"{name}: removed", now=timezone.now())
    messages.success(request, _("%s is removed.") % name)
    return redirect("bank:search")


def merge(request: HttpRequest, survey: Survey, name: str) -> HttpResponse:
    """Merge a question into another: first what would happen, with both wordings; then, confirmed, it happens."""
    question = question_of(survey, name)
    form = MergeForm(request.POST if request.method == "POST" else request.GET, question=question)
    problems: list[Problem] = []
    if form.is_valid() and request.method == "POST":
        into = form.cleaned_data["into"]
        try:
            drafts = bank.merge(question, into=into, by=request.user, now=timezone.now())
        except Refused as refused:
            problems = refused.problems
        else:
            note = f"{name} merged into {into.name}"
            acts.tell("bank", by=request.user, survey=survey, note=note, now=timezone.now())
            told = _("%(name)s is %(into)s now. Drafts changed: %(drafts)s.")
            named = ", ".join(wave.title for wave in drafts) or _("none")
            messages.success(request, told % {"name": name, "into": into.name, "drafts": named})
            return redirect("results:question", survey=survey.slug, name=into.name)
    context: dict[str, Any] = {"survey": survey, "question": question, "form": form, "problems": problems}
    if form.is_valid():
        context |= _side_by_side(question, form.cleaned_data["into"])
    return render(request, "bank/merge.html", context, status=422 if problems or form.errors else 200)


def wording(request: HttpRequest, survey: Survey, name: str) -> HttpResponse:
    """Word a question anew. The verdict on the new wording comes first; saving it is the second step."""
    question = question_of(survey, name)
    try:
        version = bank.entry(question).version
    except Refused:
        raise Http404 from None
    given = request.POST if request.method == "POST" else None
    form = WordingForm(given, version=version)
    context: dict[str, Any] = {"survey": survey, "question": question, "version": version, "form": form}
    if given is not None and form.rearrange(given.get("do", "")):
        return render(request, "bank/wording.html", context)
    if given is not None and form.is_valid():
        definition, scale = form.definition()
        new = flat_of(bank.unsaved(question, definition, scale))
        context |= {"verdict": verdict(flat_of(version), new), "advice": lint_definition(new), "checked": True}
        try:
            bank.check_wording(question, definition, scale)
            if given.get("do") == "save":
                made = bank.reword(question, definition, scale)
                acts.tell("bank", by=request.user, survey=survey, note=f"{name}: {made}", now=timezone.now())
                messages.success(request, _("Wording %d is saved. Waves made from now on put it.") % made.number)
                return _back(question)
        except Refused as refused:
            context["problems"] = refused.problems
    status = 422 if form.errors or context.get("problems") else 200
    return render(request, "bank/wording.html", context, status=status)


def question_of(survey: Survey, name: str) -> Question:
    """The question of this name. Raises Http404."""
    return get_object_or_404(Question.objects.select_related("survey", "topic"), survey=survey, name=name)


def may_edit(request: HttpRequest, survey: Survey) -> bool:
    """Whether to offer what changes the bank."""
    return may(request.user, [EDITOR], survey)


def _side_by_side(question: Question, into: Question) -> dict[str, Any]:
    """Both wordings as they stand, what the lines of the two would say of each other, and the waves concerned."""
    old, new = (bank.entry(each) for each in (question, into))
    return {
        "old": old,
        "new": new,
        "verdict": verdict(flat_of(old.version), flat_of(new.version)),
        "drafts": [use for use in old.uses if not use.fielded],
        "against": bank.reasons_against_merging(question, into),
    }


def _done(
    request: HttpRequest, question: Question, act: Callable[[], object], told: str, *, note: str
) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, _told(refused))
    else:
        acts.tell("bank", by=request.user, survey=question.survey, note=note, now=timezone.now())
        messages.success(request, told)
    return _back(question)


def _told(refused: Refused) -> str:
    return " ".join(f"{problem}." for problem in refused.problems)


def _back(question: Question) -> HttpResponse:
    return redirect("results:question", survey=question.survey.slug, name=question.name)
