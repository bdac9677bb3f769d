"""Whether two wordings of a question can be compared over time: *same*, *trivial*, *breaks the trend*, and why. Pure.

Both wordings are flat definitions (`surveys.wording`). What changes how people understand, answer or are chosen breaks
the trend: words, answers and their order, codes, scores, units, and whom it is asked of. What a reader does not notice
is trivial: case, punctuation, spacing, the kind of quotes, and a misspelt word put right (`surveys.spelling`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from surveys.question_types import REGISTRY
from surveys.spelling import is_spelling, respelled
from surveys.wording import Definition, tokens

SAME, TRIVIAL, BREAKS = "same", "trivial", "breaks"
ORDER_OF_WEIGHT = (SAME, TRIVIAL, BREAKS)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words in a diff: `kind` is ``same``, ``removed`` or ``added``."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One part that reads differently: its place in the definition (``options[3]``, ``rows[POOL]``) and the diff."""

    place: str
    pieces: tuple[Piece, ...]

    @property
    def label(self) -> str:
        """Which part it is, in words."""
        part, _bracket, name = self.place.removesuffix("]").partition("[")
        words = {
            "text": _("Question"),
            "hint": _("Hint"),
            "unit": _("Unit"),
            "low": _("Low end"),
            "high": _("High end"),
            "rows": _("Statement"),
            "options": _("Answer"),
        }
        return f"{words.get(part, part)} {name}".strip()

    @property
    def before(self) -> str:
        """The old words."""
        return " ".join(piece.words for piece in self.pieces if piece.kind != "added")

    @property
    def after(self) -> str:
        """The new words."""
        return " ".join(piece.words for piece in self.pieces if piece.kind != "removed")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a wording is not the same: how much it matters, where, in a sentence; `row` when it is one statement's."""

    kind: str
    place: str
    words: str
    row: str = ""

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of two wordings together; `kind` is the weightiest of the reasons."""

    kind: str
    reasons: tuple[Reason, ...] = ()
    diff: tuple[Change, ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict)

    @property
    def breaks(self) -> bool:
        """Whether the line of at least one variable must break."""
        return self.kind == BREAKS

    def of_row(self, row: str) -> str:
        """The kind for one statement of a battery, by the row's name; another statement's change does not count."""
        return self.rows.get(row, self.kind)


def verdict(old: Definition, new: Definition) -> Verdict:
    """The verdict on two flat definitions of a question (`surveys.wording.written_out` or `.as_fielded`).

    Names are not compared: it is the caller who says that these two are one question.
    """
    comparison = _Comparison(old, new)
    found = tuple(comparison.reasons())
    shared = _heaviest(reason for reason in found if not reason.row)
    rows = {
        row: _heaviest([*(each for each in found if each.row == row), Reason(shared, "", "")]) for row in _by_name(new)
    }
    return Verdict(_heaviest(found), found, tuple(comparison.diff()), rows)


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """The words of `old` and `new` as runs that stayed, went and came."""
    before, after = old.split(), new.split()
    pieces = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", " ".join(before[a:b])))
            continue
        if b > a:
            pieces.append(Piece("removed", " ".join(before[a:b])))
        if d > c:
            pieces.append(Piece("added", " ".join(after[c:d])))
    return tuple(pieces)


def difference_of(old: str, new: str) -> str:
    """*same*, *trivial* or *breaks* for two pieces of text."""
    if old == new:
        return SAME
    return TRIVIAL if tokens(old) == tokens(new) else BREAKS


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two flat definitions and everything that is different between them."""

    old: Definition
    new: Definition

    def reasons(self) -> Iterator[Reason]:
        yield from self._form()
        yield from self._wording("text", _("The question is worded differently."), _("The question"))
        yield from self._hint()
        yield from self._statements()
        yield from _options_reasons(_options(self.old), _options(self.new))
        yield from self._nets()
        yield from self._ends()
        yield from self._measure()
        yield from self._base()
        yield from self._required()

    def diff(self) -> Iterator[Change]:
        """The parts that read differently, in the order they are read."""
        pairs = [("text", self.old["text"], self.new["text"])]
        pairs += [(key, self.old.get(key, ""), self.new.get(key, "")) for key in ("hint", "unit", "low", "high")]
        old_rows, new_rows = _by_name(self.old), _by_name(self.new)
        pairs += [(f"rows[{name}]", old_rows.get(name, ""), new_rows.get(name, "")) for name in old_rows | new_rows]
        old, new = ({o["code"]: o["label"] for o in _options(each)} for each in (self.old, self.new))
        pairs += [(f"options[{code}]", old.get(code, ""), new.get(code, "")) for code in old | new]
        yield from (Change(place, word_diff(a, b)) for place, a, b in pairs if a != b)

    def _form(self) -> Iterator[Reason]:
        old, new = (REGISTRY[each["type"]] for each in (self.old, self.new))
        if old is not new:
            words = _("It is answered in another way: “%(old)s” before, “%(new)s” now.")
            yield Reason(BREAKS, "type", words % {"old": old.label, "new": new.label})

    def _wording(self, key: str, broken: str, what: str) -> Iterator[Reason]:
        yield from _read(self.old.get(key, ""), self.new.get(key, ""), Reason(BREAKS, key, broken), what=what)

    def _hint(self) -> Iterator[Reason]:
        old, new = self.old.get("hint", ""), self.new.get("hint", "")
        kind = difference_of(old, new)
        if kind == BREAKS and not old:
            yield Reason(BREAKS, "hint", _("A hint now says how to understand the question."))
        elif kind == BREAKS and not new:
            yield Reason(BREAKS, "hint", _("The hint that said how to understand the question is gone."))
        else:
            yield from self._wording("hint", _("The hint is worded differently."), _("The hint"))

    def _statements(self) -> Iterator[Reason]:
        old, new = _by_name(self.old), _by_name(self.new)
        for name, text in new.items():
            if name not in old:
                words = _("The statement “%(text)s” is new; its line begins here.") % {"text": text}
                yield Reason(TRIVIAL, f"rows[{name}]", words, name)
                continue
            words = _("The statement %(name)s is worded differently.") % {"name": name}
            broken = Reason(BREAKS, f"rows[{name}]", words, name)
            yield from _read(old[name], text, broken, what=_("The statement %s") % name)
        for name in (each for each in old if each not in new):
            words = _("The statement “%(text)s” is no longer asked; its line ends.") % {"text": old[name]}
            yield Reason(TRIVIAL, f"rows[{name}]", words, name)
        if [name for name in old if name in new] != [name for name in new if name in old]:
            yield Reason(TRIVIAL, "rows", _("The statements stand in another order."))

    def _nets(self) -> Iterator[Reason]:
        old, new = ({net["name"]: net for net in each.get("nets", ())} for each in (self.old, self.new))
        for name in old | new:
            if name not in new or name not in old:
                words = _("The net “%s” is new.") if name in new else _("The net “%s” is no longer made.")
                yield Reason(TRIVIAL, f"nets[{name}]", words % (new if name in new else old)[name]["label"])
            elif set(old[name]["codes"]) != set(new[name]["codes"]):
                words = _("The net “%s” is made of other answers; give it another name to keep both.")
                yield Reason(BREAKS, f"nets[{name}]", words % new[name]["label"])
            elif old[name]["label"] != new[name]["label"]:
                yield Reason(TRIVIAL, f"nets[{name}]", _("The net “%s” is called something else.") % name)

    def _ends(self) -> Iterator[Reason]:
        for key, what in (("low", _("The low end of the scale")), ("high", _("The high end of the scale"))):
            yield from self._wording(key, _("%s is worded differently.") % what, what)

    def _measure(self) -> Iterator[Reason]:
        yield from self._wording("unit", _("The answer is given in another unit."), _("The unit"))
        for key, words in (("min", _("The smallest number allowed")), ("max", _("The largest number allowed"))):
            if self.old.get(key) != self.new.get(key):
                yield Reason(BREAKS, key, _("%s has changed.") % words)

    def _base(self) -> Iterator[Reason]:
        if set(self.old.get("roles", ())) != set(self.new.get("roles", ())):
            yield Reason(BREAKS, "roles", _("It is asked of other roles, so its base is another."))
        if (self.old.get("show_if") or None) != (self.new.get("show_if") or None):
            yield Reason(BREAKS, "show_if", _("It is asked under another condition, so its base is another."))

    def _required(self) -> Iterator[Reason]:
        if bool(self.old.get("required")) != bool(self.new.get("required")):
            words = _("It must now be answered.") if self.new.get("required") else _("It may now be left blank.")
            yield Reason(TRIVIAL, "required", words)


def _options_reasons(old: Sequence[Definition], new: Sequence[Definition]) -> Iterator[Reason]:
    """What is different between two lists of answers."""
    before, after = ({option["code"]: option for option in each} for each in (old, new))
    labels = [[tokens(option["label"]) for option in each] for each in (old, new)]
    if labels[0] == labels[1] and list(before) != list(after):
        yield Reason(BREAKS, "options", _("The same answers have other codes."))
        return
    for code in (each for each in before if each not in after):
        words = _("The answer “%s” is no longer offered.") % before[code]["label"]
        yield Reason(BREAKS, f"options[{code}]", words)
    for code, option in after.items():
        if code in before:
            yield from _option_reasons(before[code], option)
        else:
            yield Reason(BREAKS, f"options[{code}]", _("The answer “%s” is new.") % option["label"])
    if [code for code in before if code in after] != [code for code in after if code in before]:
        yield Reason(BREAKS, "options", _("The answers stand in another order."))


def _option_reasons(old: Definition, new: Definition) -> Iterator[Reason]:
    place = f"options[{new['code']}]"
    because = partial(Reason, BREAKS, place)
    broken = because(_("The answer “%s” is worded differently.") % old["label"])
    yield from _read(old["label"], new["label"], broken, what=_("The answer “%s”") % old["label"])
    if old.get("score") != new.get("score"):
        yield because(_("The answer “%s” has another score, so means cannot be compared.") % new["label"])
    if old.get("kind", "") != new.get("kind", ""):
        yield because(_("The answer “%s” is of another kind (a real answer, don't know …).") % new["label"])
    if bool(old.get("exclusive")) != bool(new.get("exclusive")):
        yield because(_("Whether “%s” excludes the other answers has changed.") % new["label"])
    if bool(old.get("specify")) != bool(new.get("specify")):
        words = _("Whether those who choose “%s” are asked to say what has changed.") % new["label"]
        yield Reason(TRIVIAL, place, words)


def _read(old: str, new: str, broken: Reason, *, what: str) -> Iterator[Reason]:
    """Why two pieces of text are not the same: `broken`, unless it is spelling, or what no reader notices at all."""
    kind = difference_of(old, new)
    words = _("%s differs in case, punctuation or spacing alone.") % what
    if kind == BREAKS:
        if not is_spelling(old, new):
            yield broken
            return
        pairs = (_("“%(old)s” is now “%(new)s”") % {"old": was, "new": now} for was, now in respelled(old, new))
        words = _("%(what)s is spelled differently: %(words)s.") % {"what": what, "words": ", ".join(pairs)}
    if kind != SAME:
        yield Reason(TRIVIAL, broken.place, words, broken.row)


def _heaviest(reasons: Any) -> str:
    return max((reason.kind for reason in reasons), key=ORDER_OF_WEIGHT.index, default=SAME)


def _by_name(definition: Definition) -> dict[str, str]:
    return {row["name"]: row["text"] for row in definition.get("rows", ())}


def _options(definition: Definition) -> Sequence[Definition]:
    return definition.get("options", ())
