"""What it means."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """The `results` application."""

    name = "results"

    def ready(self) -> None:
        """Tell the desk, which knows nothing of results, what they say of drafts and what waits for somebody."""
        from results.needs import snapshot_needs
        from results.outlook import thoughts_on_breakdowns
        from surveys.needs import SOURCES
        from surveys.readiness import ADVISERS

        ADVISERS.append(thoughts_on_breakdowns)
        SOURCES.append(snapshot_needs)
