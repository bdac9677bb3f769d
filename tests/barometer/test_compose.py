"""docker-compose.yml and the Dockerfile say what the tests run, and nothing of a secret."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import urllib.error
import urllib.request

import psycopg2
import pytest
import yaml

from tests import processes, servers

OURS = {"migrate": processes.MIGRATE, "web": processes.WEB, "worker": processes.WORKER, "beat": processes.BEAT}
REQUIRED = {
    "SITE_URL": "https://survey.example.org",
    "SECRET_KEY": "x9" * 40 + "abcdefghij",
    "POSTGRES_PASSWORD": "pw",
    "EMAIL_URL": "smtp://mail:1025",
    "MAIL_FROM": "Barometer <survey@example.org>",
}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((processes.ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dockerfile():
    return (processes.ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def healthcheck(compose, name):
    kind, *rest = compose["services"][name]["healthcheck"]["test"]
    return shlex.split(rest[0]) if kind == "CMD-SHELL" else rest


@pytest.mark.parametrize("name", OURS)
def test_each_process_of_ours_is_one_that_the_tests_run(compose, name):
    assert compose["services"][name]["command"] == OURS[name]


def test_the_tests_run_every_process_of_ours(compose):
    built = {name for name, service in compose["services"].items() if service.get("build")}
    assert built == set(OURS)


def test_the_image_serves_and_collects_as_the_tests_do(dockerfile):
    assert f"CMD {json.dumps(processes.WEB)}" in dockerfile
    assert " ".join(processes.COLLECT) in re.sub(r"\s+", " ", dockerfile)


def test_the_image_installs_the_locked_set_and_runs_as_nobody_in_particular(dockerfile):
    assert "--require-hashes -r /tmp/runtime.txt" in dockerfile
    assert re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE) == ["barometer"]
    assert dockerfile.index("\nUSER barometer") < dockerfile.index("\nCMD ")


def test_every_lasting_process_is_watched(compose):
    lasting = {name for name, service in compose["services"].items() if service["restart"] == "unless-stopped"}
    assert lasting == set(compose["services"]) - {"migrate"}
    assert all(compose["services"][name]["healthcheck"]["test"] for name in lasting)


def test_no_secret_is_written_down(compose):
    for name in OURS:
        environment = compose["services"][name]["environment"]
        for variable in ("SITE_URL", "SECRET_KEY", "EMAIL_URL"):
            assert environment[variable].startswith(f"${{{variable}:?"), (name, variable)
        assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]


def test_the_keys_lie_with_the_process_that_sends_mail_and_nowhere_else(compose, dockerfile):
    holders = {
        name for name, service in compose["services"].items() if any("keys" in v for v in service.get("volumes", ()))
    }
    assert holders == {"worker"}
    assert "KEY_DIR=/var/lib/barometer-keys" in dockerfile
    assert compose["services"]["worker"]["volumes"] == ["keys:/var/lib/barometer-keys"]


def test_what_is_mounted_waited_for_and_watched_exists(compose):
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        named = {volume.partition(":")[0] for volume in service.get("volumes", ())}
        assert named <= set(compose["volumes"])


def test_the_mail_catcher_is_for_development_only(compose):
    assert compose["services"]["mail"]["profiles"] == ["dev"]
    assert all("profiles" not in service for name, service in compose["services"].items() if name != "mail")


def test_the_database_writes_no_statement_into_its_log(compose, postgres_url):
    program, *flags = compose["services"]["postgres"]["command"]
    assert program == "postgres"
    assert set(flags[::2]) == {"-c"}
    given = dict(flag.split("=") for flag in flags[1::2])
    with contextlib.closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:
        for name, value in given.items():
            cursor.execute(f"SET {name} = %s", [value])  # refuses a name or value that PostgreSQL does not know
        connection.rollback()
    assert (given["log_min_error_statement"], given["log_error_verbosity"]) == ("panic", "terse")


def test_a_compose_program_reads_the_file_where_there_is_one():
    if (program := compose_program()) is None:
        # Then the checks above, which read the file as YAML, are all there is.
        return
    command = [*program, "--file", "docker-compose.yml", "config"]
    done = subprocess.run(command, cwd=processes.ROOT, env=os.environ | REQUIRED, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) >= set(OURS)


def compose_program():
    if (
        shutil.which("docker")
        and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
    ):
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


# --- The whole of it, as production --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def production(celery_worker):
    """A function that asks the web server of a production, as its proxy would: its path in, status and headers out."""
    own = {name: value for name, value in REQUIRED.items() if name != "POSTGRES_PASSWORD"}
    port = servers.free_port()
    own |= {"TRUST_PROXY": "1", "WEB_CONCURRENCY": "2", "BIND": f"127.0.0.1:{port}", "WEB_MAX_REQUESTS": "10000"}
    collected = processes.run(processes.COLLECT, celery_worker.environment | own)
    assert collected.returncode == 0, collected.stderr

    def ask(path, **headers):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        try:
            with urllib.request.build_opener(_Staying).open(request, timeout=10) as answer:
                return answer.status, answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.headers
        except OSError:
            return 0, {}

    with celery_worker.runs("web", processes.WEB, **own):
        processes.wait_until(lambda: ask("/healthz")[0] == 200, what="the web server's start")
        ask.port, ask.collected = port, celery_worker.folder / "var" / "static"
        yield ask


class _Staying(urllib.request.HTTPRedirectHandler):
    """Follows no redirection."""

    def redirect_request(self, *args):
        return None


BY_PROXY = {"Host": "survey.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.4"}


def test_a_production_is_ready(production):
    assert production("/readyz")[0] == 200


def test_whoever_serves_may_read_what_another_collected(production):
    found = [production.collected, *production.collected.rglob("*")]
    assert production.collected / "staticfiles.json" in found
    assert not [path for path in found if not path.stat().st_mode & stat.S_IROTH]
    assert not [path for path in found if path.is_dir() and not path.stat().st_mode & stat.S_IXOTH]


def test_the_health_check_of_the_web_server_is_true(compose, production):
    first, option, code = healthcheck(compose, "web")
    asked = [sys.executable, option, code.replace(":8000", f":{production.port}")]
    assert (first, subprocess.run(asked).returncode) == ("python", 0)
    asked[-1] = code.replace(":8000", f":{servers.free_port()}")
    assert subprocess.run(asked, stderr=subprocess.DEVNULL).returncode != 0


def test_the_health_check_of_the_worker_is_one_that_the_tests_run(compose):
    assert healthcheck(compose, "worker") == [*processes.PING, "celery@$$HOSTNAME"]


def test_the_health_check_of_beat_looks_for_its_sign_of_life(compose, celery_worker):
    sign = celery_worker.folder / "var" / "beat-alive"
    processes.wait_until(sign.exists, what="a sign of life")
    (kind, command) = compose["services"]["beat"]["healthcheck"]["test"]
    command = command.replace("/var/lib/barometer", str(sign.parent))
    assert kind == "CMD-SHELL"
    assert subprocess.run(command, shell=True).returncode == 0
    assert subprocess.run(command.replace("beat-alive", "none"), shell=True, stderr=subprocess.DEVNULL).returncode != 0


def test_a_production_speaks_https_only(production):
    status, headers = production("/sign-in/", **(BY_PROXY | {"X-Forwarded-Proto": "http"}))
    assert (status, headers["Location"]) == (301, "https://survey.example.org/sign-in/")
    status, headers = production("/sign-in/", **BY_PROXY)
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Secure" in headers["Set-Cookie"]


def test_a_production_answers_to_its_own_name_only(production):
    assert production("/sign-in/", **(BY_PROXY | {"Host": "elsewhere.example"}))[0] == 400


def test_a_production_shows_nothing_of_its_inside(production):
    assert production("/nothing/here/", **BY_PROXY)[0] == 404
