"""What is left of the Sharpe ratios of a run after all that was tried: deflated, cut, and the length they need."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.inference.deflation import dsr, min_btl, variance_of_trials
from backtest.inference.haircut import haircuts
from backtest.inference.sharpe import moments
from backtest.metrics.skill import FORMULA, judged, set_to
from backtest.result import Metric
from data.counts import many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from backtest.config.model import Config
    from backtest.inference.haircut import Haircut
    from backtest.inference.sharpe import Moments
    from data.calendar import Calendar

__all__ = ["METHODS", "Tried", "cut", "cuts", "deflated"]

METHODS = {
    "": ("average of the three p-values", "average"),
    "_bonferroni": ("Bonferroni", "bonferroni"),
    "_holm": ("Holm", "holm"),
    "_bhy": ("Benjamini, Hochberg and Yekutieli", "bhy"),
}
MOST_CORRELATION = 0.99
NOT_ABOVE_0 = "the Sharpe ratio is not above 0"
ALWAYS_0 = "; no interval: it is 0 whatever the Sharpe ratio"


@dataclass(frozen=True, slots=True)
class Tried:
    """How much was tried on the same data, this trial among it.

    Attributes
    ----------
    trials, effective
        Configs, and the independent trials that they are worth.
    sharpes, active_sharpes
        Their Sharpe ratios per session, of net excess returns and of returns over the untilted mix; those known.
    best
        The highest of their net Sharpe ratios, a year; None where none is known.

    """

    trials: int = 1
    effective: float = 1.0
    sharpes: tuple[float, ...] = ()
    active_sharpes: tuple[float, ...] = ()
    best: float | None = None


def deflated(config: Config, calendar: Calendar, daily: pl.DataFrame, tried: Tried) -> tuple[Metric, ...]:
    """Give the trials counted, and what they leave of the Sharpe ratios of the net and of the active returns.

    DSR: PSR against SR0 = sqrt(V) x E[max of N], the best of N worthless, independent trials (Bailey and Lopez de Prado
    2014), V by `variance_of_trials`. With one trial it is the PSR.
    """
    trials = Metric(
        "trials",
        "Trials on these data",
        float(tried.trials),
        "count",
        convention="configs counted in the ledger against these prices, events, assets and period; "
        "no interval: it is counted, not estimated",
    )
    found = [trials]
    for prefix, whose, series, per_year in judged(config, calendar, daily):
        own = _Of(prefix, whose, moments(series), per_year)
        found += [] if prefix else [_best(own, tried)]
        found += [_dsr(own, tried), _min_btl(own, tried), *_haircuts(own, tried, config.seed)]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Of:
    """A judged series: prefix of its metrics' names, whose it is, its moments, sessions per year."""

    prefix: str
    whose: str
    moments: Moments
    per_year: float

    @property
    def sharpe(self) -> float:
        """Give the Sharpe ratio per year."""
        return self.moments.sharpe * math.sqrt(self.per_year)

    @property
    def flat(self) -> str:
        """Say why there is no Sharpe ratio to cut."""
        return "" if self.sharpe > 0.0 else NOT_ABOVE_0 if math.isfinite(self.sharpe) else "the returns do not vary"


def _best(of: _Of, tried: Tried) -> Metric:
    said = (
        "the highest of the trials counted on these data, net over the risk-free rate, a year; no interval: the "
        "highest of many was chosen, see the deflated Sharpe ratio"
    )
    metric = Metric("trials_best_sharpe", "Best Sharpe ratio of the trials, net", None, "ratio", convention=said)
    return set_to(metric, of.sharpe if tried.best is None else tried.best, "no trial has a Sharpe ratio")


def _dsr(of: _Of, tried: Tried) -> Metric:
    metric = Metric(
        f"{of.prefix}dsr",
        f"Deflated Sharpe ratio, {many(tried.trials, 'trial')}: {of.whose}",
        None,
        "ratio",
        convention=f"P(true Sharpe ratio > that of the best of {tried.effective:.1f} worthless independent trials), "
        "their variance that of the trials' Sharpe ratios but at least 1 / (n - 1), Bailey and Lopez de Prado 2014, "
        f"{FORMULA}",
    )
    known = tried.active_sharpes if of.prefix else tried.sharpes
    value = math.nan
    if math.isfinite(of.moments.sharpe):
        value = dsr(of.moments, tried.effective, variance_of_trials(known, of.moments.count))
    return set_to(metric, value, "the returns do not vary")


def _min_btl(of: _Of, tried: Tried) -> Metric:
    metric = Metric(
        f"{of.prefix}min_btl",
        f"Minimum backtest length: {of.whose}",
        None,
        "years",
        convention=f"(E[max of {tried.effective:.1f} normals] / Sharpe ratio per year)^2: in less, the best of so many "
        "worthless independent trials is expected to show it; Bailey, Borwein, Lopez de Prado and Zhu 2014; 0 for one "
        f"trial{ALWAYS_0 if tried.effective <= 1.0 else ''}",
    )
    return set_to(metric, math.nan if of.flat else min_btl(tried.effective, of.sharpe), of.flat)


def _haircuts(of: _Of, tried: Tried, seed: int) -> Iterator[Metric]:
    cuts = {} if of.flat else cut(of.moments, of.per_year, tried.trials, seed)
    for suffix, (name, method) in METHODS.items():
        one = cuts.get(method)
        said = "" if one is None else f"; adjusted p {one.p:.3g}, {one.fraction:z.0%} cut"
        metric = Metric(
            f"{of.prefix}haircut_sharpe{suffix}",
            f"Haircut Sharpe ratio, {name}: {of.whose}",
            None,
            "ratio",
            convention=f"Sharpe ratio per year of a single test with the p-value of this one among {tried.trials} "
            f"tests, Harvey and Liu 2015; {_CORRECTED}{said}",
        )
        yield set_to(metric, math.nan if one is None else one.sharpe, of.flat)


_CORRECTED = (
    "other tests simulated as in Harvey, Liu and Zhu 2016 at a correlation of 0.4; positive autocorrelation of lag one "
    "taken out (Lo 2002)"
)


def cut(of: Moments, per_year: float, tests: int, seed: int) -> dict[str, Haircut]:
    """Cut a Sharpe ratio above 0 for so many tests, see `haircuts`; a negative autocorrelation does not lift it."""
    return cuts([of.sharpe * math.sqrt(per_year)], of, per_year, tests, seed)[0]


def cuts(sharpes: Sequence[float], of: Moments, per_year: float, tests: int, seed: int) -> list[dict[str, Haircut]]:
    """Cut several Sharpe ratios per year that have the other moments of one sample."""
    correlation = min(max(of.autocorrelation, 0.0), MOST_CORRELATION)
    return haircuts(sharpes, of.count, per_year, tests, seed=seed, autocorrelation=correlation)
