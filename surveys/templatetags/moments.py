"""Moments as a British reader is told them, always with the zone: "5pm GMT on Friday 25 January 2013"."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def clock(moment: datetime) -> str:
    """The time of day in the site's zone: "5pm", "2.32pm", "noon" and "midnight" by name."""
    local = timezone.localtime(moment)
    if local.minute == 0 and local.hour in (0, 12):
        return _("midnight") if local.hour == 0 else _("noon")
    hour = local.hour % 12 or 12
    minutes = f".{local.minute:02d}" if local.minute else ""
    return f"{hour}{minutes}{_('am') if local.hour < 12 else _('pm')}"


@register.filter
def day(moment: datetime) -> str:
    """The day in the site's zone: "Friday 25 January 2013"."""
    return date_format(timezone.localtime(moment), "l j F Y")


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time with the zone: "5pm GMT on Friday 25 January 2013"; empty for none."""
    if value is None:
        return ""
    zone = timezone.localtime(value).tzname()
    return _("%(clock)s %(zone)s on %(day)s") % {"clock": clock(value), "zone": zone, "day": day(value)}
