"""How a figure is printed: the one place where a stored cell becomes words or digits.

Cells, columns and tables are the plain data of the Results JSON. A share is stored as a count and a base; what is
printed is the whole number beside them, with the signs of the house: a dash for none, a star for more than none but
under half of one per cent, and the count beside every percentage that stands on fewer than thirty answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from results.analysis.rounding import FLOAT_DECIMALS
from results.analysis.uncertainty import Z95

NONE, TRACE = "–", "*"
SMALL_BASE, MODEST_BASE = 30, 50

Cell = Mapping[str, Any]
Column = Mapping[str, Any]


def base_flag(base: int) -> str:
    """The mark of a base: ``**`` under thirty answers, ``*`` under fifty, else nothing; nothing for none at all."""
    if 0 < base < SMALL_BASE:
        return "**"
    return "*" if 0 < base < MODEST_BASE else ""


def is_veiled(cell: Cell, *, base: int, sensitive: bool) -> bool:
    """Whether a 0 or 100 per cent must be blurred: a sensitive question in a column under thirty."""
    return sensitive and base < SMALL_BASE and people_in(cell) in (0, base)


def people_in(cell: Cell) -> int:
    """How many people a cell stands for, whatever their weights."""
    return cell.get("people", cell["count"])


def percent(cell: Cell, *, base: int, sensitive: bool = False) -> str:
    """The share as it stands in a table, without its sign: ``50``, ``–``, ``*``, ``under 5``; empty on no base."""
    if cell["percent"] is None:
        return ""
    if is_veiled(cell, base=base, sensitive=sensitive):
        return _("under 5") if people_in(cell) == 0 else _("over 95")
    if cell["count"] == 0:
        return NONE
    return TRACE if cell["percent"] == 0 else str(cell["percent"])


def share(cell: Cell, *, base: int, sensitive: bool = False) -> str:
    """The share as it stands in a chart, with sign and, on a small base, its count: ``31% (9 of 29)``."""
    digits = percent(cell, base=base, sensitive=sensitive)
    if digits in (NONE, ""):
        return digits
    printed = _("under 0.5%") if digits == TRACE else f"{digits}%"
    if base >= SMALL_BASE or is_veiled(cell, base=base, sensitive=sensitive):
        return printed
    return f"{printed} ({count_of(cell, base=base)})"


def share_in_words(cell: Cell, *, base: int, sensitive: bool = False) -> str:
    """The share as it is read out: ``50 per cent``; ``31 per cent, 9 of 29``; ``none``."""
    digits = percent(cell, base=base, sensitive=sensitive)
    if digits in (NONE, ""):
        return _("none") if digits else _("no answers")
    words = _("under 0.5 per cent") if digits == TRACE else _("%(digits)s per cent") % {"digits": digits}
    if base >= SMALL_BASE or is_veiled(cell, base=base, sensitive=sensitive):
        return words
    return f"{words}, {count_of(cell, base=base)}"


def count_of(cell: Cell, *, base: int) -> str:
    """The count with its base: ``9 of 29``."""
    return _("%(count)d of %(base)d") % {"count": people_in(cell), "base": base}


def mean(value: float | None) -> str:
    """A mean to one decimal, halves upwards as with percentages; a dash where none can be given."""
    return NONE if value is None else f"{math.floor(round(10 * value, FLOAT_DECIMALS) + 0.5) / 10:.1f}"


def mean_interval(mean: Mapping[str, Any]) -> tuple[float, float]:
    """The ends of the 95 per cent interval of a mean, from its standard error."""
    reach = Z95 * (mean.get("se") or 0)
    return mean["value"] - reach, mean["value"] + reach


def people(count: int) -> str:
    """``1 person``, ``85 people``."""
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": f"{count:,}"}


def leaders(count: int) -> str:
    """``1 leader``, ``116 leaders``."""
    return ngettext("%(count)s leader", "%(count)s leaders", count) % {"count": f"{count:,}"}


def organisations(count: int) -> str:
    """``1 organisation``, ``78 organisations``."""
    return ngettext("%(count)s organisation", "%(count)s organisations", count) % {"count": f"{count:,}"}


def base_line(table: Mapping[str, Any]) -> str:
    """The base of a table in words and number, with what is left out of it."""
    total = table["columns"][0]
    if total["base"] is None:
        return _("Base: not shown, to protect a small group.")
    if table.get("denominator") == "organisations":
        told = _("Base: %(who)s that answered, each counted once; its people share one vote.")
        return told % {"who": organisations(total["base"])}
    line = people(total["base"])
    if total.get("organisations"):
        line = _("%(people)s from %(organisations)s") % {
            "people": line,
            "organisations": organisations(total["organisations"]),
        }
    parts = [_("Base: %(who)s who answered") % {"who": line}]
    if table.get("set_aside"):
        parts[0] = _("Base: %(who)s who answered with an opinion") % {"who": line}
        parts.append(_("%(count)s without one set aside") % {"count": table["set_aside"]})
    if table.get("no_answer"):
        parts.append(_("%(count)s gave no answer") % {"count": table["no_answer"]})
    if table.get("not_asked"):
        parts.append(_("%(count)s not asked") % {"count": table["not_asked"]})
    return "; ".join(parts) + "."
