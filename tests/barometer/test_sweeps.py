"""Due work is found and done, whoever runs the sweeps."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils.module_loading import import_string

from barometer import sweeps
from barometer.management.commands import tick
from tests import processes

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Work:
    """A heap of things to do, as a sweep that does one at each call."""

    def __init__(self, *, left: int = 0, broken: bool = False) -> None:
        self.left, self.broken, self.asked = left, broken, []

    def __call__(self, now: datetime) -> int:
        self.asked.append(now)
        if self.broken:
            raise RuntimeError("no")
        done, self.left = min(1, self.left), max(0, self.left - 1)
        return done


@pytest.fixture
def table(monkeypatch):
    """Puts other sweeps in the place of the real ones: `table(name=work, …)`."""

    def put(**works: Work) -> None:
        monkeypatch.setattr(sweeps, "SWEEPS", tuple((name, 5) for name in works))
        monkeypatch.setattr(sweeps, "import_string", works.__getitem__)

    return put


def test_every_sweep_of_the_table_exists_and_has_a_period():
    for name, seconds in sweeps.SWEEPS:
        assert callable(import_string(name)), name
        assert seconds >= 1


@pytest.mark.django_db
def test_with_nothing_due_every_real_sweep_does_nothing():
    assert sweeps.run_all_once(NOW) == {name: 0 for name, _ in sweeps.SWEEPS}


def test_a_sweep_is_told_the_time(table):
    work = Work(left=1)
    table(only=work)
    assert sweeps.run("only", NOW) == 1
    assert work.asked == [NOW]


def test_what_is_not_in_the_table_is_not_run():
    with pytest.raises(KeyError):
        sweeps.run("os.getcwd", NOW)


def test_sweeps_run_until_nothing_is_due(table):
    first, second = Work(left=3), Work(left=1)
    table(first=first, second=second)
    assert sweeps.run_until_idle() == {"first": 3, "second": 1}
    assert (first.left, second.left) == (0, 0)
    assert len(first.asked) == len(second.asked) == 4


def test_a_failed_sweep_does_not_hold_up_the_others_and_is_told(table, caplog):
    broken, sound = Work(broken=True), Work(left=2)
    table(broken=broken, sound=sound)
    with caplog.at_level(logging.ERROR), pytest.raises(sweeps.SweepsFailed, match=r"^broken$"):
        sweeps.run_until_idle()
    assert sound.left == 0
    assert len(broken.asked) == 1
    assert "The sweep broken failed." in caplog.text


def test_a_sweep_that_never_comes_to_an_end_is_stopped(table, monkeypatch):
    work = Work(left=10**9)
    table(endless=work)
    monkeypatch.setattr(sweeps, "MOST_ROUNDS", 7)
    assert sweeps.run_until_idle() == {"endless": 7}


def test_tick_tells_what_it_did(table, capsys):
    table(first=Work(left=2), second=Work())
    call_command("tick")
    assert capsys.readouterr().out == "first: 2\n"
    call_command("tick")
    assert capsys.readouterr().out == "Nothing was due.\n"


def test_tick_fails_when_a_sweep_does(table):
    table(broken=Work(broken=True))
    with pytest.raises(CommandError, match="broken"):
        call_command(tick.Command())


@pytest.mark.django_db(transaction=True)
def test_the_thread_runs_each_sweep_again_after_its_period(table, monkeypatch):
    work, broken = Work(left=2), Work(broken=True)
    table(broken=broken, work=work)
    monkeypatch.setattr(sweeps, "SWEEPS", (("broken", 0.01), ("work", 0.01)))
    runner = sweeps.Runner()
    runner.start()
    processes.wait_until(lambda: work.left == 0 and len(broken.asked) > 2, what="the work")
    runner.stop()
    runner.join(5)
    assert not runner.is_alive()
    assert runner.daemon
