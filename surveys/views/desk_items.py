"""The wave desk's pages of one item: its wording, its condition, its removal, what is said about it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.bank import search
from surveys.changes import Document, RemoveItem
from surveys.commenting import comment, comments_of, resolve
from surveys.copying import item_of as item_from_bank
from surveys.draft_forms import RemovalForm, in_words
from surveys.editing import would_break
from surveys.item_forms import ItemForm
from surveys.last_time import verdict_on
from surveys.library import scales
from surveys.models import Question, QuestionVersion, Wave
from surveys.problems import Refused
from surveys.question_types import REGISTRY
from surveys.rule_forms import RuleForm
from surveys.rule_tree import BLANK, changed, is_operation, placed, tree_from
from surveys.views.drafting import back, drafts_only, form_page, save
from surveys.wave_checks import items_of
from surveys.wave_file import document_of

SHOWN_FROM_BANK = 12


@drafts_only
def add_item(request: HttpRequest, wave: Wave, section: str) -> HttpResponse:
    """A new item in a section: of a kind, or from the question bank."""
    if not wave.sections.filter(name=section).exists() and request.method != "POST":
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    from_bank = _from_bank(wave, request.GET.get("bank", "")) if request.method == "GET" else None
    item, scale = item_from_bank(from_bank) if from_bank else (None, None)
    kind = item["type"] if item else asked.get("type", "")
    if kind not in REGISTRY:
        return _choose(request, wave, section)
    make = partial(
        ItemForm,
        kind=kind,
        section=section,
        after=request.GET.get("after", ""),
        library=scales(wave.survey),
        item=item or {},
        scale=scale,
    )
    return form_page(request, wave, make, heading=_("A new question"), named=section)


@drafts_only
def item(request: HttpRequest, wave: Wave, item: str) -> HttpResponse:
    """Edit an item."""
    held = _held(wave, item, request)
    kind = request.POST.get("type") or held.get("type", "")
    if kind not in REGISTRY:
        raise Http404
    make = partial(ItemForm, kind=kind, name=item, library=scales(wave.survey))
    heading = _("Edit %s") % item
    return form_page(request, wave, make, heading=heading, named=item, item=held, verdict=verdict_on(wave, item))


@drafts_only
def rule(request: HttpRequest, wave: Wave, item: str) -> HttpResponse:
    """Say under which answers to earlier questions an item is asked."""
    _held(wave, item, request)
    document = document_of(wave)
    if request.method != "POST":
        return _rule_page(request, wave, item, RuleForm(document=document, at=wave.revision, name=item))
    tree = tree_from(request.POST)
    asked = request.POST.get("do", "")
    if asked in ("begin", "look") or is_operation(asked):
        typed = {key: request.POST.get(key, "") for key in ("revision", "seen")}
        tree = placed(BLANK) if asked == "begin" else changed(tree and placed(tree), asked)
        form = RuleForm(document=document, at=wave.revision, name=item, tree=tree, initial=typed)
        return _rule_page(request, wave, item, form)
    form = RuleForm(request.POST, document=document, at=wave.revision, name=item, tree=tree and placed(tree))
    if save(request, wave, form):
        return back(wave, item)
    return _rule_page(request, wave, item, form, status=409 if form.stale else 422)


@drafts_only
def remove_item(request: HttpRequest, wave: Wave, item: str) -> HttpResponse:
    """Take an item out of the draft, after a page that says what goes with it."""
    _held(wave, item, request)
    change = RemoveItem(item)
    try:
        document, stops = document_of(wave), would_break(wave, change)
    except Refused as refused:
        document, stops = document_of(wave), refused.problems
    make = partial(RemovalForm, change=change, pick=lambda each: _find(each, item))
    told = [in_words(problem, change(document)) for problem in stops] if _find(document, item) else []
    return form_page(
        request,
        wave,
        make,
        template="desk/edit/remove.html",
        heading=_("Remove %s?") % item,
        stops=told,
        going=[_find(document, item)],
    )


@drafts_only
def comments(request: HttpRequest, wave: Wave, item: str) -> HttpResponse:
    """What is said about an item; saying more, and settling what has been done."""
    problem = ""
    if request.method == "POST":
        try:
            _say(request, wave, item)
        except Refused as refused:
            problem = " ".join(each.message for each in refused.problems)
        else:
            return redirect("draft:comments", slug=wave.slug, item=item)
    said = comments_of(wave).get(item, [])
    held = _find(document_of(wave), item)
    if held is None and not said and request.method != "POST":
        raise Http404
    context = {"wave": wave, "name": item, "item": held, "comments": said, "problem": problem}
    context["typed"] = request.POST.get("text", "") if problem else ""
    return render(request, "desk/edit/comments.html", context, status=422 if problem else 200)


def _say(request: HttpRequest, wave: Wave, item: str) -> None:
    number = request.POST.get("resolve", "")
    if number:
        whole = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0
        settled = resolve(wave, whole, by=request.user, now=timezone.now())
        messages.success(request, _("Settled.") if settled else _("Open again."))
        return
    if _find(document_of(wave), item) is None:
        raise Http404
    comment(wave, item, request.POST.get("text", ""), by=request.user, now=timezone.now())
    messages.success(request, _("Your comment is kept."))


def _choose(request: HttpRequest, wave: Wave, section: str) -> HttpResponse:
    """The kinds of questions, and the bank to take one from."""
    words = request.GET.get("words", "")[:200]
    there = {item["name"] for _place, item in items_of(document_of(wave))}
    bank = Question.objects.filter(survey=wave.survey).current().worded().exclude(name__in=there)
    context = {
        "wave": wave,
        "section": section,
        "kinds": REGISTRY,
        "words": words,
        "after": request.GET.get("after", ""),
        "found": search(bank, words, limit=SHOWN_FROM_BANK) if "words" in request.GET else None,
    }
    return render(request, "desk/edit/choose.html", context)


def _rule_page(request: HttpRequest, wave: Wave, item: str, form: RuleForm, status: int = 200) -> HttpResponse:
    held = _find(document_of(wave), item)
    context = {"wave": wave, "form": form, "item": held, "name": item, "tree": form.tree, "words": form.words}
    return render(request, "desk/edit/rule.html", context, status=status)


def _held(wave: Wave, name: str, request: HttpRequest) -> Document:
    """The item as it stands. One that is gone is not there to look at; what is typed about it is answered in words."""
    found = _find(document_of(wave), name)
    if found is None and request.method != "POST":
        raise Http404
    return found or {}


def _find(document: Document, name: str) -> Any:
    return next((item for _place, item in items_of(document) if item["name"] == name), None)


def _from_bank(wave: Wave, name: str) -> QuestionVersion | None:
    """The latest wording of a question of the survey's bank."""
    versions = QuestionVersion.objects.filter(question__survey=wave.survey, question__name=name)
    return versions.select_related("question").order_by("-number").first()
