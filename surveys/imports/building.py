"""Putting a wave document together from another program's questions, noting on the way what is left out or changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from html.parser import HTMLParser
from typing import Any

from django.utils.text import slugify

from surveys.copying import blank_document
from surveys.imports.answers import Answers
from surveys.imports.base import Document, Note, Understood
from surveys.imports.conditions import NotUnderstood, Rule, Symbol, translate
from surveys.problems import Problem
from surveys.question_types import REGISTRY
from surveys.texts import clean
from surveys.wave_checks import form_problems, sense_problems

LONGEST_NAME, LONGEST_LINE = 40, 200
MOST_ITEMS = 2000


class Builder:
    """A wave document in the making. Places in notes are given by the importer, in the words of its format."""

    def __init__(self) -> None:
        self.sections: list[Document] = []
        self.symbols: dict[str, Symbol] = {}
        self.notes: list[Note] = []
        self._names: set[str] = set()
        self._conditions: list[str] = []

    def note(self, place: str, message: str) -> None:
        """Say what became of a part of the file."""
        self.notes.append(Note(place, message))

    def section(self, name: str, title: str, *, together: bool = False) -> None:
        """Begin a section; following items stand in it."""
        handle = _unique(
            re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:50] or "section",
            {each["name"] for each in self.sections},
        )
        section: Document = {"name": handle, "title": line(title) or handle, "items": []}
        if together:
            section["together"] = True
        self.sections.append(section)

    def name(self, source: str, place: str) -> str:
        """A variable's name for a source's name: capitals, digits and underscores, not taken yet."""
        wished = re.sub(r"[^A-Z0-9_]+", "_", source.upper()).strip("_")[:LONGEST_NAME] or "Q"
        wished = wished if wished[0].isalpha() else f"Q{wished}"
        made = _unique(wished, self._names)
        if made != source.upper():
            self.note(place, f"is called {made} here, because names are capitals, digits and underscores")
        self._names.add(made)
        return made

    def item(self, item: Mapping[str, Any], *, place: str, condition: str = "") -> Document:
        """Add an item to the current section and return it; a condition that cannot be said is noted and left out."""
        if not self.sections:
            self.section("questions", "Questions")
        made = {key: value for key, value in item.items() if value or _is_zero(value) or key == "consent"}
        rule = self.rule(condition, place)
        if rule:
            made["show_if"] = rule
        self.sections[-1]["items"].append(made)
        return made

    def rule(self, condition: str, place: str) -> Rule | None:
        """The rule of a condition within those of the groups around it."""
        rules: list[Rule] = []
        for each in (*self._conditions, condition):
            try:
                found = translate(each, self.symbols) if each.strip() else None
            except NotUnderstood as reason:
                self.note(place, f"the condition “{each}” was left out, so everybody is asked: {reason}")
                continue
            parts = [] if not found else found[1:] if found[0] == "all" else [found]
            rules += [part for part in parts if part not in rules]
        return rules[0] if len(rules) == 1 else ["all", *rules] if rules else None

    def within(self, condition: str) -> None:
        """Put a group's condition before those of the items that follow, until `leave`."""
        self._conditions.append(condition)

    def leave(self) -> None:
        """The group's condition no longer holds."""
        if self._conditions:
            self._conditions.pop()

    def answered_with(self, answers: Answers, place: str) -> list[Document]:
        """The options of an item, with a note on what is not as it was."""
        if answers.renumbered:
            told = ", ".join(f"{source} is {code}" for source, code in list(answers.renumbered.items())[:12])
            more = " …" if len(answers.renumbered) > 12 else ""
            self.note(place, f"its answers have whole numbers as codes here: {told}{more}")
        for label in answers.guessed:
            self.note(
                place, f"“{label}” was taken for what it says (not a real answer, or excluding the others); check"
            )
        return [dict(option) for option in answers.options]

    def finished(
        self, into: Mapping[str, Any] | None, *, title: str, shape: Callable[[Document], None] | None = None
    ) -> Understood:
        """The whole document, last touched by `shape`, then checked. Unsound rules are taken out, with a note."""
        document = deepcopy(dict(into)) if into else _named_after(title)
        document["sections"] = self.sections
        if shape:
            shape(document)
        if sum(len(section["items"]) for section in self.sections) > MOST_ITEMS:
            return Understood(None, tuple(self.notes), (Problem("", f"has more than {MOST_ITEMS} questions"),))
        problems = form_problems(document) or sense_problems(document)
        unruly = [problem for problem in problems if problem.place.endswith(".show_if")]
        if unruly:
            self._unrule(document, unruly)
            problems = sense_problems(document)
        return Understood(document, tuple(self.notes), tuple(problems))

    def variables_of(self, item: Mapping[str, Any]) -> list[str]:
        """The names of the variables an item makes."""
        question_type = REGISTRY.get(item["type"])
        if question_type is None:
            return []
        return [variable.name for variable in question_type.variables(item, question_type.settings(item, {}))]

    def _unrule(self, document: Document, problems: Iterable[Problem]) -> None:
        wrong = {problem.place: problem.message for problem in problems}
        for i, section in enumerate(document["sections"]):
            for j, item in enumerate(section["items"]):
                fault = wrong.get(f"sections[{i}].items[{j}].show_if")
                if fault:
                    del item["show_if"]
                    self.note(item["name"], f"its condition was left out, so everybody is asked: {fault}")


def _is_zero(value: Any) -> bool:
    """Whether a value is the number 0, which says something, and not merely empty."""
    return value == 0 and not isinstance(value, bool)


def line(text: str) -> str:
    """`text` on one line, cut to what a title may have."""
    whole = " ".join(clean(text).split())
    return whole if len(whole) <= LONGEST_LINE else f"{whole[: LONGEST_LINE - 1]}…"


def words(markup: str) -> str:
    """HTML as the small Markdown of the questionnaire: paragraphs, emphasis and lists stay, all else is its text."""
    if "<" not in markup and "&" not in markup:
        return clean(markup).strip()
    reader = _Words()
    reader.feed(markup)
    reader.close()
    return clean(re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+", " ", "".join(reader.parts)))).strip()


class _Words(HTMLParser):
    """Collects the text of HTML, with Markdown for what Markdown can say."""

    _OPENING = {"strong": "**", "b": "**", "em": "*", "i": "*", "br": "\n", "li": "\n- "}
    _CLOSING = {"strong": "**", "b": "**", "em": "*", "i": "*", "p": "\n\n", "div": "\n", "ul": "\n", "ol": "\n"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.silent += tag in ("script", "style")
        self.parts.append(self._OPENING.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in ("script", "style")))
        self.parts.append(self._CLOSING.get(tag, ""))

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data.replace("\xa0", " "))


def _named_after(title: str) -> Document:
    title = line(title) or "Imported questionnaire"
    slug = slugify(title)[:60].strip("-_") or "imported"
    return blank_document({"slug": slug, "title": title}, slug=slug, title=title)


def _unique(wished: str, taken: set[str]) -> str:
    made, number = wished, 2
    while made in taken:
        made, number = f"{wished}_{number}", number + 1
    return made
