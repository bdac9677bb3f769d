"""What it means."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """The `results` application."""

    name = "results"
