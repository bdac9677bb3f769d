"""The people who work with Barometer: who they are and what they may do."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The `accounts` application."""

    name = "barometer.accounts"
    label = "accounts"
