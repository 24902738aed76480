"""Runs beside each other: the paired error, what differs, what is not comparable."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from backtest.tearsheet.comparison import (
    common_returns,
    config_differences,
    convention_differences,
    render_comparison,
)
from backtest.tearsheet.gallery import render_gallery
from backtest.tearsheet.paired import paired_error
from data.errors import RunError
from tests.backtest import samples


def _mean(x):
    return x.mean(axis=-1)


def test_the_error_of_a_difference_of_means_is_sd_over_root_n():
    """Independent differences of 1,000 sessions: the textbook error, within the noise of 1,000 draws."""
    random = np.random.default_rng(5)
    shared = random.normal(0, 0.02, 1_000)
    noise = random.normal(0, 0.005, 1_000)
    found = paired_error(shared, shared + noise, _mean)
    assert found == pytest.approx(noise.std(ddof=1) / math.sqrt(1_000), rel=0.15)


def test_what_two_runs_share_cancels():
    """A constant difference has no error; the same seed gives the same number; a short run has none."""
    a = np.random.default_rng(6).normal(0, 0.02, 500)
    assert paired_error(a, a + 0.001, _mean) == pytest.approx(0.0, abs=1e-15)
    assert paired_error(a, a * 2, _mean, 3) == paired_error(a, a * 2, _mean, 3)
    assert paired_error(a[:8], a[:8], _mean) is None


def test_only_shared_sessions_are_compared():
    """The later of two starts, the earlier of two ends."""
    long, short = samples.sample(sessions=100), samples.sample(sessions=100)
    short = replace(short, daily=short.daily[20:80])
    days, returns = common_returns([long, short])
    assert (days[0], days[-1]) == (short.daily["session"][0], short.daily["session"][-1])
    assert [len(r) for r in returns] == [60, 60]


def test_runs_without_a_shared_session_are_refused():
    """Nothing to compare is said, not drawn."""
    result = samples.sample(sessions=100)
    with pytest.raises(RunError, match="share 0 sessions"):
        render_comparison([("a", replace(result, daily=result.daily[:40])), ("b", replace(result, daily=result.daily[50:]))])  # fmt: skip  # noqa: E501


def test_other_conventions_suppress_the_differences():
    """Simulated beside real prices: the page says so and shows no plus-minus."""
    runs = [("a", samples.sample()), ("b", samples.real())]
    assert convention_differences([result for _, result in runs])
    page = render_comparison(runs)
    assert "Conventions differ, so no difference is shown: kind of prices is simulated, real." in page
    assert "\u00b1 0" not in page
    assert convention_differences([samples.sample(), samples.sample()]) == []


def test_settings_that_differ_are_named_by_their_place():
    """Nested settings, lists of objects, a setting only one has."""
    one = {"a": {"b": 1, "same": 2}, "s": [{"k": 1}], "l": [1, 2]}
    two = {"a": {"b": 3, "same": 2}, "s": [{"k": 1}, {"k": 9}], "l": [1, 2]}
    assert config_differences([one, two]) == [("a.b", ["1", "3"]), ("s.1.k", ["\u2013", "9"])]


def test_a_gallery_lists_every_run_and_escapes_its_name():
    """A row each, linked to its folder; a run that was ruined and one of a single session too."""
    runs = [("<b>x", samples.sample()), ("r", samples.ruined()), ("o", samples.one_session())]
    page = render_gallery(runs)
    assert "<b>x" not in page
    assert 'href="%3Cb%3Ex/tearsheet.html"' in page
    assert page.count("/tearsheet.html") == 3


def test_an_empty_gallery_is_a_page():
    """No run yet."""
    assert "0 finished runs." in render_gallery([])
