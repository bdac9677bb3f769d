"""Options put in order of preference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question
from surveys.question_types.closed import CHOOSE, ClosedType


class RanksWidget(forms.MultiWidget):
    """One select of ranks an option; works by keyboard and without JavaScript."""

    template_name = "questions/widgets/ranks.html"

    def __init__(self, variable: Variable) -> None:
        self.variable = variable
        ranks = [("", _("Not ranked")), *((str(rank), str(rank)) for rank in range(1, len(variable.codes) + 1))]
        super().__init__({str(code.code): forms.Select(choices=ranks) for code in variable.codes})

    def decompress(self, value: None) -> list[str]:
        return ["" for _code in self.variable.codes]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for code, part in zip(self.variable.codes, context["widget"]["subwidgets"], strict=True):
            part["option_label"] = code.label
        return context


class RanksField(forms.Field):
    """The ranks given to the options, cleaned into codes from first to last; gaps are closed, ties refused."""

    def __init__(self, variable: Variable, **kwargs: Any) -> None:
        self.variable = variable
        super().__init__(widget=RanksWidget(variable), **kwargs)

    def clean(self, value: Any) -> list[Any]:
        given = value if isinstance(value, list) else []
        ranked = [(rank, code.code) for rank, code in zip(given, self.variable.codes, strict=False) if rank]
        if not ranked and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        allowed = {str(rank) for rank in range(1, len(self.variable.codes) + 1)}
        if any(rank not in allowed for rank, code in ranked):
            raise ValidationError(_("Choose from the ranks offered"), code="invalid")
        self._refuse_ties([rank for rank, code in ranked])
        return [code for rank, code in sorted(ranked, key=lambda pair: int(pair[0]))]

    def _refuse_ties(self, ranks: list[str]) -> None:
        for rank in ranks:
            if ranks.count(rank) > 1:
                raise ValidationError(
                    _("Give each rank once: %(rank)s is given to %(count)d options")
                    % {"rank": rank, "count": ranks.count(rank)},
                    code="tie",
                )


class Ranking(ClosedType):
    """Options in order of preference; codes are stored from first to last, unranked ones left out."""

    key = "ranking"
    label = "Ranking"
    holds = "order"

    def form_field(self, question: Question, variable: Variable) -> forms.Field:
        return RanksField(
            variable, label=variable.label, required=question.required, error_messages={"required": CHOOSE}
        )

    def codes_from(self, variable: Variable, value: Any) -> list[Any]:
        return list(value or ())

    def words(self, variable: Variable, values: list[Any]) -> str:
        return "; ".join(f"{rank}. {variable.code(value).label}" for rank, value in enumerate(values, 1))

    def initial(self, question: Question, answers: Mapping[str, list[Any]]) -> dict[str, Any]:
        return {v.name: _ranks(v, answers[v.name]) for v in question.variables if answers.get(v.name)}


def _ranks(variable: Variable, order: list[Any]) -> list[str]:
    """The rank of each option as its select shows it, in the order they are offered."""
    ranks = {code: str(rank) for rank, code in enumerate(order, 1)}
    return [ranks.get(code.code, "") for code in variable.codes]
