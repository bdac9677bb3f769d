"""Template filters for words: without the marks of their small Markdown, and with what is different in them."""

from collections.abc import Mapping

from django import template

from surveys.comparing import Change, word_diff
from surveys.markdown import plain_text

register = template.Library()

register.filter("plain", plain_text)


@register.filter
def word_by_word(change: Mapping[str, str]) -> Change:
    """The words of a correction, then and now, as runs that stayed, went and came."""
    return Change(change["place"], word_diff(change["before"], change["after"]))
