"""What signals are given by the engine, where several exchanges count their own sessions."""

from __future__ import annotations

import mixed_markets
import numpy as np
import pytest
from mixed_markets import SETTINGS, write

from backtest.config.reader import load
from backtest.engine import line_of
from backtest.inputs import read
from backtest.plan import replanned
from data.calendar import load as load_calendar
from signals.impulses import scored

STEP = {"kind": "volatility_target", "per_year": 0.0005, "lookback_sessions": 20}


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """Give the line of a run on three exchanges, its tilts scaled to a volatility a year."""
    path = write(tmp_path_factory.mktemp("mixed"), mixed_markets.prices(), combination=[STEP])
    loaded = load(path)
    return line_of(loaded.config, read(loaded.config, loaded.folder))


def test_a_volatility_a_year_counts_the_sessions_of_each_exchange(line):
    """New York, Seoul and London have years of different length, and none of them is the calendar of them all."""
    expected = [load_calendar(name).sessions_per_year for name in ("XNYS", "XKRX", "XLON")]
    assert [draft.context.sessions_per_year for draft in line.drafts] == expected
    assert len(set(expected)) == 3


def test_the_factor_of_an_exchange_is_that_of_its_own_year(line):
    """By hand for one decision of Seoul: target / (standard deviation of the tilts' past moves x root of its year)."""
    seoul = line.drafts[1]
    raw = seoul.impulses[SETTINGS["signals"][0]["name"]]
    made = scored(raw, seoul.sessions, seoul.context.decisions)
    at = int(np.unique(made.decision)[-1])
    mine = made.decision == at
    tilt = np.bincount(made.asset[mine], made.value[mine], len(seoul.context.assets))
    held = np.flatnonzero(tilt)
    past = seoul.context.past_returns(int(seoul.context.decisions[at]), 20)[:, held] @ tilt[held]
    known = past[~np.isnan(past)]
    factor = min(1.0, 0.0005 / (known.std(ddof=1) * load_calendar("XKRX").sessions_per_year ** 0.5))
    targets = replanned(line.config, seoul)
    own = slice(targets.start[at], targets.start[at + 1])
    tilts = targets.part[own] != 0
    found = np.bincount(targets.asset[own][tilts], targets.weight[own][tilts], len(tilt))
    assert factor < 1.0
    assert found == pytest.approx(tilt * factor)
