"""The bridge: it sums exactly, what does not apply is exactly 0, and on a hand-made market every step is known."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from markets import write

from backtest.engine import line_of
from backtest.evidence.bridge import bridge, waterfall
from backtest.inputs import read
from data.calendar import load

FIRST, LAST = np.datetime64("2024-01-02"), np.datetime64("2024-01-19")
SESSIONS = load("XNYS").between(FIRST, LAST).astype(str).tolist()  # 13 sessions


@pytest.fixture
def hand(tmp_path):
    """Give 13 sessions of two assets at 100; B opens at 101 and closes at 102 in session 5, and 103 from session 6."""
    closes = {"A": [100.0] * 13, "B": [100.0] * 5 + [102.0] + [103.0] * 7, "M": [100.0] * 13}
    opens = {"A": [100.0] * 13, "B": [100.0] * 5 + [101.0, 102.0] + [103.0] * 6, "M": [100.0] * 13}
    rows = [
        {"session": day, "asset": asset, "open": opens[asset][t], "high": max(opens[asset][t], closes[asset][t]),
         "low": min(opens[asset][t], closes[asset][t]), "close": closes[asset][t], "volume": 1.0}
        for asset in closes for t, day in enumerate(SESSIONS)
    ]  # fmt: skip
    prices = pl.DataFrame(rows).with_columns(pl.col("session").str.to_date())
    events = pl.DataFrame(
        {"event_id": ["E1"], "kind": ["routing_adoption"], "asset": ["A"], "value": [1.0], "unit": ["strength"],
         "source": ["hand"], "announced_at": [f"{SESSIONS[5]}T07:00:00-05:00"], "flag": ["unknown"]},
    )  # fmt: skip
    return write(tmp_path / "hand", prices, events)


def line(files, **changes):
    """Give the line of one event that moves a tenth from A to B whole for three sessions."""
    signal = {
        "kind": "rotation", "name": "thrift", "from": "a", "to": "b", "triggers": [
            {"kind": "routing_adoption", "size": 0.1}], "decay": {"kind": "step", "sessions": 3},
    }  # fmt: skip
    settings = {
        "baskets": {"a": ["A"], "b": ["B"]}, "signals": [signal], "benchmark": "M", "costs": {},
        "portfolio": {"base": {"a": 0.5, "b": 0.5}, "rebalance_every_sessions": 1}, "study": {"windows": [[0, 4]]},
    }  # fmt: skip
    config = files.config(**settings | changes)
    return line_of(config, read(config, files.folder))


def steps(frame) -> dict[str, float]:
    """Give the value of every step."""
    return dict(frame.select("step", "value").iter_rows())


def test_every_step_of_a_hand_made_market_is_known(hand):
    """Day 0: +2 %, of which the fill at 101 leaves 102/101 - 1; then 103/102 - 1. The market stands still."""
    found = steps(bridge(line(hand)))
    day, rest, filled = 0.02, 103 / 102 - 1, 102 / 101 - 1
    assert found["event study"] == pytest.approx(0.1 * (day + rest), abs=1e-12)
    assert found["timing lag"] == pytest.approx(0.1 * (filled - day), abs=1e-12)
    assert [found[name] for name in ("weighting", "market part", "decay and holding", "overlap", "controls")] == (
        pytest.approx([0.0] * 5, abs=1e-12)
    )


def test_compounding_is_the_rest_of_the_frictionless_simulation(hand):
    """0.6 of B instead of 0.5 from the open of session 5 on, reset at each open: the difference of two products."""
    found = steps(bridge(line(hand)))
    # Session 5: half of B from 100 to 101, then the weight set at that open to 102; session 6 opens where 5 closed.
    tilted = (1 + 0.5 * 0.01) * (1 + 0.6 * (102 / 101 - 1)) * (1 + 0.6 * (103 / 102 - 1))
    plain = (1 + 0.5 * 0.01) * (1 + 0.5 * (102 / 101 - 1)) * (1 + 0.5 * (103 / 102 - 1))
    sums = 0.1 * (102 / 101 - 1 + 103 / 102 - 1)
    assert found["compounding and drift"] == pytest.approx(tilted - plain - sums, abs=1e-12)


def test_what_does_not_apply_is_exactly_zero(hand):
    """Nothing is charged and the account has no bounds."""
    found = steps(bridge(line(hand)))
    for name in (
        "cash drag",
        "account limits",
        "half spread",
        "slippage",
        "commission",
        "impact",
        "borrow fees",
        "interest",
    ):
        assert found[name] == 0.0


def test_a_purchase_that_nothing_pays_for_is_cash_drag(hand):
    """A has no price in session 5, so it is sold a session later, and B is bought for no more than there is cash."""
    path = hand.folder / "prices.parquet"
    frame = pl.read_parquet(path)
    frame.filter((pl.col("asset") != "A") | (pl.col("session") != pl.lit(SESSIONS[5]).str.to_date())).write_parquet(
        path
    )
    found = steps(bridge(line(hand)))
    # On credit B has 0.6 from 101 to 102 as before, else 0.5 less what rebalancing sells at 101; then both have 0.6.
    value = 1.005
    on_credit = value * (1 + 0.6 * (102 / 101 - 1))
    held = 0.5 * 1.01  # no order: to sell B down to 0.5 and up again nets, and A cannot be sold to pay for more
    in_cash = value + held * (102 / 101 - 1)
    last = 1 + 0.6 * (103 / 102 - 1)
    assert found["cash drag"] == pytest.approx((in_cash - on_credit) * last, abs=1e-12)


def test_a_cap_is_overlap_and_a_charge_is_its_own_step(hand):
    """A cap of 0.05 halves the tilt; the commission of both accounts differs by what the tilt trades."""
    whole, costs = line(hand), {"commission_bps": 10}
    signal = whole.config.signals[0].model_copy(update={"cap": 0.05})
    capped = steps(bridge(line(hand, signals=[signal.model_dump(by_alias=True)], costs=costs)))
    gain = 0.1 * (102 / 101 - 1 + 103 / 102 - 1)
    assert capped["overlap"] == pytest.approx(-gain / 2, abs=1e-12)
    assert capped["commission"] < 0.0 == capped["slippage"]


def test_steps_sum_exactly_to_the_gain_over_the_untilted_mix(small):
    """The sum of the values has the bits of the last level, which is that of the two walks."""
    config = small.config()
    of = line_of(config, read(config, small.folder))
    frame = bridge(of)
    total = (of.walked.equity[-1] - of.base.equity[-1]) / config.account.capital
    assert math.fsum(frame["value"].to_list()) == frame["running"][-1]
    assert frame["running"][-1] == pytest.approx(total, abs=1e-14)


def test_a_waterfall_of_awkward_numbers_is_exact():
    """Levels of very different size leave no rest."""
    levels = [(str(at), value, "") for at, value in enumerate((0.1, 1e-9, -3.7, 2 / 3, 0.2 + 0.1, 1e-17))]
    frame = waterfall(levels)
    assert math.fsum(frame["value"].to_list()) == frame["running"][-1]
    assert frame["running"].to_list() == pytest.approx([value for _, value, _ in levels], abs=1e-14)
