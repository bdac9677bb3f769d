"""The question bank: one identity per question over all waves of a survey, and each wording it has had."""

from __future__ import annotations

from typing import Any

from django.db import models


class Topic(models.Model):
    """A shelf of a survey's bank, such as "Money"; a question stands on one at most."""

    survey = models.ForeignKey("surveys.Survey", on_delete=models.CASCADE, related_name="topics")
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "name"], name="topic_once_per_survey")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions, as adjectives."""

    def current(self) -> QuestionQuerySet:
        """Offered for new waves."""
        return self.filter(retired_at=None)

    def worded(self) -> QuestionQuerySet:
        """Those that have a wording; one taken out of its only draft has none until it returns."""
        return self.filter(versions__isnull=False).distinct()

    def visible_to(self, user: Any) -> QuestionQuerySet:
        """Those of the surveys this member of staff works on."""
        return self.filter(survey__in=user.surveys())


class Question(models.Model):
    """What is asked again and again under one name (``GRIP``); the words are in its versions.

    A retired question keeps its past and is no longer offered for new waves.
    """

    survey = models.ForeignKey("surveys.Survey", on_delete=models.PROTECT, related_name="questions")
    name = models.CharField(max_length=60)
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="questions")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "name"], name="question_once_per_survey")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class QuestionVersion(models.Model):
    """One wording of a question, complete: type, text and all that its type needs, a named scale written out.

    `definition` is the item as the wave file gives it, without what belongs to the wave (roles, routing, whether it
    must be answered). `scale` is the named scale in full. Equal wording has an equal `digest` and is one version.
    `search_text` and `search_words` are the question and all else that is read, folded; written once with the version.
    One that `corrects` another differs from it in nothing but what a reader does not notice; it was made while a wave
    was open.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    type = models.CharField(max_length=20)
    text = models.TextField()
    definition = models.JSONField()
    scale = models.JSONField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    search_text = models.TextField(default="")
    search_words = models.TextField(default="")
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="corrected_by")

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


class SavedScale(models.Model):
    """A named scale kept in a survey's library: answers with their codes, scores and nets, as the wave file has it."""

    survey = models.ForeignKey("surveys.Survey", on_delete=models.CASCADE, related_name="saved_scales")
    name = models.CharField(max_length=60)
    document = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "name"], name="scale_once_per_survey")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
