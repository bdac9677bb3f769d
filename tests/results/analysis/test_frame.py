"""A frame depends on the answers alone, keeps them all, and refuses what it cannot hold."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.analysis import bits
from results.analysis.frame import Frame, build_frame, build_frame_with_payloads
from surveys.codebook import Code, Codebook, Variable
from tests.results.analysis import random_waves as waves


@settings(max_examples=200)
@given(wave=waves.WAVES, seed=st.integers(0, 1000), weighted=st.booleans())
def test_the_same_answers_in_any_order_give_the_same_frame(wave, seed, weighted):
    shuffled = random.Random(seed).sample(wave, len(wave))
    one = build_frame(waves.CODEBOOK, wave, weighted=weighted)
    assert build_frame(waves.CODEBOOK, iter(shuffled), weighted=weighted).digest == one.digest


@settings(max_examples=200)
@given(wave=waves.WAVES, weighted=st.booleans())
def test_a_frame_read_back_is_the_frame_written(wave, weighted):
    frame = build_frame(waves.CODEBOOK, wave, weighted=weighted)
    again = Frame.from_bytes(frame.to_bytes(), waves.CODEBOOK)
    assert again.to_bytes() == frame.to_bytes()
    assert again.size == len(wave)


@given(wave=waves.WAVES)
def test_everything_that_was_said_is_in_the_frame(wave):
    frame, order = build_frame_with_payloads(waves.CODEBOOK, [(*row, place) for place, row in enumerate(wave)])
    for name in waves.CLOSED:
        codes = [code.code for code in waves.CODEBOOK[name].codes]
        flags = bits.unpack(frame.codes[name], frame.size)
        for place, source in enumerate(order):
            said = waves.given(wave[source], name) or []
            assert [code for code, flag in zip(codes, flags[:, place], strict=True) if flag] == sorted(
                said, key=codes.index
            )
    for place, source in enumerate(order):
        assert frame.texts["WHY"][place] == next(iter(wave[source][1]["WHY"]), None)
        age = next(iter(wave[source][1]["AGE"]), None)
        assert (np.isnan(frame.numbers["AGE"][place]) and age is None) or frame.numbers["AGE"][place] == age


def test_many_codes_need_more_than_one_word():
    variable = Variable("LONG", "", "many", codes=tuple(Code(code, str(code)) for code in range(130)))
    rows = [
        ({}, {"LONG": [0, 61, 62, 129]}, None),
        ({}, {"LONG": []}, None),
        ({}, {}, None),
        ({}, {"LONG": [62]}, None),
    ]
    frame = build_frame(Codebook((variable,)), rows)
    assert {code: int(count) for code, count in enumerate(bits.count(frame.codes["LONG"])) if count} == {
        0: 1,
        61: 1,
        62: 2,
        129: 1,
    }
    assert (int(bits.count(frame.asked["LONG"])), int(bits.count(frame.answered["LONG"]))) == (3, 2)


@pytest.mark.parametrize(
    "answers",
    [
        {"GRIP": [7]},
        {"GRIP": [1, 2]},
        {"STEPS": [1, 1]},
        {"STEPS": [4]},
        {"ORDER": [1, 1]},
        {"AGE": ["12"]},
        {"AGE": [float("nan")]},
        {"AGE": [float("inf")]},
        {"WHY": [12]},
        {"WHY": ["one", "two"]},
        {"GRIP": [[1]]},
    ],
)
def test_an_answer_that_a_variable_cannot_hold_is_refused_by_name(answers):
    with pytest.raises(ValueError, match=next(iter(answers))):
        build_frame(waves.CODEBOOK, [({}, {"GRIP": [1]}, None), ({}, answers, None)])


def test_a_variable_that_is_not_in_the_codebook_is_refused():
    with pytest.raises(ValueError, match="NEW"):
        build_frame(waves.CODEBOOK, [({}, {"NEW": [1]}, None)])


def test_an_unknown_attribute_code_is_refused():
    with pytest.raises(ValueError, match="role"):
        build_frame(waves.CODEBOOK, [({"role": "nurse"}, {}, None)])


@pytest.mark.parametrize("weight", [None, float("nan"), float("inf"), -1.0])
def test_a_bad_weight_is_refused(weight):
    with pytest.raises(ValueError, match="weight"):
        build_frame(waves.CODEBOOK, [({}, {}, weight)], weighted=True)


def test_one_changed_byte_is_noticed():
    data = bytearray(build_frame(waves.CODEBOOK, [({"gp": 1}, {"GRIP": [1]}, None)] * 9).to_bytes())
    data[-40] ^= 1
    with pytest.raises(ValueError, match="damaged"):
        Frame.from_bytes(bytes(data), waves.CODEBOOK)


def test_a_frame_of_another_codebook_is_refused():
    data = build_frame(waves.CODEBOOK, [({"gp": 1}, {"GRIP": [1]}, None)]).to_bytes()
    with pytest.raises(ValueError, match="another codebook"):
        Frame.from_bytes(data, Codebook((waves.ROLE, waves.GP)))
    with pytest.raises(ValueError, match="not a frame"):
        Frame.from_bytes(b"something else", waves.CODEBOOK)


def test_zero_and_minus_zero_are_one_number():
    one, two = (build_frame(waves.CODEBOOK, [({}, {"AGE": [zero]}, None)]) for zero in (0.0, -0.0))
    assert one.digest == two.digest
