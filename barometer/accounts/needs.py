"""What needs doing about colleagues: invitations that did not go out, for whoever looks after accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from barometer.accounts import colleagues
from barometer.accounts.models import StaffLetter
from surveys.models import Wave
from surveys.needs import PATIENCE, STUCK, Need

NOT_SENT = (StaffLetter.State.FAILED, StaffLetter.State.UNKNOWN)


def invitation_needs(waves: Sequence[Wave], user: Any, now: datetime) -> Iterator[Need]:
    """Colleagues whose latest letter did not go out, and letters that wait too long."""
    if not user.administers:
        return
    latest = StaffLetter.objects.values("user").annotate(last=Max("pk")).values("last")
    letters = StaffLetter.objects.filter(
        pk__in=latest, user__in=colleagues.visible_to(user).order_by(), user__is_active=True, user__last_login=None
    )
    for letter in letters.select_related("user"):
        address = reverse("accounts:colleague", args=[letter.user_id])
        told = {"who": letter.user}
        if letter.state in NOT_SENT:
            yield Need(STUCK, _("The invitation of %(who)s did not go out, or perhaps not.") % told, address)
        elif letter.state == StaffLetter.State.WAITING and letter.ordered_at < now - PATIENCE:
            words = _("The invitation of %(who)s waits: the mail server may be away.")
            yield Need(STUCK, words % told, address)
