"""An unsafe installation is refused, and the safe ones are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from barometer import checks
from tests import processes

PRODUCTION = {
    "ALLOWED_HOSTS": ["survey.example.org"],
    "DEBUG": False,
    "DEFAULT_FROM_EMAIL": "survey@example.org",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "LOCAL": False,
    "OIDC_ISSUER": "",
    "REDIS_URL": "redis://redis:6379/0",
    "SECOND_FACTOR_REQUIRED": True,
    "SECRET_KEY": "a secret of its own, long enough to be kept for years",
    "SECURE": True,
    "SITE_URL": "https://survey.example.org",
    "SWEEPS_RUN_BY": "celery",
    "TRUST_PROXY": True,
}
POSTGRES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "barometer"}}


@pytest.fixture
def production(settings, tmp_path, monkeypatch):
    """The settings of a safe production."""
    for name, value in PRODUCTION.items():
        setattr(settings, name, value)
    monkeypatch.setattr(checks, "_database_file", lambda: None)
    return settings


def found() -> set[str]:
    checked = (
        checks.secret_key,
        checks.public_site,
        checks.sweeps,
        checks.one_writer_for_sqlite,
        checks.key_folder,
        checks.single_sign_on,
    )
    return {message.id.removeprefix("barometer.") for check in checked for message in check()}


def test_a_safe_production_is_let_in(production):
    assert found() == set()
    assert checks.unwise() == []


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("SECRET_KEY", "not-secret-and-good-for-one-computer-only", "E001"),
        ("DEBUG", True, "E002"),
        ("LOCAL", True, "E003"),
        ("SECURE", False, "E004"),
        ("ALLOWED_HOSTS", ["*"], "E005"),
        ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "E006"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "E006"),
        ("SWEEPS_RUN_BY", "thread", "E007"),
        ("REDIS_URL", "", "E008"),
    ],
)
def test_each_danger_is_refused_by_itself(production, name, value, error):
    setattr(production, name, value)
    assert found() == {error}


@pytest.mark.parametrize(
    ("issuer", "secret", "errors"),
    [
        ("https://id.example.org", "a secret", set()),
        ("https://id.example.org", "", {"E012"}),
        ("http://id.example.org", "a secret", {"E013"}),
    ],
)
def test_a_provider_that_signs_in_is_whole_and_safe(production, issuer, secret, errors):
    production.OIDC_ISSUER = issuer
    production.OIDC_APP = {**production.OIDC_APP, "client_id": "barometer", "secret": secret}
    assert found() == errors


@pytest.mark.parametrize(("name", "warning"), [("SECOND_FACTOR_REQUIRED", "W003"), ("TRUST_PROXY", "W004")])
def test_a_production_without_a_second_factor_or_its_proxy_is_unwise(production, name, warning):
    setattr(production, name, False)
    assert [message.id for message in checks.unwise()] == [f"barometer.{warning}"]


@pytest.mark.parametrize(("name", "value"), [("WEB_CONCURRENCY", 2), ("SWEEPS_RUN_BY", "celery")])
def test_sqlite_with_several_processes_is_refused(settings, monkeypatch, name, value):
    monkeypatch.setattr(checks, "_database_file", lambda: Path("/data/database/db.sqlite3"))
    settings.REDIS_URL = "redis://localhost"
    assert "E009" not in found()
    setattr(settings, name, value)
    assert "E009" in found()


def test_keys_in_a_served_folder_are_refused(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.KEY_DIR = tmp_path / "deep" / "keys"
    assert "E010" in found()


def test_keys_beside_the_database_are_refused(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "_database_file", lambda: tmp_path / "db.sqlite3")
    settings.KEY_DIR = tmp_path / "keys"
    assert "E010" in found()


def test_keys_reached_by_a_link_are_found_where_they_lie(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "served"
    (tmp_path / "served" / "keys").mkdir(parents=True)
    (tmp_path / "keys").symlink_to(tmp_path / "served" / "keys")
    settings.KEY_DIR = tmp_path / "keys"
    assert "E010" in found()


@pytest.mark.parametrize(("mode", "refused"), [(0o700, False), (0o750, True), (0o701, True)])
def test_keys_that_others_can_read_are_refused(key_folder, mode, refused):
    key_folder.mkdir()
    key_folder.chmod(mode)
    assert ("E011" in found()) is refused


def test_the_defaults_are_safe_on_one_computer(settings):
    settings.ALLOWED_HOSTS = list(settings.LOOPBACK)
    settings.DEBUG = True
    assert found() == set()


def test_the_web_server_does_not_start_unsafe(production):
    production.SECRET_KEY = production.DEFAULT_SECRET_KEY
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is the one everybody knows"):
        checks.refuse_unsafe_production()


UNSAFE = {
    "SITE_URL": "http://survey.example.org",
    "DEBUG": "1",
    "ALLOWED_HOSTS": "*",
    "SECRET_KEY": "",
    "REDIS_URL": "",
    "EMAIL_URL": "",
}


@pytest.mark.parametrize(
    "command", [["python", "manage.py", "migrate"], ["python", "-c", "import barometer.wsgi"], processes.WORKER]
)
def test_no_process_starts_in_an_unsafe_production(tmp_path, command):
    done = processes.run(
        command, UNSAFE | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "barometer.settings"}, seconds=30
    )
    told = done.stdout + done.stderr
    assert done.returncode != 0
    for error in ("E001", "E002", "E004", "E005", "E006", "E007"):
        assert f"barometer.{error}" in told


def test_the_whole_production_passes_its_own_checks(tmp_path):
    environment = {
        "SITE_URL": "https://survey.example.org",
        "SECRET_KEY": "x9" * 40 + "abcdefghij",
        "DATABASE_URL": "postgres://barometer:pw@postgres.invalid/barometer",
        "REDIS_URL": "redis://redis.invalid:6379/0",
        "EMAIL_URL": "smtp://mail.invalid:1025",
        "MAIL_FROM": "Barometer <survey@example.org>",
        "TRUST_PROXY": "1",
        "WEB_CONCURRENCY": "2",
        "VAR_DIR": str(tmp_path),
    }
    command = ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = processes.run(command, environment)
    assert "barometer." not in done.stderr
    assert {line.split(")")[0] for line in done.stderr.splitlines() if "security." in line} <= {
        "?: (security.W005",  # HSTS for subdomains, which are not ours to speak for
        "?: (security.W021",  # nor to preload
    }
