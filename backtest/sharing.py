"""Scenarios on a prepared panel, shared out among threads: abreast where they are plain, else one by one."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backtest.kernels import abreast, books, lanes, prepare, simulate
from backtest.kernels.objects import laid
from backtest.kernels.parts import totals
from backtest.rows import inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from backtest.kernels.objects import Laid

__all__ = ["Work", "walk", "walk_abreast", "walk_one_by_one"]

SLICE = 32  # scenarios that one thread walks before it looks for more


class Work(NamedTuple):
    """What is walked, and where it is written: summary (S, SUMMARY), equity (S, 1, T), or (0, 1, T) for none."""

    on: books.Market
    rows: books.Rows
    scenario: NDArray[np.int64]
    terms: NDArray[np.float64]
    summary: NDArray[np.float64]
    equity: NDArray[np.float64]


def walk(work: Work, threads: int, tell: Callable[[int], None], *, side_by_side: bool) -> None:
    """Walk abreast what is plain, and what is left one by one."""
    left = np.ones(len(work.summary), dtype=np.bool_)
    if side_by_side and len(left) >= lanes.LANES:
        left = ~walk_abreast(work, threads, tell)
    if left.any():
        walk_one_by_one(work, np.flatnonzero(left), threads, tell)


def walk_abreast(work: Work, threads: int, tell: Callable[[int], None]) -> NDArray[np.bool_]:
    """Walk abreast; say which scenarios were plain, none where the panel or the terms are not.

    Weights too large are left to the walk one by one, which names them.
    """
    count, (sessions, assets) = len(work.summary), work.on.mark.shape
    plain = np.full(count, _plain(work.on, work.terms))
    if not plain.any():
        return plain
    prices, bits = (work.on.reference.ravel(), work.on.mark), work.rows.weight.view(np.int64)
    given = laid(*prices, work.rows, bits, work.scenario, work.terms)
    out = laid(work.summary, work.equity, plain)

    def part(first: int, last: int, room: Laid) -> int:
        abreast.walk_abreast(given, first, last, room, out)
        return int(np.count_nonzero(plain[first:last]))

    def room() -> Laid:
        return laid(prepare.desk(sessions, assets, detail=False), lanes.room(sessions, assets))

    _share(part, _slices(0, count, lanes.LANES), room, threads, tell)
    return plain


def walk_one_by_one(work: Work, which: NDArray[np.int64], threads: int, tell: Callable[[int], None]) -> None:
    """Walk the scenarios ``which`` by the general walk, on rows looked at, in which every asset has one weight."""
    sessions, assets = work.on.mark.shape
    inside(work.rows, work.on, work.scenario)
    given = laid(work.on, totals(*work.rows), work.scenario, work.terms)
    out = laid(work.summary, work.equity, prepare.journal(0, 0, 0))

    def part(first: int, last: int, desk: Laid) -> int:
        simulate.walk(given, first, last, desk, out)
        return last - first

    def room() -> Laid:
        return laid(prepare.desk(sessions, assets, detail=False))

    runs = np.split(which, np.flatnonzero(np.diff(which) != 1) + 1)
    slices = [each for run in runs for each in _slices(int(run[0]), int(run[-1]) + 1, SLICE)]
    _share(part, slices, room, threads, tell)


def _slices(first: int, last: int, step: int) -> list[tuple[int, int]]:
    return [(at, min(at + step, last)) for at in range(first, last, step)]


def _share(
    work: Callable[[int, int, Laid], int], slices: Sequence[tuple[int, int]], room: Callable[[], Laid], threads: int,
    tell: Callable[[int], None],
) -> None:  # fmt: skip
    """Let every thread, this one too, take slices in turn, in a room of its own; who takes which changes nothing.

    ``tell`` hears in this thread how many scenarios were done.
    """
    left, done = iter(slices), deque[int]()

    def some() -> Iterator[None]:
        own = room()
        for first, last in left:  # a slice goes to one thread alone
            done.append(work(first, last, own))
            yield

    def help_out() -> None:
        for _ in some():
            pass

    others = min(threads, len(slices)) - 1
    with ThreadPoolExecutor(others) if others > 0 else nullcontext() as pool:
        helping = [pool.submit(help_out) for _ in range(others)] if pool else []
        try:
            for _ in some():
                while done:
                    tell(done.popleft())
        finally:
            deque(left, maxlen=0)  # after a failure nobody goes on
        for each in helping:
            each.result()
    for count in done:
        tell(count)


def _plain(on: books.Market, terms: NDArray[np.float64]) -> bool:
    """Say whether the scenarios may walk abreast: every cell priced, no corporate actions, proportional costs alone."""
    others = _columns(
        "per_share", "minimum", "impact", "credit", "band", "lot", "turnover_cap", "participation_cap", "maintenance",
        "sequential",
    )  # fmt: skip
    return bool(
        not terms[:, others].any()
        and (terms[:, _columns("max_gross")] <= 1.0).all()
        and (terms[:, _columns("half_spread", "slippage", "commission")].sum(axis=1) < 1.0).all()
        and len(on.actions) == 0
        and on.tradable.all()
    )


def _columns(*names: str) -> list[int]:
    return [books.Terms._fields.index(name) for name in names]
