"""What the results say of wordings that were corrected while their wave was open: a footnote, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Instrument


def footnotes(instrument: Instrument, variable: Variable) -> Iterator[str]:
    """A sentence for each correction of the question that this variable belongs to, oldest first."""
    for made in instrument.corrections:
        if variable.item in made["items"] or variable.name in made["items"]:
            words = _("The wording was corrected on %(day)s, while people were answering: %(changes)s. %(reason)s")
            yield words % {
                "day": date_format(date.fromisoformat(made["on"]), "j F Y"),
                "changes": "; ".join(_change(each["before"], each["after"]) for each in made["words"]),
                "reason": made["reason"],
            }


def _change(before: str, after: str) -> str:
    return _("“%(before)s” became “%(after)s”") % {"before": before, "after": after}
