"""The event study of runs on other exchanges and in other currencies: each exchange on its own sessions."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from mixed_markets import events, prices, run_file, write

from backtest.config.reader import load as load_config
from backtest.inputs import lay_out, read
from backtest.study.exchanges import at_closes
from backtest.study.of_run import happenings, study_of_run
from data.calendar import load

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


STUDY = {"model": "mean", "estimation_sessions": 30, "min_estimation_obs": 25, "windows": [[0, 1], [0, 3]]}
GROUPS = {
    "announcer", "announcer on XKRX", "announcer on XLON", "peers", "peers on XKRX", "peers on XLON", "basket:west",
    "basket:west on XLON", "basket:east on XKRX",
}  # fmt: skip


def by_hand(inputs, asset, exchange, known_at, length):
    """Sum an asset's returns from its own day 0, each less the mean of the 30 before a gap of 10."""
    laid, calendar = inputs.mixed, load(exchange)
    column = laid.panel.assets.index(asset)
    rows = np.flatnonzero(laid.due[:, column])
    rows = rows[int(laid.missing[rows[0], column]) :]  # the session of history before the first price
    days, close = laid.panel.sessions[rows], laid.panel.close[rows, column]
    assert not laid.missing[rows, column].any()
    events = np.add.reduceat(laid.panel.dividend[:, column], np.append(0, rows[:-1] + 1))
    splits = np.multiply.reduceat(laid.panel.split[:, column], np.append(0, rows[:-1] + 1))
    total = splits[1:] * (close[1:] + events[1:]) / close[:-1] - 1.0
    day = calendar.sessions[np.searchsorted(calendar.close_at, known_at, side="right")]
    zero = int(np.searchsorted(days, day)) - 1
    return (total[zero : zero + length] - total[zero - 40 : zero - 10].mean()).sum()


def test_every_exchange_is_studied_on_its_own_sessions(tmp_path):
    """An event has a day 0 on each exchange, and CAR is that of the asset's own sessions, by hand."""
    config, inputs = laid(write(tmp_path, prices(), study=STUDY))
    found = study_of_run(config, inputs)
    kept = found.events.filter((pl.col("status") == "kept") & (pl.col("window") == "[0, 1]"))
    assert set(kept["group"].to_list()) == GROUPS
    known = dict(inputs.events.frame.select("event_id", "known_at").iter_rows())
    groups = {"announcer": "XNYS", "announcer on XKRX": "XKRX", "announcer on XLON": "XLON"}
    rows = kept.filter(pl.col("group").is_in(list(groups)) & (pl.col("asset") != "DDD.KS")).rows(named=True)
    assert {groups[row["group"]] for row in rows} == {"XNYS", "XKRX", "XLON"}
    for row in rows:
        at = np.datetime64(known[row["event_id"]].replace(tzinfo=None), "us")
        assert row["car"] == pytest.approx(by_hand(inputs, row["asset"], groups[row["group"]], at, 2), abs=1e-12)


def test_a_run_on_several_exchanges_has_its_study(tmp_path):
    """The run gathers it; no announcer is dropped for trading elsewhere."""
    found = run_file(write(tmp_path, prices(), study=STUDY, evidence={})).evidence
    assert "study" not in found.remarks
    assert not [reason for reason in found.study.events["reason"].to_list() if "has no prices" in reason]


def test_the_market_of_an_exchange_is_the_benchmark_as_known_at_its_close(tmp_path):
    """Seoul closes before New York opens: its market is the benchmark's return of the session before."""
    config, inputs = laid(write(tmp_path, prices(), study=STUDY))
    panel, seoul = at_closes(inputs.mixed, 1), load("XKRX")
    here, column = inputs.mixed.panel, inputs.mixed.panel.assets.index(config.benchmark)
    own = np.flatnonzero(inputs.mixed.due[:, column])
    closed = load("XNYS").close_at[np.searchsorted(load("XNYS").sessions, here.sessions[own])]
    for day, mark in zip(panel.sessions[5:60], panel.close[5:60, column], strict=True):
        at = seoul.close_at[np.searchsorted(seoul.sessions, day)]
        assert mark == here.close[own[np.searchsorted(closed, at, side="right") - 1], column]


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
