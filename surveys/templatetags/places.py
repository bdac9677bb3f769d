"""A template tag that leads from a problem of a draft to the page on which it is mended."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html

from surveys.access import EDITOR, may
from surveys.models import Wave
from surveys.places import place_of

register = template.Library()


@register.simple_tag(takes_context=True)
def mended_at(context: Context, wave: Wave, where: str) -> str:
    """The part of the draft that a place in the wave file names, for an editor a link to the page that edits it; the
    place itself where the desk has no such page.
    """
    place = place_of(wave, where)
    if place is None:
        return format_html("<code>{}</code>", where)
    if not may(context["request"].user, {EDITOR}, wave):
        return place.words
    return format_html('<a href="{}">{}</a>', place.address, place.words)
