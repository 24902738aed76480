"""Numbers and foreign text on the page."""

from __future__ import annotations

import pytest

from backtest.result import Metric
from backtest.tearsheet.format import display, link, metric_interval, metric_value, number, percent, unit


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (1234567.891, 1, "1,234,567.9"),
        (-0.5, 2, "\u22120.50"),
        (-0.001, 2, "0.00"),
        (None, 2, "\u2013"),
        (float("nan"), 2, "\u2013"),
        (float("inf"), 2, "\u2013"),
    ],
)
def test_numbers_have_thousands_a_true_minus_and_a_dash_when_undefined(
    value: float | None, decimals: int, shown: str
) -> None:
    """A minus is U+2212, nothing rounds to minus zero, no value is an en dash."""
    assert number(value, decimals) == shown


def test_percent_is_a_fraction_times_a_hundred() -> None:
    """0.1234 is 12.34 %, with a space that does not break."""
    assert percent(0.1234, 1, plus=True) == "+12.3\u00a0%"


@pytest.mark.parametrize(
    ("metric", "value", "interval", "shown_unit"),
    [
        (Metric("a", "A", 0.1125, "fraction per year", 0.01, -0.02), "11.25", "1.00 to \u22122.00", "% per year"),
        (Metric("a", "A", 0.834, "ratio"), "0.83", "", "ratio"),
        (Metric("a", "A", 1234.6, "currency"), "1,235", "", "currency"),
        (Metric("a", "A", 1.239, "currency"), "1.24", "", "currency"),
        (Metric("a", "A", 12.0, "count"), "12", "", "count"),
        (Metric("a", "A", 12.25, "sessions"), "12.2", "", "sessions"),
        (Metric("a", "A", "2020-03-16", "date"), "2020-03-16", "", ""),
        (Metric("a", "A", None, "ratio"), "\u2013", "", "ratio"),
    ],
)
def test_metrics_are_shown_by_their_unit(metric: Metric, value: str, interval: str, shown_unit: str) -> None:
    """Each unit has one way to be shown."""
    assert (metric_value(metric), metric_interval(metric), unit(metric)) == (value, interval, shown_unit)


def test_foreign_text_loses_control_and_direction_characters_and_is_shortened() -> None:
    """A bell and a right-to-left override are replaced, a line break is a space, a long text ends in an ellipsis."""
    assert display("a\x07b\u202ec\nd") == "a\ufffdb\ufffdc d"
    assert display("x" * 100, 10) == "x" * 9 + "\u2026"
    assert display("\u00e9\u6f22 \U0001f600") == "\u00e9\u6f22 \U0001f600"


@pytest.mark.parametrize("address", ["https://www.sec.gov/a?b=1&c=2", "http://example.com"])
def test_http_addresses_become_links(address: str) -> None:
    """Http and https pass unchanged."""
    assert link(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.com",
        "ftp://example.com",
        "https://",
        'https://x.com/"onclick=',
        "https://x.com two",
        "https://[x",
        "8-K",
        None,
    ],
)
def test_anything_else_stays_text(text: str | None) -> None:
    """No other scheme, no quotes, no spaces."""
    assert link(text) == ""
