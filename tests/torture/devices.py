"""A respondent's device: a browser without scripts, its cookies, and the page that lies open on it.

What is read off a page and what is typed is turned into answers here a second time, independently of the program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.test import Client

from surveys.codebook import Variable
from tests.unscripted import as_sent

FORM = "application/x-www-form-urlencoded"

Answers = dict[str, list[Any]]


@dataclass
class Screen:
    """A page as it lies open: where it is sent to, its form as given, and the variables that it asks."""

    path: str
    status: int
    html: str
    form: QueryDict
    asked: dict[str, Variable] = field(default_factory=dict)

    @property
    def kept(self) -> set[str]:
        """The variables whose answers are kept and not shown."""
        return set(self.form.getlist("keep"))

    @property
    def answers(self) -> Answers:
        """What the page shows as answered, kept ones as blank."""
        return answers_in(self.form, self.asked)

    @property
    def page(self) -> str:
        """The name of the questionnaire's page, or an empty string."""
        found = re.search(r"/page/([^/]+)/", self.path)
        return found.group(1) if found else ""


class Device:
    """One browser with one link."""

    def __init__(self, token: str, variables: dict[str, Variable], client: Client | None = None) -> None:
        self.token = token
        self.variables = variables
        self.client = client or Client(enforce_csrf_checks=True)
        self.screen: Screen | None = None

    def open(self, path: str) -> Screen:
        """Open a page under the link, redirects followed."""
        return self._take(self.client.get(f"/a/{self.token}/{path}"))

    def send(self, path: str, form: QueryDict) -> Screen:
        """Send a form, redirects followed; the status is that of the reply to the form itself."""
        reply = self.client.post(path, form.urlencode(), content_type=FORM)
        screen = self._take(reply, path=path)
        screen.status = reply.status_code
        return screen

    def save_by_itself(self, screen: Screen, form: QueryDict) -> dict[str, Any]:
        """What the script does between pages; the open page takes over what it is told, nothing by a page of HTML."""
        data = form.copy()
        data["go"] = "stay"
        reply = self.client.post(screen.path, data.urlencode(), content_type=FORM)
        told = reply.json() if reply["Content-Type"] == "application/json" else {}
        for name in ("revision", "mark"):
            if name in told:
                form[name] = str(told[name])
        return told

    def _take(self, reply: Any, *, path: str = "") -> Screen:
        while reply.status_code == 303:
            path = reply["Location"]
            reply = self.client.get(path)
        html = reply.content.decode()
        path = path or reply.wsgi_request.get_full_path()
        asked = {name: variable for name, variable in self.variables.items() if _asks(html, variable)}
        self.screen = Screen(path, reply.status_code, html, as_sent(html), asked)
        return self.screen


def answers_in(form: QueryDict, asked: dict[str, Variable]) -> Answers:
    """The answers that a sound form gives to these variables, blank ones as empty lists."""
    return {name: _READ[variable.holds](variable, form) for name, variable in asked.items()}


def _one(variable: Variable, form: QueryDict) -> list[Any]:
    value = form.get(variable.name, "")
    return [int(value)] if value else []


def _many(variable: Variable, form: QueryDict) -> list[Any]:
    chosen = form.getlist(variable.name)
    return [code.code for code in variable.codes if str(code.code) in chosen]


def _order(variable: Variable, form: QueryDict) -> list[Any]:
    ranks = [
        (form.get(f"{variable.name}_{code.code}", ""), code.code)
        for code in variable.codes
        if form.get(f"{variable.name}_{code.code}")
    ]
    return [code for _rank, code in sorted(ranks, key=lambda pair: int(pair[0]))]


def _number(variable: Variable, form: QueryDict) -> list[Any]:
    value = form.get(variable.name, "").strip()
    return [float(value)] if value else []


def _text(variable: Variable, form: QueryDict) -> list[Any]:
    words = form.get(variable.name, "").replace("\r\n", "\n")
    return [words] if words.strip() else []


_READ = {"one": _one, "many": _many, "order": _order, "number": _number, "text": _text}


def fill(form: QueryDict, variable: Variable, values: list[Any]) -> None:
    """Answer one variable in a form, as a person would at the page."""
    if variable.holds == "order":
        ranks = {code: str(rank) for rank, code in enumerate(values, 1)}
        for code in variable.codes:
            form[f"{variable.name}_{code.code}"] = ranks.get(code.code, "")
    elif variable.holds == "many":
        form.setlist(variable.name, [str(value) for value in values])
    elif values:
        form[variable.name] = str(values[0]).replace("\n", "\r\n")
    elif variable.holds == "one":
        form.pop(variable.name, None)
    else:
        form[variable.name] = ""


def _asks(html: str, variable: Variable) -> bool:
    names = [variable.name, *(f"{variable.name}_{code.code}" for code in variable.codes)]
    return any(re.search(rf'<(input|textarea|select)[^>]* name="{name}"', html) for name in names)
