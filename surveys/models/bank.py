"""The question bank: one identity per question over all waves of a survey, and each wording it has had."""

from __future__ import annotations

from typing import Any

from django.db import models


class Question(models.Model):
    """What is asked again and again under one name (``GRIP``); the words are in its versions."""

    survey = models.ForeignKey("surveys.Survey", on_delete=models.PROTECT, related_name="questions")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "name"], name="question_once_per_survey")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QuestionVersion(models.Model):
    """One wording of a question, complete: type, text and all that its type needs, a named scale written out.

    `definition` is the item as the wave file gives it, without what belongs to the wave (roles, routing, whether it
    must be answered). `scale` is the named scale in full. Equal wording has an equal `digest` and is one version.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    type = models.CharField(max_length=20)
    text = models.TextField()
    definition = models.JSONField()
    scale = models.JSONField(null=True, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["question", "digest"], name="wording_once_per_question"),
        ]
        ordering = ["question", "number"]

    def __str__(self) -> str:
        return f"{self.question.name} v{self.number}"

    @property
    def scales(self) -> dict[str, Any]:
        """The named scale as a library of one, as the question types take it."""
        return {self.scale["name"]: self.scale} if self.scale else {}
