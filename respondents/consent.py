"""What respondents let be done with their comments, and the wish to be contacted, which never stays with answers.

Somebody who asks to go on record gives up their name, not their answers. So the wish is a mark on the invitation, as
"has answered" is, and among the answers it becomes "background only" (docs/decisions/0034).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from respondents.models import Invitation
from respondents.promise import FEWEST
from surveys.codebook import Variable
from surveys.models import Wave
from surveys.problems import Problem, Refused
from surveys.question_types.permission import BACKGROUND, CONTACT

Answers = Mapping[str, list[Any]]
Variables = Mapping[str, Variable]


def wishes_contact(variables: Variables, answers: Answers) -> bool:
    """Whether anywhere in these answers, cut to the path, somebody asks to go on record."""
    return any(values == [CONTACT] and _is_permission(variables, name) for name, values in answers.items())


def without_wishes(variables: Variables, answers: Answers) -> dict[str, list[Any]]:
    """The answers as they are sent: what is to be talked about is background until then."""
    return {
        name: [BACKGROUND] if values == [CONTACT] and _is_permission(variables, name) else values
        for name, values in answers.items()
    }


def hold_back_contacts(wave: Wave, permissions: Iterable[str], sent: Iterable[Answers]) -> None:
    """Forget, as the wave freezes, who asked for contact if fewer than ten answers could be meant.

    A name beside a handful of background comments would say whose they are. Part of the closing transaction.
    """
    names = list(permissions)
    meant = sum(any(answers.get(name) == [BACKGROUND] for name in names) for answers in sent)
    if meant < FEWEST:
        wave.invitations.filter(contact=True).update(contact=False)


def contacts_of(wave: Wave) -> list[Invitation]:
    """The people who asked to be contacted, by name. Raises Refused until the wave has closed: it may still change."""
    if not wave.is_closed:
        raise Refused(
            Problem("wave.state", f"{wave.slug} is {wave.state}; who may be contacted is known at its close")
        )
    found = wave.invitations.personal().filter(contact=True, responded=True)
    return list(found.select_related("person").order_by("person__name", "pk"))


def _is_permission(variables: Variables, name: str) -> bool:
    return name in variables and variables[name].permission
