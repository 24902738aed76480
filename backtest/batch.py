"""Many scenarios through one panel: sparse targets of each, a row of summary per scenario, paths on request."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest.bar import counted, untold, watched
from backtest.costs import Account, Costs
from backtest.kernels import books
from backtest.kernels.parts import totals
from backtest.panels import Panels, panels
from backtest.rows import inside, numbers, scenarios, taken
from backtest.sharing import Work, walk
from backtest.terms import paired, terms_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from backtest.portfolio import Targets

__all__ = ["Batch", "Walks", "simulate_many", "walk_many"]

ROUNDING = 1e-6  # of the mean: a smaller deviation is what running sums of squares leave of a constant


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Sparse targets of many scenarios, one after another.

    Scenario s owns the rows scenario[s] to scenario[s + 1]; row k trades in session[k] and owns the entries start[k] to
    start[k + 1] of asset and weight. Sessions ascend within a scenario; the entries of one asset in a row are summed.
    """

    scenario: NDArray[np.int64]
    session: NDArray[np.int64]
    start: NDArray[np.int64]
    asset: NDArray[np.int64]
    weight: NDArray[np.float64]

    @staticmethod
    def of(targets: Sequence[Targets]) -> Batch:
        """Lay single targets one after another."""
        rows = [
            totals(*numbers(each.session, each.start, each.asset, each.weight, of=f"targets[{at}]"))
            for at, each in enumerate(targets)
        ]
        none = np.zeros(0, dtype=np.int64)
        counts = np.cumsum([0, *(len(each.asset) for each in rows)])
        starts = [each.start[:-1] + offset for each, offset in zip(rows, counts, strict=False)]
        return Batch(
            np.cumsum([0, *(len(each.session) for each in rows)]).astype(np.int64),
            np.concatenate([none, *(each.session for each in rows)]),
            np.concatenate([*starts, counts[-1:]]).astype(np.int64),
            np.concatenate([none, *(each.asset for each in rows)]),
            np.concatenate([np.zeros(0), *(each.weight for each in rows)]),
        )

    def __len__(self) -> int:
        """Give the number of scenarios."""
        return max(len(self.scenario) - 1, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """What many scenarios leave.

    ``summary`` has a row per scenario: equity (last), mean and deviation of session returns (ddof 1), max_drawdown
    (<= 0), turnover (sum of notional / V), costs by kind, interest, dividend, orders, margin_calls, stopped (-1: not
    ruined). ``equity`` is the path per scenario, shape (S, T), None unless asked for.
    """

    summary: pl.DataFrame
    equity: NDArray[np.float64] | None

    def sharpe(self, sessions_per_year: float) -> NDArray[np.float64]:
        """Give mean / deviation x sqrt(sessions_per_year) per scenario, NaN where the returns do not vary."""
        mean, deviation = self.summary["mean"].to_numpy(), self.summary["deviation"].to_numpy()
        varies = deviation > ROUNDING * np.abs(mean)
        ratio: NDArray[np.float64] = np.divide(mean, deviation, out=np.full(len(mean), np.nan), where=varies)
        return ratio * float(np.sqrt(sessions_per_year))


def simulate_many(
    close: NDArray[np.float64],
    batch: Batch | Iterable[Batch],
    *,
    open: NDArray[np.float64] | None = None,  # noqa: A002 - the price's name
    capital: float | None = None,
    costs: Costs | Sequence[Costs] | None = None,
    account: Account | Sequence[Account] | None = None,
    paths: bool = False,
    threads: int | None = None,
    progress: bool | Callable[[int], None] = False,
    dividend: NDArray[np.float64] | None = None,
    split: NDArray[np.float64] | None = None,
    volume: NDArray[np.float64] | None = None,
    days: NDArray[np.float64] | None = None,
    borrow: NDArray[np.float64] | None = None,
    delistings: Mapping[tuple[int, int], float] | None = None,
) -> Walks:
    """Simulate many scenarios on one panel; the results do not depend on the number of threads.

    Parameters
    ----------
    close, open, capital, dividend, split, volume, days, borrow, delistings
        As for ``simulate``.
    batch
        Targets of all scenarios, or an iterable of batches: they are walked one at a time, so that memory stays flat.
    costs, account
        One for all scenarios, or one per scenario. ``borrow``, when given, stands for the fee of them all.
    paths
        Keep the equity of every session (8 bytes x scenarios x sessions).
    threads
        Threads across scenarios; the processors of the machine when not given.
    progress
        True: a bar on a terminal's stderr once a second has passed. Or a function, called with the number of
        scenarios done so far.

    Examples
    --------
    >>> import numpy as np
    >>> from backtest import Batch, simulate_many
    >>> close = np.array([[100.0, 50.0], [110.0, 50.0]])
    >>> two = Batch(*(np.array(x) for x in ([0, 1, 2], [0, 0], [0, 1, 2], [0, 1])), np.array([0.5, 0.5]))
    >>> simulate_many(close, two, capital=10_000.0).summary["equity"].to_list()
    [10500.0, 10000.0]

    """
    costs, account = costs or Costs(), account or Account()
    everyone = [account] if isinstance(account, Account) else list(account)
    charged = [costs] if isinstance(costs, Costs) else list(costs)
    table = terms_table(charged, everyone, capital)
    known = _known(batch)
    paired(len(table), known)
    on = panels(
        close, open, charged, everyone, dividend=dividend, split=split, volume=volume, days=days, borrow=borrow,
        delistings=delistings,
    )  # fmt: skip
    done, summaries, equities = 0, [], []
    with watched(progress, "scenarios", known) as say:
        for each in [batch] if isinstance(batch, Batch) else batch:
            terms = table if len(table) == 1 else table[done : done + len(each)]
            if len(table) > 1 and len(terms) < len(each):
                paired(len(table), done + len(each))
            tell = counted(done, say)
            some, many = on.of(done, len(each)), threads or os.cpu_count() or 1
            summary, equity = _walk_batch(some, each, terms, many, paths=paths, tell=tell)
            done += len(each)
            summaries.append(_summary(summary))
            equities.append(equity)
    paired(len(table), done)
    import polars as pl

    frame = pl.concat(summaries, rechunk=False) if summaries else _summary(np.zeros((0, len(books.SUMMARY))))
    return Walks(frame, np.concatenate(equities) if paths and equities else None)


def walk_many(
    on: books.Market,
    batch: Batch,
    costs: Costs,
    account: Account,
    capital: float | None = None,
    *,
    paths: bool = False,
    abreast: bool = False,
) -> Walks:
    """Walk many portfolios on a prepared panel, with the same costs and account; ``paths`` keeps the equity.

    ``abreast`` is worth while for thousands: its kernel takes seconds to compile, once. It changes no number.
    """
    table, same = terms_table([costs], [account], capital), Panels([on], np.zeros(1, dtype=np.int64))
    summary, equity = _walk_batch(same, batch, table, os.cpu_count() or 1, paths=paths, side_by_side=abreast)
    return Walks(_summary(summary), equity if paths else None)


def _known(batch: Batch | Iterable[Batch]) -> int | None:
    """Give the number of scenarios; a stream does not know how many there will be."""
    if isinstance(batch, Batch):
        return len(batch)
    return sum(len(each) for each in batch) if isinstance(batch, list | tuple) else None


def _summary(rows: NDArray[np.float64]) -> pl.DataFrame:
    """Give the rows as a frame: one series, cut into columns, as fifteen take longer to make than a walk."""
    import polars as pl

    whole, count = pl.Series("", rows.T.ravel()), len(rows)
    return pl.DataFrame([whole.slice(at * count, count).alias(name) for at, name in enumerate(books.SUMMARY)])


def _walk_batch(
    on: Panels, batch: Batch, terms: NDArray[np.float64], threads: int, *, paths: bool, side_by_side: bool = True,
    tell: Callable[[int], None] = untold,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Walk every scenario on its panel; give summaries, shape (S, SUMMARY), and equity, shape (S, T) or (0, T)."""
    rows = books.Rows(*numbers(batch.session, batch.start, batch.asset, batch.weight))
    scenario = scenarios(batch.scenario, len(rows.session))

    def walked(
        market: books.Market, rows: books.Rows, scenario: NDArray[np.int64], terms: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        count = len(scenario) - 1
        summary, equity = np.zeros((count, len(books.SUMMARY))), np.zeros((count if paths else 0, 1, len(market.mark)))
        walk(Work(market, rows, scenario, terms, summary, equity), threads, tell, side_by_side=side_by_side)
        return summary, equity[:, 0]

    if len(on.markets) == 1:
        return walked(on.markets[0], rows, scenario, terms)
    inside(rows, on.markets[0], scenario)
    summary = np.zeros((len(batch), len(books.SUMMARY)))
    equity = np.zeros((len(batch) if paths else 0, len(on.markets[0].mark)))
    for number, market in enumerate(on.markets):
        mine = np.flatnonzero(on.number == number)
        summary[mine], some = walked(market, *taken(rows, scenario, mine), terms[mine])
        if paths:
            equity[mine] = some
    return summary, equity
