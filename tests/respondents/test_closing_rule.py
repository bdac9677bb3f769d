"""The closing rule by the clock: a table of who may still answer, and when a wave can be closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respondents.closing_rule import GRACE, accepts, ends_at
from surveys.models.wave import State
from tests.building import CLOSES

SECOND = timedelta(seconds=1)
MICRO = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("state", "after_closing_time", "begun", "taken"),
    [
        ("open", -SECOND, False, True),
        ("open", -MICRO, False, True),
        ("open", timedelta(0), False, False),
        ("open", SECOND, False, False),
        ("open", -SECOND, True, True),
        ("open", timedelta(0), True, True),
        ("open", GRACE - MICRO, True, True),
        ("open", GRACE, True, False),
        ("open", GRACE + timedelta(days=400), True, False),
        ("closing", -SECOND, False, False),
        ("closing", SECOND, False, False),
        ("closing", GRACE - SECOND, True, True),
        ("closing", GRACE, True, False),
    ],
)
def test_an_answer_is_taken_by_state_clock_and_whether_it_was_begun(
    state: str, after_closing_time: timedelta, begun: bool, taken: bool
) -> None:
    assert accepts(state, closes_at=CLOSES, clock=CLOSES + after_closing_time, begun=begun) is taken


@pytest.mark.parametrize("state", [state for state in State if state not in (State.OPEN, State.CLOSING)])
@given(offset=st.timedeltas(-timedelta(days=100), timedelta(days=100)), begun=st.booleans())
def test_no_other_state_takes_an_answer_at_any_time(state: str, offset: timedelta, begun: bool) -> None:
    assert not accepts(state, closes_at=CLOSES, clock=CLOSES + offset, begun=begun)


@given(st.sampled_from(list(State)), st.timedeltas(-GRACE * 3, GRACE * 3), st.booleans())
def test_nothing_is_taken_once_the_wave_can_be_closed(state: str, offset: timedelta, drafts: bool) -> None:
    """Whoever may still answer is known when the wave closes: nobody is cut off, nobody comes after."""
    clock = CLOSES + offset
    if clock >= ends_at(CLOSES, drafts=drafts):
        assert not accepts(state, closes_at=CLOSES, clock=clock, begun=False)
    if clock >= ends_at(CLOSES, drafts=True):
        assert not accepts(state, closes_at=CLOSES, clock=clock, begun=True)


@given(st.sampled_from(list(State)), st.timedeltas(-GRACE * 3, GRACE * 3))
def test_who_has_begun_may_do_whatever_others_may(state: str, offset: timedelta) -> None:
    others = accepts(state, closes_at=CLOSES, clock=CLOSES + offset, begun=False)
    assert not others or accepts(state, closes_at=CLOSES, clock=CLOSES + offset, begun=True)
