"""A run on the curated events: they reach the engine, and the funnel accounts for every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backtest.config.reader import load
from backtest.engine import run

if TYPE_CHECKING:
    from pathlib import Path

    from backtest.result import Result

CONFIG = """
name: curated
period: {start: 2025-06-02}
prices: {source: simulated, seed: 4, start: 2025-01-02, sessions: 410}
events: {source: curated, kinds: [capex_guidance, routing_adoption, compute_resale]}
baskets: {semis: [SEM1, SEM2], clouds: [HYP1, HYP2]}
signals:
  - kind: rotation
    name: thrift
    from: semis
    to: clouds
    triggers: [{kind: routing_adoption, size: 0.1}, {kind: compute_resale, size: 0.1}]
    decay: {kind: exponential, half_life_sessions: 20}
    cap: 0.3
portfolio: {base: {semis: 0.5, clouds: 0.5}, rebalance_every_sessions: 5}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Run it."""
    path: Path = tmp_path_factory.mktemp("curated") / "c.yaml"
    path.write_text(CONFIG)
    loaded = load(path)
    return run(loaded.config, loaded.folder)


def test_the_funnel_accounts_for_every_row(result: Result) -> None:
    """Those from memory, the later ones of groups and the guides that no signal wants are named."""
    lost = sum(loss.count for loss in result.funnel.losses)

    assert result.funnel.reached("read") == result.funnel.counts[-1] + lost
    assert "later in its group" in {loss.reason for loss in result.funnel.losses}
    assert result.funnel.reached("traded") >= 4


def test_the_events_keep_their_sources(result: Result) -> None:
    """Each traded event says where it can be read."""
    traded = result.events.filter(result.events["status"] == "traded")

    assert traded["source"].null_count() == 0
    assert "UBER-20260414-routing_adoption-ai_budget_exhausted-2026" in traded["event_id"].to_list()


def test_rows_that_were_set_aside_still_say_what_they_were(result: Result) -> None:
    """Kind and announcer of a row that never became an event stand beside the reason."""
    aside = result.events.filter(result.events["stage"] == "read")

    assert aside.height > 0
    assert aside.select("kind", "asset").null_count().row(0) == (0, 0)
