"""Runs beside each other: the paired error, what differs, what is not comparable."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from backtest.tearsheet.comparison import common_returns, render_comparison
from backtest.tearsheet.differences import config_differences, convention_differences
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
    assert "Conventions differ, so no difference is shown: the kind of prices is simulated, real." in page
    assert "\u00b1 0" not in page
    assert "bootstrap" not in page
    assert convention_differences([samples.sample(), samples.sample()]) == []


def test_settings_that_differ_are_named_by_their_place():
    """Nested settings, lists of objects, a setting only one has."""
    one = {"a": {"b": 1, "same": 2}, "s": [{"k": 1}], "l": [1, 2]}
    two = {"a": {"b": 3, "same": 2}, "s": [{"k": 1}, {"k": 9}], "l": [1, 2]}
    assert config_differences([one, two]) == [("a.b", ["1", "3"]), ("s.1.k", ["\u2013", "9"])]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"risk_free_per_year": 0.03}, "the risk-free rate is 0.0, 0.03"),
        ({"account": {"fill": "close"}}, "the kind of fill is open, close"),
        ({"calendar": "XKRX"}, "the calendar is XNYS, XKRX"),
        ({"currencies": {"account": "EUR"}}, "the currency of the account is not stated, EUR"),
    ],
)
def test_every_convention_is_guarded(changes, said):
    """Each alone suppresses the differences, and is named with its values."""
    other = replace(samples.sample(), config=samples.config(**changes))
    found = convention_differences([samples.sample(), other])
    assert any(said in sentence for sentence in found)


def test_a_setting_that_is_not_set_is_a_dash():
    """None is no word of the config."""
    assert config_differences([{"a": None}, {"a": 1}]) == [("a", ["\u2013", "1"])]


def test_each_run_stands_with_its_own_verdict_and_simulated_prices_are_told():
    """What was found over the own period is not what the shared window shows."""
    page = render_comparison([("a", samples.sample()), ("b", samples.real())])
    assert page.count("zero is not excluded") == 2
    assert "<p>SIMULATED PRICES: A</p>" in page


def test_the_guard_speaks_korean():
    """Labels, guard and notices; the runs' names stay."""
    page = render_comparison([("first", samples.sample()), ("second", samples.real())], lang="ko")
    assert '<html lang="ko">' in page
    assert "계산 규칙이 달라 차이를 보이지 않습니다: 가격의 종류: 모의, 실제." in page
    assert "B: second" in page
    assert "Conventions" not in page


def test_the_same_runs_make_the_same_page():
    """Byte for byte: the error's draws are seeded."""
    runs = [("a", samples.sample(sessions=80)), ("b", samples.sample(sessions=90))]
    assert render_comparison(runs) == render_comparison(runs)


def test_the_numbers_and_their_differences_are_those_of_the_formulas():
    """Mean, volatility, Sharpe ratio and drawdown of both runs from their equity, and B minus A."""
    runs = [samples.sample(sessions=120), samples.sample(sessions=120, events=6, first=date(2019, 3, 1))]
    days, returns = common_returns(runs)
    assert len(days) < 120
    year = 251.5  # sessions a year of New York
    expected = []
    for r in returns:
        path = np.concatenate([[1.0], np.cumprod(1 + r)])
        fall = min(path[k] / max(path[: k + 1]) - 1 for k in range(len(path)))
        mean, sd = float(np.mean(r)), math.sqrt(float(np.sum((r - np.mean(r)) ** 2)) / (len(r) - 1))
        expected.append((mean * year * 100, sd * math.sqrt(year) * 100, mean / sd * math.sqrt(year), fall * 100))
    page = render_comparison([("a", runs[0]), ("b", runs[1])])
    shown = [float(text) for text in re.findall(r'<td data-v="([^"]*)"', page)]
    assert shown == pytest.approx([value for pair in zip(*expected, strict=True) for value in pair], rel=2e-4)
    differences = re.findall(r">([+\u2212]?[\d.]+) \u00b1", page)
    assert [float(text.replace("\u2212", "-")) for text in differences] == pytest.approx(
        [b - a for a, b in zip(*expected, strict=True)], abs=0.02
    )
