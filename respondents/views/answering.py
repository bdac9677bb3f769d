"""Answering page by page: show it, save it, go on or back; and when two places have answered it, ask which counts."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from respondents.merging import save_form
from respondents.pages import PageForm, sole_question, title_of
from respondents.progress import Progress
from respondents.responses import NotTaken, StaleRevision
from respondents.views.link import HERE, WROTE, Link, by_link, calm
from surveys.instrument.journey import Page

ON, BACK, STAY, SHOW, EDIT = "on", "back", "stay", "show", "edit"
CLEAR = "clear"
RETURN = "?return=check"


@by_link("GET", "POST", any_time=True)
def page(link: Link, name: str) -> HttpResponse:
    """One page of the questionnaire. What arrives too late is shown, to copy."""
    if link.standing.instrument is None:
        return calm(link)
    way = _way(link)
    shown = way.page(name, asked=link.request.POST.getlist("asked"))
    if not link.standing.accepting:
        return _too_late(link, shown)
    if shown is None:
        return link.go("start")
    if link.request.method == "POST":
        return _take(link, shown)
    if shown.name not in way.names:
        return _go_to(link, way.resume_at())
    return _show(link, _form(link, shown, concealed=link.concealed()))


def _too_late(link: Link, shown: Page | None) -> HttpResponse:
    if shown is None or link.request.method != "POST":
        return calm(link)
    if link.request.POST.get("go") == STAY:
        return _told(link, _("The survey has closed."), stop=True)
    return calm(link, entered=_form(link, shown, data=link.request.POST).entered())


def _take(link: Link, shown: Page) -> HttpResponse:
    go = link.request.POST.get("go", ON)
    form = _form(link, shown, data=link.request.POST, lenient=go in (BACK, STAY) or CLEAR in link.request.POST)
    if not form.is_whole:
        form.add_error(None, _("Not everything arrived. Nothing was saved; please check and press Continue again."))
        return _show(link, form, status=400)
    if go == SHOW:
        return link.remember(_show(link, _form(link, shown, concealed=_sent_only(link))), HERE)
    if go == EDIT:
        return _show(link, form)
    if link.request.POST.get("keep_version") == "theirs":
        return _move(link, shown, go)
    if not form.is_valid():
        return _told(link) if go == STAY else _show(link, form, status=422)
    return _save(link, form, go)


def _save(link: Link, form: PageForm, go: str) -> HttpResponse:
    before, post = _way(link), link.request.POST
    if CLEAR in post:
        form.clear()
    try:
        link.standing = save_form(link.token, form, revision=revision_of(post), mark=post.get("mark", ""))
    except StaleRevision:
        link.reread()
        if go == STAY:
            return _told(link, _("Also answered elsewhere. Press Continue to choose."), stop=True)
        return _ask(link, form)
    except NotTaken as refused:
        link.standing = refused.standing
        if go == STAY:
            return _told(link, _("The survey has closed."), stop=True)
        return calm(link, entered=form.entered())
    reply: HttpResponse
    if go == STAY:
        reply = _told(link, _("Saved at %(time)s") % {"time": f"{timezone.localtime():%H:%M}"}, page=form.page)
    elif CLEAR in post:
        reply = link.go("page", form.page.name, query=RETURN if _returns(link) else "")
    else:
        reply = _move(link, form.page, go, before=before)
    changed = link.standing.revision != form.revision
    return link.remember(link.remember(reply, WROTE) if changed else reply, HERE)


def _move(link: Link, shown: Page, go: str, *, before: Progress | None = None) -> HttpResponse:
    way = _way(link)
    if go == BACK:
        earlier = way.before(shown.name)
        return _go_to(link, earlier) if earlier else link.go("start")
    if _returns(link):
        opened = [name for name in way.names if before and name not in before.names]
        return _go_to(link, opened[0] if opened else None, query=RETURN if opened else "")
    return _go_to(link, way.after(shown.name))


def _ask(link: Link, form: PageForm) -> HttpResponse:
    """Both versions of a page, to choose from; what was typed here travels along."""
    stored = _form(link, form.page)
    own = {"go", "revision", "mark", "end", "keep_version", "csrfmiddlewaretoken"}
    carried = [(name, value) for name, values in link.request.POST.lists() for value in values if name not in own]
    return link.render(
        "respond/conflict.html",
        title=_("Answered in two places"),
        status=409,
        page=form.page,
        mine=form.entered(),
        theirs=stored.described(),
        carried=carried,
        form=stored,
    )


def _show(link: Link, form: PageForm, *, status: int = 200) -> HttpResponse:
    way = _way(link)
    return link.render(
        "respond/page.html",
        title=title_of(form.page),
        status=status,
        form=form,
        page=form.page,
        has_errors=bool(form.is_bound and form.errors),
        is_wide=any(variable.row for question in form.page.questions for variable in question.variables),
        as_section=sole_question(form.page) is None,
        has_back=way.before(form.page.name) is not None,
        returning=_returns(link),
        resumed="resumed" in link.request.GET,
        may_show=not link.standing.sent,
        **way.counted(form.page),
    )


def _told(link: Link, words: str = "", *, stop: bool = False, page: Page | None = None) -> JsonResponse:
    """What the script is told about a save it made by itself."""
    told: dict[str, Any] = {"words": words, "stop": stop}
    if page is not None:
        told |= {"revision": link.standing.revision, "mark": _form(link, page).mark}
    response = JsonResponse(told)
    response["Cache-Control"] = "no-store, private"
    return response


def _way(link: Link) -> Progress:
    return Progress.of(link.standing.questionnaire, link.standing.answers)


def _form(link: Link, shown: Page, **settings: Any) -> PageForm:
    found = link.standing
    return PageForm(shown, answers=found.answers, token=link.token, revision=found.revision, **settings)


def _sent_only(link: Link) -> set[str]:
    """What stays concealed even from somebody who continues: answers already sent."""
    return link.concealed() if link.standing.sent else set()


def _go_to(link: Link, name: str | None, *, query: str = "") -> HttpResponse:
    return link.go("page", name, query=query) if name else link.go("check")


def _returns(link: Link) -> bool:
    return link.request.GET.get("return") == "check"


def revision_of(post: QueryDict) -> int:
    """The revision a form names; -1, which nothing has, for what is no number."""
    text = post.get("revision", "")
    return int(text) if 0 < len(text) < 10 and text.isascii() and text.isdigit() else -1
