"""Exposure by basket on the page: layers that pile up, the rest in one, a reason for runs stored without it."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest

from backtest.tearsheet.exposure import exposure_figure, layers
from backtest.tearsheet.packed import unpacked
from backtest.tearsheet.render import render
from backtest.tearsheet.series import series
from tests.backtest import samples


def test_longs_pile_up_shorts_pile_down_and_cash_closes_the_sum() -> None:
    """60 % and 30 % long, 20 % short, 30 % cash; then a debit of 10 % under the shorts; then nothing is known."""
    held = {"x": ([0.6, 0.9, None], [-0.2, 0.0, None]), "y": ([0.3, 0.2, None], [0.0, 0.0, None])}
    found = [(line.name, line.role, line.values) for line in layers(held, [0.3, -0.1, None])]
    assert found == [
        ("x", "a", [0.6, 0.9, None]),
        ("x", "a", [-0.2, 0.0, None]),
        ("y", "b", [pytest.approx(0.9), pytest.approx(1.1), None]),
        ("cash", "c", [pytest.approx(1.2), pytest.approx(1.1), None]),
        ("cash", "c", [-0.2, -0.1, None]),
    ]


def _many(count: int) -> pl.DataFrame:
    days = samples.sample(sessions=3, events=0).daily["session"].to_list()
    rows = [(day, f"b{k}", (k + 1) / 100, 0.0) for k in range(count) for day in days]
    return pl.DataFrame(rows, schema=["session", "basket", "long", "short"], orient="row")


def test_the_smallest_of_many_baskets_share_one_layer() -> None:
    """Of seven baskets the four largest stay; 1 + 2 + 3 % are the others."""
    result = replace(samples.sample(sessions=3, events=0), exposure=_many(7))
    shown = dict(exposure_figure(result, series(result)).readings)
    assert list(shown) == ["b3", "b4", "b5", "b6", "3 other baskets", "cash"]
    assert shown["3 other baskets"] == pytest.approx([6.0] * 3)


def test_the_page_reads_out_what_was_held() -> None:
    """The packed readings are the frame in percent, to one decimal."""
    result = samples.sample()
    page = render(result)
    for basket in ("semis", "hyperscalers"):
        exact = result.exposure.filter(pl.col("basket") == basket)["long"].to_list()
        text = re.search(rf'\["{basket}","([^"]*)"\]', page)[1]
        assert unpacked(text, 1) == [round(v * 100, 1) for v in exact]


def test_a_run_stored_without_positions_says_so_and_shows_gross_and_net() -> None:
    """The reason stands below the figure."""
    page = render(replace(samples.sample(), exposure=pl.DataFrame()))
    assert "this run was stored without its positions by basket" in page
    assert '["Gross","' in page
    assert '["semis","' not in page


def test_redaction_leaves_exposure_out() -> None:
    """Neither figure nor readings."""
    page = render(samples.sample(), redact=True)
    assert 'id="figure-exposure"' not in page
    assert '"exposure":' not in page
