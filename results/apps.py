"""What it means."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """The `results` application."""

    name = "results"

    def ready(self) -> None:
        """Tell the desk, which knows nothing of results, what the dry run thinks of a draft's breakdowns."""
        from results.outlook import thoughts_on_breakdowns
        from surveys.readiness import ADVISERS

        ADVISERS.append(thoughts_on_breakdowns)
