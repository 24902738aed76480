"""A sweep on the page: the heat map by two settings, the choice as stored, the walk-forward, and their absence."""

from __future__ import annotations

import re

import polars as pl
import pytest

from backtest.tearsheet.beside import Beside, Swept
from backtest.tearsheet.render import render
from backtest.tearsheet.sections.swept import framed
from tests.backtest import samples

CAP, FILL, LIFE = "signals.0.cap", "account.fill", "signals.0.decay.half_life_sessions"


def _swept(grid, **told):
    """Give a sweep whose cells' Sharpe ratios rise by a quarter from 0.5 in the order of the grid, the best first."""
    rows = [{"cell": f"c{at}", **row, "sharpe": 0.5 + at / 4} for at, row in enumerate(grid)]
    about = {
        "sweep": "caps",
        "cells": [{"cell": f"c{at}", "settings": row} for at, row in enumerate(grid)],
        "effective_trials": 2.5,
        "pbo": 0.25,
        "pbo_note": "",
        "walk_forward": None,
    }
    return Swept({**about, **told}, pl.DataFrame(rows).sort("sharpe", descending=True))


def _part(sweep, lang="en", result=None):
    page = render(result or samples.sample(), beside=Beside((sweep,)), lang=lang)
    return re.search(r'<section id="section-robustness".*?</section>', page, re.DOTALL)[0]


def _grid(*values):
    return [{CAP: cap, FILL: fill} for cap in values for fill in ("open", "close")]


def test_two_settings_are_a_heat_map():
    """Sharpe ratios stand where their settings cross, the deepest blue at the best; PBO is told below."""
    part = _part(_swept(_grid("0.2", "0.4")))
    assert re.findall(r'data-v="(0\.5|0\.75|1\.0|1\.25)"', part) == ["0.75", "1.25", "0.5", "1.0"]
    assert re.findall(r"--share:([0-9.]+)", part) == ["0.14", "0.42", "0.00", "0.28"]
    assert "lower half of the other: 25\u00a0%." in part


def test_values_that_are_numbers_stand_by_size():
    """5 before 10 before 40, whatever the order of the cells; words by the alphabet."""
    part = _part(_swept(_grid("10", "40", "5", "9.5")))
    assert re.findall(r"<td>(5|9\.5|10|40)</td>", part) == ["5", "9.5", "10", "40"]
    assert re.findall(r'<th scope="col">(open|close)</th>', part) == ["close", "open"]


def test_the_settings_of_the_run_are_framed():
    """As numbers: 0.20 is 0.2; only where every swept setting is the run's own."""
    own = {CAP: "0.2", FILL: "open"}
    assert framed({CAP: "0.20", FILL: "open", "sharpe": 1.0}, own)
    assert not framed({CAP: "0.2", FILL: "close"}, own)
    assert not framed({"sharpe": 1.0}, own)
    cap = samples.config().signals[0].cap
    part = _part(_swept(_grid("0.011", f"{cap}0")))
    assert part.count('class="up here"') == 1
    assert "Framed: the settings of this run." in part
    assert "Framed" not in _part(_swept(_grid("0.011", "0.012")))


def test_more_settings_are_a_cut_through_the_run_and_a_list():
    """The two with the most values span the map; the third is held at the run's own value; the best cells follow."""
    grid = [{CAP: cap, LIFE: life, FILL: fill} for cap in "123" for life in "579" for fill in ("open", "close")]
    part = _part(_swept(grid))
    assert "The other settings held at: account.fill open." in part
    assert re.findall(r"--share:([0-9.]+)", part)[0] == "0.00"
    assert part.count("--share") == 9
    assert "The best cells" in part


@pytest.mark.parametrize("values", [("0.2",), ("0.2", "0.4")])
def test_one_setting_is_a_list(values):
    """The best first; a single cell too."""
    part = _part(_swept([{CAP: value} for value in values]))
    assert re.findall(r"<td>(0\.2|0\.4)</td>", part) == list(reversed(values))
    assert 'table class="heat' not in part


def test_a_large_grid_is_cut_and_says_so():
    """Twelve rows and eight columns at most."""
    grid = [{CAP: str(row), LIFE: str(column)} for row in range(20) for column in range(30)]
    part = _part(_swept(grid))
    assert part.count("--share") == 12 * 8
    assert "The rest in cells.parquet." in part


def test_a_ruined_cell_is_a_dash():
    """Without a Sharpe ratio it has no colour."""
    sweep = _swept(_grid("0.2", "0.4"))
    board = sweep.board.with_columns(sharpe=pl.when(pl.col("sharpe") > 1).then(None).otherwise(pl.col("sharpe")))
    part = _part(Swept({**sweep.about, "pbo": None, "pbo_note": "a cell was ruined"}, board))
    assert part.count("--share") == 3
    assert "No probability of overfitting: a cell was ruined." in part


def test_a_coarse_probability_of_overfitting_says_so():
    """The remark stands behind it, in the reader's language."""
    told = {"pbo_note": "4 strategies allow only 4 ranks: the probability is coarse below 10"}
    assert f"25\u00a0%. ({told['pbo_note']})" in _part(_swept(_grid("0.2", "0.4"), **told))
    assert "순위가 4개뿐" in _part(_swept(_grid("0.2", "0.4"), **told), lang="ko")


def test_every_window_of_the_walk_forward_is_told():
    """What was chosen, on the year's scale inside and outside by hand; a cell that is unknown has no settings."""
    window = {"trained": ["2019-01-02", "2019-06-28"], "held": ["2019-07-01", "2019-12-31"], "sharpe_inside": 0.1}
    forward = {"windows": [{**window, "cell": "c3", "sharpe_outside": -0.05},
                           {**window, "cell": "gone", "sharpe_outside": None}],
               "purge_sessions": 20, "sharpe_per_session": 0.05, "psr": 0.75}  # fmt: skip
    part = _part(_swept(_grid("0.2", "0.4"), walk_forward=forward))
    assert "2019-07-01 to 2019-12-31" in part
    assert "cap 0.4, fill close" in part
    assert ">1.59<" in part  # 0.1 x sqrt(251.5), sessions a year of New York
    assert ">\u22120.79<" in part
    assert "Walk-forward over 2 windows, 20 sessions purged: Sharpe ratio 0.79, probability above 0: 0.75." in part


STORED = [
    {"name": "best_haircut_sharpe_holm", "label": "Haircut Sharpe ratio of the best cell, Holm", "value": 0.31,
     "unit": "ratio", "lower": None, "upper": None, "convention": "a year", "reason": ""},
    {"name": "spa_p", "label": "Superior predictive ability (Hansen 2005): p, consistent", "value": 0.0123,
     "unit": "ratio", "lower": None, "upper": None, "convention": "", "reason": ""},
    {"name": "best_min_btl", "label": "Minimum backtest length of the best cell", "value": 3.25, "unit": "years",
     "lower": None, "upper": None, "convention": "", "reason": ""},
    {"name": "hurdle_bhy", "label": "Hurdle for the return over the untilted mix, BHY", "value": 0.0421,
     "unit": "fraction per year", "lower": None, "upper": None, "convention": "", "reason": ""},
    {"name": "step_m", "label": "Cells that beat their untilted mix (StepM)", "value": None, "unit": "count",
     "lower": None, "upper": None, "convention": "", "reason": "no cell moves"},
]  # fmt: skip


def test_what_the_choice_leaves_stands_as_the_sweep_stored_it():
    """Values with their units, p with four decimals, an undefined one as a dash with its reason."""
    part = _part(_swept(_grid("0.2", "0.4"), overfitting=STORED))
    rows = dict(re.findall(r"<tr><td[^>]*>([^<]*)</td><td[^>]*>([^<]*)</td></tr>", part))
    assert rows["Haircut Sharpe ratio of the best cell, Holm"] == "0.31"
    assert rows["Superior predictive ability (Hansen 2005): p, consistent"] == "0.0123"
    assert rows["Minimum backtest length of the best cell"] == "3.2 years"
    assert rows["Hurdle for the return over the untilted mix, BHY"] == "4.21 % per year"
    assert rows["Cells that beat their untilted mix (StepM)"] == "\u2013"
    assert 'title="no cell moves"' in part
    assert 'title="a year"' in part
    assert "The choice among the cells" not in _part(_swept(_grid("0.2", "0.4")))


def test_a_sweep_speaks_korean():
    """Labels of the stored numbers too; settings keep their names."""
    part = _part(_swept(_grid("0.2", "0.4"), overfitting=STORED), lang="ko")
    assert "최고 칸의 깎은 샤프 지수, Holm" in part
    assert "우월 예측력 (Hansen 2005): p, 일치" in part
    assert "signals.0.cap" in part


def test_no_setting_of_a_sweep_becomes_an_element():
    """Names, values, notes and labels of a record that anybody may have written."""
    nasty = '<img src=x onerror="alert(1)">'
    stored = [{**STORED[0], "label": nasty, "convention": nasty, "value": None, "reason": nasty}]
    grid = [{nasty: value, FILL: fill} for value in (nasty, "b") for fill in ("open", nasty)]
    forward = {"windows": [{"held": [nasty, nasty], "cell": "c0", "sharpe_inside": 1.0, "sharpe_outside": 1.0}],
               "purge_sessions": nasty, "sharpe_per_session": 0.1, "psr": 0.5}  # fmt: skip
    told = {"sweep": nasty, "pbo": None, "pbo_note": nasty, "overfitting": stored, "walk_forward": forward}
    assert "<img" not in _part(_swept(grid, **told))
    assert "<img" not in _part(_swept(grid, **{**told, "walk_forward": None, "walk_forward_note": nasty}))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_redacted_page_tells_no_setting_that_was_swept(lang):
    """Neither names nor values nor what was chosen forward; the numbers of the run itself stay."""
    window = {"held": ["2019-07-01", "2019-12-31"], "cell": "c3", "sharpe_inside": 0.1, "sharpe_outside": 0.1}
    forward = {"windows": [window], "purge_sessions": 20, "sharpe_per_session": 0.05, "psr": 0.75}
    sweep = _swept(_grid("0.2113", "0.4"), walk_forward=forward)
    shown, redacted = (
        render(samples.sample(), beside=Beside((sweep,)), redact=redact, lang=lang) for redact in (False, True)
    )
    for word in (CAP, "0.2113", "2019-07-01", "cap 0.4"):
        assert word in shown, word
        assert word not in redacted, word
    assert "PSR" in redacted
