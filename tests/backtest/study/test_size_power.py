"""How often each test rejects at 5 %, under the null and under shocks, against a simulation made elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from backtest.distributions import student_t_two_sided
from backtest.study.case import Case
from backtest.study.estimation import estimate, measure
from backtest.study.fits import Frame
from backtest.study.ranks import ranked, residual_ranks
from backtest.study.statistics import every_test

REFERENCE = json.loads((Path(__file__).parent / "data" / "size_power.json").read_text())["scenarios"]
NAMES = {
    "csect": "cross_sectional",
    "cda": "crude_dependence",
    "patell": "patell",
    "bmp": "bmp",
    "adj_patell": "adjusted_patell",
    "adj_bmp": "adjusted_bmp",
    "sign": "sign",
    "gsign": "generalised_sign",
    "rank": "rank",
    "grank": "grank_t",
    "grank_z": "grank_z",
    "skew_t": "skewness_adjusted",
}
FIRMS, ESTIMATION = 50, 239
QUICK = ("normal_delta0", "normal_delta0.01", "eventvar2_delta0", "clustered_rho0.1_delta0")


def one_date(rng, params):
    """Draw a market and fifty assets that share one event date, the last row."""
    rows, rho = ESTIMATION + 1, params.get("rho", 0.0)
    if params.get("dist") == "t":
        noise = rng.standard_t(4, (rows, FIRMS)) / np.sqrt(2.0)
    else:
        noise = rng.standard_normal((rows, FIRMS))
    noise = np.sqrt(rho) * rng.standard_normal((rows, 1)) + np.sqrt(1.0 - rho) * noise
    noise[-1] *= np.sqrt(params.get("evar", 1.0))
    market = rng.normal(0.0005, 0.01, rows)
    y = rng.uniform(0.5, 1.5, FIRMS) * market[:, None] + rng.uniform(0.01, 0.03, FIRMS) * noise
    y[-1] += params["delta"]
    return y, market[:, None]


def statistics(rng, params):
    y, x = one_date(rng, params)
    frame = Frame(y, y, y, x)
    every, day = np.arange(FIRMS), np.full(FIRMS, ESTIMATION)
    fits = estimate(frame, every, day, sessions=ESTIMATION, gap=0, span=(0, 0), fewest=20)
    case = Case(fits, measure(fits, (0, 0)), (0, 0), frame, every, residual_ranks(fits), ranked(fits.residual), draws=1)
    found = every_test(case)
    return [(found[ours].value, found[ours].freedom) for ours in NAMES.values()]


def rejections(scenario, reps):
    rng = np.random.default_rng([11, reps])
    drawn = np.array([statistics(rng, REFERENCE[scenario]["params"]) for _ in range(reps)])
    normal = np.array([name in {"csect", "bmp", "adj_bmp", "skew_t", "cda", "grank"} for name in NAMES])
    freedom = np.where(normal, drawn[:, :, 1], np.inf)
    return (student_t_two_sided(drawn[:, :, 0], freedom) < 0.05).mean(axis=0)


def assert_agree(scenario, reps):
    found, wanted = rejections(scenario, reps), REFERENCE[scenario]
    for rate, name in zip(found, NAMES, strict=True):
        if name in wanted["tests"]:
            p = wanted["tests"][name]["rej_two5"]
            error = np.sqrt(max(p * (1.0 - p), 0.01) * (1.0 / wanted["reps"] + 1.0 / reps))
            assert abs(rate - p) < 3.0 * error + 0.5 / reps, (scenario, name, rate, p)


@pytest.mark.parametrize("scenario", QUICK)
def test_size_and_power_lie_within_three_standard_errors(scenario):
    """Null, power, event-induced variance and clustering, 200 repetitions each."""
    assert_agree(scenario, 200)


@pytest.mark.full
@pytest.mark.parametrize("scenario", REFERENCE)
def test_size_and_power_of_every_scenario(scenario):
    """All eleven scenarios with as many repetitions as the reference."""
    assert_agree(scenario, 4_000)
