"""`make demo`: six waves on an empty machine, served, and stopped by Ctrl-C."""

from __future__ import annotations

import http.cookiejar
import re
import signal
import socket
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from barometer.management.commands.demo import EMAIL, PASSWORD, SAMPLE
from tests import processes, servers
from tests.conftest import Installation

pytestmark = pytest.mark.servers

DEMO = ["python", "manage.py", "demo", "--port"]
WAVES = sorted(file.name.removesuffix(".wave.json") for file in SAMPLE.glob("*.wave.json"))


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine on which nothing has been prepared."""
    folder = tmp_path_factory.mktemp("demo")
    own = {"VAR_DIR": str(folder / "var"), "HOME": str(folder / "home")}
    (folder / "home").mkdir()
    return Installation(own, folder)


def address(machine, name):
    """The address that the demo printed; waits for it."""
    processes.wait_until(lambda: "Stop with Ctrl-C" in machine.log(name), seconds=90, what="the demo's start")
    return re.search(r"Barometer is at +(\S+)", machine.log(name)).group(1)


def visitor():
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def sign_in(visitor, base):
    page = visitor.open(f"{base}/sign-in/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    form = {"csrfmiddlewaretoken": token, "username": EMAIL, "password": PASSWORD}
    return visitor.open(f"{base}/sign-in/", urllib.parse.urlencode(form).encode())


def test_a_newcomer_signs_in_and_reads_all_six_waves(machine):
    assert len(WAVES) == 6
    with machine.runs("first", [*DEMO, str(servers.free_port())]):
        base, newcomer = address(machine, "first"), visitor()
        home = sign_in(newcomer, base)
        assert home.status == 200
        text = home.read().decode()
        for wave in WAVES:
            assert f"/waves/{wave}/" in text
            results = newcomer.open(f"{base}/waves/{wave}/results/")
            assert results.status == 200
            assert "synthetic" in results.read().decode()
        for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', text):
            assert newcomer.open(f"{base}{asset}").status == 200


def test_the_second_start_loads_nothing_again_and_is_quick(machine):
    began = time.monotonic()
    with machine.runs("second", [*DEMO, str(servers.free_port())]):
        address(machine, "second")
        assert time.monotonic() - began < 60
    assert "Loading" not in machine.log("second")


def test_where_the_port_is_taken_another_is_used(machine):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with machine.runs("third", [*DEMO, str(port)]):
            base = address(machine, "third")
            assert not base.endswith(f":{port}")
            assert urllib.request.urlopen(f"{base}/readyz").status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_and_leaves_nothing_running(machine, number):
    name = f"stopped-{number}"
    with machine.runs(name, [*DEMO, str(servers.free_port())]):
        base = address(machine, name)
        (server,) = processes.children(machine.running[name])
        machine.running[name].send_signal(number)
        assert machine.running[name].wait(20) == 0
    assert not Path(f"/proc/{server}").exists()
    assert "Traceback" not in machine.log(name)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(base)


def test_it_writes_nothing_into_the_home_of_whoever_tries_it(machine):
    assert (machine.folder / "var" / "database").exists()
    assert list((machine.folder / "home").iterdir()) == []


def test_its_password_never_meets_a_real_site(machine):
    done = processes.run(
        [*DEMO[:-1], "--no-serve"],
        machine.environment
        | {
            "SITE_URL": "https://survey.example.org",
            "SECRET_KEY": "x" * 50,
            "SWEEPS": "tick",
            "EMAIL_URL": "smtp://mail.invalid",
        },
    )
    assert done.returncode == 1
    assert "a password that everybody knows" in done.stderr
