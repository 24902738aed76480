# ruff: noqa: INP001 - a script beside the packages
"""Write the numbers of other libraries that tests/backtest/inference/test_libraries.py compares ours with.

Run it in an environment of its own, which needs none of ours: pip install arch statsmodels skfolio empyrical-reloaded
ffn, then python tools/library_numbers.py tests/backtest/inference/data/expected_libraries.json. Inputs come from the
default_rng of numpy by the seeds stored beside the numbers.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import empyrical
import ffn
import numpy as np
import pandas as pd
import statsmodels.api as models
from arch.bootstrap import SPA, IIDBootstrap, StationaryBootstrap, StepM, optimal_block_length
from skfolio import measures
from skfolio.model_selection import CombinatorialPurgedCV, WalkForward
from statsmodels.stats.multitest import multipletests
from statsmodels.tsa.stattools import acf

LIBRARIES = ("arch", "statsmodels", "skfolio", "empyrical-reloaded", "ffn")
YEAR = 252


def main(target: Path) -> None:
    """Ask every library and write what it says."""
    told = {
        "versions": {name: version(name) for name in LIBRARIES},
        "block_length": [
            block_length(*case)
            for case in enumerate([(60, 0.0), (250, 0.2), (250, -0.4), (1000, 0.5), (1000, 0.9), (2500, 0.05)])
        ],
        "comparison": [comparison(*case) for case in enumerate([(80, 5, 4), (120, 8, 7)], 20)],
        "p_adjust": p_adjust(30),
        "sharpe": [sharpe(*case) for case in enumerate([(40, 3), (250, 4), (1500, 6)], 40)],
        "pbo": [pbo(*case) for case in enumerate([(80, 6, 8), (120, 15, 10), (96, 12, 4)], 50)],
        "metrics": [metrics(*case) for case in enumerate([60, 250, 900], 60)],
        "splits": [splits(*case) for case in ((40, 5, 2, 2, 1), (49, 7, 3, 0, 4))],
        "walk_forward": [walk_forward(*case) for case in ((47, 15, 6, 3), (90, 30, 11, 0))],
        "intervals": intervals(70),
    }
    target.write_text(json.dumps(told, separators=(",", ":")), encoding="utf-8")


def block_length(seed: int, case: tuple[int, float]) -> dict[str, Any]:
    """Ask arch for the automatic lengths of an AR(1) series."""
    n, rho = case
    e = np.random.default_rng(seed).standard_normal(n)
    for at in range(1, n):
        e[at] += rho * e[at - 1]
    found = optimal_block_length(e)
    lengths = {kind: float(found[kind].iloc[0]) for kind in ("stationary", "circular")}
    return {"seed": seed, "n": n, "rho": rho, **lengths}


def comparison(seed: int, case: tuple[int, int, int]) -> dict[str, Any]:
    """Ask arch for SPA and StepM, and for the resamples that they rest on."""
    n, k, length = case
    noise = np.random.default_rng(seed).normal(0, 1, (n, k))
    losses = -(noise * np.linspace(0.5, 2, k) + np.linspace(-0.1, 0.25, k))
    drawn = StationaryBootstrap(length, np.arange(n), seed=np.random.RandomState(seed))
    how = {"reps": 80, "block_size": length, "bootstrap": "stationary", "studentize": False}
    best = SPA(np.zeros(n), losses, **how, seed=np.random.RandomState(seed))
    best.compute()
    step = StepM(np.zeros(n), pd.DataFrame(losses, columns=range(k)), 0.05, **how, seed=np.random.RandomState(seed))
    step.compute()
    return {
        "seed": seed, "n": n, "k": k, "length": length,
        "indices": [[int(at) for at in data[0][0]] for data in drawn.bootstrap(how["reps"])],
        "spa": {kind: float(p) for kind, p in best.pvalues.items()},
        "step_m": [int(at) for at in step.superior_models],
    }  # fmt: skip


def p_adjust(seed: int) -> dict[str, Any]:
    """Ask statsmodels for adjusted p-values."""
    p = np.random.default_rng(seed).uniform(size=12) ** 3
    names = {"bonferroni": "bonferroni", "holm": "holm", "bh": "fdr_bh", "by": "fdr_by"}
    return {"seed": seed, **{ours: multipletests(p, method=theirs)[1].tolist() for ours, theirs in names.items()}}


def sharpe(seed: int, case: tuple[int, int]) -> dict[str, Any]:
    """Ask skfolio and ffn for PSR and DSR, statsmodels for the first autocorrelation."""
    n, df = case
    rng = np.random.default_rng(seed)
    returns, trials = 0.0005 + 0.01 * rng.standard_t(df, n), rng.normal(0.02, 0.05, 9)
    series = pd.Series(returns, index=pd.date_range("2015-01-01", periods=n, freq="B"))
    deflated = ffn.calc_deflated_sharpe_ratio(series, trials, rf=0.0, nperiods=YEAR, annualized_trials=False)
    return {
        "seed": seed, "n": n, "df": df,
        "skfolio_psr": float(measures.probabilistic_sharpe_ratio(returns, 0.01, 0.0001)),
        "skfolio_dsr": float(measures.deflated_sharpe_ratio(returns, trials, 0.0001)),
        "ffn_dsr": float(deflated),
        "ffn_expected_max": float(ffn.calc_expected_max_sharpe(9, float(np.std(trials, ddof=1)))),
        "statsmodels_autocorrelation": float(acf(returns, nlags=1, fft=False)[1]),
    }  # fmt: skip


def pbo(seed: int, case: tuple[int, int, int]) -> dict[str, Any]:
    """Ask ffn for the probability of overfitting."""
    n, k, blocks = case
    returns = pd.DataFrame(np.random.default_rng(seed).normal(0.001, 0.01, (n, k)))
    found = ffn.calc_prob_backtest_overfitting(returns, n_blocks=blocks, full_output=True)
    return {"seed": seed, "n": n, "k": k, "blocks": blocks, "pbo": float(found["pbo"])}


def metrics(seed: int, n: int) -> dict[str, Any]:
    """Ask for the metrics of one strategy and its benchmark."""
    rng = np.random.default_rng(seed)
    market = rng.normal(0.0004, 0.01, n)
    returns, rate = 0.8 * market + rng.normal(0.0003, 0.008, n), 0.00008
    days = pd.date_range("2015-01-01", periods=n, freq="B")
    own, other = pd.Series(returns, days), pd.Series(market, days)
    line = models.OLS(returns - rate, models.add_constant(market - rate)).fit()
    before = pd.Series([1.0], [days[0] - pd.Timedelta(days=1)])
    return {
        "seed": seed, "n": n,
        "empyrical": {
            "sharpe": float(empyrical.sharpe_ratio(own, rate, annualization=YEAR)),
            "sortino": float(empyrical.sortino_ratio(own, rate, annualization=YEAR)),
            "volatility": float(empyrical.annual_volatility(own, annualization=YEAR)),
            "max_drawdown": float(empyrical.max_drawdown(own)),
            "total_return": float(empyrical.cum_returns_final(own)),
            "cagr": float(empyrical.cagr(own, annualization=YEAR)),
            "calmar": float(empyrical.calmar_ratio(own, annualization=YEAR)),
            "beta": float(empyrical.beta(own, other, rate)),
            "information_ratio_per_session": float(empyrical.excess_sharpe(own, other)),
        },
        "statsmodels": {
            "beta": float(line.params[1]), "alpha": float(line.params[0]),
            "beta_error": float(line.bse[1]), "alpha_error": float(line.bse[0]),
        },
        "ffn": {
            "max_drawdown": float(ffn.calc_max_drawdown(pd.concat([before, (1 + own).cumprod()]))),
            "sharpe": float(ffn.calc_sharpe(own, rf=0.0, nperiods=YEAR)),
            "sortino": float(ffn.calc_sortino_ratio(own, rf=0.0, nperiods=YEAR)),
        },
        "skfolio": {
            "volatility": float(measures.standard_deviation(returns)),
            "skew": float(measures.skew(returns)), "kurtosis": float(measures.kurtosis(returns)),
        },
    }  # fmt: skip


def splits(rows: int, groups: int, tested: int, purge: int, embargo: int) -> dict[str, Any]:
    """Ask skfolio for combinatorial purged splits."""
    found = CombinatorialPurgedCV(n_folds=groups, n_test_folds=tested, purged_size=purge, embargo_size=embargo)
    train = [[int(at) for at in inside] for inside, _ in found.split(np.zeros((rows, 2)))]
    return {"rows": rows, "groups": groups, "tested": tested, "purge": purge, "embargo": embargo, "train": train,
            "paths": np.asarray(found.get_path_ids()).tolist()}  # fmt: skip


def walk_forward(rows: int, train: int, test: int, purge: int) -> dict[str, Any]:
    """Ask skfolio for the windows of a walk-forward: first and last rows."""
    found = WalkForward(train_size=train, test_size=test, purged_size=purge).split(np.zeros((rows, 2)))
    ends = [[int(inside[0]), int(inside[-1]), int(out[0]), int(out[-1])] for inside, out in found]
    return {"rows": rows, "train": train, "test": test, "purge": purge, "splits": ends}


def intervals(seed: int) -> dict[str, Any]:
    """Ask arch for intervals of the mean of independent exponentials."""
    x = np.random.default_rng(seed).exponential(size=200) - 1

    def ends(method: str, reps: int, **more: Any) -> list[float]:
        drawn = IIDBootstrap(x, seed=np.random.RandomState(1))
        return drawn.conf_int(np.mean, reps=reps, method=method, size=0.95, **more).ravel().tolist()

    def error(_: Any, values: Any) -> Any:
        return values.std() / np.sqrt(len(values))

    return {"seed": seed, "bca": ends("bca", 40_000), "percentile": ends("percentile", 40_000),
            "studentised": ends("studentized", 4_000, std_err_func=error)}  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
