"""Random markets, targets and accounts for property tests: gaps, splits, dividends, shorts, leverage, ruin included."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import oracle
from hypothesis import strategies as st

from backtest.kernels import attribute as second
from backtest.kernels import books, prepare, simulate
from backtest.kernels.parts import parts, totals

FREE = {
    "half_spread": 0.0, "slippage": 0.0, "commission": 0.0, "per_share": 0.0, "minimum": 0.0, "impact": 0.0,
    "cash": 0.0, "debit": 0.0,
}  # fmt: skip

PLAIN = {"gaps": False, "actions": False, "carry": False, "bounds": False}
IGNORED = 0.9  # a fee of the account that nobody pays where the panel has fees of its own
SCALABLE = {"half_spread": 0.001, "slippage": 0.0005, "commission": 0.001}


@dataclass
class Case:
    """One portfolio to walk; ``rows`` maps session to asset to part to weight."""

    close: np.ndarray
    fill: np.ndarray
    rows: dict
    costs: dict
    account: oracle.Account = field(default_factory=oracle.Account)
    dividend: np.ndarray | None = None
    split: np.ndarray | None = None
    days: np.ndarray | None = None
    volume: np.ndarray | None = None
    sigma: np.ndarray | None = None
    delistings: dict = field(default_factory=dict)
    parts: int = 4
    flat: float | None = None  # the borrow fee of the account, where the panel has none of its own

    def __post_init__(self):
        """Fill what was left out."""
        sessions, assets = self.close.shape
        self.dividend = np.zeros((sessions, assets)) if self.dividend is None else self.dividend
        self.split = np.ones((sessions, assets)) if self.split is None else self.split
        self.days = np.r_[0.0, np.ones(max(sessions - 1, 0))][:sessions] if self.days is None else self.days
        self.volume = np.full((sessions, assets), 1e6) if self.volume is None else self.volume
        self.sigma = np.full((sessions, assets), 0.02) if self.sigma is None else self.sigma
        self.costs = {**FREE, "borrow": np.full((sessions, assets), self.flat or 0.0), **self.costs}

    def market(self):
        """Give the panel as the walk wants it."""
        own = self.flat is None
        return prepare.market(
            self.fill, self.close, self.dividend, self.split, self.days, volume=self.volume, sigma=self.sigma,
            borrow=self.fees() if own else np.zeros((0, self.close.shape[1])), delistings=self.delistings,
        )  # fmt: skip

    def fees(self):
        """Give the borrow fee of every asset and session."""
        return np.asarray(self.costs["borrow"], dtype=np.float64)

    def entries(self):
        """Give session, start, asset, part, weight arrays."""
        flat = [
            (t, i, p, w)
            for t in sorted(self.rows)
            for i in sorted(self.rows[t])
            for p, w in sorted(self.rows[t][i].items())
        ]
        session = np.array(sorted(self.rows), dtype=np.int64)
        start = np.searchsorted([entry[0] for entry in flat], np.r_[session, 1 << 40]).astype(np.int64)
        columns = list(zip(*flat, strict=True)) or [(), (), (), ()]
        return (
            session, start, np.array(columns[1], dtype=np.int64), np.array(columns[2], dtype=np.int64),
            np.array(columns[3], dtype=np.float64),
        )  # fmt: skip

    def terms(self):
        """Give costs and bounds as the walk wants them: one row of accounts."""
        c, a = self.costs, self.account
        return np.array([[
            a.capital, a.max_gross, c["half_spread"], c["slippage"], c["commission"], c["per_share"], c["minimum"],
            c["impact"], c["cash"], c["debit"], a.band, a.lot, a.turnover_cap, a.participation_cap, a.maintenance,
            float(a.sequential), IGNORED if self.flat is None else self.flat,
        ]])  # fmt: skip

    def walk(self):
        """Walk with the kernel; give its daily arrays, journal and summary under their names."""
        sessions, assets = self.close.shape
        session, start, asset, _, weight = self.entries()
        rows = totals(session, start, asset, weight)
        scenario = np.array([0, len(session)], dtype=np.int64)
        summary, paths = np.zeros((1, len(books.SUMMARY))), np.zeros((1, len(books.DAILY), sessions))
        room = prepare.journal(sessions, assets, 4 * (len(rows.asset) + assets) * max(sessions, 1))
        desk = prepare.desk(sessions, assets, detail=True)
        simulate.walk(self.market(), rows, scenario, self.terms(), 0, 1, desk, summary, paths, room)
        named = dict(zip(books.SUMMARY, summary[0], strict=True))
        count = int(named["orders"])
        return SimpleNamespace(
            **dict(zip(books.DAILY, paths[0], strict=True)), shares=room.shares[room.since],
            label=room.label[:count], order=room.order[:count], summary=named,
            why=[books.REASONS[code] for code in room.label[:count, 2]], stopped=int(named["stopped"]),
        )  # fmt: skip

    def prices(self):
        """Give the panel as the twin wants it."""
        arrays = (self.close, self.fill, self.dividend, self.split, self.days, self.volume, self.sigma)
        return oracle.Prices(*(array.tolist() for array in arrays), self.delistings)

    def slow(self):
        """Walk with the twin."""
        rows = {t: {i: sum(split.values()) for i, split in row.items()} for t, row in self.rows.items()}
        return oracle.walk(self.prices(), rows, self.costs, self.account)

    def attribute(self, book):
        """Split a walk with the kernel: gain and all costs per session and part, which parts held shares."""
        gain, cost, held = self.attribute_kinds(book)
        return gain, cost[:, 0], held

    def attribute_kinds(self, book):
        """Split a walk with the kernel: gain, costs (all, then by kind) and which parts held shares."""
        pieces = parts(*self.entries(), self.close.shape[1])
        market = self.market()._replace(borrow=self.fees())
        return second.attribute(pieces, book.label, book.order, book.value, book.stopped, market, self.parts)


def _rows(rng, sessions, assets, parts, gross, *, long_only):
    rows = {}
    for t in range(sessions):
        if rng.random() < 0.35:
            weight = rng.dirichlet(np.ones(assets)) * gross
            weight = weight if long_only else weight * rng.choice([-1.0, 1.0], assets)
            rows[t] = {
                i: _divided(rng, 0.0 if rng.random() < 0.15 else float(weight[i]), parts)
                for i in range(assets)
                if rng.random() < 0.9
            }
    return {t: row for t, row in rows.items() if row}


def _divided(rng, weight, parts):
    first, second = rng.choice(parts, 2, replace=False)
    share = float(rng.normal()) * 0.3
    return {int(first): weight - share, int(second): share}


@st.composite
def cases(
    draw, *, long_only=None, gaps=True, actions=True, carry=True, wild=True, costs=None, max_gross=None, bounds=True
):
    """Draw a portfolio; every switch narrows it to the conditions of a law."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sessions, assets = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    shape = (sessions, assets)
    move = draw(st.sampled_from([0.005, 0.03, 0.3] if wild else [0.005, 0.03]))
    close = 50.0 * np.exp(np.cumsum(rng.normal(0.0, move, shape), axis=0) + rng.normal(0.0, 1.0, assets))
    fill = close * np.exp(rng.normal(0.0, 0.01, shape))
    if gaps and draw(st.booleans()):
        gone = rng.random(shape) < 0.2
        unfilled, unmarked = (gone | (rng.random(shape) < 0.05) for _ in range(2))
        close, fill = np.where(unmarked, np.nan, close), np.where(unfilled, np.nan, fill)
    split = np.where(rng.random(shape) < 0.03, rng.choice([2.0, 0.5, 10.0, 1.5], shape), 1.0) if actions else None
    dividend = np.where(rng.random(shape) < 0.05, 0.3, 0.0) if actions else None
    limit = max_gross if max_gross is not None else draw(st.sampled_from([0.6, 1.0, 1.0, 2.0]))
    only_long = draw(st.booleans()) if long_only is None else long_only
    asked = draw(st.sampled_from([0.5, 0.9, 1.0, 1.5])) * max(limit, 1.0)
    charged = costs if costs is not None else {
        "half_spread": draw(st.sampled_from([0.0, 0.001])), "slippage": draw(st.sampled_from([0.0, 0.0005])),
        "commission": draw(st.sampled_from([0.0, 0.001])), "per_share": draw(st.sampled_from([0.0, 0.01])),
        "minimum": draw(st.sampled_from([0.0, 0.0, 5.0])), "impact": draw(st.sampled_from([0.0, 0.0, 0.5])),
    }  # fmt: skip
    flat = draw(st.sampled_from([None, None, 0.03])) if carry else None
    if carry:
        charged = {
            "cash": draw(st.sampled_from([0.0, 0.02])),
            "debit": 0.06,
            "borrow": rng.uniform(0.0, 0.05, shape) if flat is None else np.full(shape, flat),
            **charged,
        }
    account = oracle.Account(max_gross=limit, band=draw(st.sampled_from([0.0, 0.0, 0.02])))
    if bounds:
        account.lot = draw(st.sampled_from([0.0, 0.0, 1.0, 0.1]))
        account.turnover_cap = draw(st.sampled_from([0.0, 0.0, 0.3]))
        account.participation_cap = draw(st.sampled_from([0.0, 0.0, 0.1]))
        account.maintenance = draw(st.sampled_from([0.0, 0.0, 0.25, 0.6]))
    lost = {(int(rng.integers(sessions)), int(rng.integers(assets))): -0.3} if actions and rng.random() < 0.3 else {}
    return Case(
        close, fill, _rows(rng, sessions, assets, 4, asked, long_only=only_long), charged, account,
        dividend=dividend, split=split, days=np.r_[0.0, rng.integers(1, 5, sessions - 1)].astype(np.float64),
        volume=np.where(rng.random(shape) < 0.03, np.nan, rng.uniform(50.0, 5_000.0, shape)),
        sigma=rng.uniform(0.005, 0.05, shape), delistings=lost, flat=flat,
    )  # fmt: skip


def changed(case, **fields):
    """Give the case with other prices, rows or account; costs without their borrow table."""
    costs = {name: value for name, value in case.costs.items() if name != "borrow"}
    return Case(**{
        "close": case.close, "fill": case.fill, "rows": case.rows, "costs": costs, "account": case.account,
        "days": case.days, **fields,
    })  # fmt: skip


def near(ours, theirs, tolerance=1e-9):
    """Say whether two series agree within the tolerance x max(1, the largest)."""
    return np.allclose(ours, theirs, rtol=0.0, atol=tolerance * max(1.0, np.abs(theirs).max()))
