"""An item on the wave desk, rendered once for as long as it looks the same: a draft has a hundred of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from surveys.outline import Entry

register = template.Library()


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that an entry's looks depend on; the context is what the template makes them from."""

    slug: str
    mark: str
    before: str
    language: str
    may_edit: bool
    is_draft: bool
    entry: Entry = field(compare=False)


@register.simple_tag(takes_context=True)
def desk_entry(context: Context, entry: Entry) -> SafeString:
    """One item of the outline, with its buttons for those who may edit."""
    wave, before = context["wave"], context.get("before")
    return _rendered(
        _Seen(
            slug=wave.slug,
            mark=entry.mark,
            before=before.title if before else "",
            language=get_language() or "",
            may_edit=context["may_edit"],
            is_draft=wave.is_draft,
            entry=entry,
        )
    )


@lru_cache(maxsize=4096)
def _rendered(seen: _Seen) -> Any:
    return render_to_string("desk/edit/entry.html", {"seen": seen, "entry": seen.entry})
