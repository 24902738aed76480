"""Nothing happens in silence: what a run leaves out, and where its data cut it short, stands among its warnings."""

from __future__ import annotations

import polars as pl
import pytest
from markets import SETTINGS, write

from backtest.cautions import cautions
from backtest.inputs import lay_out, read
from backtest.tearsheet.messages import speaking, understood
from data.calendar import load

PRICES = {"source": "files", "path": "prices.parquet"}
SPLIT = PRICES | {"adjustment": "split"}


def starting(result, words):
    return [one for one in result.warnings if one.startswith(words)]


def test_unusable_rows_are_told_first(small, tmp_path):
    """Two of the rows have an unreadable day, one a copy that is set aside on purpose: two, and the first by place."""
    events = pl.read_csv(small.folder / "events.csv").with_row_index("row")
    day = pl.when(pl.col("row").is_in([1, 4])).then(pl.lit("13/04/2024")).otherwise("announced_at")
    broken = events.with_columns(announced_at=day).drop("row")
    files = write(tmp_path, small.prices, pl.concat([broken, broken[:1]]))
    said = files.run(costs={}).warnings[0]
    start = f"2 of {events.height + 1} event rows cannot be used, see `backtest events check CONFIG`; first: "
    assert said.startswith(f"{start}events.csv row 3: announced_at = '13/04/2024'")
    with speaking("ko"):
        assert understood(said).startswith(f"이벤트 행 {events.height + 1}개 중 2개를 쓸 수 없음")
    assert not [one for one in small.run().warnings if "cannot be used" in one]


@pytest.mark.parametrize(
    ("costs", "told"),
    [({}, 1), ({"borrow_bps_per_year": 30}, 1), ({"slippage_bps": 0.1}, 0), ({"commission_min": 1}, 0)],
)
def test_a_run_without_trading_costs_says_so(small, costs, told):
    """What is called net of costs has none taken off; a fee for borrowing is none of trading."""
    assert len(starting(small.run(costs=costs), "No costs are charged for trading")) == told


def test_prices_without_dividends_say_so(small, tmp_path):
    """Split-adjusted prices need dividends beside them; one dividend shows that the file has them, 0 is none."""
    none = small.prices.with_columns(dividend=pl.lit(0.0))
    paid = pl.when(pl.int_range(pl.len()) == 40).then(0.01).otherwise(0.0)
    events = pl.read_csv(small.folder / "events.csv")
    found = [
        starting(write(tmp_path / name, prices, events).run(prices=SPLIT), "The prices are split and list no dividend")
        for name, prices in (
            ("without", small.prices),
            ("none", none),
            ("paid", small.prices.with_columns(dividend=paid)),
        )
    ]
    assert [len(one) for one in found] == [1, 1, 0]
    assert starting(small.run(), "The prices are") == []


def test_a_period_beyond_the_prices_is_told_with_both_days(small):
    """The first priced session is history, so the run begins in the second; a few days more are nobody's loss."""
    days = small.sessions
    long = small.run(period={"start": "2001-01-01", "end": "2026-01-01"})
    assert starting(long, "The run ") == [
        f"The run begins {days[1]}, the config asks for 2001-01-01: its prices begin {days[0]}.",
        f"The run ends {days[-1]}, the config asks for 2026-01-01: its prices end there.",
    ]


@pytest.mark.parametrize(("start", "told"), [(1, 0), (0, 0), (-4, 0), (-5, 1)])
def test_up_to_five_missing_sessions_are_not_told(small, start, told):
    """Asked for 4 sessions before the prices, 5 are missing, the history among them; one more is told."""
    sessions = load("XNYS").sessions
    first = int(sessions.searchsorted(small.sessions[0]))
    asked = str(sessions[first + start])
    assert len(starting(small.run(period={"start": asked}), "The run begins")) == told


def test_an_asset_on_both_sides_is_named_with_its_baskets(small):
    """In two baskets of the base, and in two of one rotation; a basket that nothing pairs with another is no matter."""
    semis, clouds = SETTINGS["baskets"]["semis"], SETTINGS["baskets"]["hyperscalers"]
    baskets = {"semis": semis, "hyperscalers": [*clouds, "SEM2"], "few": ["HYP1"]}
    (said,) = starting(small.run(baskets=baskets), "1 asset in several baskets")
    assert said.startswith("1 asset in several baskets: SEM2 (hyperscalers, semis); each is held for every one")
    quiet = small.run(baskets={**SETTINGS["baskets"], "few": ["HYP1"]})
    assert not [one for one in quiet.warnings if "in several baskets" in one]


@pytest.mark.parametrize("number", [1, 4])
def test_every_caution_is_said_in_korean(small, number):
    """Period, costs, dividends and baskets, of one asset and of more than are named: none stays English."""
    twice = [f"SEM{at}" for at in (1, 2, 3)] + ["HYP2"]
    baskets = {"semis": ["SEM1", "SEM2", "SEM3", "HYP2"], "hyperscalers": ["HYP1", *twice[:number]]}
    period = {"start": "2001-01-01", "end": "2026-01-01"}
    config = small.config(prices=SPLIT, costs={}, period=period, baskets=baskets)
    said = list(cautions(config, lay_out(config, *read(config, small.folder))))
    assert len(said) == 5
    assert ("..." in said[-1]) == (number > 3)
    with speaking("ko"):
        assert [one for one in said if understood(one) == one] == []
