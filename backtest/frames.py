"""The one place where arrays become frames again: sessions, weights, trades, attribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.kernels.books import COSTS
from backtest.money import gains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from backtest.portfolio import Targets
    from backtest.simulation import Walk
    from backtest.walks import Attribution, Stage

__all__ = ["attribution", "daily", "trades", "weights"]


def daily(on: Stage, walked: Walk, base: Walk, benchmark: Walk | None) -> pl.DataFrame:
    """Give one row per day: equity, cash, exposure, turnover, costs by kind; base and benchmark with their costs.

    With several exchanges a day has several rows in the walk: the last one's marks stand, flows are added up.
    """
    days = on.panel.sessions[on.first :]
    last = np.append(np.flatnonzero(days[1:] != days[:-1]), len(days) - 1)
    starts = np.append(0, last[:-1] + 1)
    worth = walked.shares * on.market.mark
    count = len(walked.equity)
    notional = np.zeros(count)
    # Unbuffered adds run in the order of the journal, so the sums are the same in every run.
    np.add.at(notional, walked.label[:, 0], np.abs(walked.order[:, 1]) * np.nan_to_num(walked.order[:, 2]))
    turnover = _over(notional, np.where(np.isnan(walked.value), walked.equity, walked.value))
    held_stale = ((walked.shares != 0.0) & on.missing).sum(axis=1)
    return pl.DataFrame(
        {
            "session": days[last],
            "equity": walked.equity[last],
            "cash": walked.cash[last],
            "gross": _over(_added(np.abs(worth)), walked.equity)[last],
            "net": _over(_added(worth), walked.equity)[last],
            "turnover": np.add.reduceat(turnover, starts),
            "base": base.equity[last],
            "benchmark": pl.Series(benchmark.equity[last] if benchmark else [None] * len(last), dtype=pl.Float64),
            "base_costs": _spent(base, starts),
            "benchmark_costs": _spent(benchmark, starts),
            "dividend": np.add.reduceat(walked.dividend, starts),
            "interest": np.add.reduceat(walked.interest, starts),
            **{kind: np.add.reduceat(walked.costs[kind], starts) for kind in COSTS},
            "stale": np.add.reduceat(held_stale.astype(np.int64), starts),
            **{name: np.add.reduceat(made, starts) for name, made in _converted(on, walked).items()},
        },
    )


def _spent(walked: Walk | None, starts: NDArray[np.int64]) -> pl.Series:
    """Add the costs of all kinds per day; null without a walk."""
    if walked is None:
        return pl.Series([None] * len(starts), dtype=pl.Float64)
    spent: NDArray[np.float64] = np.zeros(len(walked.equity))
    for kind in COSTS:
        spent = spent + walked.costs[kind]
    return pl.Series(np.add.reduceat(spent, starts))


def _converted(on: Stage, walked: Walk) -> dict[str, NDArray[np.float64]]:
    """Give the parts of the gains where prices are converted, nothing where they are not."""
    return gains(on, walked) if on.mixed is not None and on.mixed.foreign.any() else {}


def _added(worth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add across assets one after another, the same for any number of sessions."""
    total: NDArray[np.float64] = np.zeros(len(worth))
    for column in range(worth.shape[1]):
        total = total + worth[:, column]
    return total


def _over(amount: NDArray[np.float64], equity: NDArray[np.float64]) -> NDArray[np.float64]:
    out: NDArray[np.float64] = np.divide(amount, equity, out=np.full(len(amount), np.nan), where=equity > 0.0)
    return out


def weights(on: Stage, targets: Targets) -> pl.DataFrame:
    """Give the target weight of every asset at every decision: session, asset, target (fraction of equity)."""
    row = np.repeat(np.arange(len(targets.session)), np.diff(targets.start))
    totals = np.zeros((len(targets.session), len(on.panel.assets)))
    named = np.zeros(totals.shape, dtype=np.bool_)
    np.add.at(totals, (row, targets.asset), targets.weight)
    named[row, targets.asset] = True
    at, asset = np.nonzero(named)
    return pl.DataFrame(
        {
            "session": on.panel.sessions[targets.session[at]],
            "asset": _names(on.panel.assets, asset),
            "target": totals[at, asset],
        },
    )


def trades(on: Stage, walked: Walk) -> pl.DataFrame:
    """Give the order log, in the order of execution; shares are signed, prices in account currency."""
    log = walked.trades.with_columns(pl.col(pl.Float64).fill_nan(None))
    return log.with_columns(
        pl.Series("session", on.panel.sessions[on.first + walked.label[:, 0]]),
        _names(on.panel.assets, walked.label[:, 1]).alias("asset"),
    )


def attribution(on: Stage, split: Attribution, walked: Walk, behind: Sequence[tuple[str, str]]) -> pl.DataFrame:
    """Give gross, cost, pnl and the cost by kind, per day, of every (event_id, signal) behind a part.

    ``base`` and ``cash`` stand beside them; a control has its own name for an event_id; rows of no effect are left out.
    """
    names = ("base", *(event_id for event_id, _ in behind), "cash")
    signals = ("", *(signal for _, signal in behind), "")
    days, starts = np.unique(on.panel.sessions[on.first :], return_index=True)
    gain = np.add.reduceat(np.column_stack([split.gain, walked.interest]), starts, axis=0)
    cost = np.add.reduceat(np.column_stack([split.cost, np.zeros(len(walked.interest))]), starts, axis=0)
    session, part = np.nonzero((gain != 0.0) | (cost != 0.0))
    return pl.DataFrame(
        {
            "session": days[session],
            "event_id": _names(names, part),
            "signal": _names(signals, part),
            "gross": gain[session, part],
            "cost": cost[session, part],
            "pnl": gain[session, part] - cost[session, part],
            **{kind: _of_kind(split.kinds[:, at], starts)[session, part] for at, kind in enumerate(COSTS)},
        },
    )


def _of_kind(cost: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Add the cost of one kind per day; ``cash``, the last part, costs nothing."""
    return np.pad(np.add.reduceat(cost, starts, axis=0), ((0, 0), (0, 1)))


def _names(names: Sequence[str], codes: NDArray[np.int64]) -> pl.Series:
    return pl.Series([names[code] for code in codes.tolist()], dtype=pl.String)
