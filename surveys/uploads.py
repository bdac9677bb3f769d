"""Keeping an uploaded questionnaire while its sender looks at what was understood, and reading it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from surveys.imports import Understood, importer_for
from surveys.imports.base import MOST_BYTES
from surveys.instrument.routing import in_words
from surveys.markdown import plain_text
from surveys.models import Upload
from surveys.problems import Problem, Refused
from surveys.question_types import REGISTRY
from surveys.texts import decode
from surveys.wave_checks import variables_of

KEPT_FOR = timedelta(days=7)
MOST_KEPT = 10
"""Files of one person; the oldest goes when another comes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question as it was understood: of whom it is asked, under which condition, and how many answers it has."""

    section: str
    name: str
    kind: str
    text: str
    asked_of: str
    condition: str
    answers: int


@transaction.atomic
def keep_upload(name: str, data: bytes, *, by: Any, now: datetime) -> Upload:
    """Keep a file for whoever sent it; their old ones go. Raises Refused for one that is too large."""
    if len(data) > MOST_BYTES:
        words = _("The file is larger than %(most)d MB. Check that it is the right one.")
        raise Refused(Problem("file", words % {"most": MOST_BYTES // 1024 // 1024}))
    mine = Upload.objects.visible_to(by)
    mine.filter(at__lt=now - KEPT_FOR).delete()
    mine.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_KEPT - 1 :])).delete()
    return Upload.objects.create(by=by, at=now, name=name[:200], data=data)


def find_upload(key: str, *, by: Any) -> Upload | None:
    """One's own upload with this key; None for one that is not there or somebody else's."""
    try:
        return Upload.objects.visible_to(by).filter(pk=key).first()
    except ValidationError:
        return None


def understand(upload: Upload, *, into: Mapping[str, Any] | None = None) -> Understood:
    """What the kept file says; one that no importer knows is understood as nothing, with that as its problem."""
    data = bytes(upload.data)
    try:
        return importer_for(upload.name, data).understand(data, into=into)
    except Refused as refused:
        return Understood(None, problems=tuple(refused.problems))


def format_of(upload: Upload) -> str:
    """What kind of file it is, in words; empty when no importer knows it."""
    try:
        return importer_for(upload.name, bytes(upload.data)).label
    except Refused:
        return ""


def name_for(text: str) -> str:
    """A name for text that was pasted, by which the importers know what it is."""
    begins = text.lstrip()[:1]
    return {"{": "pasted.wave.json", "<": "pasted.lss"}.get(begins, "pasted.csv")


def text_of(upload: Upload) -> str | None:
    """The file as text, to be put right in a form; None for one that is no text."""
    try:
        return decode(bytes(upload.data))
    except Refused:
        return None


def lines(read: Understood) -> Iterator[Line]:
    """Every question that was understood, in order; none where the document is not sound."""
    if read.document is None or not read.sound:
        return
    document = read.document
    variables = variables_of(document)
    labels = {role["code"]: role["label"] for role in document["roles"]}
    for section in document["sections"]:
        for item in section["items"]:
            own = [variable for variable in variables.values() if variable.item == item["name"]]
            yield Line(
                section=plain_text(section["title"]),
                name=item["name"],
                kind=REGISTRY[item["type"]].label,
                text=plain_text(item["text"]),
                asked_of=", ".join(labels.get(code, code) for code in item.get("roles", ())),
                condition=in_words(item["show_if"], variables) if item.get("show_if") else "",
                answers=len(own[0].codes) if own else 0,
            )
