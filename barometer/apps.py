"""The composition root: configuration, commands and what runs the rest."""

from django.apps import AppConfig


class BarometerConfig(AppConfig):
    """The `barometer` application."""

    name = "barometer"

    def ready(self) -> None:
        """Register the system checks."""
        from barometer import checks  # noqa: F401 - registering needs the settings
