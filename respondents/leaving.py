"""Not for me: hand the invitation to a colleague, say that one has left the post, or stop the mails."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from respondents import keys
from respondents.invitations import Invitee, invite, revoke, stop
from respondents.models import Invitation, Response
from respondents.responses import Standing, enter, standing
from surveys.problems import Problem, Refused

LONGEST_ADDRESS = 254
"""Characters of an e-mail address that a server must take (RFC 5321), and that the table of people keeps."""


@transaction.atomic
def hand_over(token: str, *, name: str, email: str, now: datetime | None = None) -> Invitation:
    """Invite a colleague in this person's place, for the same organisations; this link ends and its draft with it.

    Whether the colleague is a GP is not known. Raises NotTaken, and Refused once answers are sent, for a bad address,
    or for somebody who is invited in that role already.
    """
    found = enter(token, now=now)
    mine = found.invitation
    assert mine is not None
    assert found.wave is not None
    _check_colleague(found, name=name, email=email)
    organisations = tuple(mine.places.values_list("organisation_id", flat=True))
    colleague = Invitee(name.strip(), email.strip().lower(), mine.role, None, organisations)
    invite(found.wave, [colleague], rename=False)  # somebody known keeps the name the desk gave
    _end(found)
    return found.wave.invitations.get(person__email__iexact=email.strip(), role=mine.role)


@transaction.atomic
def leave_post(token: str, *, now: datetime | None = None) -> None:
    """This person does not hold the post any more: the link ends, its draft with it, and no mail follows.

    Raises NotTaken, and Refused once answers are sent.
    """
    found = enter(token, now=now)
    _refuse_sent(found)
    _end(found)


def stop_mails(token: str) -> bool:
    """No more mail to this person in this wave; the link goes on working. False for an unknown link. Repeatable."""
    found = standing(token)
    if found.invitation is None:
        return False
    stop(found.invitation)
    return True


def _check_colleague(found: Standing, *, name: str, email: str) -> None:
    _refuse_sent(found)
    problems = []
    if not name.strip() or len(name.strip()) > 200:
        problems.append(Problem("name", _("Enter your colleague's name")))
    try:
        validate_email(email.strip())
        MaxLengthValidator(LONGEST_ADDRESS)(email.strip())
    except ValidationError:
        problems.append(Problem("email", _("Enter an e-mail address, such as name@example.nhs.uk")))
    assert found.wave is not None
    assert found.invitation is not None
    invited = found.wave.invitations.filter(person__email__iexact=email.strip(), role=found.invitation.role)
    if not problems and invited.exists():
        problems.append(Problem("email", _("Somebody with this address is invited already")))
    if problems:
        raise Refused(problems)


def _refuse_sent(found: Standing) -> None:
    if found.sent:
        raise Refused(Problem("", _("You have sent answers. Withdraw them first.")))


def _end(found: Standing) -> None:
    assert found.invitation is not None
    Response.objects.filter(pk=keys.pseudonym_of(found.token)).delete()
    revoke(found.invitation)
    stop(found.invitation)
