"""What only the register and the sample can say before a wave opens: whether there is anybody to ask."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from respondents.models import Invitation
from respondents.organisations import frame
from surveys.models import Wave
from surveys.readiness import Thought


def thoughts_on_who_is_asked(wave: Wave) -> Iterator[Thought]:
    """That no organisation stands in the population, and that nobody is invited."""
    if wave.frame_kind and wave.frame_date and not frame(wave):
        words = _(
            "no %(kind)s in the register was open on %(day)s; set another kind or date under “About this wave”, "
            "or nobody can be invited with an organisation"
        )
        told = words % {"kind": wave.frame_kind, "day": date_format(wave.frame_date, "j F Y")}
        yield Thought(_("Who is asked"), _("Population"), told)
    if not Invitation.objects.filter(wave=wave).exists():
        words = _("nobody is invited yet; a sample can be uploaded now, or once the wave is open")
        yield Thought(_("Who is asked"), _("Sample"), words)
