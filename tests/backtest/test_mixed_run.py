"""Three exchanges and three currencies from a YAML config to the result: books balance, nothing sees the future."""

from __future__ import annotations

import math

import mixed_markets
import numpy as np
import polars as pl
import pytest
from mixed_markets import PLACES, SETTINGS, events, prices, run_file, write

from backtest.research.trials import trial_of
from data.calendar import joint, load
from data.errors import ConfigError, InputError, RunError

COSTS = ("half_spread", "slippage", "commission", "impact", "borrow")
FRAMES = ("daily", "weights", "trades", "attribution")
HARD = {
    "portfolio": {"base": {"west": 0.9, "east": -0.5}, "rebalance_every_sessions": 5, "long_only": False},
    "account": {"max_gross": 1.5, "lot": 1, "maintenance_margin": 0.3, "turnover_cap": 0.4, "no_trade_band": 0.001},
    "costs": {"half_spread_bps": 3, "impact": 0.5, "borrow_bps_per_year": 150, "margin_bps_per_year": 400},
    "prices": {
        "source": "files", "path": "prices.csv", "adjustment": "raw",
        "delistings": {"DDD.KS": {"session": "2025-07-10", "loss": -0.4}},
    },
}  # fmt: skip
STEADY = {"portfolio": {**SETTINGS["portfolio"], "rebalance_every_sessions": 1}}


@pytest.fixture(scope="module")
def frame():
    return prices()


@pytest.fixture(scope="module")
def whole(frame, tmp_path_factory):
    return run_file(write(tmp_path_factory.mktemp("whole"), frame))


@pytest.fixture(scope="module")
def hard(frame, tmp_path_factory):
    alive = frame.filter((pl.col("asset") != "DDD.KS") | (pl.col("session") < pl.date(2025, 7, 10)))
    return run_file(write(tmp_path_factory.mktemp("hard"), alive, **HARD))


@pytest.fixture(scope="module")
def steady(frame, tmp_path_factory):
    """Give a run that sets its targets on every day."""
    return run_file(write(tmp_path_factory.mktemp("steady"), frame, **STEADY))


def change(result):
    return np.diff(np.r_[result.config.account.capital, result.daily["equity"].to_numpy()])


def opened(session, asset):
    calendar = load(PLACES[asset])
    return calendar.open_at[calendar.index(np.datetime64(session))]


def test_a_day_is_one_row_and_every_exchange_trades_on_its_own_sessions(whole):
    """Rows are the days of any exchange; each order falls on a session of its asset's exchange."""
    union = joint([load(name) for name in ("XNYS", "XKRX", "XLON")])
    days = whole.daily["session"].to_numpy().astype("datetime64[D]")
    assert days.tolist() == union.between(days[0], days[-1]).tolist()
    for session, asset in whole.trades.select("session", "asset").iter_rows():
        assert load(PLACES[asset]).index(np.datetime64(session)) >= 0


def test_the_ledger_counts_the_days_of_all_exchanges(frame, tmp_path):
    """The trial's Sharpe ratio is the metric's, to the days a year on which any exchange trades."""
    made = run_file(write(tmp_path, frame, risk_free_per_year=0.04))
    per_year = joint([load(name) for name in ("XNYS", "XKRX", "XLON")]).sessions_per_year
    metric = next(one for one in made.metrics if one.name == "sharpe")
    assert trial_of(made).sharpe * math.sqrt(per_year) == pytest.approx(metric.value, rel=1e-12)


@pytest.mark.parametrize("which", ["whole", "hard"])
def test_the_books_balance(which, request):
    """Equity is cash and positions, and the attribution makes every change of it (laws 1 and 17)."""
    result = request.getfixturevalue(which)
    daily = result.daily
    worth = (daily["cash"] + daily["net"] * daily["equity"]).to_numpy()
    assert np.abs(worth - daily["equity"].to_numpy()).max() <= 1e-9 * daily["equity"].max()
    made = dict.fromkeys(daily["session"].to_list(), 0.0)
    for session, pnl in result.attribution.select("session", "pnl").iter_rows():
        made[session] += pnl
    assert np.abs(change(result) - np.array(list(made.values()))).max() <= 1e-9 * daily["equity"].max()


@pytest.mark.parametrize("which", ["whole", "hard"])
def test_prices_currencies_and_both_together_make_the_gain(which, request):
    """With dividends, interest and costs the three parts add up to the change of equity on every day (law 45)."""
    result = request.getfixturevalue(which)
    daily = {
        name: result.daily[name].to_numpy() for name in result.daily.columns if name not in {"session", "benchmark"}
    }
    made = daily["asset_gain"] + daily["currency_gain"] + daily["cross_gain"] + daily["dividend"] + daily["interest"]
    spent = np.add.reduce([daily[kind] for kind in COSTS])
    assert np.abs(change(result) - (made - spent)).max() <= 1e-9 * daily["equity"].max()
    assert np.abs(daily["currency_gain"]).max() > 100.0


def test_the_hard_account_meets_what_it_is_for(hard):
    """Shorts, lots, a delisting, a gap and caps do occur in it, or the laws above would say little."""
    assert {"delisted", "turnover", "filled", "band"} <= set(hard.trades["reason"].to_list())
    assert hard.daily["borrow"].sum() > 0.0
    assert hard.daily["impact"].sum() > 0.0
    assert hard.daily["stale"].sum() == 3


def test_fills_are_the_days_open_at_the_rate_of_the_day_before(whole, frame):
    """Each reference price is open x rate, the rate being the last one dated before the session, computed apart."""
    cells = {(day, asset): price for day, asset, price in frame.select("session", "asset", "open").iter_rows()}
    closes = {name: frame.filter(pl.col("asset") == name).sort("session") for name in ("KRW=X", "GBPUSD=X")}

    def last(name, day):
        return closes[name].filter(pl.col("session") < day)["close"][-1]

    for day, asset, reference in (
        whole.trades.filter(pl.col("shares") != 0).select("session", "asset", "reference").iter_rows()
    ):
        rate = {"K": 1 / last("KRW=X", day), "L": last("GBPUSD=X", day) / 100}.get(asset[4:5], 1.0)
        assert math.isclose(reference, cells[day, asset] * rate, rel_tol=1e-12)


@pytest.mark.parametrize("cut", ["2025-02-17", "2025-03-04", "2025-05-06", "2025-05-07", "2025-07-04"])
def test_running_on_cut_data_gives_the_same_past(whole, frame, tmp_path, cut):
    """Prices and rates cut after a day leave every output up to it bit-identical (law 21)."""
    last = np.datetime64(cut).item()
    early = run_file(write(tmp_path, frame.filter(pl.col("session") <= last)))
    for name in FRAMES:
        assert getattr(early, name).equals(getattr(whole, name).filter(pl.col("session") <= last)), name


@pytest.mark.parametrize("poison", [1e6, 1e-6])
def test_poisoning_the_future_leaves_the_past(whole, frame, tmp_path, poison):
    """Garbage prices and rates after a day change no output up to it (law 22)."""
    last = np.datetime64("2025-04-22").item()
    columns = [
        pl.when(pl.col("session") > last).then(pl.lit(poison)).otherwise(pl.col(name)).alias(name)
        for name in ("open", "close")
    ]
    poisoned = run_file(write(tmp_path, frame.with_columns(columns)))
    for name in FRAMES:
        past = pl.col("session") <= last
        assert getattr(poisoned, name).filter(past).equals(getattr(whole, name).filter(past)), name


def test_a_price_beyond_counting_is_told_with_asset_and_day(frame, tmp_path):
    """A billion pence at a billion dollars a pound are 1e16 dollars; opens take the rate of the day before."""
    garbage = pl.col("asset").is_in(["EEE.L", "GBPUSD=X"]) & (pl.col("session") >= pl.date(2025, 6, 18))
    huge = [pl.when(garbage).then(1e9).otherwise(pl.col(name)).alias(name) for name in ("open", "close")]
    with pytest.raises(InputError, match="too large or too small") as caught:
        run_file(write(tmp_path, frame.with_columns(huge)))
    found = {(finding.where, finding.field, finding.value) for finding in caught.value.findings}
    assert ("EEE.L 2025-06-18", "close", "1e+16") in found
    assert ("EEE.L 2025-06-19", "open", "1e+16") in found


@pytest.mark.parametrize("place", ["XNYS", "XKRX", "XLON"])
def test_poisoning_a_close_leaves_every_fill_before_it(steady, frame, tmp_path, place):
    """A close and an open of one exchange on one day change no order that filled before their instants (law 24)."""
    day = np.datetime64("2025-06-18").item()
    calendar = load(place)
    at = calendar.index(np.datetime64(day))
    names = [asset for asset, where in PLACES.items() if where == place]
    hit = (pl.col("session") == day) & pl.col("asset").is_in(names)
    moved = frame.with_columns(pl.when(hit).then(pl.col("close") * 3).otherwise(pl.col("close")).alias("close"))
    other = run_file(write(tmp_path, moved, **STEADY))
    one, two = (
        result.trades.with_columns(
            pl.struct("session", "asset").map_elements(lambda row: str(opened(*row.values())), pl.String).alias("at")
        )
        for result in (steady, other)
    )
    until = str(calendar.close_at[at])
    assert one.filter(pl.col("at") <= until).equals(two.filter(pl.col("at") <= until))
    assert not one.filter(pl.col("at") > until).equals(two.filter(pl.col("at") > until))


def test_an_event_moves_orders_only_where_they_fill_after_it_was_known(frame, tmp_path):
    """With and without one event, what differs fills later than its instant, each exchange at its first chance."""
    stamps = {
        "2025-03-11T00:00:01+00:00": "XLON",
        "2025-03-11T08:00:00+00:00": "XNYS",
        "2025-03-11T13:30:00+00:00": "XKRX",
    }
    for stamp, first in stamps.items():
        known = np.datetime64(stamp[:19])
        one = events()[2].with_columns(announced_at=pl.lit(stamp))
        with_, without = (
            run_file(write(tmp_path, frame, one.with_columns(kind=pl.lit(kind))))
            for kind in ("routing_adoption", "product_news")
        )
        moved = with_.trades.join(without.trades, on=with_.trades.columns, how="anti")
        fills = {place: [] for place in ("XNYS", "XKRX", "XLON")}
        for session, asset in moved.select("session", "asset").iter_rows():
            fills[PLACES[asset]].append(opened(session, asset))
        for place, instants in fills.items():
            calendar = load(place)
            assert min(instants) == calendar.open_at[np.searchsorted(calendar.open_at, known, side="right")]
        assert min(fills, key=lambda place: min(fills[place])) == first
        assert with_.events["rule"][0].startswith(first)


def test_the_names_of_assets_and_the_order_of_rows_do_not_matter(whole, frame, tmp_path):
    """Names that sort the other way round, and shuffled rows, leave the equity (laws 27 and 33)."""
    renamed = {"AAA": "ZZZ", "BBB": "YYY", "CCC.KS": "XXX.KS", "DDD.KS": "WWW.KS", "EEE.L": "VVV.L"}
    text = write(tmp_path / "first", frame).read_text()
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=7)
    path = write(tmp_path, shuffled.with_columns(pl.col("asset").replace(renamed)))
    for old, new in renamed.items():
        text = text.replace(old, new)
    path.write_text(text)
    np.testing.assert_allclose(run_file(path).daily["equity"], whole.daily["equity"], rtol=1e-12)


def test_an_unheld_exchange_changes_nothing(frame, tmp_path):
    """An asset of weight 0 in Taipei adds rows, and leaves all orders and every day that was there (laws 37 and 39).

    Without interest, which is added row after row, so that its last digit depends on the rows.
    """
    days = load("XTAI").between(mixed_markets.FIRST, mixed_markets.LAST)
    idle = pl.DataFrame({"session": days, "open": 500.0, "close": 510.0}).with_columns(
        pl.col("session").cast(pl.Date), asset=pl.lit("FFF.TW")
    )
    path = write(
        tmp_path,
        pl.concat([frame, idle], how="diagonal"),
        exchanges={**SETTINGS["exchanges"], "XTAI": ["FFF.TW"]},
        baskets={**SETTINGS["baskets"], "idle": ["FFF.TW"]},
        costs={"commission_bps": 2},
    )
    more, whole = run_file(path), run_file(write(tmp_path / "less", frame, costs={"commission_bps": 2}))
    assert more.trades.equals(whole.trades)
    assert more.daily.join(whole.daily, on="session", how="semi")["equity"].equals(whole.daily["equity"])


def test_a_split_changes_neither_impact_nor_the_participation_cap(frame, tmp_path):
    """Prices and volumes restated for Seoul's split cost what the raw ones do: averages follow the split (law 40)."""
    day = frame.filter(pl.col("split") == 2.0)["session"][0]
    before = (pl.col("asset") == "CCC.KS") & (pl.col("session") < day)
    halves = [pl.when(before).then(pl.col(name) / 2.0).otherwise(name).alias(name) for name in ("open", "close")]
    twice = pl.when(before).then(pl.col("volume") * 2.0).otherwise("volume").alias("volume")
    paid = pl.when(before).then(pl.col("dividend") / 2.0).otherwise("dividend").alias("dividend")
    adjusted = frame.with_columns(*halves, twice, paid, split=pl.lit(1.0))
    settings = {"account": {"participation_cap": 1e-4}, "costs": {"impact": 1.0}}
    raw, restated = (
        run_file(write(tmp_path / name, each, **settings)) for name, each in (("raw", frame), ("adjusted", adjusted))
    )
    np.testing.assert_allclose(raw.daily["equity"], restated.daily["equity"], rtol=1e-9)
    capped = raw.trades.filter((pl.col("asset") == "CCC.KS") & (pl.col("session") >= day))["reason"]
    assert {"partial"} <= set(capped)


@pytest.mark.parametrize("fill", ["open", "close"])
@pytest.mark.parametrize("extra", [{}, {"account": {"participation_cap": 0.01}, "costs": {"impact": 1.0}}])
def test_one_exchange_named_as_such_runs_as_before(frame, tmp_path, fill, extra):
    """With all assets on the calendar's exchange and in one currency the outputs are bit-identical."""
    members = {"baskets": {"west": ["AAA"], "east": ["BBB"]}, "currencies": None}
    one, other = (
        run_file(
            write(
                tmp_path,
                frame,
                **{**members, **extra, "account": {**extra.get("account", {}), "fill": fill}},
                exchanges=e,
            )
        )
        for e in ({}, {"XNYS": ["AAA", "BBB"]})
    )
    for name in FRAMES:
        assert getattr(one, name).equals(getattr(other, name)), name
    assert one.metrics == other.metrics


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"exchanges": {"XKRX": ["CCC.KS", "QQQ.KS"]}}, "QQQ.KS"),
        ({"exchanges": {"XKRX": ["CCC.KS"], "XLON": ["CCC.KS"]}}, "which XKRX has already"),
        ({"exchanges": {"nyse": ["AAA"]}}, "an exchange code as XNYS"),
        ({"currencies": {"of": {"QQQ": "USD"}}}, "in no basket and no benchmark"),
        ({"currencies": {"of": {"AAA": "KRW"}}}, "no rate leads from KRW to USD"),
        ({"currencies": {"of": {"AAA": "dollar"}}}, "a currency of three capital letters"),
        ({"currencies": {"rates": {"AAA": {"base": "EUR", "quote": "USD"}}}}, "held in a basket too"),
    ],
)
def test_contradictions_of_the_config_are_refused(frame, tmp_path, changes, said):
    """Unknown assets, assets twice, and currencies without a way to the account's, each with its place."""
    with pytest.raises(ConfigError, match=said) as caught:
        run_file(write(tmp_path, frame, **changes))
    assert all(finding.where for finding in caught.value.findings)


def test_a_half_life_is_not_fitted_on_rows_of_several_exchanges(frame, tmp_path):
    """Their rows are no sessions, and sixty rows no sixty sessions."""
    fitted = {**SETTINGS["signals"][0], "decay": {"kind": "fitted", "train_until": "2025-06-30"}}
    with pytest.raises(RunError, match=r"shift: decay cannot be fitted on several exchanges \(XNYS, XKRX, XLON\)"):
        run_file(write(tmp_path, frame, signals=[fitted]))


def test_an_exchange_nobody_knows_is_named(frame, tmp_path):
    """The code looks right, and there is no such calendar."""
    with pytest.raises(RunError, match="calendar 'XQQQ' is not known"):
        run_file(write(tmp_path, frame, exchanges={"XQQQ": ["CCC.KS", "DDD.KS"]}))


def test_rates_that_end_early_are_told_with_asset_and_day(frame, tmp_path):
    """From the eighth day on there is no rate, and no other stands in for it."""
    ended = frame.filter((pl.col("asset") != "KRW=X") | (pl.col("session") <= pl.date(2025, 6, 30)))
    with pytest.raises(InputError, match=r"CCC.KS.*needs KRW=X on 1[0-9] days of the run, first 2025-07-08") as caught:
        run_file(write(tmp_path, ended))
    assert [finding.where for finding in caught.value.findings] == ["currencies.of.CCC.KS", "currencies.of.DDD.KS"]


def test_faults_of_several_exchanges_are_told_together(frame, tmp_path):
    """A Korean holiday with a price, and a pound rate on a Sunday."""
    wrong = pl.DataFrame({"session": ["2025-01-28", "2025-02-02"], "close": [1.0, 1.25]})
    rows = wrong.with_columns(pl.col("session").str.to_date(), asset=pl.Series(["CCC.KS", "GBPUSD=X"]))
    with pytest.raises(InputError) as caught:
        run_file(write(tmp_path, pl.concat([frame, rows], how="diagonal")))
    assert [finding.problem for finding in caught.value.findings] == [
        "is no session of XKRX", "is no session of weekdays",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asset", "stated", "flag", "first"),
    [
        ("CCC.KS", "2025-03-11", "pre", "2025-03-11 XKRX"),
        ("CCC.KS", "2025-03-11", "post", "2025-03-12 XKRX"),
        ("AAA", "2025-03-11", "pre", "2025-03-11 XNYS"),
        ("AAA", "2025-03-11", "post", "2025-03-12 XLON"),
        ("EEE.L", "2025-03-11", "unknown", "2025-03-12 XKRX"),
        ("CCC.KS", "2025-03-11T08:30:00+09:00", "pre", "2025-03-11 XKRX"),
    ],
)
def test_dates_and_flags_mean_the_day_of_the_announcers_exchange(frame, tmp_path, asset, stated, flag, first):
    """A Korean company's `pre` is before Seoul's open, and its 08:30 there no contradiction to it.

    Seoul's day ends at 15:00 UTC, New York's at 04:00 when Seoul has opened, London's 1 us before Seoul opens.
    """
    one = events()[2].with_columns(asset=pl.lit(asset), announced_at=pl.lit(stated), flag=pl.lit(flag))
    found = run_file(write(tmp_path, frame, one)).events
    assert f"{found['session'][0]} {found['rule'][0][:4]}" == first
