"""Who is asked, and what they said."""

from django.apps import AppConfig


class RespondentsConfig(AppConfig):
    """Fieldwork; stands on surveys, knows nothing of results."""

    name = "respondents"

    def ready(self) -> None:
        """Tell the desk whether a draft has anybody to ask, and its first page what waits for somebody."""
        from respondents.advice import thoughts_on_who_is_asked
        from respondents.needs import letter_needs, sample_needs
        from surveys.needs import SOURCES
        from surveys.readiness import ADVISERS

        ADVISERS.insert(0, thoughts_on_who_is_asked)
        SOURCES.extend((letter_needs, sample_needs))
