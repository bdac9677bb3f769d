"""Tests of whole tables beside their definitions, written out at length."""

from __future__ import annotations

from itertools import product
from math import factorial

import numpy as np
import pytest

from results.analysis.table_tests import ENOUGH_RARE, fisher, rao_scott, table_test


def weighted_table(chance, rows, columns, people):
    """Counts, sums of weights and of their squares of a random table, most of its respondents in few of its cells."""
    cell = chance.choice(rows * columns, people, p=chance.dirichlet(np.full(rows * columns, 0.4)))
    weights = chance.uniform(0.2, 3.0, people)
    made = [np.bincount(cell, each, rows * columns) for each in (None, weights, weights**2)]
    return [each.reshape(rows, columns) for each in made]


def design_effects(shares, squares, size):
    """Δ as Rao and Scott define it, with contrasts of all cells; empty cells have a D⁻¹ of nothing."""
    rows, columns = shares.shape
    flat, spread = shares.ravel(), squares.ravel()
    one, two = (np.concatenate([np.eye(levels - 1), -np.ones((1, levels - 1))]) for levels in (rows, columns))
    contrasts = np.kron(one, two)
    scaled = contrasts * np.divide(1.0, flat, out=np.zeros_like(flat), where=flat > 0)[:, None]
    cross = np.outer(spread, flat)
    variance = np.diag(spread) - cross - cross.T + spread.sum() * np.outer(flat, flat)
    simple = contrasts.T @ scaled / size
    return np.linalg.pinv(simple, rcond=1e-11, hermitian=True) @ (scaled.T @ variance @ scaled)


@pytest.mark.parametrize("seed", range(30))
def test_the_test_of_a_weighted_table_with_empty_cells_follows_its_definition(seed):
    chance = np.random.default_rng(seed)
    people, sums, squares = weighted_table(chance, *chance.integers(2, 8, 2), 150)
    rows, columns = sums.sum(axis=1) > 0, sums.sum(axis=0) > 0
    people, sums, squares = (each[rows][:, columns] for each in (people, sums, squares))
    size, total = people.sum(), sums.sum()
    effects = design_effects(sums / total, squares / total**2 * size / (size - 1), size)
    expected = np.outer(sums.sum(axis=1), sums.sum(axis=0)) / total
    statistic = ((sums - expected) ** 2 / expected).sum() * size / total / np.trace(effects)
    made = rao_scott(people, sums, squares)
    assert made["statistic"] == pytest.approx(statistic, rel=1e-8)
    assert made["df"] == pytest.approx(np.trace(effects) ** 2 / np.trace(effects @ effects), rel=1e-8)


def test_a_weighted_table_in_which_nothing_could_be_otherwise_has_no_test():
    for people in (np.array([[9, 0], [0, 9]]), np.array([[9, 0], [0, 0]])):
        assert table_test(people, people * 1.5, people * 2.25, weighted=True) is None


def as_rare(table):
    """Fisher's p of a small table by writing down every table with its margins."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    free = [range(min(row, column) + 1) for row in rows[:-1] for column in columns[:-1]]
    seen, chances = np.prod([float(factorial(each)) for each in table.ravel()]), []
    for inside in product(*free):
        part = np.array(inside).reshape(len(rows) - 1, len(columns) - 1)
        wide = np.column_stack([part, rows[:-1] - part.sum(axis=1)])
        whole = np.vstack([wide, columns - wide.sum(axis=0)])
        if (whole >= 0).all():
            chances.append(1 / np.prod([float(factorial(each)) for each in whole.ravel()]))
    return sum(chance for chance in chances if chance <= (1 + 1e-9) / seen) / sum(chances)


@pytest.mark.parametrize(
    "table", [[[5, 1, 0], [1, 4, 2], [0, 1, 6]], [[3, 2, 2], [1, 4, 2], [2, 2, 3]], [[7, 1, 2, 0], [2, 4, 3, 4]]]
)
def test_the_random_tables_come_near_the_count_of_all_tables(table):
    table = np.array(table)
    assert fisher(table)["p"] == pytest.approx(as_rare(table), rel=4 / ENOUGH_RARE**0.5, abs=0.001)


def test_random_tables_do_not_depend_on_which_side_is_called_rows():
    table = np.random.default_rng(4).integers(0, 5, (4, 7))
    assert fisher(table) == fisher(table.T)


def test_a_rare_answer_in_a_large_wave_is_tested_by_random_tables_too():
    table = np.array([[4, 0, 0, 0], [600, 600, 600, 600], [500, 500, 500, 500]])
    assert fisher(table)["p"] == pytest.approx(0.246, abs=0.05)  # R, 200,000 tables: .2463
    assert fisher(table) == fisher(table)
