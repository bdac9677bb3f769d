"""What the audit log hears of by itself: rows as they are saved, sign-ins, and what the applications tell."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from django.apps import apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.translation import gettext as _

from barometer.accounts import audit
from surveys import acts


def connect() -> None:
    """Listen, once for the process."""
    for label, listener in ROWS.items():
        post_save.connect(listener, sender=apps.get_model(label), dispatch_uid=f"audit {label}")
    acts.done.connect(on_act, dispatch_uid="audit acts")
    user_logged_in.connect(on_sign_in, dispatch_uid="audit sign-in")
    authenticator_removed.connect(on_factor_removed, dispatch_uid="audit factor off")


def on_event(instance: Any, created: bool, **_rest: Any) -> None:
    """A wave was moved, or its closing time was."""
    if created:
        moved = f"{instance.get_before_display()} → {instance.get_after_display()}"
        note = "; ".join(filter(None, [moved if instance.before != instance.after else "", instance.note]))
        audit.record("moved", by=instance.by, wave=instance.wave, note=note, now=instance.at)


def on_export(instance: Any, created: bool, **_rest: Any) -> None:
    """Answers were taken out. The reason stays with the wave's exports, which analysts read."""
    if created:
        audit.record("exported", by=instance.by, wave=instance.wave, note=instance.format, now=instance.at)


def on_release(instance: Any, created: bool, **_rest: Any) -> None:
    """Figures of a snapshot went out by a channel for the first time."""
    if created and not instance.respondent_level:
        note = f"{instance.channel} ({instance.get_audience_display()})"
        audit.record("released", by=instance.first_by, wave=instance.wave, note=note, now=instance.first_at)


def on_act(kind: str, by: Any, at: Any, survey: Any, wave: Any, note: str, **_rest: Any) -> None:
    """Something an application tells."""
    audit.record(kind, by=by, survey=survey, wave=wave, note=note, now=at)


def on_sign_in(request: Any, user: Any, **_rest: Any) -> None:
    """Somebody has come in."""
    audit.record(audit.SIGNED_IN, by=user, now=timezone.now())


def on_factor_removed(request: Any, user: Any, authenticator: Any, **_rest: Any) -> None:
    """Somebody has switched the second factor off."""
    if authenticator.type == Authenticator.Type.TOTP:
        audit.record("factor_off", by=user, whom=user, now=timezone.now(), note=_("authenticator app"))


ROWS = {
    "surveys.WaveEvent": on_event,
    "results.Export": on_export,
    "results.Release": on_release,
}
