"""New waves: the four ways to begin one; blank, from the bank, from the last wave. Files have pages of their own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from surveys import acts
from surveys.access import EDITOR, may
from surveys.bank import Entry, entries, search
from surveys.copying import blank_wave, copied_document, copy_wave, wave_from_bank
from surveys.exports import REGISTRY
from surveys.models import Question, Survey, Wave
from surveys.new_wave_forms import BankForm, BlankForm, CopyForm, SurveyForm
from surveys.problems import Refused
from surveys.templatetags.moments import moment
from surveys.texts import clean
from surveys.wave_checks import items_of
from surveys.wave_file import document_of

MOST_FOUND = 50


def new(request: HttpRequest) -> HttpResponse:
    """The four ways to begin a wave."""
    surveys = list(editable(request))
    waves = Wave.objects.filter(survey__in=surveys).select_related("survey").order_by("-opens_at", "-pk")
    return render(request, "desk/new.html", {"waves": waves[:30], "surveys": surveys})


def blank(request: HttpRequest) -> HttpResponse:
    """A wave without questions."""
    form = BlankForm(request.POST if request.method == "POST" else None, **survey_choices(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            wave = blank_wave(form.named, slug=data["slug"], title=data["title"], roles=data["roles"])
        except Refused as refused:
            put_into(form, refused)
        else:
            _tell(request, wave, "blank")
            messages.success(request, _("The draft is made. Add questions to it."))
            return redirect("desk:wave", slug=wave.slug)
    return render(request, "desk/new_blank.html", {"form": form}, status=422 if form.errors else 200)


def from_bank(request: HttpRequest) -> HttpResponse:
    """A wave of questions that were asked before, ticked in the bank of one survey."""
    surveys = list(editable(request))
    asked = request.POST.get("survey") or request.GET.get("survey")
    survey = next((each for each in surveys if each.slug == asked), surveys[0] if len(surveys) == 1 else None)
    if survey is None:
        return render(request, "desk/new_bank.html", {"surveys": surveys, "form": None})
    ticked = _ticked(request, survey)
    is_making = request.method == "POST" and "find" not in request.POST
    form = BankForm(request.POST if is_making else None, survey=survey, initial=request.POST.dict())
    if is_making and not ticked:
        form.add_error(None, _("Tick the questions you want to ask."))
    if is_making and form.is_valid():
        try:
            versions = [entry.version for entry in ticked]
            data = form.cleaned_data
            wave = wave_from_bank(survey, versions, slug=data["slug"], title=data["title"])
        except Refused as refused:
            put_into(form, refused)
        else:
            _tell(request, wave, "from the bank")
            messages.success(request, _("The draft is made, a section for each topic."))
            return redirect("desk:wave", slug=wave.slug)
    words = clean(request.POST.get("words", ""))[:200]
    found = search(survey.questions.current(), words, limit=MOST_FOUND)
    context = {
        "form": form,
        "survey": survey,
        "surveys": surveys,
        "ticked": ticked,
        "found": [each for each in found.entries if each.question.pk not in {own.question.pk for own in ticked}],
        "total": found.total,
        "words": words,
    }
    return render(request, "desk/new_bank.html", context, status=422 if form.errors else 200)


def copy(request: HttpRequest, wave: Wave) -> HttpResponse:
    """A wave like this one: what is taken over, which dates change, then the draft."""
    if not may(request.user, [EDITOR], wave.survey):
        messages.error(request, _("Only an editor of the whole survey can add a wave to it."))
        return redirect("desk:wave", slug=wave.slug)
    form = CopyForm(request.POST if request.method == "POST" else None)
    document = document_of(wave)
    data: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data.get(name) for name in ("slug", "title", "opens_at")}
        try:
            if "look" not in request.POST:
                made = copy_wave(wave, **data)
                _tell(request, made.wave, f"like {wave.slug}")
                messages.success(request, _("The draft is made, like %(wave)s.") % {"wave": wave.title})
                for note in made.notes:
                    messages.info(request, note)
                return redirect("desk:wave", slug=made.wave.slug)
        except Refused as refused:
            put_into(form, refused)
    names: dict[str, Any] = {"slug": "", "title": "", **data}
    after, notes = copied_document(wave, **names)
    context = {
        "wave": wave,
        "form": form,
        "taken": _taken(document),
        "dates": _dates(document, after),
        "notes": notes if data else [],
    }
    return render(request, "desk/copy.html", context, status=422 if form.errors else 200)


def questionnaire(_request: HttpRequest, wave: Wave, key: str) -> HttpResponse:
    """The questionnaire as a file of one of the formats. Raises Http404 for another."""
    if key not in REGISTRY:
        raise Http404
    exporter, document = REGISTRY[key], document_of(wave)
    response = HttpResponse(exporter.write(document), content_type=exporter.content_type)
    response["Content-Disposition"] = f'attachment; filename="{exporter.file_name(document)}"'
    return response


def _tell(request: HttpRequest, wave: Wave, how: str) -> None:
    """The log hears of a new wave."""
    acts.tell("made", by=request.user, wave=wave, note=how, now=timezone.now())


def editable(request: HttpRequest) -> Any:
    """The surveys to which this person may add waves, by title."""
    user: Any = request.user
    return user.surveys(EDITOR).order_by("title")


def survey_choices(request: HttpRequest) -> dict[str, Any]:
    """What a form offers as surveys; a new one is for editors of every survey."""
    return {"surveys": list(editable(request)), "may_add": may(request.user, [EDITOR], None)}


def put_into(form: SurveyForm | CopyForm, refused: Refused) -> None:
    """The problems of a refusal beside the fields that they are about."""
    fields = {"wave.slug": "slug", "wave.title": "title", "survey.slug": "survey_slug", "survey.title": "survey_title"}
    for problem in refused.problems:
        field = fields.get(problem.place)
        message = problem.message if field else str(problem)
        form.add_error(field if field in form.fields else None, message[:1].upper() + message[1:])


def _ticked(request: HttpRequest, survey: Survey) -> list[Entry]:
    """The questions ticked so far, in the order of the bank."""
    keys = [int(key) for key in request.POST.getlist("question") if key.isascii() and key.isdigit() and len(key) < 10]
    rows = Question.objects.filter(survey=survey, pk__in=keys[:500]).order_by("topic__name", "name")
    return entries(list(rows.values_list("pk", flat=True)))


def _taken(document: dict[str, Any]) -> list[tuple[str, str]]:
    """What a copy takes over, in words."""
    wave = document["wave"]
    labels = {role["code"]: role["label"] for role in document["roles"]}
    count = sum(1 for _item in items_of(document))
    return [
        (_("Questions and notes"), str(count)),
        (_("Sections"), ", ".join(section["title"] for section in document["sections"]) or "–"),
        (_("Roles asked"), ", ".join(labels[code] for code in wave["roles"])),
        (_("Scales"), ", ".join(scale["name"] for scale in document["scales"]) or "–"),
        (_("Breakdowns"), ", ".join(banner["title"] for banner in document["banners"]) or "–"),
        (_("Partner"), (wave["partner"] or {}).get("name", "–")),
        (_("Weighting"), (wave.get("weighting") or {}).get("method", _("none"))),
    ]


def _dates(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What changes: each date of the earlier wave and of the new one, in words."""
    labels = {
        "number": _("Number"),
        "opens_at": _("Opens"),
        "closes_at": _("Closes"),
        "frame_date": _("Population of"),
    }
    return [
        (label, _when(key, before["wave"].get(key)), _when(key, after["wave"].get(key)))
        for key, label in labels.items()
    ]


def _when(key: str, value: Any) -> str:
    """A value of a wave document as a person reads it."""
    if value is None:
        return "–"
    if key.endswith("_at"):
        return moment(datetime.fromisoformat(value))
    return date_format(date.fromisoformat(value), "j F Y") if key.endswith("_date") else str(value)
