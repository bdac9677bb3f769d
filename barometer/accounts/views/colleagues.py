"""Colleagues and their roles: everybody, an invitation, one colleague."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from barometer.accounts import colleagues as services
from barometer.accounts.forms import InviteForm, RolesForm
from barometer.accounts.models import Role, StaffRole, User
from surveys.problems import Refused


def everybody(request: HttpRequest) -> HttpResponse:
    """Every colleague whom this administrator looks after, with roles, second factor and last time here."""
    user: Any = request.user
    return render(request, "accounts/colleagues.html", {"colleagues": _listed(user)})


def invite(request: HttpRequest) -> HttpResponse:
    """Invite a colleague by mail."""
    user: Any = request.user
    form = InviteForm(request.POST if request.method == "POST" else None, by=user)
    if request.method == "POST" and form.is_valid():
        given = {key: form.cleaned_data[key] for key in ("name", "email", "roles")}
        try:
            made = services.invite(**given, where=form.where, by=user, now=timezone.now())
        except Refused as refused:
            form.add_error("email", [problem.message for problem in refused.problems])
        else:
            messages.success(request, _("%s is invited. The mail goes out within a minute.") % made)
            return redirect("accounts:colleagues")
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One colleague: give and take roles, close the account, invite again, take a lost second factor away."""
    user: Any = request.user
    colleague = get_object_or_404(_listed(user), pk=pk)
    form = RolesForm(request.POST if request.POST.get("do") == "give" else None, by=user)
    if request.method == "POST":
        done = _act(request, colleague, form)
        if done is not None:
            return done
    context = {
        "colleague": colleague,
        "form": form,
        "roles": [(row, user.may(Role.ADMIN, row.where)) for row in colleague.staff_roles.all()],
        "is_self": colleague.pk == user.pk,
        "is_for_all": user.may(Role.ADMIN),
    }
    return render(request, "accounts/colleague.html", context, status=422 if form.errors else 200)


def _act(request: HttpRequest, colleague: User, form: RolesForm) -> HttpResponse | None:
    """Do what the button says and come back to the page; None when a form is to be put right."""
    user: Any = request.user
    if form.is_bound and not form.is_valid():
        return None
    common = {"by": user, "now": timezone.now()}
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "close": (services.close_account, _("The account is closed.")),
        "reopen": (services.reopen_account, _("The account is open again.")),
        "again": (services.invite_again, _("The invitation is on its way.")),
        "forget": (services.forget_factor, _("The second factor is taken away.")),
    }
    act = request.POST.get("do", "")
    try:
        if form.is_bound:
            for role in form.cleaned_data["roles"]:
                services.give(colleague, role, where=form.where, **common)
            told = _("The roles are given.")
        elif act == "take":
            row = get_object_or_404(StaffRole.objects.filter(user=colleague), pk=request.POST.get("row") or 0)
            services.take(colleague, row.role, where=row.where, **common)
            told = _("The role is taken away.")
        elif act in acts:
            service, told = acts[act]
            service(colleague, **common)
        else:
            return None
    except Refused as refused:
        messages.error(request, " ".join(problem.message for problem in refused.problems))
    else:
        messages.success(request, told)
    return redirect("accounts:colleague", pk=colleague.pk)


def _listed(user: User) -> Any:
    """The colleagues with all that the pages show, in two queries."""
    roles = StaffRole.objects.select_related("survey", "wave__survey").order_by("role", "pk")
    return (
        services.visible_to(user)
        .annotate(has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)))
        .prefetch_related(Prefetch("staff_roles", queryset=roles))
    )
