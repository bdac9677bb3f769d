"""Changes of the wave itself: its name, times, population, roles and breakdowns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.changes.base import Document, Edit, put
from surveys.models.wave import Mode
from surveys.problems import Problem, Refused


@dataclass(frozen=True)
class SetAbout(Edit):
    """Title, number and partner of the wave."""

    title: str
    number: int | None = None
    partner: str = ""

    @property
    def label(self) -> str:
        return _("Changed what the wave is called")

    def make(self, document: Document) -> None:
        partner = {"name": self.partner} if self.partner else None
        document["wave"].update(title=self.title, number=self.number, partner=partner)


@dataclass(frozen=True)
class SetWords(Edit):
    """What respondents read before they begin and after they have sent; empty: only what every wave says."""

    introduction: str = ""
    thank_you: str = ""

    @property
    def label(self) -> str:
        return _("Changed the introduction and the thank-you")

    def make(self, document: Document) -> None:
        put(document["wave"], "introduction", self.introduction or None)
        put(document["wave"], "thank_you", self.thank_you or None)


@dataclass(frozen=True)
class SetPrivacy(Edit):
    """Whether the team sees only the response rates of groups of ten or more, and whether waves may be linked."""

    sealed: bool
    linked: bool = False

    @property
    def label(self) -> str:
        return _("Set what the team sees")

    def make(self, document: Document) -> None:
        put(document["wave"], "sealed", self.sealed or None)
        put(document["wave"], "linkage", self.linked or None)


@dataclass(frozen=True)
class SetMode(Edit):
    """How the wave is answered: online, on paper and so on; waves of different modes are not compared."""

    mode: str

    @property
    def label(self) -> str:
        return _("Set how it is answered")

    def make(self, document: Document) -> None:
        put(document["wave"], "mode", None if self.mode == Mode.ONLINE else self.mode)


@dataclass(frozen=True)
class SetTimes(Edit):
    """When the wave opens and closes; aware times, or None for not yet known."""

    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def label(self) -> str:
        return _("Set opening and closing")

    def make(self, document: Document) -> None:
        for key in ("opens_at", "closes_at"):
            value: datetime | None = getattr(self, key)
            document["wave"][key] = timezone.localtime(value).isoformat() if value else None


@dataclass(frozen=True)
class SetPopulation(Edit):
    """Which organisations are the population: those of a kind that were open on a day; no kind: people alone."""

    frame_kind: str | None
    frame_date: date | None

    @property
    def label(self) -> str:
        return _("Set the population")

    def make(self, document: Document) -> None:
        on = self.frame_date.isoformat() if self.frame_date else None
        document["wave"].update(frame_kind=self.frame_kind or None, frame_date=on)


@dataclass(frozen=True)
class SetRoleList(Edit):
    """The roles there are (code and label) and which of them this wave asks. Items lose roles that are gone."""

    roles: Sequence[Mapping[str, str]]
    asked: Sequence[str]

    @property
    def label(self) -> str:
        return _("Set the roles")

    def make(self, document: Document) -> None:
        document["roles"] = [dict(role) for role in self.roles]
        document["wave"]["roles"] = list(self.asked)
        known = {role["code"] for role in self.roles}
        for section in document["sections"]:
            for item in section["items"]:
                if "roles" in item:
                    _keep_roles(item, known)


@dataclass(frozen=True)
class SetBanners(Edit):
    """The breaks of the results: name, title and what each breaks by."""

    banners: Sequence[Mapping[str, str]]

    @property
    def label(self) -> str:
        return _("Set the breakdowns")

    def make(self, document: Document) -> None:
        document["banners"] = [dict(banner) for banner in self.banners]


@dataclass(frozen=True)
class SetWeighting(Edit):
    """How answers are weighted; None: not at all."""

    weighting: Mapping[str, Any] | None

    @property
    def label(self) -> str:
        return _("Set the weighting")

    def make(self, document: Document) -> None:
        put(document["wave"], "weighting", dict(self.weighting) if self.weighting else None)


@dataclass(frozen=True)
class ReplaceAll:
    """Another document for the same wave, as from a file; its survey and slug stay."""

    document: Mapping[str, Any]
    label: str = field(default_factory=lambda: _("Replaced the questionnaire"))

    def __call__(self, document: Document) -> Document:
        made = deepcopy(dict(self.document))
        made["survey"] = document["survey"]
        made["wave"] = {**made["wave"], "slug": document["wave"]["slug"]}
        return made


@dataclass(frozen=True)
class Several:
    """Several changes as one step: all or none, undone together."""

    changes: Sequence[Callable[[Document], Document]]
    label: str

    def __call__(self, document: Document) -> Document:
        for change in self.changes:
            document = change(document)
        return document


def _keep_roles(item: Document, known: set[str]) -> None:
    kept = [role for role in item["roles"] if role in known]
    if not kept:
        raise Refused(Problem(item["name"], _("would be put to nobody; change whom it is put to first")))
    item["roles"] = kept
