"""What is asked: the question bank, waves, instruments."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """The definition side; knows nothing of respondents or results."""

    name = "surveys"
