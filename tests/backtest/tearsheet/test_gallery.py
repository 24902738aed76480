"""The gallery: a row for every run, those that cannot be read named, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

from backtest.tearsheet.gallery import render_gallery
from tests.backtest import samples


def test_a_gallery_lists_every_run_and_escapes_its_name():
    """A row each, linked to its folder; a run that was ruined and one of a single session too."""
    runs = [("<b>x", samples.sample()), ("r", samples.ruined()), ("o", samples.one_session())]
    page = render_gallery(runs)
    assert "<b>x" not in page
    assert 'href="%3Cb%3Ex/tearsheet.html"' in page
    assert page.count("/tearsheet.html") == 3
    assert "3 finished runs." in page


def test_a_name_that_is_an_address_stays_a_folder():
    """A folder named as a script or another site leads into the folder, nowhere else."""
    page = render_gallery([("javascript:alert(1)", samples.sample()), ("//x.com", samples.sample())])
    assert 'href="javascript%3Aalert%281%29/tearsheet.html"' in page
    assert 'href="//' not in page


def test_an_empty_gallery_is_a_page():
    """No run yet."""
    assert "0 finished runs." in render_gallery([])


def test_a_folder_that_cannot_be_read_is_named_with_the_reason():
    """In its own table, below the runs; without one there is no such table."""
    page = render_gallery([("a", samples.sample())], [("<i>old", "schema version 1 & no more")])
    assert "1 finished run." in page
    assert "Folders that could not be read" in page
    assert "&lt;i&gt;old" in page
    assert "schema version 1 &amp; no more" in page
    assert "could not be read" not in render_gallery([("a", samples.sample())])


def test_simulated_prices_stand_in_the_row():
    """In plain sight, in the reader's language; real prices stand with their label."""
    runs = [("s", samples.sample()), ("r", replace(samples.real(), run_id="r"))]
    assert "<td>simulated</td>" in render_gallery(runs)
    assert "<td>모의</td>" in render_gallery(runs, lang="ko")


def test_every_number_carries_the_whole_number_of_its_run():
    """Growth, Sharpe ratio, drawdown, return over the mix and costs of the metrics, in this order; a dash has none."""
    result = samples.sample()
    known = {metric.name: metric.value for metric in result.metrics}
    page = render_gallery([("a", result)])
    keys = ("cagr", "sharpe", "max_drawdown", "active_return", "costs_per_year")
    assert [float(text) for text in re.findall(r'data-v="([^"]*)"', page)] == [known[key] for key in keys]
    assert len(re.findall(r'data-v="', render_gallery([("o", samples.one_session())]))) < len(keys)


def test_runs_are_taken_one_by_one():
    """A generator will do, and what it could not read on the way stands below."""
    unread: list[tuple[str, str]] = []

    def runs():
        yield "a", samples.sample(sessions=30)
        unread.append(("late", "found on the way"))

    assert "found on the way" in render_gallery(runs(), unread)
