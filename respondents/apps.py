"""Who is asked, and what they said."""

from django.apps import AppConfig


class RespondentsConfig(AppConfig):
    """Fieldwork; stands on surveys, knows nothing of results."""

    name = "respondents"
