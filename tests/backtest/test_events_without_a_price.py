"""An event whose asset has no price waits for one as long as it lasts, then expires and is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from backtest.config.model import Config
from backtest.engine import run
from data.calendar import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from backtest.result import Result

DAYS = load().sessions[-400:-340]
HALTED, BACK = 20, 45
SETTINGS = {
    "name": "gap",
    "prices": {"source": "files", "path": "prices.csv", "adjustment": "split"},
    "events": {"source": "files", "path": "events.csv"},
    "baskets": {"one": ["A"], "rest": ["B"]},
    "portfolio": {"base": {"rest": 0.5}},
    "account": {"fill": "close"},
}


@pytest.fixture
def lasting(tmp_path: Path) -> Callable[[int], Result]:
    """Give a function that runs events that last some sessions; A has no price in 25 sessions after the first event."""
    rows = [f"{day},{asset},100" for at, day in enumerate(DAYS) for asset in "AB" if asset == "B" or not _halted(at)]
    (tmp_path / "prices.csv").write_text("session,asset,close\n" + "\n".join(rows) + "\n")
    events = [f"one,other,A,{DAYS[HALTED - 1]},post,1", f"two,other,A,{DAYS[50]},post,1"]
    (tmp_path / "events.csv").write_text("event_id,kind,asset,announced_at,session,value\n" + "\n".join(events) + "\n")

    def go(sessions: int) -> Result:
        decay = {"kind": "step", "sessions": sessions}
        signal = {"kind": "custom", "events": ["other"], "score": "value", "size": 0.2, "decay": decay}
        return run(Config.model_validate({**SETTINGS, "signals": [signal]}), tmp_path)

    return go


def _halted(at: int) -> bool:
    return HALTED <= at < BACK


def _filled(result: Result) -> list[object]:
    orders = result.trades.filter((pl.col("asset") == "A") & (pl.col("shares") != 0.0))
    return orders.sort("session")["session"].to_list()


def test_an_event_expires_when_no_price_comes_while_it_lasts(lasting: Callable[[int], Result]) -> None:
    """Five sessions, all without a price: nothing is traded on it later, and it is counted with its reason."""
    result = lasting(5)

    assert _filled(result)[0] == DAYS[51].item()
    assert result.events.select("event_id", "stage", "status", "reason").rows() == [
        ("one", "tradable", "lost", "its orders waited and expired: no fill price while it lasted"),
        ("two", "traded", "traded", ""),
    ]
    assert (result.funnel.reached("tradable"), result.funnel.reached("traded")) == (2, 1)
    assert any("had no fill price and waited" in one for one in result.warnings)


def test_a_price_that_comes_in_time_is_traded_at(lasting: Callable[[int], Result]) -> None:
    """Forty sessions: the first price after the halt fills the order."""
    result = lasting(40)

    assert _filled(result)[0] == DAYS[BACK].item()
    assert result.funnel.reached("traded") == 2
