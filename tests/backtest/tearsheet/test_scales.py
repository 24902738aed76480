"""Scales, ticks and decimation, by hand values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backtest.tearsheet.charts import scales


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0.0, 1.0, 6, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        (-0.51, 0.0, 5, (-0.4, -0.2, 0.0)),
        (0.0, 103.0, 3, (0.0, 50.0, 100.0)),
        (0.9991, 1.0012, 6, (0.9995, 1.0, 1.0005, 1.001)),
        (3.0, 3.0, 5, (3.0,)),
    ],
)
def test_nice_ticks_are_multiples_of_one_two_or_five(
    low: float, high: float, most: int, ticks: tuple[float, ...]
) -> None:
    """The finest such step with no more than the allowed number of ticks."""
    assert scales.nice_ticks(low, high, most) == ticks


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.9, 11.0, (1.0, 2.0, 5.0, 10.0)),
        (0.05, 1200.0, (0.1, 1.0, 10.0, 100.0, 1000.0)),
        (0.35, 1.2, (0.4, 0.6, 0.8, 1.0, 1.2)),
        (0.9, 4.0, (1.0, 1.5, 2.0, 3.0)),
    ],
)
def test_log_ticks_fit_their_range(low: float, high: float, ticks: tuple[float, ...]) -> None:
    """Decades for wide ranges, 1-2-5 for one or two, even steps for short ones."""
    assert scales.log_ticks(low, high) == ticks


def test_a_log_scale_gives_equal_ratios_equal_heights() -> None:
    """From 1 to 100, ten stands in the middle, the highest on top."""
    scale = scales.Scale(1.0, 100.0, 200.0, is_log=True, ticks=())
    assert [scale.y(v) for v in (100.0, 10.0, 1.0)] == pytest.approx([0.0, 100.0, 200.0])


def test_a_linear_scale_keeps_an_included_bound_and_pads_the_other() -> None:
    """Drawdowns hang from zero; 4 % of the range is left below the lowest."""
    scale = scales.linear([-0.5, -0.1], 100.0, include=(0.0,))
    assert (scale.low, scale.high) == pytest.approx((-0.52, 0.0))
    assert scale.y(0.0) == 0.0


@pytest.mark.parametrize("values", [[], [0.0], [5.0, 5.0], [-1.0]])
def test_scales_of_nothing_or_one_value_have_an_extent(values: list[float]) -> None:
    """No division by zero on flat or empty input."""
    assert scales.linear(values, 100.0).high > scales.linear(values, 100.0).low
    positive = [v for v in values if v > 0]
    assert scales.log(positive, 100.0).high > scales.log(positive, 100.0).low


def test_decimation_keeps_the_ends_and_the_extremes_of_every_bucket() -> None:
    """Of 1,000 points in 10 buckets, a lone spike up and a lone spike down survive."""
    values = [0.0] * 1_000
    values[345], values[678] = 9.0, -9.0
    kept = scales.decimate(values, 10)
    assert {0, 345, 678, 999} <= set(kept)
    assert len(kept) <= 22
    assert kept == sorted(kept)


def test_decimation_leaves_gaps_and_what_a_log_axis_cannot_show_out() -> None:
    """None, NaN and, on a log axis, zero are not drawn."""
    assert scales.decimate([1.0, None, float("nan"), 0.0, 2.0], 10, positive=True) == [0, 4]
    assert scales.decimate([1.0, None, 0.0], 10) == [0, 2]


def _weekdays(first: date, count: int) -> list[date]:
    days = [first + timedelta(days=k) for k in range(count * 2)]
    return [day for day in days if day.weekday() < 5][:count]


@pytest.mark.parametrize(
    ("count", "labels"),
    [
        (1, ["2019-12-30"]),
        (3, ["2019-12-30", "2019-12-31", "2020-01-01"]),
        (70, ["2020-01", "2020-02", "2020-03", "2020-04"]),
        (500, ["2020-01", "2020-04", "2020-07", "2020-10", "2021-01", "2021-04", "2021-07", "2021-10"]),
        (600, ["2020-01", "2020-07", "2021-01", "2021-07", "2022-01"]),
        (1_300, ["2020", "2021", "2022", "2023", "2024"]),
    ],
)
def test_the_time_axis_is_labelled_by_days_months_or_years(count: int, labels: list[str]) -> None:
    """The finest of days, months, quarters, half years and years that fits."""
    found = [tick.label for tick in scales.session_ticks(_weekdays(date(2019, 12, 30), count))]
    assert found == labels


def test_a_phone_gets_at_most_five_labels() -> None:
    """Ten years are labelled in full on a desk, every second on a phone."""
    ticks = scales.session_ticks(_weekdays(date(2015, 12, 30), 2_600))
    assert [tick.label for tick in ticks if tick.narrow] == ["2016", "2018", "2020", "2022", "2024"]


def test_decimals_are_the_fewest_that_show_every_tick() -> None:
    """0.5 and 1 need one, 0.25 needs two, whole numbers none."""
    assert [scales.decimals(t) for t in ((0.5, 1.0), (0.25, 0.5), (10.0, 20.0))] == [1, 2, 0]
