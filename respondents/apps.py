"""Who is asked, and what they said."""

from django.apps import AppConfig


class RespondentsConfig(AppConfig):
    """Fieldwork; stands on surveys, knows nothing of results."""

    name = "respondents"

    def ready(self) -> None:
        """Tell the first page of the desk what waits for somebody."""
        from respondents.needs import letter_needs, sample_needs
        from surveys.needs import SOURCES

        SOURCES.extend((letter_needs, sample_needs))
