"""What the metrics of luck and skill make of a Sharpe ratio per year, the sample's other moments held."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from backtest.inference.deflation import dsr, min_btl, variance_of_trials
from backtest.inference.sharpe import min_trl, moments, psr
from backtest.metrics.carried import Formula
from backtest.metrics.luck import METHODS, cuts
from backtest.metrics.skill import false_discovery, judged

if TYPE_CHECKING:
    import polars as pl

    from backtest.config.model import Config
    from backtest.inference.haircut import Haircut
    from backtest.inference.sharpe import Moments
    from backtest.metrics.luck import Tried
    from data.calendar import Calendar

__all__ = ["formulas"]

Carry: TypeAlias = Callable[[Sequence[float]], Sequence[float]]


def formulas(config: Config, calendar: Calendar, daily: pl.DataFrame, tried: Tried) -> dict[str, Formula]:
    """Give them by the metric's name."""
    found: dict[str, Formula] = {}
    for prefix, _, series, per_year in judged(config, calendar, daily):
        for name, one in _formulas(prefix, moments(series), per_year, tried, config.seed).items():
            found[f"{prefix}{name}"] = Formula(prefix, one)
    return found


def _formulas(prefix: str, of: Moments, per_year: float, tried: Tried, seed: int) -> dict[str, Carry]:
    sharpes = tried.active_sharpes if prefix else tried.sharpes

    def at(sharpe: float) -> Moments:
        return replace(of, sharpe=sharpe / math.sqrt(per_year))

    def each(one: Callable[[float], float]) -> Carry:
        return lambda given: [one(sharpe) for sharpe in given]

    @cache
    def made(given: tuple[float, ...]) -> list[dict[str, Haircut]]:
        return cuts(given, of, per_year, tried.trials, seed)

    def cut_by(method: str) -> Carry:
        def of_all(given: Sequence[float]) -> list[float]:
            left = iter(made(tuple(one for one in given if one > 0.0)))
            return [next(left)[method].sharpe if one > 0.0 else math.nan for one in given]

        return of_all

    found = {
        "psr": each(lambda sharpe: psr(at(sharpe))),
        "min_trl": each(lambda sharpe: min_trl(at(sharpe)) / per_year),
        "false_discovery": each(lambda sharpe: false_discovery(at(sharpe), per_year)),
        "dsr": each(lambda sharpe: dsr(at(sharpe), tried.effective, variance_of_trials(sharpes, of.count))),
        "min_btl": each(lambda sharpe: min_btl(tried.effective, sharpe) if sharpe > 0.0 else math.nan),
        **{f"haircut_sharpe{suffix}": cut_by(method) for suffix, (_, method) in METHODS.items()},
    }
    return found if tried.effective > 1.0 else {name: one for name, one in found.items() if name != "min_btl"}
