"""Our numbers against those of arch, statsmodels, skfolio, empyrical-reloaded and ffn on inputs made by seed.

data/expected_libraries.json was written by tools/library_numbers.py with the versions that it names.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backtest.inference.blocks import Blocks, block_length
from backtest.inference.bootstrap import Plan, Sample, interval
from backtest.inference.comparison import sampled, spa, step_m
from backtest.inference.deflation import dsr, expected_maximum
from backtest.inference.multiple import adjust
from backtest.inference.overfitting import pbo
from backtest.inference.sharpe import moments, psr
from backtest.inference.splits import combinatorial, paths, row_labels, walk_forward
from backtest.metrics import moments as metrics

TOLD = json.loads((Path(__file__).parent / "data" / "expected_libraries.json").read_text())


def test_the_versions_are_named():
    """Whoever doubts a number knows whom to ask."""
    assert TOLD["versions"] == {
        "arch": "8.0.0",
        "statsmodels": "0.15.0",
        "skfolio": "1.12.2",
        "empyrical-reloaded": "0.7.1",
        "ffn": "1.4.1",
    }


@pytest.mark.parametrize("case", TOLD["block_length"])
def test_block_lengths_of_arch(case):
    """Six AR(1) series, both kinds of blocks."""
    e = np.random.default_rng(case["seed"]).standard_normal(case["n"])
    for at in range(1, case["n"]):
        e[at] += case["rho"] * e[at - 1]
    for kind in ("stationary", "circular"):
        assert block_length(e, kind) == pytest.approx(max(case[kind], 1.0), rel=1e-9)


@pytest.mark.parametrize("case", TOLD["comparison"])
def test_comparisons_of_arch(case):
    """Without studentising, as arch has it: its own resamples, its p-values of SPA, its survivors of StepM."""
    n, k = case["n"], case["k"]
    noise = np.random.default_rng(case["seed"]).normal(0.0, 1.0, (n, k))
    differences = noise * np.linspace(0.5, 2.0, k) + np.linspace(-0.1, 0.25, k)
    drawn = sampled(differences, Blocks(case["length"]), indices=np.array(case["indices"]))
    for kind, one in spa(drawn, studentised=False).items():
        assert one.exceeding / one.resamples == pytest.approx(case["spa"][kind], abs=1e-12)
    assert step_m(drawn, studentised=False, recentring="consistent").tolist() == case["step_m"]


@pytest.mark.parametrize("method", ["bonferroni", "holm", "bh", "by"])
def test_adjusted_p_values_of_statsmodels(method):
    """Twelve p-values."""
    p = np.random.default_rng(TOLD["p_adjust"]["seed"]).uniform(size=12) ** 3
    assert adjust(p, method) == pytest.approx(TOLD["p_adjust"][method], rel=1e-12)


def unbiased(of):
    """Give the moments with the unbiased skewness and kurtosis that ffn takes from pandas; ours have divisor n."""
    n = of.count
    skewness = of.skewness * np.sqrt(n * (n - 1.0)) / (n - 2.0)
    over = ((n + 1.0) * (of.kurtosis - 3.0) + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))
    return replace(of, skewness=skewness, kurtosis=over + 3.0)


@pytest.mark.parametrize("case", TOLD["sharpe"])
def test_sharpe_inference_of_skfolio_and_ffn(case):
    """PSR, DSR (the published form: the trials' own variance), the expected maximum, the first autocorrelation."""
    rng = np.random.default_rng(case["seed"])
    returns, trials = 0.0005 + 0.01 * rng.standard_t(case["df"], case["n"]), rng.normal(0.02, 0.05, 9)
    over, plain = moments(returns - 0.0001), moments(returns)
    variance = float(np.var(trials, ddof=1))
    assert psr(over, 0.01) == pytest.approx(case["skfolio_psr"], rel=1e-9)
    assert dsr(over, 9, variance) == pytest.approx(case["skfolio_dsr"], rel=1e-9)
    assert dsr(unbiased(plain), 9, variance) == pytest.approx(case["ffn_dsr"], rel=1e-9)
    assert expected_maximum(9) * np.sqrt(variance) == pytest.approx(case["ffn_expected_max"], rel=1e-12)
    assert plain.autocorrelation == pytest.approx(case["statsmodels_autocorrelation"], rel=1e-9)


@pytest.mark.parametrize("case", TOLD["pbo"])
def test_overfitting_of_ffn(case):
    """Three matrices of noise whose blocks divide the sessions."""
    returns = np.random.default_rng(case["seed"]).normal(0.001, 0.01, (case["n"], case["k"]))
    assert pbo(returns, case["blocks"]).probability == pytest.approx(case["pbo"], abs=1e-12)


def made(case):
    """Give the returns, those of the benchmark, and the risk-free rate per session."""
    rng = np.random.default_rng(case["seed"])
    benchmark = rng.normal(0.0004, 0.01, case["n"])
    return 0.8 * benchmark + rng.normal(0.0003, 0.008, case["n"]), benchmark, 0.00008


@pytest.mark.parametrize("case", TOLD["metrics"])
def test_metrics_of_empyrical_ffn_and_skfolio(case):
    """Sharpe, Sortino, volatility, drawdown, growth, Calmar and the shape of the returns."""
    returns, _, rate = made(case)
    equity, told = np.cumprod(1.0 + returns), case["empyrical"]
    assert metrics.ratio(returns - rate, 252.0).value == pytest.approx(told["sharpe"], rel=1e-10)
    assert metrics.ratio(returns, 252.0).value == pytest.approx(case["ffn"]["sharpe"], rel=1e-10)
    assert metrics.sortino(returns - rate, 252.0).value == pytest.approx(told["sortino"], rel=1e-10)
    assert metrics.sortino(returns, 252.0).value == pytest.approx(case["ffn"]["sortino"], rel=1e-10)
    assert metrics.volatility(returns, 252.0).value == pytest.approx(told["volatility"], rel=1e-10)
    assert metrics.drawdown(equity, 1.0)[0] == pytest.approx(told["max_drawdown"], rel=1e-10)
    assert metrics.drawdown(equity, 1.0)[0] == pytest.approx(case["ffn"]["max_drawdown"], rel=1e-10)
    sample = Sample(returns, 252.0, case["n"] / 252.0)
    for name in ("total_return", "cagr", "calmar"):
        assert interval(name, sample, Plan("percentile", 100)).value == pytest.approx(told[name], rel=1e-9), name
    of, shape = moments(returns), case["skfolio"]
    assert (of.skewness, of.kurtosis) == pytest.approx((shape["skew"], shape["kurtosis"]), rel=1e-9)
    assert metrics.volatility(returns, 1.0).value == pytest.approx(shape["volatility"], rel=1e-10)


@pytest.mark.parametrize("case", TOLD["metrics"])
def test_regressions_of_statsmodels_and_empyrical(case):
    """Alpha and beta with their standard errors; the information ratio per session."""
    returns, benchmark, rate = made(case)
    beta, alpha = metrics.regression(returns - rate, benchmark - rate, 252.0)
    told = case["statsmodels"]
    assert (beta.value, beta.error) == pytest.approx((told["beta"], told["beta_error"]), rel=1e-9)
    assert (alpha.value, alpha.error) == pytest.approx((252 * told["alpha"], 252 * told["alpha_error"]), rel=1e-9)
    assert beta.value == pytest.approx(case["empyrical"]["beta"], rel=1e-9)
    information = metrics.ratio(returns - benchmark, 1.0).value
    assert information == pytest.approx(case["empyrical"]["information_ratio_per_session"], rel=1e-9)


@pytest.mark.parametrize("case", TOLD["splits"])
def test_splits_of_skfolio(case):
    """Combinatorial purged splits: training sets and paths; folds divide the rows, a rest goes elsewhere."""
    labels = row_labels(case["rows"])
    found = combinatorial(labels, case["groups"], case["tested"], purge=case["purge"], embargo=case["embargo"])
    assert [split.train.tolist() for split in found] == case["train"]
    assert paths(case["groups"], case["tested"]).shape == (max(map(max, case["paths"])) + 1, case["groups"])


@pytest.mark.parametrize("case", TOLD["walk_forward"])
def test_walk_forward_of_skfolio(case):
    """First and last rows of every window."""
    found = walk_forward(case["rows"], case["train"], case["test"], purge=case["purge"])
    told = [[s.train[0], s.train[-1], s.test[0][0], s.test[0][-1]] for s in found]
    assert told == case["splits"]


@pytest.mark.parametrize("method", ["bca", "percentile", "studentised"])
def test_intervals_of_arch(method):
    """Two hundred independent exponentials, blocks of one: ends within a tenth of the standard error, .0065."""
    x = np.random.default_rng(TOLD["intervals"]["seed"]).exponential(size=200) - 1.0
    sample = Sample(x, 1.0, 1.0, base=np.zeros(200))
    found = interval("active_return", sample, Plan(method, 40_000, length=1.0))
    assert (found.lower, found.upper) == pytest.approx(TOLD["intervals"][method], abs=0.0065)
