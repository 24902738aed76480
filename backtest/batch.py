"""Many scenarios through one panel: sparse targets of each, a row of summary per scenario, paths on request."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.bar import bar
from backtest.costs import Account, Costs
from backtest.kernels import abreast, books, lanes, prepare
from backtest.kernels import simulate as kernel
from backtest.kernels.objects import laid
from backtest.kernels.parts import totals
from backtest.simulation import inside, market, numbers, terms_table
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import polars as pl
    from numpy.typing import NDArray

    from backtest.kernels.objects import Laid
    from backtest.portfolio import Targets

__all__ = ["Batch", "Walks", "simulate_many", "walk_many"]

ROUNDING = 1e-6  # of the mean: a smaller deviation is what running sums of squares leave of a constant
NAMES = tuple(enumerate(books.SUMMARY))
SLICE = 32  # scenarios that one thread walks before it looks for more


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Sparse targets of many scenarios, one after another.

    Scenario s owns the rows scenario[s] to scenario[s + 1]; row k trades in session[k] and owns the entries start[k] to
    start[k + 1] of asset and weight. Sessions ascend within a scenario.
    """

    scenario: NDArray[np.int64]
    session: NDArray[np.int64]
    start: NDArray[np.int64]
    asset: NDArray[np.int64]
    weight: NDArray[np.float64]

    @staticmethod
    def of(targets: Sequence[Targets]) -> Batch:
        """Lay single targets one after another."""
        rows = [totals(each.session, each.start, each.asset, each.weight) for each in targets]
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
        return len(self.scenario) - 1


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
    **panel: NDArray[np.float64],
) -> Walks:
    """Simulate many scenarios on one panel; the results do not depend on the number of threads.

    Parameters
    ----------
    close, open, capital, panel
        As for ``simulate``.
    batch
        Targets of all scenarios, or an iterable of batches: they are walked one at a time, so that memory stays flat.
    costs, account
        One for all scenarios, or one per scenario; the borrow fee and ``fill`` belong to the panel and must be the
        same for all.
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
    _share_a_panel(charged, everyone)
    fill = open if everyone[0].fill == "open" else None
    dearest = max(charged, key=lambda each: each.impact)  # volumes are prepared when any scenario needs them
    strictest = max(everyone, key=lambda each: each.participation_cap)
    staged = market(close, fill, dearest, strictest, delistings=None, **panel)
    done, summaries, equities = 0, [], []
    with _watched(progress, batch) as say:
        for each in [batch] if isinstance(batch, Batch) else batch:
            terms = table if len(table) == 1 else table[done : done + len(each)]
            if len(table) > 1 and len(terms) < len(each):
                raise RunError(
                    f"{len(table)} costs or accounts for {done + len(each)} scenarios; give one, or one for each"
                )
            tell = _counted(done, say)
            summary, equity = _walk_batch(staged, each, terms, threads or os.cpu_count() or 1, paths=paths, tell=tell)
            done += len(each)
            summaries.append(_summary(summary))
            equities.append(equity)
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
    table = terms_table([costs], [account], capital)
    summary, equity = _walk_batch(on, batch, table, os.cpu_count() or 1, paths=paths, side_by_side=abreast)
    return Walks(_summary(summary), equity if paths else None)


def _watched(
    progress: bool | Callable[[int], None],  # noqa: FBT001 - as it was given
    batch: Batch | Iterable[Batch],
) -> AbstractContextManager[Callable[[int], None]]:
    """Give what is told how many scenarios are done; a stream does not know how many there will be."""
    if callable(progress):
        return nullcontext(progress)
    if not progress:
        return nullcontext(_untold)
    known = len(batch) if isinstance(batch, Batch) else None
    if isinstance(batch, list | tuple):
        known = sum(len(each) for each in batch)
    return bar("scenarios", known)


def _counted(done: int, say: Callable[[int], None]) -> Callable[[int], None]:
    """Add up counts, from so many on."""

    def more(count: int) -> None:
        nonlocal done
        done += count
        if count:
            say(done)

    return more


def _untold(done: int) -> None:
    """Nobody asked."""


def _summary(rows: NDArray[np.float64]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame([pl.Series(name, np.ascontiguousarray(rows[:, at])) for at, name in NAMES])


def _share_a_panel(costs: Sequence[Costs], accounts: Sequence[Account]) -> None:
    """Refuse scenarios that differ in what the one panel holds, rather than walk them on the first one's."""
    for name, values in (
        ("costs.borrow_bps_per_year", {each.borrow_bps_per_year for each in costs}),
        ("account.fill", {each.fill for each in accounts}),
    ):
        if len(values) > 1:
            raise RunError(
                f"{name} differs between scenarios; they share one panel: simulate them in batches of their own"
            )


def _walk_batch(
    on: books.Market, batch: Batch, table: NDArray[np.float64], threads: int, *, paths: bool,
    side_by_side: bool = True, tell: Callable[[int], None] = _untold,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Walk abreast what is plain, and what is left one by one."""
    sessions, scenario = len(on.mark), np.ascontiguousarray(batch.scenario, dtype=np.int64)
    batch = Batch(scenario, *numbers(batch.session, batch.start, batch.asset, batch.weight))
    out = (np.zeros((len(batch), len(books.SUMMARY))), np.zeros((len(batch) if paths else 0, 1, sessions)))
    left = np.ones(len(batch), dtype=np.bool_)
    if side_by_side and len(batch) >= lanes.LANES and _plain(on, table):
        left = ~_abreast(on, batch, table, threads, out, tell)
    if left.any():
        _one_by_one(on, batch, table, threads, out, np.flatnonzero(left), tell)
    return out[0], out[1][:, 0]


def _abreast(  # noqa: PLR0917
    on: books.Market, batch: Batch, table: NDArray[np.float64], threads: int, out: tuple[NDArray[np.float64], ...],
    tell: Callable[[int], None],
) -> NDArray[np.bool_]:  # fmt: skip
    """Walk abreast; say which scenarios were plain."""
    sessions, assets = on.mark.shape
    rows = books.Rows(batch.session, batch.start, batch.asset, batch.weight)
    bits, plain = batch.weight.view(np.int64), np.ones(len(batch), dtype=np.bool_)
    summary, equity = out

    given = laid(on.reference, on.mark, rows, bits, batch.scenario, table)

    def part(first: int, last: int, room: Laid) -> None:
        abreast.walk_abreast(given, first, last, room, summary[first:last], equity[first:last], plain[first:last])

    rooms = [laid(prepare.desk(sessions, assets, detail=False), lanes.room(assets)) for _ in range(threads)]
    slices = [(at, min(at + lanes.LANES, len(batch))) for at in range(0, len(batch), lanes.LANES)]
    for first, last in _share(part, slices, rooms):
        tell(int(plain[first:last].sum()))
    return plain


def _one_by_one(  # noqa: PLR0917
    on: books.Market, batch: Batch, table: NDArray[np.float64], threads: int, out: tuple[NDArray[np.float64], ...],
    which: NDArray[np.int64], tell: Callable[[int], None],
) -> None:  # fmt: skip
    """Walk the scenarios ``which`` by the general walk."""
    sessions, assets = on.mark.shape
    rows = books.Rows(batch.session, batch.start, batch.asset, batch.weight)
    inside(rows, on, batch.scenario)
    summary, equity = out
    given, none = laid(on, rows, batch.scenario, table), laid(prepare.journal(0, 0, 0))

    def part(first: int, last: int, desk: Laid) -> None:
        kernel.walk(given, first, last, desk, summary[first:last], equity[first:last], none)

    runs = np.split(which, np.flatnonzero(np.diff(which) != 1) + 1)
    ends = [(int(run[0]), int(run[-1]) + 1) for run in runs]
    slices = [(at, min(at + SLICE, end)) for start, end in ends for at in range(start, end, SLICE)]
    rooms = [laid(prepare.desk(sessions, assets, detail=False)) for _ in range(threads)]
    for first, last in _share(part, slices, rooms):
        tell(last - first)


def _share(
    work: Callable[[int, int, Any], None], slices: Sequence[tuple[int, int]], rooms: Sequence[Any]
) -> Iterator[tuple[int, int]]:
    """Let one thread per room take the slices in turn; give those done. Who takes which changes nothing."""
    free: SimpleQueue[Any] = SimpleQueue()
    for room in rooms:
        free.put(room)

    def one(each: tuple[int, int]) -> tuple[int, int]:
        room = free.get()
        try:
            work(*each, room)
        finally:
            free.put(room)
        return each

    if len(rooms) == 1 or len(slices) == 1:
        yield from map(one, slices)
    else:
        with ThreadPoolExecutor(len(rooms)) as pool:
            yield from pool.map(one, slices)


def _plain(on: books.Market, table: NDArray[np.float64]) -> bool:
    """Say whether the scenarios may walk abreast: every cell priced, no corporate actions, proportional costs alone."""
    terms = dict(zip(books.Terms._fields, table.T, strict=True))
    others = (
        "per_share", "minimum", "impact", "credit", "band", "lot", "turnover_cap", "participation_cap",
        "maintenance", "sequential",
    )  # fmt: skip
    proportional = terms["half_spread"] + terms["slippage"] + terms["commission"]
    return bool(
        not any(terms[name].any() for name in others)
        and (terms["max_gross"] <= 1.0).all()
        and (proportional < 1.0).all()
        and len(on.actions) == 0
        and on.tradable.all()
    )
