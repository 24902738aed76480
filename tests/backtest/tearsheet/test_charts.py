"""Charts: escaping, gaps, marks and bars."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from backtest.tearsheet.charts.bars import Bar, bars
from backtest.tearsheet.charts.lines import Line, TimeChart, time_chart
from backtest.tearsheet.charts.marks import Mark, clusters, lanes
from backtest.tearsheet.charts.shapes import Step, waterfall
from backtest.tearsheet.charts.svg import decimal, el

SESSIONS = [date(2024, 1, 1) + timedelta(days=k) for k in range(5)]


def _mark(index: int, pnl: float = 1.0) -> Mark:
    return Mark(index, pnl, f"E{index}", lambda: f"event {index} {pnl}")


def _chart(values: list[float | None], **changes: object) -> str:
    return str(time_chart(TimeChart("a chart", SESSIONS[: len(values)], [Line("x", "a", values)], 100, **changes)))


def _strokes(chart: str) -> list[str]:
    return re.findall(r"<path [^>]*>", re.search(r'<g class="line a">(.*?)</g>', chart)[1])


def test_elements_escape_values_and_children() -> None:
    """Quotes in attributes and tags in texts are data."""
    assert el("text", {"class": '"><x'}, "<b>&") == '<text class="&#34;&gt;&lt;x">&lt;b&gt;&amp;</text>'


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (1.256, "1.3"), (-0.001, "0"), (10, "10"), (100.0, "100")])
def test_coordinates_are_short(value: float | None, text: str | None) -> None:
    """One decimal at most and no trailing zeros."""
    assert decimal(value) == text


def test_a_line_is_written_as_whole_differences() -> None:
    """On an axis from 0 to 1 over 100 px (400 units), a session is one unit across."""
    found = _chart([0.0, 1.0, 0.5], include=(0.0, 1.0))
    assert 'viewBox="0 0 2 400"' in found
    assert 'd="M0 400l1-400 1 200"' in found


def test_a_long_line_is_drawn_in_pieces_that_join():
    """Two hundred and fifty strokes are three paths, each from where the last one ended."""
    sessions = [date(2024, 1, 1) + timedelta(days=k) for k in range(251)]
    found = str(time_chart(TimeChart("long", sessions, [Line("x", "a", [float(k % 7) for k in range(251)])], 100)))
    pieces = re.findall(r'<path d="M(\d+) (\d+)l([^"]*)"', found)
    moves = [[int(one) for one in re.findall(r"-?\d+", piece[2])] for piece in pieces]
    assert [len(one) // 2 for one in moves] == [100, 100, 50]
    ends = [(int(x) + sum(one[::2]), int(y) + sum(one[1::2])) for (x, y, _), one in zip(pieces, moves, strict=True)]
    assert [(int(x), int(y)) for x, y, _ in pieces[1:]] == ends[:-1]
    assert ends[-1][0] == 250


def test_sticks_stand_on_zero():
    """Values of 0, 0.5 and 1 on an axis from 0 to 1 over 100 px: no stick, one of 200 units, one of 400."""
    stick = Line("x", "a", [0.0, 0.5, 1.0], "sticks")
    found = str(time_chart(TimeChart("sticks", SESSIONS[:3], [stick], 100, include=(0.0, 1.0))))
    assert 'd="M0 400m1 0v-200m1 200v-400"' in found


def test_a_gap_breaks_the_line() -> None:
    """Two runs are two paths."""
    assert len(_strokes(_chart([1.0, 2.0, None, 2.0, 1.0]))) == 2


def test_a_log_chart_stops_where_equity_is_gone() -> None:
    """Zero and less have no logarithm; the line ends before."""
    found = _chart([1.0, 0.5, 0.0, -1.0], is_log=True)
    assert len(_strokes(found)) == 1
    assert "nan" not in found.lower().replace("finance", "")


def test_a_single_session_is_a_dot() -> None:
    """A line of one point would be invisible."""
    assert 'class="dot a"' in _chart([1.0])


def test_every_chart_says_what_it_shows() -> None:
    """Screen readers get role, label and title."""
    assert _chart([1.0, 2.0]).startswith('<svg role="img" aria-label="a chart" width="100%"')


def test_close_marks_are_merged_and_far_ones_are_not() -> None:
    """Within 3.8 % of 101 sessions (steps of 1 %) marks 0 to 3 are one group; 4 starts the next."""
    groups = clusters([_mark(k) for k in (4, 0, 3, 90)], 101)
    assert [[mark.index for mark in group] for group in groups] == [[0, 3], [4], [90]]


def test_a_merged_mark_tells_the_largest_and_counts_the_rest() -> None:
    """Ten events in one session: eight sentences, largest P&L first, and the number of the others."""
    found = str(lanes([[_mark(0, float(k)) for k in range(10)]], 100))
    said = re.search("<title>(.*?)</title>", found, re.DOTALL)[1].split("\n")
    assert said[0] == "event 0 9.0"
    assert said[-1] == "and 2 more"
    assert len(said) == 9


def test_bars_start_from_a_common_zero() -> None:
    """From -1 to 3 with 54 % of the span on both sides: zero at (1 + 2.16) / 8.32 of the width."""
    found = str(bars([Bar("a", 3.0, "3", ""), Bar("b", -1.0, "-1", "")], "bars"))
    assert found.count('x1="37.98%"') == 1
    assert 'class="up" x="37.98%"' in found
    assert 'class="down" x="25.96%" width="12.02%"' in found


def test_a_layer_is_a_filled_shape_and_a_column_for_a_single_session() -> None:
    """From zero up to its boundary; one session alone has no width of its own."""
    layer = Line("held", "b", [0.5, 0.6], "layer")
    many = str(time_chart(TimeChart("layers", SESSIONS[:2], [layer], 100, include=(0.0,))))
    assert re.search(r'<path class="layer b" d="M0 \d+V\d+l1-?\d+V\d+Z"/>', many)
    alone = str(time_chart(TimeChart("layers", SESSIONS[:1], [Line("held", "b", [0.5], "layer")], 100, include=(0.0,))))
    assert 'class="layer b" x="47%" width="6%"' in alone


def test_long_labels_at_both_ends_stay_within_the_plot() -> None:
    """Two sessions are labelled by their dates, which would stand half outside."""
    found = str(time_chart(TimeChart("dates", SESSIONS[:2], [Line("x", "a", [1.0, 2.0])], 100)))
    assert (found.count("mid first"), found.count("mid last")) == (1, 1)


def test_the_numbers_of_a_waterfall_stand_one_under_another() -> None:
    """At the right edge, each with its whole value."""
    steps = [Step("a", 0.0, 0.25, "+25.00", "", 0.25), Step("b", 0.25, 0.1, "-15.00", "", -0.15)]
    found = str(waterfall(steps, "bridge"))
    assert re.findall(r'x="100%" y="[\d.]+" class="value end" data-v="([^"]*)"', found) == ["0.25", "-0.15"]
