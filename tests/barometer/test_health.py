"""What machines are told about the installation's health."""

from __future__ import annotations

import socket
import time

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from barometer import health
from tests import servers


def test_a_living_process_says_so_and_looks_at_nothing(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_what_is_needed_is_there(client, settings):
    settings.REDIS_URL = ""
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "migrations": "ok"}


@pytest.mark.django_db
def test_a_missing_migration_is_told(client, settings):
    settings.REDIS_URL = ""
    newest = MigrationRecorder.Migration.objects.filter(app="accounts").latest("name").name
    MigrationRecorder(connection).record_unapplied("accounts", newest)
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "migrations": "failed"}


def test_a_dead_database_is_told_without_a_word_why(client, settings, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("password for ann is hush")

    settings.REDIS_URL = ""
    monkeypatch.setattr(health, "connection", type("Dead", (), {"cursor": fail}))
    monkeypatch.setattr(health, "MigrationExecutor", fail)
    answer = client.get(reverse("readyz"))
    assert answer.status_code == 503
    assert answer.json() == {"database": "failed", "migrations": "failed"}


@pytest.mark.django_db
def test_a_real_broker_is_ready(client, settings, redis_url):
    settings.REDIS_URL = redis_url
    assert client.get(reverse("readyz")).json()["broker"] == "ok"


@pytest.mark.django_db
def test_a_dead_broker_is_told(client, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{servers.free_port()}/0"
    answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()["broker"]) == (503, "failed")


def test_a_broker_that_hangs_holds_nobody_up(settings):
    with socket.create_server(("127.0.0.1", 0)) as hung:
        settings.REDIS_URL = f"redis://127.0.0.1:{hung.getsockname()[1]}/0"
        began = time.monotonic()
        assert not health.broker_answers()
        took = time.monotonic() - began
    assert took < 10 * health.BROKER_PATIENCE_SECONDS


def test_health_is_only_asked_never_told(client):
    assert client.post("/healthz").status_code == 405
