"""All signals at once on real prices and the curated events: the books balance, and nothing sees ahead."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest

from backtest.config.reader import load
from backtest.engine import run
from tools.golden import WITHOUT

pytestmark = pytest.mark.shared

CONFIG = """
name: theses
period: {start: 2024-06-03}
prices:
  source: files
  path: PRICES
  adjustment: total
  columns: {session: date, asset: symbol, close: adj_close}
  basis_close: close
events: {source: curated}
baskets:
  semis: [NVDA, AVGO, AMD, MU, TSM]
  memory: [MU]
  hyperscalers: [GOOGL, AMZN, MSFT, META, ORCL]
  neoclouds: [CRWV, NBIS, IREN, APLD]
weighting: {semis: {kind: inverse_volatility}}
signals:
  - kind: capex_guidance
    name: guides
    announcer: -0.02
    suppliers: {size: 0.03, basket: semis}
    neutral_to: hyperscalers
  - {kind: capex_trend, name: trend, companies: [GOOGL, AMZN, MSFT, META], from: hyperscalers, to: semis}
  - kind: rpo_change
    name: rpo
    announcer: 0.03
    metrics: [rpo_total]
    concentration: {MSFT: 0.45, ORCL: 0.6}
    neutral_to: hyperscalers
  - {kind: routing_adoption, name: thrift, from: semis, to: hyperscalers, per_intensity: 0.05}
  - {kind: compute_resale, name: resale, against: {neoclouds: 2, memory: 1}, size: 0.05}
combination:
  - {kind: gate, when: trend >= 0, signals: [guides]}
  - {kind: cap, most: 0.5}
portfolio: {base: {semis: 0.4, hyperscalers: 0.4, neoclouds: 0.1}, long_only: false, infeasible: shrink}
account: {max_gross: 1.5}
costs: {commission_bps: 1, half_spread_bps: 2}
"""


@pytest.fixture(scope="module")
def config(shared, tmp_path_factory):
    """Give the config."""
    path = tmp_path_factory.mktemp("theses") / "theses.yaml"
    path.write_text(CONFIG.replace("PRICES", str(shared / "prices" / "universe.parquet")))
    return load(path, WITHOUT)


@pytest.fixture(scope="module")
def result(config):
    """Give the run."""
    return run(config.config, config.folder)


def test_events_signals_base_and_cash_make_the_equity_change(result):
    """To 1e-9 of equity."""
    change = result.daily["equity"][-1] - 1_000_000.0
    assert math.fsum(result.attribution["pnl"]) == pytest.approx(change, abs=1e-9 * result.daily["equity"].max())
    rest = result.attribution.filter(pl.col("event_id").is_in(["base", "cash"]))["pnl"]
    assert math.fsum([*result.signals["pnl"], *rest]) == pytest.approx(change, abs=1e-9 * result.daily["equity"].max())


def test_every_signal_traded(result):
    """Each of the five theses' signals moved something."""
    assert (result.signals["events"] > 0).all()
    assert result.signals["turnover"].min() > 0.0


def test_metas_plan_to_sell_compute_moves_it_against_the_neoclouds(result):
    """Known before the open of 2026-07-01 and traded on it: META bought, neoclouds and memory sold, a gain."""
    row = result.rotations.filter(signal="resale").sort("session").row(-1, named=True)
    assert row["session"] == dt.date(2026, 7, 1)
    assert row["pnl"] > 0.0


def test_the_past_does_not_hang_on_the_end(config, result):
    """A run that ends in June 2025 has the same days, targets and trades up to then (law 21)."""
    last = dt.date(2025, 6, 2)
    period = config.config.period.model_copy(update={"end": last})
    early = run(config.config.model_copy(update={"period": period}), config.folder)
    for name in ("daily", "weights", "trades"):
        whole = getattr(result, name).filter(pl.col("session") <= last)
        assert getattr(early, name).equals(whole), name


def test_leaving_out_companies_changes_the_return(result):
    """Every announcer once; what is left out is not nothing."""
    companies = result.leave_out.filter(by="company")
    assert companies["left_out"].is_unique().all()
    assert np.abs(companies["difference"].to_numpy()).max() > 1e-4
