"""A question of the bank with all that is known of it: wordings and verdicts, uses, results, advice."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from results.beside import beside
from surveys.access import EDITOR, may
from surveys.bank import entry
from surveys.bank_forms import MergeForm, TopicForm
from surveys.bank_reading import advice, histories
from surveys.models import Question, Survey, Topic
from surveys.problems import Refused


def question(request: HttpRequest, survey: Survey, name: str) -> HttpResponse:
    """One question: its wordings with the verdict on each change, where it was put, its figures there, advice."""
    try:
        found = entry(_question(survey, name))
    except Refused:
        raise Http404 from None
    user: Any = request.user
    context = {
        "survey": survey,
        "entry": found,
        "question": found.question,
        "wordings": histories(found.question),
        "advice": advice(found.version),
        "beside": beside(found.question, by=user, now=timezone.now()),
        "may_edit": may(user, [EDITOR], survey),
        "visible": set(user.surveys().values_list("pk", flat=True)),
        "topic_form": TopicForm(initial={"topic": found.question.topic}, known=Topic.objects.filter(survey=survey)),
        "merge_form": MergeForm(question=found.question),
    }
    return render(request, "bank/question.html", context)


def _question(survey: Survey, name: str) -> Question:
    """The question of this name. Raises Http404."""
    found = Question.objects.filter(survey=survey, name=name).select_related("survey", "topic").first()
    if found is None:
        raise Http404
    return found
