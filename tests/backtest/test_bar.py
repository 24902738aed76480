"""The bar shows itself on a terminal after a second and leaves nothing behind."""

from __future__ import annotations

import io

import numpy as np
import pytest

from backtest import Batch, simulate_many
from backtest.bar import bar


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self):
        """Say so."""
        return True


def shown(out, total, moments):
    """Tell a bar of 10, 20, ... done at such moments, in seconds; give what it wrote."""
    with bar("scenarios", total, out=out, clock=iter([0.0, *moments]).__next__) as say:
        for done in range(len(moments)):
            say(10 * (done + 1))
    return out.getvalue()


def test_work_of_less_than_a_second_shows_nothing():
    """Who waits for less is not bothered."""
    assert not shown(Terminal(), 20, [0.5, 0.99])


def test_the_bar_says_how_many_are_done_and_how_long_the_rest_may_take():
    """A quarter done in 2 seconds leaves 6."""
    assert shown(Terminal(), 40, [2.0]) == f"\r\x1b[K[{'#' * 7}{'.' * 23}] 10 of 40 scenarios, 6 s left\r\x1b[K"


def test_a_stream_of_unknown_length_shows_what_is_done():
    """Without a total there is no bar, and still a sign of life."""
    assert "10 scenarios, 2 s" in shown(Terminal(), None, [2.0])


def test_the_bar_is_drawn_ten_times_a_second_at_most():
    """A terminal is slower than a walk."""
    assert shown(Terminal(), 40, [2.0, 2.01, 2.05, 2.2]).count("[#") == 2


def test_what_is_no_terminal_stays_empty():
    """A log is no place for a bar."""
    assert not shown(io.StringIO(), 20, [2.0, 3.0])


@pytest.mark.parametrize("odd", [False, True])
def test_a_batch_tells_how_many_of_its_scenarios_are_done(odd):
    """Every scenario is counted once, also one that is sent back from those abreast."""
    count, seen = 80, []
    whole = (np.arange(count + 1), np.zeros(count, int), np.arange(count + 1), np.zeros(count, int))
    weight = np.full(count, 0.5)
    weight[3] = -0.5 if odd else 0.5
    simulate_many(np.full((5, 1), 10.0), Batch(*whole, weight), progress=seen.append)
    assert seen == sorted(set(seen))
    assert seen[-1] == count
    assert len(seen) > 2


def test_asking_for_a_bar_changes_no_number(capsys):
    """The tests' stderr is no terminal: nothing is written, and the summary is the same."""
    close, two = (
        np.full((5, 1), 10.0),
        Batch(*(np.array(x) for x in ([0, 1, 2], [0, 0], [0, 1, 2], [0, 0], [0.5, 1.0]))),
    )
    assert simulate_many(close, two, progress=True).summary.equals(simulate_many(close, two).summary)
    assert not capsys.readouterr().err
