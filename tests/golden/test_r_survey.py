"""The engine's figures equal those of R's `survey` and base R; `r_survey.R` made the JSON beside it."""

import json
from pathlib import Path

import numpy as np
import pytest

from results.analysis.frame import build_frame
from results.analysis.measures import quantile
from results.analysis.significance import benjamini_hochberg, fisher_test, holm, welch_test
from results.analysis.table_tests import ENOUGH_RARE, fisher, pearson
from results.analysis.tabulate import tabulate
from results.analysis.uncertainty import corrected_base, wilson
from results.analysis.weighting import rake
from surveys.codebook import Code, Codebook, Variable

R = json.loads((Path(__file__).parent / "r_survey.json").read_text())
CLOSE = {"rel": 1e-9, "abs": 1e-10}


def codes(count: int) -> tuple[Code, ...]:
    return tuple(Code(code, str(code)) for code in range(1, count + 1))


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return Codebook(
        (
            Variable("role", "Role", "one", codes=codes(3), attribute=True),
            Variable("region", "Region", "one", codes=codes(4), attribute=True),
            Variable("ANSWER", "Answer", "one", codes=codes(3)),
            Variable("SCORE", "Score", "number"),
        )
    )


@pytest.fixture(scope="module")
def rows():
    columns = zip(R["role"], R["region"], R["answer"], R["score"], R["weight"], strict=True)
    return [
        ({"role": int(role), "region": int(region)}, {"ANSWER": [int(answer)], "SCORE": [score]}, weight)
        for role, region, answer, score, weight in columns
    ]


@pytest.fixture(scope="module")
def weighted(codebook, rows):
    return build_frame(codebook, rows, weighted=True)


@pytest.fixture(scope="module")
def plain(codebook, rows):
    return build_frame(codebook, rows)


def test_weighted_shares_equal_svymean(weighted):
    table = tabulate(weighted, "ANSWER", by="role")
    assert [row["cells"][0]["exact"] / 100 for row in table["rows"]] == pytest.approx(R["share"], **CLOSE)
    made = [row["cells"][column]["exact"] / 100 for column in (1, 2, 3) for row in table["rows"]]
    assert made == pytest.approx(R["share_by_role"], **CLOSE)


def test_weighted_mean_and_deviation_equal_svymean_and_svyvar(weighted):
    mean = tabulate(weighted, "SCORE")["mean"][0]
    assert mean["value"] == pytest.approx(R["mean"], **CLOSE)
    assert mean["sd"] ** 2 == pytest.approx(R["variance"], **CLOSE)
    assert mean["effective_base"] == pytest.approx(R["effective_base"], **CLOSE)


def test_unweighted_mean_and_its_error_equal_svymean(plain):
    mean = tabulate(plain, "SCORE")["mean"][0]
    assert mean["value"] == pytest.approx(R["plain_mean"], **CLOSE)
    assert mean["sd"] ** 2 == pytest.approx(R["plain_variance"], **CLOSE)
    assert mean["se"] == pytest.approx(R["plain_error"], **CLOSE)


def test_the_finite_population_correction_equals_svymean_but_for_its_n_minus_1(plain):
    """R's variance is p(1−p)/(n−1)·(1−n/N), ours p(1−p)(N−n)/(n(N−1)): n/(n−1)·(N−1)/N apart."""
    people, frame = 120, 300
    base = corrected_base(people, people=people, frame=frame)
    shares = [row["cells"][0]["exact"] / 100 for row in tabulate(plain, "ANSWER")["rows"]]
    apart = people / (people - 1) * (frame - 1) / frame
    made = [(share * (1 - share) / base * apart) ** 0.5 for share in shares]
    assert made == pytest.approx(R["limited_error"], **CLOSE)


def test_wilson_equals_prop_test(weighted):
    assert wilson(31 / 51, 51.0) == pytest.approx(R["wilson"], **CLOSE)
    cell = tabulate(weighted, "ANSWER")["rows"][0]["cells"][0]
    assert [cell["low"] / 100, cell["high"] / 100] == pytest.approx(R["wilson_weighted"], **CLOSE)


def test_wilson_on_a_corrected_base_equals_prop_test_on_that_base():
    base = corrected_base(116, people=116, frame=569)
    assert wilson(0.65, base) == pytest.approx(R["wilson_limited"], **CLOSE)


def test_the_weighted_table_test_equals_svychisq(weighted):
    made = tabulate(weighted, "ANSWER", by="region")["test"]
    assert made["method"] == "rao_scott"
    for ours, theirs in (("statistic", "f_statistic"), ("df", "f_df"), ("df2", "f_df2"), ("p", "f_p")):
        assert made[ours] == pytest.approx(R[theirs], rel=1e-8)


def test_the_unweighted_table_test_equals_chisq_test(plain):
    made = tabulate(plain, "ANSWER", by="region")["test"]
    assert made["method"] == "pearson"
    for ours, theirs in (("statistic", "pearson_statistic"), ("df", "pearson_df"), ("p", "pearson_p")):
        assert made[ours] == pytest.approx(R[theirs], **CLOSE)


def test_fishers_exact_test_equals_fisher_test():
    assert float(fisher_test(31, 51, 9, 29)) == pytest.approx(R["fisher_p"], rel=1e-7)


def test_the_random_tables_of_the_wide_exact_test_come_near_fisher_test():
    wide = np.array(R["wide_table"], dtype=np.int64).reshape(3, 3)
    exact = R["fisher_wide_p"]
    assert fisher(wide)["p"] == pytest.approx(exact, rel=4 / ENOUGH_RARE**0.5)
    assert fisher(wide) == fisher(wide)


def test_welch_equals_t_test(plain):
    means = tabulate(plain, "SCORE", by="role")["mean"]
    made = welch_test(*(means[place][key] for place in (1, 3) for key in ("value", "sd", "base")))
    assert [float(each) for each in made] == pytest.approx([R["welch_t"], R["welch_df"], R["welch_p"]], rel=1e-8)


def test_raking_equals_rake():
    targets = {
        "role": dict(zip((1, 2, 3), R["target_role"], strict=True)),
        "region": dict(zip((1, 2, 3, 4), R["target_region"], strict=True)),
    }
    given = {name: [int(each) for each in R[name]] for name in ("role", "region")}
    weights, report = rake(given, targets, trim=None)
    assert report.converged
    assert weights.tolist() == pytest.approx(R["raked"], rel=1e-8)


def test_adjusted_p_values_equal_p_adjust():
    assert holm(np.array(R["p_values"])).tolist() == pytest.approx(R["holm"], **CLOSE)
    assert benjamini_hochberg(np.array(R["p_values"])).tolist() == pytest.approx(R["bh"], **CLOSE)


def test_quartiles_equal_quantile_of_type_2():
    values, counts = np.unique(R["score"], return_counts=True)
    made = [quantile(values, counts.astype(float), share) for share in (0.25, 0.5, 0.75)]
    assert made == pytest.approx(R["quartiles"])


def test_the_p_of_a_pearson_table_needs_no_correction_for_continuity():
    assert pearson(np.array([[10, 20], [20, 10]]))["statistic"] == pytest.approx(20 / 3)
