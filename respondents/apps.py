"""Who is asked, and what they said."""

from django.apps import AppConfig


class RespondentsConfig(AppConfig):
    """The `respondents` application."""

    name = "respondents"
