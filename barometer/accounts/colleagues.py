"""Colleagues and what they may do: inviting, giving and taking roles, closing accounts. Nobody does it to themselves.

`by` is the administrator; None is a command, which whoever may run commands may do. An administrator of one survey
gives roles for that survey and its waves alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from barometer.accounts import audit, factors, letters
from barometer.accounts.models import Role, StaffLetter, StaffRole, User, scope_of, tidy_address
from surveys.models import Survey, Wave
from surveys.problems import Problem, Refused, refuse_if

Where = Survey | Wave | None


def visible_to(user: User) -> QuerySet[User]:
    """The colleagues an administrator sees: all, or those with a role in the surveys this one administers."""
    if user.may(Role.ADMIN):
        return User.objects.order_by("name", "email")
    surveys = user.surveys(Role.ADMIN)
    mine = StaffRole.objects.filter(Q(survey__in=surveys) | Q(wave__survey__in=surveys), user=OuterRef("pk"))
    return User.objects.filter(Exists(mine)).order_by("name", "email")


@transaction.atomic
def invite(
    email: str, *, name: str = "", roles: Sequence[str], where: Where = None, by: User | None, now: datetime
) -> User:
    """Let a colleague in, with these roles, and have the invitation sent. Raises Refused when the address is known."""
    _refuse_unless_administrator(by, where)
    email = tidy_address(email)
    if User.objects.filter(email=email).exists():
        raise Refused(Problem("email", _("somebody with this address is a colleague already; change their roles")))
    refuse_if([] if roles else [Problem("roles", _("choose a role at least"))])
    user = User.objects.create_user(email, name=name)
    audit.record("invited", by=by, whom=user, now=now)
    for role in roles:
        give(user, role, where=where, by=by, now=now)
    letters.order(user, StaffLetter.Kind.INVITATION, now=now)
    return user


@transaction.atomic
def give(user: User, role: str, *, where: Where = None, by: User | None, now: datetime) -> bool:
    """Let a colleague hold a role. Whether it is new. Raises Refused for one's own."""
    _refuse_unless_administrator(by, where, user)
    made = user.give(role, where)
    if made:
        audit.record("role_given", by=by, whom=user, note=_label(role, where), now=now, **scope_of(where))
    return made


@transaction.atomic
def take(user: User, role: str, *, where: Where = None, by: User | None, now: datetime) -> bool:
    """Let a colleague hold a role no longer. Whether it was held. Raises Refused for one's own."""
    _refuse_unless_administrator(by, where, user)
    gone = user.take(role, where)
    if gone:
        audit.record("role_taken", by=by, whom=user, note=_label(role, where), now=now, **scope_of(where))
    return gone


@transaction.atomic
def close_account(user: User, *, by: User | None, now: datetime) -> None:
    """Let a colleague in no more; their sessions end with the next page. Their name stays in the log."""
    _refuse_unless_administrator(by, None, user)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        StaffLetter.objects.filter(user=user, state=StaffLetter.State.WAITING).delete()
        audit.record("closed", by=by, whom=user, now=now)
    user.refresh_from_db()


@transaction.atomic
def reopen_account(user: User, *, by: User | None, now: datetime) -> None:
    """Let a colleague in again, with the roles they had."""
    _refuse_unless_administrator(by, None, user)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        audit.record("reopened", by=by, whom=user, now=now)
    user.refresh_from_db()


@transaction.atomic
def invite_again(user: User, *, by: User | None, now: datetime) -> None:
    """Send the invitation once more. Raises Refused when a password is set already or the account is closed."""
    _refuse_unless_administrator(by, None, user, somewhere=True)
    if user.has_usable_password() or not user.is_active:
        raise Refused(Problem("", _("Only a colleague who has not come in yet is invited again.")))
    letters.order(user, StaffLetter.Kind.INVITATION, now=now)
    audit.record("invited", by=by, whom=user, now=now)


@transaction.atomic
def forget_factor(user: User, *, by: User | None, now: datetime) -> None:
    """Take the second factor away from a colleague who has lost it, to set up another. Raises Refused without one."""
    _refuse_unless_administrator(by, None, user)
    if not factors.forget(user):
        raise Refused(Problem("", _("This colleague has no second factor.")))
    audit.record("factor_off", by=by, whom=user, now=now)


def _refuse_unless_administrator(
    by: User | None, where: Where, user: User | None = None, *, somewhere: bool = False
) -> None:
    """Raises Refused unless `by` administers this survey (`somewhere`: any) and it is not about themselves."""
    if by is None:
        return
    administers = by.may_anywhere(Role.ADMIN) if somewhere else by.may(Role.ADMIN, where)
    if not administers:
        raise Refused(Problem("", _("You administer neither all surveys nor this one.")))
    if user is not None and user.pk == by.pk:
        raise Refused(Problem("", _("Nobody changes their own roles or account; ask another administrator.")))


def _label(role: str, where: Where) -> str:
    return f"{Role(role).label}: {where or _('every survey')}"
