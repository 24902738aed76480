"""The sections of evidence: every number is the frame's, an absent part says why, the edge dies where it dies."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from backtest.evidence.types import STRESS
from backtest.result import Metric
from backtest.tearsheet.render import render
from backtest.tearsheet.sections.capacity import multipliers, sharpe_at
from backtest.tearsheet.sections.evidence import dies_at
from tests.backtest import samples, samples_evidence

SHOWN = re.compile(r'(?<!<tr>)<td(?: class="[^"]*")?(?: data-v="([^"]*)")?[^>]*>(?:<a [^>]*>)?([^<]*)')


@pytest.fixture(scope="module")
def full():
    return render(samples_evidence.full())


def _section(page: str, key: str) -> str:
    return re.search(rf'<section id="section-{key}">(.*?)</section>', page, re.DOTALL)[1]


@pytest.mark.parametrize("state", ["full", "without"])
def test_every_number_in_a_table_carries_the_whole_number_it_rounds(state):
    """The text is the attribute, times 1 or 100, rounded to the decimals shown; counts of several numbers aside."""
    cells = SHOWN.findall(render(getattr(samples_evidence, state)()))
    assert len(cells) > 200
    for exact, shown in cells:
        plain = shown.replace(",", "").replace("\u2212", "-").replace("\u00a0%", "").rstrip("*").lstrip("+")
        if not re.fullmatch(r"-?[\d.]+", plain):
            continue
        assert exact, shown
        off = 0.5000001 * 10.0 ** -len(plain.partition(".")[2])
        assert any(abs(float(plain) - float(exact) * factor) <= off for factor in (1, 100)), (exact, shown)


def test_cards_carry_their_whole_numbers(full):
    """Placebo p of 51 / 201 and the deflated Sharpe ratio as they are."""
    cards = dict(re.findall(r'data-card="([^"]*)" data-v="([^"]*)"', full))
    assert float(cards["placebo_p"]) == 51 / 201
    assert float(cards["dsr"]) == 0.8125
    assert float(cards["sharpe"]) == 0.83062


def test_the_card_says_which_deflated_ratio_the_verdict_takes(full):
    """That of the run stands large, that of the difference below it; where there is no difference, nothing is said."""
    told = "the verdict takes that over base"
    found = samples_evidence.full()
    active = Metric("active_dsr", "Deflated Sharpe ratio, 12 trials: returns over the untilted mix", 0.25, "ratio")
    assert told in render(replace(found, metrics=(*found.metrics, active)))
    assert told not in full


def test_the_study_shows_its_paths_and_its_headline_tests(full):
    """One figure per kind and group with the last value in words; two headline tests and the calendar-time one."""
    part = _section(full, "study")
    assert part.count('id="figure-caar-') == 6
    assert "+1.20\u00a0% after 5 sessions (0.00\u00a0% to +2.00\u00a0%), 20 events." in part
    assert part.count(">+1.88<") == 3 * part.count(">+1.12<") or part.count(">+1.88<") == 3 * part.count(">+1.13<")
    assert "Mean CAR [0, 5] by time of the news" in part
    assert "the window leaves the prices" in part


def test_the_event_table_shows_the_car_of_the_announcer(full):
    """0.0125 is +1.25 %, in every traded row."""
    table = re.search(r'<table class="events .*?</table>', full, re.DOTALL)[0]
    assert table.count('data-v="0.0125">+1.25<') == 20


def test_the_edge_dies_at_the_first_shift_without_a_gain(full):
    """Shift 3 loses; grade C at its worst is no shift."""
    assert dies_at(samples_evidence.full().evidence.stress) == 3
    assert "The edge is gone when everything trades 3 sessions later." in full


def test_the_edge_dies_at_the_first_shift_without_an_active_return():
    """Shifts below 0 and after the death do not count; an edge that lives has no such session."""

    def rows(*pairs):
        blank = {"label": "", "events": 1, "net_return": 0.0, "sharpe": 0.0}
        return pl.DataFrame([{**blank, "shift": s, "active_return": a} for s, a in pairs]).select(STRESS)

    assert dies_at(rows((-1, -0.1), (0, 0.2), (1, 0.1), (3, -0.1), (5, 0.2))) == 3
    assert dies_at(rows((0, 0.2), (1, 0.1))) is None
    assert dies_at(pl.DataFrame()) is None


def test_the_bridge_ends_at_the_sum_of_its_steps(full):
    """0.5 - 0.125 - 0.25 is 12.5 % of the capital."""
    assert "net P&amp;L of +12.50\u00a0%" in _section(full, "evidence")


def test_the_placebo_marks_the_actual_return_and_says_p(full):
    """51 / 201 to four decimals."""
    part = _section(full, "evidence")
    assert "p = 0.2537: of 200 placebos" in part
    assert 'class="actual"' in part


def test_hindsight_is_the_difference_of_two_runs(full):
    """15.5 % less 12.5 %."""
    part = _section(full, "evidence")
    assert all(f'data-v="{value}"' in part for value in ("0.125", "0.155", "0.03"))


def test_parts_that_could_not_be_had_say_why():
    """Every remark stands on the page."""
    page = render(samples_evidence.without())
    for name in ("study", "placebo", "hindsight", "power", "stress", "bridge"):
        assert f"{name} cannot be had" in page


def test_costs_may_grow_until_the_gain_is_gone():
    """Events gain 300 before costs of 100: three times; a loss before costs has no multiple."""
    found = samples.sample()
    rows = [("A", 300.0, 100.0, 200.0), ("base", -50.0, 50.0, -100.0), ("cash", 0.0, 0.0, 0.0)]
    parts = pl.DataFrame(rows, schema=["event_id", "gross", "cost", "pnl"], orient="row")
    by_part = {name: factor for name, _, _, factor in multipliers(replace(found, attribution=parts))}
    assert by_part == {"events": 3.0, "whole run": pytest.approx(250 / 150)}
    lost = parts.with_columns(gross=-pl.col("gross").abs())
    assert multipliers(replace(found, attribution=lost))[0][3] is None


def test_the_sharpe_ratio_falls_with_the_root_of_the_account():
    """At four times the account the impact per equity doubles: each return loses the impact once more."""
    found = samples.sample()
    equity = found.daily["equity"].to_numpy()
    before = np.concatenate([[samples.CAPITAL], equity[:-1]])
    impact = 0.001 * before
    result = replace(found, daily=found.daily.with_columns(impact=pl.Series(impact)))
    once, four = sharpe_at(result, [1.0, 4.0])
    r = equity / before - 1.0
    year = math.sqrt(found.config.sessions_per_year)
    assert once == pytest.approx(r.mean() / r.std(ddof=1) * year)
    assert four == pytest.approx((r.mean() - 0.001) / r.std(ddof=1) * year)


def test_without_impact_the_page_says_why_there_is_no_capacity(full):
    """The sample charges none."""
    assert "No capacity: costs.impact is 0" in _section(full, "costs")


def test_a_redacted_page_tells_no_position():
    """No asset, event, weight, exposure, turnover, order or config; what is left out says so."""
    result = samples_evidence.full()
    # In packed series four letters may be any word.
    page, open_page = (re.sub(r',"[A-Za-z0-9+/]*"]', "]", render(result, redact=redact)) for redact in (True, False))
    for word in (*samples.ASSETS, "routing_adoption", "figure-exposure", "figure-turnover",
                 "half_life"):  # fmt: skip
        assert word in open_page, word
        assert word not in page, word
    assert page.count("Left out on request") >= 6
