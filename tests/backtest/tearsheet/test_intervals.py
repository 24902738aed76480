"""The table of intervals by method: every metric of the run, the undefined with its reason, in Korean too."""

from __future__ import annotations

import pytest

from backtest.tearsheet.messages import speaking
from backtest.tearsheet.sections import intervals
from backtest.tearsheet.sections.base import View
from tests.backtest import samples


@pytest.fixture(scope="module")
def run(small):
    return small.run()


def test_every_metric_of_the_strategy_has_its_row(run):
    """BCa, percentile and studentised side by side; drawdowns have the percentile alone, and say why."""
    (block,) = intervals.section(View(run, None, run.events)).blocks
    own = [name for name in run.intervals["metric"].unique(maintain_order=True) if not name.startswith("b")]
    labels = {one.name: one.label for one in run.metrics}
    strategy = [labels[name] for name in own]
    assert set(strategy) <= {row[0].text for row in block.table.rows}
    drawdown = next(row for row in block.table.rows if row[0].text == "Maximum drawdown")
    assert [cell.title for cell in drawdown[2:5]] == ["not smooth: percentile only", "", "not smooth: percentile only"]
    assert " to " in drawdown[3].text


def test_a_run_without_intervals_says_why():
    """A result made by hand, or too short."""
    made = samples.sample()
    assert "too few sessions" in intervals.section(View(made, None, made.events)).absent


def test_the_section_speaks_korean(run):
    """Heading, columns and note."""
    with speaking("ko"):
        section = intervals.section(View(run, None, run.events))
    (block,) = section.blocks
    assert section.title == "방법별 구간"
    assert "정상" in block.table.note
