"""Sweeps: each cell is its own run, in any order, resumed after a crash; walk-forward sees no future."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backtest import sweep_store
from backtest.config.normal import dump
from backtest.engine import run
from backtest.inference.sharpe import moments
from backtest.research.grid import cells, parse
from backtest.research.sweep import Done, Sources, run_cell, summed_up, sweep_id
from backtest.research.trials import excess, read
from backtest.research.walkforward import chosen_forward, horizon_sessions
from data.errors import ConfigError, RunError

GRID = ["signals.0.cap=0.2,0.3,0.4", "signals.0.decay.half_life_sessions=4,8"]


@pytest.fixture
def path(small):
    """Give the config of the small market as a file beside its data."""
    file = small.folder / "small.yaml"
    file.write_text(dump(small.config()), encoding="utf-8")
    return str(file)


def test_every_cell_is_its_own_run(path):
    """Returns and metrics are the same bits as those of a single run (law 52)."""
    sources = Sources()
    for cell in cells(path, [], parse(GRID)):
        done, single = run_cell(cell, sources, "sweep"), run(cell.config, cell.folder)
        assert done.returns == tuple(excess(single).tolist())
        shown = {metric.name: metric.value for metric in single.metrics}
        assert {name: shown[name] for name in done.metrics} == done.metrics


def test_the_order_of_the_grid_changes_nothing(path):
    """Cells, name and leaderboard of a grid written the other way round are the same but for the columns' order."""
    one, other = (cells(path, [], parse(texts)) for texts in (GRID, [GRID[1], "signals.0.cap=0.4,0.2,0.3"]))
    sources = Sources()
    assert [cell.trial for cell in one] == [cell.trial for cell in other]
    assert sweep_id(one, sources) == sweep_id(other, sources)
    boards = [summed_up(each, [run_cell(cell, sources, "s") for cell in each]).leaderboard for each in (one, other)]
    assert boards[0].equals(boards[1].select(boards[0].columns))


def test_sources_are_read_once(path):
    """Cells that name the same prices and events share them."""
    sources = Sources()
    read = {id(sources.of(cell)) for cell in cells(path, [], parse(GRID))}
    assert len(read) == 1


def test_a_finished_cell_survives_on_disk(path, tmp_path):
    """Every float comes back as it was; a damaged file counts as not run."""
    cell = cells(path, [], parse(GRID))[0]
    done = run_cell(cell, Sources(), "sweep-x")
    with sweep_store.Keeper(tmp_path, "sweep-x", {}) as keeper:
        keeper.add(cell.id, done)
    assert sweep_store.unfinished(tmp_path, "sweep-x") == {cell.id: done}
    file = keeper.folder / f"{cell.id}.json"
    file.write_text(file.read_text().replace("0", "1", 1))
    assert sweep_store.unfinished(tmp_path, "sweep-x") == {}


def test_a_cell_is_counted_before_it_is_stored(path, tmp_path):
    """Where storing fails the count is there already; what waits when a sweep is stopped is counted too."""
    one, other = cells(path, [], parse(GRID))[:2]
    first, second = (run_cell(cell, Sources(), "sweep-x") for cell in (one, other))
    keeper = sweep_store.Keeper(tmp_path, "sweep-x", {})
    keeper.folder.rmdir()
    with pytest.raises(RunError, match="could not be written"):
        keeper.add(one.id, first)
    assert read(tmp_path).trials == (first.trial,)
    with sweep_store.Keeper(tmp_path, "sweep-x", {one.id: first}) as keeper:
        keeper.due = math.inf
        keeper.add(other.id, second)
        assert sweep_store.unfinished(tmp_path, "sweep-x") == {}
    assert read(tmp_path).trials == (first.trial, second.trial)
    assert sweep_store.unfinished(tmp_path, "sweep-x") == {other.id: second}


def test_cells_stored_before_are_counted_in_a_new_ledger(path, tmp_path):
    """A ledger that was moved aside while a sweep was stopped does not make its cells uncounted."""
    cell = cells(path, [], parse(GRID))[0]
    done = run_cell(cell, Sources(), "sweep-x")
    with sweep_store.Keeper(tmp_path, "sweep-x", {cell.id: done}):
        assert read(tmp_path).trials == (done.trial,)


def test_a_ruined_cell_keeps_its_gaps():
    """NaN after ruin comes back as NaN, and there is no PBO."""
    from backtest.research.trials import Trial

    done = Done(
        Trial("f", "t", "r", 2, None, None, None, None, 252.0), {"sharpe": None}, ("2024-01-02",), (np.nan,), (np.nan,)
    )
    back = Done.of_text(done.text())
    assert np.isnan([back.returns[0], back.active[0]]).all()


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([], "varies at least one setting"),
        (["cap"], "expected `key.key=value,value`"),
        (["cap=1,1"], "repeats a value"),
        (["cap=1", "cap=2"], "is set twice"),
        (["a=" + ",".join(map(str, range(100))), "b=" + ",".join(map(str, range(100)))], "100 x 100 = 10,000 cells"),
    ],
)
def test_absurd_grids_are_refused(texts, sentence):
    """Before anything is read."""
    with pytest.raises(ConfigError) as caught:
        parse(texts)
    assert sentence in str(caught.value)


def test_commas_inside_brackets_separate_nothing():
    """A list is one value."""
    assert parse(["baskets.semis=[A, B],[C]"]).axes == (("baskets.semis", ("[A, B]", "[C]")),)


def test_mistakes_of_all_cells_come_at_once(path):
    """A cap above 1 and a negative half-life, and nothing is run."""
    with pytest.raises(ConfigError) as caught:
        cells(path, [], parse(["signals.0.cap=0.2,7", "signals.0.decay.half_life_sessions=-1,8"]))
    text = str(caught.value)
    assert "signals.0.cap" in text
    assert "half_life" in text


def test_two_cells_of_the_same_research_are_refused(path):
    """0.2 and 0.20 are one trial."""
    with pytest.raises(ConfigError, match="the same research"):
        cells(path, [], parse(["signals.0.cap=0.2,0.20"]))


def test_the_horizon_is_the_longest_decay(small):
    """A half-life of 8 sessions falls below .02 at age 8 log2(50) = 45.15, so 46 sessions carry weight."""
    assert horizon_sessions([small.config()]) == 46


def test_walk_forward_by_hand():
    """The better of two cells in each window of 4 is held for the next 2."""
    down = [-0.01, -0.02] * 2
    returns = np.array([[0.03, 0.04, 0.03, 0.04, *down, 0.03, 0.04], [*down, 0.01, 0.02, 0.01, 0.02, 0.05, 0.06]]).T
    found = chosen_forward(returns, 4, 2)
    assert [window.cell for window in found.windows] == [0, 0, 1]
    assert found.returns.tolist() == [-0.01, -0.02, -0.01, -0.02, 0.05, 0.06]
    assert found.rows.tolist() == [4, 5, 6, 7, 8, 9]
    assert found.moments == moments(found.returns)


def test_the_future_changes_no_choice():
    """Whatever comes after a window's training, its choice stays (no look-ahead)."""
    rng = np.random.default_rng(3)
    returns = rng.normal(0.0, 0.01, (300, 6))
    before = chosen_forward(returns, 80, 40, purge=10)
    for window in before.windows:
        cut = returns.copy()
        cut[window.trained[1] + 1 :] = rng.normal(0.0, 0.05, cut[window.trained[1] + 1 :].shape)
        after = chosen_forward(cut, 80, 40, purge=10)
        assert after.windows[before.windows.index(window)].cell == window.cell


def test_too_few_sessions_for_a_step():
    """Refused with what would be needed."""
    with pytest.raises(RunError, match="hold no step of 80 to train, 10 to purge and 40 to test"):
        chosen_forward(np.ones((100, 2)), 80, 40, purge=10)
