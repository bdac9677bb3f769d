"""A wave cut into shards gives the same tables as the whole, to the last bit."""

import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.analysis import bits
from results.analysis.counting import Counts
from results.analysis.frame import build_frame
from results.analysis.layout import count_breaks
from results.analysis.tabulate import tables_from, tabulate_all
from results.analysis.weighted_sums import by_axes, by_product
from tests.results.analysis import random_waves as waves

NAMES = ("GRIP", "STEPS", "ORDER", "AGE", "WHY", "role")
BREAKS = (None, "role", "STEPS", ["role", "gp"])


@settings(max_examples=60)
@given(wave=waves.WAVES, where=waves.FILTERS, weighted=st.booleans())
def test_two_and_seven_shards_give_the_tables_of_one(wave, where, weighted):
    frame = build_frame(waves.CODEBOOK, wave, weighted=weighted)
    whole = tabulate_all([frame], NAMES, bys=BREAKS, where=where)
    for parts in (1, 2, 7):
        assert tabulate_all(frame.shards(parts), NAMES, bys=BREAKS, where=where) == whole


@settings(max_examples=40)
@given(wave=waves.WAVES, where=waves.FILTERS, weighted=st.booleans())
def test_counts_sent_as_json_give_the_same_tables(wave, where, weighted):
    frame = build_frame(waves.CODEBOOK, wave, weighted=weighted)
    shards = frame.shards(3)
    sent = [json.dumps([[c.as_dict() for c in row] for row in counted(shard, where)]) for shard in shards]
    grids = [[[Counts.from_dict(each) for each in row] for row in json.loads(text)] for text in sent]
    made = tables_from(grids, NAMES, frame=shards[0], bys=BREAKS, where=where)
    assert made == tabulate_all([frame], NAMES, bys=BREAKS, where=where)


def counted(shard, where):
    return count_breaks(shard, NAMES, bys=BREAKS, where=where)


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_odd_weights_add_up_the_same_in_shards(parts):
    chance = random.Random(5)
    rows = [
        (
            {"role": chance.choice(["chair", "ao"])},
            {"GRIP": [chance.choice([1, 2, 3])], "AGE": [chance.random()]},
            chance.random(),
        )
        for _ in range(3000)
    ]
    frame = build_frame(waves.CODEBOOK, rows, weighted=True)
    whole = tabulate_all([frame], NAMES, bys=BREAKS)
    assert tabulate_all(frame.shards(parts), NAMES, bys=BREAKS) == whole


def test_sums_of_weights_are_the_same_by_either_way_and_by_hand():
    chance = np.random.default_rng(7)
    for size in (1, 70, 900):
        single = bits.pack(chance.integers(0, 5, size) == np.arange(1, 5)[:, None])
        several = bits.pack(chance.random((6, size)) < 0.4)
        rows, columns = np.concatenate([single, several]), np.concatenate([several[:3], single])
        values = chance.integers(0, 2**39, (2, size))
        made = by_axes(rows, columns, values)
        assert (made == by_product(rows, columns, values)).all()
        flags = [bits.unpack(masks, size).astype(np.int64) for masks in (rows, columns)]
        assert (made == np.einsum("vn,rn,cn->vrc", values, *flags)).all()
