"""The people who work with Barometer: who they are, what they may do, and what they did."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The `accounts` application."""

    name = "barometer.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Begin to listen for what the audit log keeps, and say what of ours waits for somebody."""
        from barometer.accounts import listening
        from barometer.accounts.needs import invitation_needs
        from surveys.needs import SOURCES

        listening.connect()
        SOURCES.append(invitation_needs)
