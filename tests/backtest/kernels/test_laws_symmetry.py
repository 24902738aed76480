"""Laws of symmetry, time and corporate actions: what may be turned, split, shifted or restated without a difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import oracle
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError
from strategies import PLAIN, Case, cases, changed, near

from backtest import simulate
from backtest.events import chosen
from backtest.portfolio import Portfolio, construct, decisions
from data.events.ledger import Ledger
from data.panel import Panel
from data.prices.settings import COVERED, PriceFiles
from data.schema import EVENTS, conform
from signals.base import Context
from signals.rotation import Rotation, Trigger

SEEDS = st.integers(0, 2**32 - 1)


def prices(rng, sessions, assets, move=0.03):
    return 50.0 * np.exp(np.cumsum(rng.normal(0.0, move, (sessions, assets)), axis=0))


@given(SEEDS)
def test_what_was_recorded_does_not_change(seed):
    """A walk keeps its numbers, whatever happens to the arrays it was given and to later walks (law 19)."""
    rng = np.random.default_rng(seed)
    close, targets = prices(rng, 12, 3), rng.dirichlet(np.ones(3), 12)
    first = simulate(close, targets)
    kept = [each.tobytes() for each in (first.equity, first.cash, first.shares, first.order)]
    close *= 2.0
    targets[:] = 0.0
    simulate(close, targets)
    first.shares[-1] = 7.0
    assert [each.tobytes() for each in (first.equity, first.cash)] == kept[:2]
    assert first.shares[:-1].tobytes() == kept[2][: first.shares[:-1].nbytes]
    assert first.order.tobytes() == kept[3]


def aimed(rows, close):
    """Set targets for events in the order of the file: (event_id, kind, asset, direction, session)."""
    frame = pl.DataFrame(rows, schema=["event_id", "kind", "asset", "direction", "session"], orient="row")
    sessions = np.array(frame["session"], dtype=np.int64)
    known = pl.lit(datetime(2020, 1, 1, tzinfo=UTC)).cast(EVENTS["known_at"].dtype)
    frame = conform(frame.drop("session").with_columns(known_at=known, timing=pl.lit("A"), stated=pl.lit("")), EVENTS)
    rotation = Rotation.model_validate(
        {"from": "a", "to": "b", "triggers": (Trigger(kind="x", size=0.2), Trigger(kind="y", size=-0.1)), "cap": 0.3}
    )
    ones = np.ones(close.shape)
    panel = Panel(np.arange(len(close)).astype("datetime64[D]"), tuple("ABCD"), close, close, ones * 0, ones, ones)
    inputs = SimpleNamespace(
        panel=panel, first=0, tradable=sessions, events=SimpleNamespace(frame=frame, ledger=Ledger.of(frame))
    )
    events = chosen(inputs, [rotation])
    at = decisions(0, len(close) - 1, 5, [event.session for event in events])
    context = Context(events, at, panel, {"a": ("A", "B"), "b": ("C", "D")})
    return construct(Portfolio(base={"a": 0.5, "b": 0.5}), context, [rotation.scores(context)], 1.0)


@given(SEEDS)
def test_the_order_of_simultaneous_events_does_not_matter(seed):
    """Events of one session listed in any order set the same targets and the same equity, bit for bit (law 34)."""
    rng = np.random.default_rng(seed)
    close = prices(rng, 15, 4)
    rows = [(f"e{k}", rng.choice(["x", "y", "z"]), "A", "up", int(rng.choice([3, 3, 4, 8]))) for k in range(8)]
    one, two = (aimed(order, close) for order in (rows, [rows[k] for k in rng.permutation(8)]))
    for name in ("session", "start", "asset", "part", "weight"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
    assert simulate(close, one).equity.tobytes() == simulate(close, two).equity.tobytes()


@given(SEEDS)
def test_a_short_is_the_mirror_of_a_long(seed):
    """Over one session and without costs the weights -w gain what w loses (law 35)."""
    rng = np.random.default_rng(seed)
    close = prices(rng, 2, 4, 0.1)
    weights = rng.dirichlet(np.ones(4)) * rng.choice([-0.9, 0.9], 4)
    targets = np.vstack([weights, np.full(4, np.nan)])
    one, two = (simulate(close, sign * targets, capital=10_000.0).equity[1] - 10_000.0 for sign in (1.0, -1.0))
    assert one == pytest.approx(-two, rel=1e-12, abs=1e-9)


def sub_accounts(rng):
    """Give prices of four assets, the dense weights of two accounts of two assets, and their capitals."""
    sessions = int(rng.integers(2, 25))
    close = prices(rng, sessions, 4)
    trading = rng.random(sessions) < 0.4
    weights = [np.where(trading[:, None], rng.dirichlet(np.ones(3), sessions)[:, :2] * 0.9, np.nan) for _ in range(2)]
    return close, weights, rng.uniform(1e3, 1e6, 2)


@given(SEEDS)
def test_two_accounts_are_their_sum(seed):
    """An account that holds the shares of two others has the sum of their equities, costs and dividends in (law 38)."""
    rng = np.random.default_rng(seed)
    close, weights, capital = sub_accounts(rng)
    dividend = np.where(rng.random(close.shape) < 0.1, 0.5, 0.0)
    costs = {"commission": 0.001, "slippage": 0.001, "cash": 0.02}

    def case(columns, dense, own):
        rows = {
            t: {i: {0: float(w)} for i, w in enumerate(row)} for t, row in enumerate(dense) if not np.isnan(row).any()
        }
        part = close[:, columns]
        return Case(part, part, rows, costs, oracle.Account(capital=own), dividend=dividend[:, columns])

    parts = [
        case(columns, dense, own).walk() for columns, dense, own in zip(([0, 1], [2, 3]), weights, capital, strict=True)
    ]
    value = parts[0].value + parts[1].value
    together = np.hstack([dense * (part.value / value)[:, None] for dense, part in zip(weights, parts, strict=True)])
    whole = case([0, 1, 2, 3], together, capital.sum()).walk()
    assert near(whole.equity, parts[0].equity + parts[1].equity)


@given(cases(), st.integers(0, 40))
def test_a_session_on_which_nothing_happens_changes_nothing(case, at):
    """A session without a price, an action or a day leaves every fill and every other session as it was (law 39)."""
    at = min(at, len(case.close) - 1) + 1

    def opened(table, value):
        return np.insert(np.asarray(table, dtype=np.float64), at, value, axis=0)

    moved = Case(
        opened(case.close, np.nan), opened(case.fill, np.nan),
        {t + (t >= at): row for t, row in case.rows.items()},
        {**case.costs, "borrow": opened(case.costs["borrow"], 0.0)}, case.account,
        dividend=opened(case.dividend, 0.0), split=opened(case.split, 1.0), days=opened(case.days, 0.0),
        volume=opened(case.volume, np.nan), sigma=opened(case.sigma, np.nan),
        delistings={(t + (t >= at), i): loss for (t, i), loss in case.delistings.items()},
    ).walk()  # fmt: skip
    book = case.walk()
    kept = [t for t in range(len(case.close) + 1) if t != at]
    assert near(moved.equity[kept], book.equity)
    filled, ours = ([at for at, line in enumerate(each.order) if line[1] != 0.0] for each in (book, moved))
    fills = [(t + (t >= at), i) for t, i, _ in book.label[filled].tolist()]
    assert [(t, i) for t, i, _ in moved.label[ours].tolist()] == fills
    assert not fills or near(moved.order[ours, 1], book.order[filled, 1])


def restated(case):
    """Give the case on the last share basis: prices and dividends divided, volumes multiplied by later splits."""
    later = np.ones(case.split.shape)
    later[:-1] = np.cumprod(case.split[::-1], axis=0)[::-1][1:]
    return changed(
        case, close=case.close / later, fill=case.fill / later, dividend=case.dividend / later,
        volume=case.volume * later, sigma=case.sigma, delistings=case.delistings,
    )  # fmt: skip


@given(cases(carry=False, costs={"half_spread": 0.001, "commission": 0.001, "impact": 0.2}))
def test_waiting_orders_split_too(case):
    """Orders that wait for a price, or for volume over sessions, mean the same equity across a split (law 41)."""
    assume(not case.account.lot)
    account = replace(case.account, participation_cap=0.1)
    case = replace(case, account=account)
    assert near(restated(case).walk().equity, case.walk().equity, 1e-8)


@given(SEEDS)
def test_total_return_prices_are_dividends_reinvested(seed):
    """Dividends reinvested at the close of their ex-date equal prices times the product of 1 + d / close (law 42)."""
    rng = np.random.default_rng(seed)
    close = prices(rng, 20, 1)
    dividend = np.where(rng.random(close.shape) < 0.2, close * rng.uniform(0.0, 0.1), 0.0)
    dividend[0] = 0.0
    rows = {t: {0: {0: 1.0}} for t in [0, *np.flatnonzero(dividend[:, 0]).tolist()]}
    total = close * np.cumprod(1.0 + dividend / close, axis=0)
    raw = Case(close, close, rows, {}, dividend=dividend).walk()
    assert near(raw.equity, Case(total, total, {0: {0: {0: 1.0}}}, {}).walk().equity, 1e-12)


@given(st.sampled_from(sorted(COVERED)), st.sampled_from(["dividend", "split"]), st.text("abc", min_size=1))
def test_prices_with_dividends_in_them_take_no_dividends(adjustment, field, column):
    """A column of actions that the declared adjustment has in the prices already is refused (law 43)."""
    settings = {"source": "files", "path": "p.csv", "adjustment": adjustment, "columns": {field: column}}
    if field in COVERED[adjustment]:
        with pytest.raises(ValidationError, match="counted twice"):
            PriceFiles.model_validate(settings)
    else:
        assert PriceFiles.model_validate(settings).columns[field] == column


@given(cases(**PLAIN, costs={}))
def test_longs_receive_what_shorts_pay(case):
    """A dividend changes equity by shares x dividend, whatever their sign, and once (law 43)."""
    paid = np.zeros(case.close.shape)
    paid[-1] = 0.01
    plain, rich = case.walk(), replace(case, dividend=paid).walk()
    assume(plain.stopped < 0 <= rich.equity[-1])
    before = np.vstack([np.zeros_like(plain.shares[:1]), plain.shares])[-2]
    assert rich.dividend[-1] == pytest.approx(before.sum() * 0.01, rel=1e-12, abs=1e-12)
    if len(case.close) - 1 not in case.rows:
        assert rich.equity[-1] - plain.equity[-1] == pytest.approx(before.sum() * 0.01, abs=1e-9)


@given(SEEDS)
def test_holding_the_benchmark_is_the_benchmark(seed):
    """All in the benchmark, dividends reinvested as it does: not a bit of active return (law 44)."""
    rng = np.random.default_rng(seed)
    close = prices(rng, 20, 3)
    dividend = np.where(rng.random(close.shape) < 0.1, 0.5, 0.0)
    alone, among = np.full((20, 1), np.nan), np.full((20, 3), np.nan)
    alone[::5], among[::5, 1] = 1.0, 1.0
    ours = simulate(close, among, dividend=dividend).equity
    assert ours.tobytes() == simulate(close[:, 1:2], alone, dividend=dividend[:, 1:2]).equity.tobytes()
