"""The rotation thesis on real prices and real events."""

from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import polars as pl
import pytest

from backtest.config.reader import load
from backtest.engine import line_of, run
from backtest.inputs import read
from backtest.trust.exact import replay

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def loaded(shared, root):
    """Give the rotation config."""
    return load(root / "configs" / "rotate_semis_to_hyperscalers.yaml")


@pytest.fixture(scope="module")
def result(loaded):
    """Give its run."""
    return run(loaded.config, loaded.folder)


@pytest.fixture(scope="module")
def walked(loaded):
    """Give the stage and the book of the same run, for other engines to check."""
    line = line_of(loaded.config, read(loaded.config, loaded.folder))
    return line.config, line.inputs, line.stage, line.walked


def test_amazons_close_to_close_move(walked):
    """AMZN went from 222.69 to 210.32 over its announcement of 2026-02-05: -5.6 %."""
    _, inputs, _, _ = walked
    close = inputs.panel.close[:, inputs.panel.column("AMZN")]
    before, after = (close[list(inputs.panel.sessions.astype(str)).index(day)] for day in ("2026-02-05", "2026-02-06"))
    assert (before, after) == pytest.approx((222.69, 210.32), abs=5e-3)
    assert round(100 * (after / before - 1), 1) == -5.6


def test_an_event_after_the_close_first_trades_at_the_next_open(result):
    """Amazon's guidance of 2026-02-05, after the close, is tradable on 2026-02-06."""
    row = result.events.filter(pl.col("event_id").str.starts_with("AMZN-20260205-capex_guidance"))
    assert row["session"].to_list() == [dt.date(2026, 2, 6)]
    assert row["rule"].to_list() == ["at or after the close: next session"]


def test_the_books_balance(result):
    """Equity is cash plus positions, and the attribution sums to its change, to 1e-9 of equity."""
    daily = result.daily
    worth = (daily["cash"] + daily["net"] * daily["equity"]).to_numpy()
    equity = daily["equity"].to_numpy()
    assert np.allclose(worth, equity, rtol=1e-9, atol=0.0)
    by_session = dict.fromkeys(daily["session"].to_list(), 0.0)
    for session, pnl in result.attribution.select("session", "pnl").iter_rows():
        by_session[session] += pnl
    change = np.diff(np.r_[result.config.account.capital, equity])
    assert np.abs(change - np.array(list(by_session.values()))).max() <= 1e-9 * equity.max()


def test_the_decimal_replay_agrees(walked):
    """Every cent of the real run follows from its journal, to 1e-9 of equity."""
    config, _, stage, book = walked
    assert replay(stage.market, book, config.account.capital).worst <= 1e-9


def test_vectorbt_agrees(walked, result):
    """The same orders at the same next-open fills give the same equity in vectorbt, to 1e-9."""
    pytest.importorskip("vectorbt", reason="the extra `verify` is not installed")
    from backtest.trust.second_engine import replayed

    config, _, stage, book = walked
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = replayed(stage.market, book, config.account.capital)
    assert np.abs(book.equity / theirs - 1.0).max() <= 1e-9
    assert result.daily["equity"].to_numpy().tobytes() == book.equity.tobytes()


def test_the_run_covers_the_asked_period(result):
    """From the first session of 2019 to the end of the prices, against SPY and the untilted mix."""
    sessions = result.daily["session"]
    assert (sessions[0], sessions[-1]) == (dt.date(2019, 1, 2), dt.date(2026, 8, 14))
    assert result.daily["benchmark"].null_count() == 0
    assert result.funnel.counts[0] == 400
    assert result.funnel.counts[-1] > 0
