"""The straight line as a whole: books balance, no output sees the future, order and time zone do not matter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from markets import SETTINGS, write

from data.errors import InputError, RunError


def change(result):
    return np.diff(np.r_[result.config.account.capital, result.daily["equity"].to_numpy()])


def attributed(result):
    by_session = dict.fromkeys(result.daily["session"].to_list(), 0.0)
    for session, pnl in result.attribution.select("session", "pnl").iter_rows():
        by_session[session] += pnl
    return np.array(list(by_session.values()))


def test_equity_is_cash_plus_positions(small):
    """On every session cash and the net exposure make the equity, to 1e-9 (law 1)."""
    daily = small.run().daily
    worth = daily["cash"] + daily["net"] * daily["equity"]
    assert np.allclose(worth.to_numpy(), daily["equity"].to_numpy(), rtol=1e-9, atol=0.0)


def test_the_attribution_sums_to_the_equity_change(small):
    """Events, base and cash make every session's change of equity, to 1e-9 of equity (law 17)."""
    result = small.run()
    assert np.abs(change(result) - attributed(result)).max() <= 1e-9 * result.daily["equity"].max()


def test_each_kind_of_cost_is_attributed_whole(small):
    """Events and base together pay what the session paid of every kind, to 1e-9 of equity."""
    result, kinds = small.run(), ("half_spread", "slippage", "commission", "impact", "borrow")
    paid = result.attribution.group_by("session").agg(pl.col("cost", *kinds).sum())
    both = result.daily.select("session", *(pl.col(kind).alias(f"{kind}_paid") for kind in kinds)).join(paid, "session")
    bound = 1e-9 * result.daily["equity"].max()
    for kind in kinds:
        assert both[kind].sum() == pytest.approx(result.daily[kind].sum(), abs=bound)
        assert (both[kind] - both[f"{kind}_paid"]).abs().max() <= bound
    assert both["cost"].sum() == pytest.approx(sum(both[kind].sum() for kind in kinds), abs=bound)
    assert both["commission"].sum() > 0.0


def test_the_funnel_sums_and_equals_the_event_table(small):
    """Every event read is traded or lost once, with a reason."""
    result = small.run()
    lost = result.events.filter(pl.col("status") == "lost")
    assert result.funnel.counts[0] == result.events.height
    assert result.funnel.counts[-1] == result.events.height - lost.height > 0
    assert sum(loss.count for loss in result.funnel.losses) == lost.height
    assert lost["reason"].str.len_chars().min() > 0


def test_without_signals_the_run_is_the_untilted_mix(small):
    """With nothing to tilt it, the portfolio is its own base, bit for bit."""
    bare = small.run(signals=[]).daily
    assert bare["base"].to_numpy().tobytes() == bare["equity"].to_numpy().tobytes()


def test_tilts_of_nothing_make_nothing(small):
    """Events too small to matter leave no return over the untilted mix: rebalancing is not taken for skill."""
    tiny = {**SETTINGS["signals"][0], "triggers": [{"kind": "routing_adoption", "size": 1e-9}]}
    metrics = {metric.name: metric for metric in small.run(signals=[tiny]).metrics}
    assert abs(metrics["active_return"].value) < 1e-7


def test_a_trigger_without_events_and_an_unlisted_basket_are_told(small, tmp_path):
    """What the config asks for and the data do not hold stands among the warnings."""
    late = small.prices.filter(~pl.col("asset").str.starts_with("HYP") | (pl.col("session") > small.sessions[50]))
    part = write(tmp_path, late, pl.read_csv(small.folder / "events.csv"))
    nothing = {**SETTINGS["signals"][0], "triggers": [{"kind": "nothing", "size": 0.1}]}
    first, second = part.run(signals=[nothing]).warnings[:2]
    assert first.startswith("thrift: trigger 0 (nothing) matches no event; kinds read: product_news, routing_adoption")
    assert (
        second
        == f"Basket hyperscalers had no listed member in 51 sessions, to {small.sessions[51]}: its share was cash."
    )


def test_a_benchmark_with_gaps_is_refused(small, tmp_path):
    """A session without the benchmark's price would count as a return of zero."""
    gone = (pl.col("asset") == "MKT") & (pl.col("session") == small.sessions[40])
    part = write(tmp_path, small.prices.filter(~gone), pl.read_csv(small.folder / "events.csv"))
    with pytest.raises(RunError, match=rf"MKT has no close in 1 session of the run, first {small.sessions[40]}"):
        part.run()


def test_a_file_without_one_valid_event_is_refused(small, tmp_path):
    """Instants without a zone are set aside row by row; when no row is left the run stops and shows them."""
    events = pl.read_csv(small.folder / "events.csv").with_columns(announced_at=pl.lit("2019-03-01T10:00:00"))
    with pytest.raises(InputError, match=r"none of [0-9]+ rows is a valid event") as caught:
        write(tmp_path, small.prices, events.with_columns(flag=pl.lit("unknown"))).run()
    assert "has no time zone" in str(caught.value.findings[0])


def test_holding_the_benchmark_has_no_active_return(small):
    """A base of nothing but the benchmark is the benchmark (law 44)."""
    result = small.run(
        signals=[],
        baskets={"index": ["MKT"]},
        portfolio={"base": {"index": 1.0}},
    )
    assert result.daily["equity"].to_list() == result.daily["benchmark"].to_list()


@pytest.mark.parametrize("cut", [3, 17, 40, 77, 128, 129, 130, 200, 258])
def test_running_on_cut_data_gives_the_same_past(small, tmp_path, cut):
    """Prices and events cut after a session leave every output up to it bit-identical (law 21)."""
    last = small.sessions[cut]
    part = write(tmp_path, small.prices.filter(pl.col("session") <= last), pl.read_csv(small.folder / "events.csv"))
    whole, early = small.run(), part.run()
    for name in ("daily", "weights", "trades", "attribution"):
        expected = getattr(whole, name).filter(pl.col("session") <= last)
        assert getattr(early, name).equals(expected), name
    facts = ["event_id", "session", "timing", "rule", "stage", "status"]
    past = whole.events.filter(pl.col("session") <= last).select(facts)
    assert early.events.filter(pl.col("session") <= last).select(facts).equals(past)


@pytest.mark.parametrize("poison", [np.nan, 1e9])
def test_poisoning_the_future_leaves_the_past(small, tmp_path, poison):
    """Garbage prices after a session change no output up to it (law 22)."""
    last = small.sessions[150]
    columns = [
        pl.when(pl.col("session") > last).then(pl.lit(poison)).otherwise(pl.col(name)).alias(name)
        for name in ("open", "high", "low", "close")
    ]
    events = pl.read_csv(small.folder / "events.csv")
    poisoned = write(tmp_path, small.prices.with_columns(columns), events).run(benchmark=None)
    whole = small.run(benchmark=None)
    for name in ("daily", "weights", "trades", "attribution"):
        expected = getattr(whole, name).filter(pl.col("session") <= last)
        assert getattr(poisoned, name).filter(pl.col("session") <= last).equals(expected), name


def test_the_order_of_rows_does_not_matter(small, tmp_path):
    """Shuffled prices and events give the same run, hashes included (law 27)."""
    events = pl.read_csv(small.folder / "events.csv").sample(fraction=1.0, shuffle=True, seed=5)
    shuffled = write(tmp_path, small.prices.sample(fraction=1.0, shuffle=True, seed=4), events).run()
    whole = small.run()
    assert shuffled.run_id == whole.run_id
    assert shuffled.attribution.equals(whole.attribution)
    assert shuffled.events.drop("note").equals(whole.events.drop("note"))


def test_the_time_zone_of_the_machine_does_not_matter(small):
    """A run under Seoul's clock has the same trades as under New York's (law 28)."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from pathlib import Path\n"
        "from markets import Files\n"
        "result = Files(Path(sys.argv[3])).run()\n"
        "from data.hashing import frame_hash\n"
        "print(frame_hash(result.trades, ['session', 'asset']))\n"
        "print(frame_hash(result.attribution, ['session', 'event_id']))"
    )
    here = Path(__file__).parent
    command = [sys.executable, "-c", code, str(here), str(here.parent), str(small.folder)]
    runs = [
        subprocess.run(command, env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True).stdout
        for zone in ("Asia/Seoul", "America/New_York")
    ]
    assert runs[0] == runs[1] != ""


def test_no_fill_is_at_or_before_the_instant_of_its_event(small):
    """The first order of every event's session fills after the event was known (law 24)."""
    result = small.run()
    traded = result.events.filter(pl.col("status") == "traded")
    from data.calendar import load

    calendar = load("XNYS")
    for session, known_at in traded.select("session", "known_at").iter_rows():
        fill = calendar.open_at[calendar.index(np.datetime64(session))]
        assert fill > np.datetime64(known_at.replace(tzinfo=None))


def test_close_fills_trade_later_than_open_fills_never_earlier_than_known(small):
    """With close fills an event during the session trades that evening."""
    opens, closes = (small.run(account={"fill": fill}).events for fill in ("open", "close"))
    during = opens["rule"].str.starts_with("during the session")
    assert during.any()
    assert (closes.filter(during)["session"] < opens.filter(during)["session"]).all()
    assert (closes.filter(~during)["session"] == opens.filter(~during)["session"]).all()


def test_an_asset_without_prices_is_named(small):
    """A basket with a name that has no prices is refused."""
    with pytest.raises(Exception, match="HYP9"):
        small.run(baskets={"semis": ["SEM1"], "hyperscalers": ["HYP9"]})


def test_per_share_commission_needs_raw_prices(small):
    """Adjusted share counts were never traded, so a fee per share on them is refused."""
    with pytest.raises(RunError, match="needs raw prices"):
        small.run(costs={"commission_per_share": 0.005})


def test_a_period_without_sessions_is_explained(small):
    """A start after the last price says what the prices cover."""
    with pytest.raises(RunError, match="fewer than two sessions: prices run from 2019-01-02"):
        small.run(period={"start": "2024-01-01"})
    with pytest.raises(RunError, match="the period holds no session: prices run from 2019-01-02"):
        small.run(period={"end": "2018-01-01"})


def test_open_fills_need_opens(small, tmp_path):
    """Prices without opens cannot fill at the open."""
    bare = write(tmp_path, small.prices.select("session", "asset", "close"), pl.read_csv(small.folder / "events.csv"))
    with pytest.raises(RunError, match="the prices have no opens"):
        bare.run()
