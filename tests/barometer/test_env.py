"""The typed readers of the environment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from barometer import env
from tests import processes


@pytest.mark.parametrize(
    ("word", "meaning"), [("1", True), (" Yes ", True), ("on", True), ("0", False), ("off", False)]
)
def test_a_flag_is_read_in_the_usual_words(monkeypatch, word, meaning):
    monkeypatch.setenv("X", word)
    assert env.flag("X", default=not meaning) is meaning


@pytest.mark.parametrize("empty", [None, "", " "])
def test_what_is_not_set_or_empty_has_its_default(monkeypatch, empty):
    monkeypatch.delenv("X", raising=False)
    if empty is not None:
        monkeypatch.setenv("X", empty)
    assert env.flag("X", default=True) is True
    assert env.number("X", 7) == 7
    assert env.text("X", "words") == "words"
    assert env.names("X", ("a", "b")) == ["a", "b"]
    assert env.secret("X", "hush") == "hush"
    assert env.choice("X", ("a", "b"), "b") == "b"


@pytest.mark.parametrize(
    ("reader", "value", "told"),
    [
        (lambda: env.flag("X"), "perhaps", "X must be 1 or 0"),
        (lambda: env.number("X", 1), "many", "X must be a whole number"),
        (lambda: env.choice("X", ("a", "b"), "a"), "c", "X must be one of a, b"),
    ],
)
def test_what_cannot_be_read_names_the_variable(monkeypatch, reader, value, told):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match=told):
        reader()


def test_names_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("X", "a.example, b.example,,")
    assert env.names("X") == ["a.example", "b.example"]


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("X", "from the environment")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))
    assert env.secret("X") == "from the file"


def test_a_secret_file_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("X_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match="X_FILE: .*none cannot be read"):
        env.secret("X")


def test_a_postgres_address_is_taken_apart(monkeypatch):
    monkeypatch.setenv("X", "postgres://ann:p%40ss@db.example:5433/barometer?sslmode=require")
    read = env.database("X", default=Path("/nowhere"))
    assert read["ENGINE"] == "django.db.backends.postgresql"
    assert (read["USER"], read["PASSWORD"], read["HOST"]) == ("ann", "p@ss", "db.example")
    assert (read["PORT"], read["NAME"], read["OPTIONS"]["sslmode"]) == ("5433", "barometer", "require")
    assert read["CONN_HEALTH_CHECKS"] is True
    assert read["CONN_MAX_AGE"] > 0


def test_a_postgres_address_may_name_a_socket(monkeypatch):
    monkeypatch.setenv("X", "postgresql:///barometer?host=/run/postgresql")
    read = env.database("X", default=Path("/nowhere"))
    assert (read["HOST"], read["NAME"]) == ("/run/postgresql", "barometer")
    assert "host" not in read["OPTIONS"]


def test_without_an_address_the_database_is_a_private_file(monkeypatch, tmp_path):
    monkeypatch.delenv("X", raising=False)
    read = env.database("X", default=tmp_path / "database" / "db.sqlite3")
    assert read["NAME"] == str(tmp_path / "database" / "db.sqlite3")
    assert read["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert (tmp_path / "database").stat().st_mode & 0o077 == 0


def test_an_sqlite_address_names_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv("X", f"sqlite:///{tmp_path}/a.sqlite3")
    assert env.database("X", default=Path("/nowhere"))["NAME"] == f"{tmp_path}/a.sqlite3"


@pytest.mark.parametrize("url", ["mysql://host/db", "postgres://host", "sqlite://", "words", "postgres://h:port/db"])
def test_another_kind_of_database_is_refused(monkeypatch, url):
    monkeypatch.setenv("X", url)
    with pytest.raises(ImproperlyConfigured, match="^X "):
        env.database("X", default=Path("/nowhere"))


def test_a_refused_address_is_not_repeated_with_its_password(monkeypatch):
    monkeypatch.setenv("X", "mysql://ann:hush@host/db")
    with pytest.raises(ImproperlyConfigured) as refused:
        env.database("X", default=Path("/nowhere"))
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "port", "ssl", "tls"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtp+tls://mail.example", 587, False, True),
        ("smtps://mail.example", 465, True, False),
        ("smtp://mail.example:1025", 1025, False, False),
    ],
)
def test_a_mail_address_says_how_to_speak(monkeypatch, url, port, ssl, tls):
    monkeypatch.setenv("X", url)
    read = env.email("X", default=Path("/nowhere"))
    assert read["EMAIL_HOST"] == "mail.example"
    assert (read["EMAIL_PORT"], read["EMAIL_USE_SSL"], read["EMAIL_USE_TLS"]) == (port, ssl, tls)


def test_without_an_address_mail_becomes_files(monkeypatch, tmp_path):
    monkeypatch.delenv("X", raising=False)
    read = env.email("X", default=tmp_path / "my mail")
    assert read["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert read["EMAIL_FILE_PATH"] == str(tmp_path / "my mail")


def test_another_kind_of_mail_is_refused(monkeypatch):
    monkeypatch.setenv("X", "pigeon://loft")
    with pytest.raises(ImproperlyConfigured, match="X must begin with"):
        env.email("X", default=Path("/nowhere"))


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1)]
)
def test_sqlite_keeps_what_it_promised_and_wipes_what_it_deleted(pragma, value):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone() == (value,)


def test_the_readme_names_every_variable_that_is_read():
    read = {
        name
        for path in (processes.ROOT / "barometer").glob("*.py")
        for name in re.findall(r'env\.[a-z]+\(\s*"([A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    readme = (processes.ROOT / "README.md").read_text(encoding="utf-8")
    assert "SITE_URL" in read
    assert not {name for name in read if f"`{name}`" not in readme}
