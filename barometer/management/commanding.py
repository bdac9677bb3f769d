"""What the commands share: how a refusal is told, and how files and waves are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from barometer.accounts.models import User
from surveys import acts
from surveys.models import Question, Survey, Wave
from surveys.problems import Problem, Refused

SHOWN = 50
"""Problems printed in full; the rest are counted."""


class RefusingCommand(BaseCommand):
    """A command whose `run` may raise Refused: every problem is printed with its place, and the exit status is 1."""

    file = ""
    """The file the problems are in, if any; named before each."""

    def run(self, **options: Any) -> None:
        """Do the work. Subclasses write this."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and tell a refusal. Raises CommandError."""
        try:
            self.run(**options)
        except Refused as refused:
            raise CommandError(_told(self.file, refused.problems)) from None

    def noted(self, kind: str, note: str, *, wave: Wave | None = None, survey: Survey | None = None) -> None:
        """Tell the audit log what was done, in the transaction in which it is done."""
        acts.tell(kind, by=None, wave=wave, survey=survey, note=f"{note} (by command)", now=timezone.now())

    def read(self, path: str) -> bytes:
        """The bytes of a file named on the command line. Raises Refused when it cannot be read."""
        self.file = path
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise Refused(Problem("", f"cannot be read: {error.strerror}")) from None


def wave_by_slug(slug: str) -> Wave:
    """The wave. Raises Refused naming those there are."""
    try:
        return Wave.objects.select_related("survey").get(slug=slug)
    except Wave.DoesNotExist:
        known = ", ".join(Wave.objects.values_list("slug", flat=True)) or "none yet"
        raise Refused(Problem("", f"there is no wave {slug}; there are: {known}")) from None


def survey_by_slug(slug: str) -> Survey:
    """The survey. Raises Refused naming those there are."""
    try:
        return Survey.objects.get(slug=slug)
    except Survey.DoesNotExist:
        known = ", ".join(Survey.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise Refused(Problem("", f"there is no survey {slug}; there are: {known}")) from None


def scope_by_slugs(survey: str | None, wave: str | None) -> Survey | Wave | None:
    """What a role is for: the wave, else the survey, else (None) every survey. Raises Refused."""
    if survey and wave:
        raise Refused(Problem("--wave", "a role is for a survey or for a wave; give one of the two"))
    if wave:
        return wave_by_slug(wave)
    return survey_by_slug(survey) if survey else None


def user_by_email(email: str) -> User:
    """The colleague with this address, whatever its capitals. Raises Refused."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        raise Refused(Problem("", f"nobody here has the address {email!r}; see manage.py list_users")) from None


def question_by_name(survey: str, name: str) -> Question:
    """A question of a survey's bank. Raises Refused when there is none of this name."""
    try:
        return survey_by_slug(survey).questions.get(name=name)
    except Question.DoesNotExist:
        raise Refused(Problem("", f"there is no question {name} in {survey}; see manage.py search_bank")) from None


def _told(file: str, problems: list[Problem]) -> str:
    lines = [f"{file}: {problem}" if file else str(problem) for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        lines.append(f"… and {len(problems) - SHOWN} more problems")
    lines.append("Nothing was written.")
    return "\n".join(lines)
