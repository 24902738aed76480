"""What was fitted, on the page: the half-life over the decay used, and a dash with its reason where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
import samples_evidence

from backtest.research.drawn_fit import PATHS
from backtest.research.fits import FITS
from backtest.store import read, write
from backtest.tearsheet.messages import speaking
from backtest.tearsheet.messages.catalogue import TABLES
from backtest.tearsheet.render import render
from backtest.tearsheet.sections.base import View
from backtest.tearsheet.sections.fitted import blocks
from backtest.tearsheet.series import series

DAY = date(2022, 12, 30)
BENT = ("thrift", "half_life_sessions", 12.887, 1.9213, None, 38, DAY, 0.013, 0.0544, "step (sessions 20)", "")
FEW = "decay has 3 complete training events to 2022-12-30, at least 8 are needed"
NONE = ("prints", "half_life_sessions", None, None, None, 3, DAY, None, None, "until_next (sessions 70)", FEW)
SIGN = ("guides", "reaction of announcer", -0.02, -0.03, -0.01, 9, DAY, 0.02, None, "", "")
PATH = [("thrift", k, 0.001 * k, 0.002 * k, 0.003 * k, 0.001 * k, 0.0015 * k) for k in range(1, 61)]


def page(*rows, paths=()):
    """Give a view of a run with such fits."""
    fits = pl.DataFrame(rows, schema=FITS, orient="row")
    result = replace(
        samples_evidence.full(), fits=fits, fit_paths=pl.DataFrame(list(paths), schema=PATHS, orient="row")
    )
    return View(result, series(result), result.events)


def leaves(view):
    """Give figures and tables of the blocks."""
    flat = [leaf for block in blocks(view) for leaf in (block.side or (block,))]
    return [leaf.figure for leaf in flat if leaf.figure], [leaf.table for leaf in flat if leaf.table]


def test_the_fit_is_drawn_over_the_decay_used():
    """Mean, fit and decay used as lines, the interval as a band, ends and events in words."""
    (figure,), (table,) = leaves(page(BENT, paths=PATH))
    assert [key.name for key in figure.legend] == [
        "Mean abnormal return", "Fitted, 95 % interval", "Used: step (sessions 20)",
    ]  # fmt: skip
    assert figure.svg.count('class="line ') == 3
    assert figure.svg.count('class="area ') == 1
    assert figure.note.startswith("Half-life 12.9 sessions (1.9 to \N{EN DASH}), whole drift +5.44\N{NO-BREAK SPACE}%.")
    assert "A dash: the data leave that end open. 38 training events to 2022-12-30" in figure.note
    assert table.rows[0][-1].text == "step (sessions 20)"


def test_a_fit_that_failed_is_a_dash_with_its_reason():
    """In the table and below it, without a figure; the fit of a sign has none either."""
    figures, (table,) = leaves(page(NONE, SIGN))
    assert figures == []
    assert [cell.text for cell in table.rows[0][2:6]] == ["\N{EN DASH}"] * 4
    assert table.note == f"prints has none: {FEW}."
    assert table.rows[1][-1].text == "the fit"


def test_a_path_that_does_not_bend_is_drawn_with_the_reason():
    """The mean and the decay used, no fit."""
    paths = [(*row[:3], None, *row[4:]) for row in PATH]
    (figure,), _ = leaves(page((*BENT[:2], None, None, None, *BENT[5:10], "it does not bend"), paths=paths))
    assert [key.role for key in figure.legend] == ["c", "b"]
    assert figure.note.startswith("Half-life \N{EN DASH}: it does not bend. 38 training events")


def test_the_reason_is_said_in_korean():
    """By the template of its sentence."""
    with speaking("ko"):
        _, (table,) = leaves(page(NONE))
    assert "완전한 훈련 이벤트가 3건뿐" in table.note


@pytest.mark.parametrize("lang", sorted(TABLES))
def test_the_page_has_the_figure_in_every_language(lang):
    """With its title."""
    html = render(page(BENT, paths=PATH).result, lang=lang)
    assert TABLES[lang].get("Mean abnormal return", "Mean abnormal return") in html


def test_a_run_folder_keeps_the_paths(tmp_path):
    """Written and read back the same."""
    result = page(BENT, NONE, SIGN, paths=PATH).result
    again = read(write(result, tmp_path))
    assert again.fits.equals(result.fits)
    assert again.fit_paths.equals(result.fit_paths)
