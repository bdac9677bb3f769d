"""The other system of the answering benchmark: django-survey-and-report with the same questionnaire, in an environment
of its own under var/.

It knows neither roles nor conditions, so GPs and managers get a survey each, and the second comment is always asked.
A battery becomes that many single questions in a category, a category a page. It keeps the answers in the session
until the last page; nobody has a link, a draft or a receipt.

Run in that environment: `python -m tests.benchmarks.survey_and_report` makes the tables and the two surveys; gunicorn
serves `tests.benchmarks.survey_and_report:application`.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

POINTS = "Strongly disagree,Disagree,Neither agree nor disagree,Agree,Strongly agree"
STATEMENT = "Statement {} about how our organisation works with its partners"
GP, MANAGER = 1, 2

_database = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="only-for-this-benchmark",
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _database.path[1:],
            "USER": _database.username,
            "PASSWORD": _database.password or "",
            "HOST": _database.hostname,
            "PORT": _database.port,
            "CONN_MAX_AGE": 60,
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "survey",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    STATIC_URL="/static/",
    CHOICES_SEPARATOR=",",
    DEFAULT_SURVEY_PUBLISHING_DURATION=7,
    USER_DID_NOT_ANSWER="Left blank",
    EXCEL_COMPATIBLE_CSV=False,
    SURVEY_DEFAULT_PIE_COLOR="red!50",
    USE_TZ=True,
)
application = get_wsgi_application()
urlpatterns = [path("survey/", include("survey.urls"))]


def main() -> None:
    """Make the tables, and the survey of GPs and that of managers."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for pk, batteries in ((GP, (8, 10, 9)), (MANAGER, (8, 10))):
        _make_survey(pk, batteries)


def _make_survey(pk: int, batteries: tuple[int, ...]) -> None:
    from survey.models import Question, Survey

    survey = Survey.objects.create(
        pk=pk, name="Benchmark", description="", need_logged_user=False, display_method=Survey.BY_CATEGORY
    )
    for statements in batteries:
        texts = [STATEMENT.format(number) for number in range(1, statements + 1)]
        _make_page(survey, f"How far do you agree? {statements}", [(text, Question.RADIO, POINTS) for text in texts])
    single = ",".join([*(f"Answer {code}" for code in range(1, 5)), "Don't know"])
    multiple = ",".join(f"Approach number {code} of eight" for code in range(1, 9))
    closed = [
        ("Which describes it best?", Question.RADIO, single),
        ("Which of these?", Question.SELECT_MULTIPLE, multiple),
    ]
    _make_page(survey, "Plans", closed)
    comments = ("What do you hope for?", "Why do you say so?")
    _make_page(survey, "In your words", [(text, Question.TEXT, None) for text in comments])


def _make_page(survey: Any, title: str, questions: list[tuple[str, str, str | None]]) -> None:
    from survey.models import Category, Question

    category = Category.objects.create(survey=survey, name=title, order=survey.categories.count())
    for order, (text, kind, choices) in enumerate(questions):
        Question.objects.create(
            survey=survey, category=category, text=text, type=kind, choices=choices, order=order, required=False
        )


if __name__ == "__main__":
    django.setup()
    main()
