"""The event study of runs on other exchanges and in other currencies: one exchange is studied, several are refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from mixed_markets import events, prices, run_file, write

from backtest.config.reader import load as load_config
from backtest.inputs import lay_out, read
from backtest.study.of_run import happenings, study_of_run
from data.calendar import load
from data.errors import RunError

SEOUL = {
    "exchanges": {"XKRX": ["CCC.KS", "DDD.KS"]},
    "currencies": {
        "account": "USD", "of": {"CCC.KS": "KRW", "DDD.KS": "KRW"},
        "rates": {"KRW=X": {"base": "USD", "quote": "KRW"}},
    },
    "baskets": {"west": ["CCC.KS"], "east": ["DDD.KS"]},
    "benchmark": None,
    "study": {"model": "mean", "estimation_sessions": 30, "min_estimation_obs": 25, "windows": [[0, 1]]},
}  # fmt: skip


def laid(path):
    loaded = load_config(path)
    return loaded.config, lay_out(loaded.config, *read(loaded.config, loaded.folder))


def test_several_exchanges_have_no_common_day_zero(tmp_path):
    """Seoul would react a row before New York's day 0: the study says so, and the run goes on without it."""
    path = write(tmp_path, prices())
    with pytest.raises(RunError, match="needs one exchange, and the assets trade on XNYS, XKRX, XLON"):
        study_of_run(*laid(path))
    found = run_file(path).evidence
    assert found.study is None
    assert "one exchange" in found.remarks["study"]


def test_day_zero_is_of_the_exchange_on_which_the_assets_trade(tmp_path):
    """The config's calendar is New York's, all assets trade in Seoul, whose holidays and closes count."""
    _, inputs = laid(write(tmp_path, prices(), **SEOUL))
    seoul = load("XKRX")
    known = events()["announced_at"].str.to_datetime(time_zone="UTC").dt.replace_time_zone(None).to_numpy()
    expected = [seoul.sessions[np.searchsorted(seoul.close_at, at, side="right")] for at in np.sort(known)]
    assert inputs.panel.sessions[np.sort(happenings(inputs).session)].tolist() == [day.item() for day in expected]


def test_a_missing_price_is_no_return_though_the_currency_moved(tmp_path):
    """Three sessions without a price in Seoul lose four returns of the window; none is made of a carried mark."""
    one = events().head(1).with_columns(asset=pl.lit("DDD.KS"), announced_at=pl.lit("2025-04-03T09:30:00+09:00"))
    config, inputs = laid(write(tmp_path, prices(), one, **SEOUL))
    found = study_of_run(config, inputs, config.study.model_copy(update={"windows": ((0, 7),)}))
    own = found.events.filter(pl.col("asset") == "DDD.KS")
    assert set(own["missing"].to_list()) == {4}
