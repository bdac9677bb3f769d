"""The one part of the crispy pack that is code, for speed: a battery of ten statements has sixty radio buttons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()

_ROW = (
    '<label class="choice{apart}" for="{id}"><input type="{type}" name="{name}" value="{value}" id="{id}"{flags}>'
    '<span class="choice-words">{label}{spoken}</span></label>'
)


@register.simple_tag(takes_context=True)
def choice_rows(context: Context, field: BoundField) -> SafeString:
    """The radio buttons or checkboxes of a field, each a row whose whole surface is its label.

    The context may name values that stand `apart` from the rest (don't know) and those that are `exclusive`, before
    which stands "or"; `sayings` are the fields for own words to an option, which stand beneath it; `spoken` is what a
    value means beyond its label, for those who cannot see it written at the ends of the row. Ids count from 0:
    ``id_GRIP_0``.
    """
    apart, exclusive = context.get("apart") or (), context.get("exclusive") or ()
    sayings, spoken = context.get("sayings") or {}, context.get("spoken") or {}
    widget, id_, name = field.field.widget, field.auto_id, _escaped(field.html_name)
    chosen = {str(value) for value in _listed(field.value())}
    parts: list[str] = []
    for index, (value, label) in enumerate(_flat(widget.choices)):
        value = str(value)
        if value in exclusive:
            parts.append(format_html('<p class="or">{}</p>', _("or")))
        parts.append(
            _ROW.format(
                apart=" apart" if value in apart else "",
                id=f"{id_}_{index}",
                type=widget.input_type,
                name=name,
                value=_escaped(value),
                flags=(" checked" if value in chosen else "") + (" data-exclusive" if value in exclusive else ""),
                label=_escaped(label),
                spoken=_spoken(spoken[value]) if value in spoken else "",
            )
        )
        if value in sayings:
            parts.append(_saying(sayings[value]))
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


@lru_cache(maxsize=2048)
def _spoken(words: str) -> str:
    return format_html('<span class="vh"> ({})</span>', words)


def _saying(field: BoundField) -> str:
    shown = {"field": field, "wrapper_class": "saying", "form_show_errors": True, "form_show_labels": True}
    return get_template("barometer_pack/field.html").render(shown)


def _flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _flat(label)
        else:
            yield value, label


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


@lru_cache(maxsize=2048, typed=True)
def _escaped(text: Any) -> str:
    return str(conditional_escape(text))
