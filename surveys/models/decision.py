"""Steps of a wave that take two people: what was proposed, by whom, and who decided; and corrections of a wording."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.wave import State, Wave


class Step(models.TextChoices):
    """What an editor proposes and a publisher confirms."""

    OPEN = "open", _("Open the wave")
    MOVE = "move", _("Move the closing time")
    CLOSE = "close", _("Close the wave now")
    CORRECT = "correct", _("Correct a wording")


BEGINS_IN: dict[str, str] = {
    Step.OPEN: State.DRAFT,
    Step.MOVE: State.OPEN,
    Step.CLOSE: State.OPEN,
    Step.CORRECT: State.OPEN,
}
"""The state of a wave in which each step can be taken."""


class Outcome(models.TextChoices):
    """What became of a proposal."""

    WAITING = "waiting", _("Waiting")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposals, as adjectives."""

    def waiting(self) -> ProposalQuerySet:
        """Not yet decided."""
        return self.filter(outcome=Outcome.WAITING)

    def visible_to(self, user: Any) -> ProposalQuerySet:
        """Those about the waves this member of staff works on."""
        return self.filter(wave__in=Wave.objects.visible_to(user))


class Proposal(models.Model):
    """One step that somebody proposed. A wave has one waiting proposal of a kind at most.

    `details` says what exactly: the draft's `revision` for opening, `closes_at` for moving the closing time, `item`
    and `words` for a correction. `alone` marks a step that one person decided, having acknowledged it.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="proposals")
    step = models.CharField(max_length=10, choices=Step.choices)
    details = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    alone = models.BooleanField(default=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "step"], condition=models.Q(outcome="waiting"), name="one_waiting_proposal_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} ({self.get_outcome_display()})"

    @property
    def is_waiting(self) -> bool:
        """Whether somebody still has to decide."""
        return self.outcome == Outcome.WAITING

    @property
    def could_happen(self) -> bool:
        """Whether it waits and the wave is still where the step begins."""
        return self.is_waiting and self.wave.state == BEGINS_IN[self.step]


class Correction(models.Model):
    """A cosmetic change of one question's words while its wave was open.

    `words` lists each part with its words before and after; `document` and `digest` are the instrument as it was until
    then, so that whatever refers to it still finds it.
    """

    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="corrections")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="correction")
    at = models.DateTimeField()
    item = models.CharField(max_length=60)
    words = models.JSONField()
    reason = models.CharField(max_length=300)
    document = models.JSONField()
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.item}: {self.reason}"
