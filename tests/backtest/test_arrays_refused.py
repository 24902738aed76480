"""What the simulator for arrays refuses: each error names the array, the cell, the value and what was expected."""

from __future__ import annotations

import inspect
import re
from itertools import pairwise

import numpy as np
import pytest

from backtest import Account, Batch, Costs, Targets, simulate, simulate_many
from backtest.kernels.lanes import LANES
from data.errors import RunError

NAN = np.nan
CLOSE = np.full((4, 2), 10.0)
PANEL = ("dividend", "split", "volume", "days", "borrow", "delistings")


def whole(*values):
    return [np.array(each, dtype=np.int64) for each in values]


def targets(session, start, asset, weight):
    return Targets(*whole(session, start, asset, [0] * len(asset)), np.array(weight))


def batch(scenario, session, start, asset, weight):
    return Batch(*whole(scenario, session, start, asset), np.array(weight))


def plenty(**change):
    """Give a batch that walks abreast: every scenario puts half in asset 0 in session 0."""
    count = LANES + 8
    good = {
        "scenario": np.arange(count + 1), "session": np.zeros(count, int), "start": np.arange(count + 1),
        "asset": np.zeros(count, int), "weight": np.full(count, 0.5),
    }  # fmt: skip
    return Batch(**{**good, **change})


ONE = {"session": [0, 1], "start": [0, 1, 2], "asset": [0, 0], "weight": [0.3, 0.3]}
BAD_ROWS = [
    ({"start": [0, 1]}, "start of the targets has 2 numbers, expected 3"),
    ({"start": [0, 1, 3_000_000]}, "start of the targets runs from 0 to 3000000, expected 0 to 2, the number of ent"),
    ({"start": [0, 1, 1]}, "start of the targets runs from 0 to 1, expected 0 to 2"),
    ({"start": [-5, 1, 2]}, "start of the targets runs from -5 to 2, expected 0 to 2"),
    ({"start": [0, 9, 2]}, r"start\[2\] of the targets is 2, below 9"),
    ({"start": [0, -9, 2]}, r"start\[1\] of the targets is -9, below 0"),
    ({"weight": [0.3]}, r"weight of the targets has shape \(1,\), expected \(2,\) like asset"),
    ({"session": [0]}, "start of the targets has 3 numbers, expected 2"),
    ({"asset": [0, 2]}, "targets name asset 0 to 2, the panel has 0 to 1"),
    ({"asset": [-1, 0]}, "targets name asset -1 to 0, the panel has 0 to 1"),
    ({"session": [0, 4]}, "targets name session 0 to 4, the panel has 0 to 3"),
    ({"session": [1, 1]}, "row 1 of the targets trades in session 1, the one before it in 1"),
]


@pytest.mark.parametrize(("change", "said"), BAD_ROWS)
def test_rows_that_do_not_own_their_entries_are_refused(change, said):
    """Compiled code would read beside the arrays: one portfolio or a batch, the message is the same."""
    rows = {**ONE, **change}
    with pytest.raises(RunError, match=said):
        simulate(CLOSE, targets(**rows))
    with pytest.raises(RunError, match=said):
        simulate_many(CLOSE, batch([0, len(rows["session"])], **rows))


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ([0, 50_000_000], "scenario of the batch runs from 0 to 50000000, expected 0 to 2, the number of rows"),
        ([0, 1], "scenario of the batch runs from 0 to 1, expected 0 to 2"),
        ([-1, 2], "scenario of the batch runs from -1 to 2"),
        ([0, 3, 2], r"scenario\[2\] of the batch is 2, below 3"),
        ([], "scenario of the batch has 0 numbers, expected 1"),
    ],
)
def test_scenarios_that_do_not_own_their_rows_are_refused(scenario, said):
    """The first row of every scenario, and the number of rows at the end."""
    with pytest.raises(RunError, match=said):
        simulate_many(CLOSE, batch(scenario, **ONE))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"session": np.zeros(20, int)}, "start of the targets has 41 numbers, expected 21"),
        ({"scenario": np.arange(41) * 2}, "scenario of the batch runs from 0 to 80, expected 0 to 40"),
        ({"start": np.arange(41) + 1}, "start of the targets runs from 1 to 41"),
        ({"session": np.full(40, 4)}, "targets name session 4 to 4, the panel has 0 to 3"),
        ({"asset": np.full(40, 2)}, "targets name asset 2 to 2, the panel has 0 to 1"),
        ({"scenario": np.arange(41) + 0.5}, "scenario of the batch holds float64, expected whole numbers"),
        ({"session": np.zeros((40, 1), int)}, "session of the targets has 2 dimensions, expected 1"),
    ],
)
def test_what_walks_abreast_is_looked_at_before(change, said):
    """Enough scenarios to walk side by side are no less checked than a few."""
    with pytest.raises(RunError, match=said):
        simulate_many(CLOSE, plenty(**change))


def test_fewer_rows_and_entries_than_scenarios_say_are_refused():
    """Forty scenarios over twenty rows: nothing is read behind the end."""
    short = Batch(np.arange(41), np.zeros(20, int), np.arange(21), np.zeros(20, int), np.full(20, 0.5))
    with pytest.raises(RunError, match="scenario of the batch runs from 0 to 40, expected 0 to 20"):
        simulate_many(CLOSE, short)


def test_a_batch_of_targets_names_the_one_that_does_not_fit():
    """Laid one after another, an entry too many would become the next one's."""
    good, bad = targets([0], [0, 1], [0], [0.5]), targets([0], [0, 1], [0, 1], [0.5, 0.5])
    with pytest.raises(RunError, match=re.escape("start of targets[1] runs from 0 to 1, expected 0 to 2")):
        Batch.of([good, bad, good])


def cell(value, at=(1, 0), default=0.0):
    values = np.full(CLOSE.shape, default)
    values[at] = value
    return values


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ({"days": np.array([0.0, 1.0, NAN, 1.0])}, r"days\[2\] is nan; days since .* finite and not negative"),
        ({"days": np.array([0.0, -1.0, 1.0, 1.0])}, r"days\[1\] is -1.0"),
        ({"days": np.array([0.0, np.inf, 1.0, 1.0])}, r"days\[1\] is inf"),
        ({"days": np.ones(3)}, r"days has shape \(3,\), expected \(4,\) one for each session"),
        ({"days": np.ones((4, 1))}, r"days has shape \(4, 1\), expected \(4,\)"),
        ({"days": np.float64(1.0)}, r"days has shape \(\), expected \(4,\)"),
        ({"dividend": cell(NAN)}, r"dividend\[1, 0\] is nan; dividends are finite"),
        ({"dividend": cell(-np.inf)}, r"dividend\[1, 0\] is -inf"),
        ({"dividend": np.zeros((4, 1))}, r"dividend has shape \(4, 1\), expected \(4, 2\) like close"),
        ({"split": cell(0.0, default=1.0)}, r"split\[1, 0\] is 0.0; splits are positive and finite"),
        ({"split": cell(-2.0, default=1.0)}, r"split\[1, 0\] is -2.0"),
        ({"split": cell(NAN, default=1.0)}, r"split\[1, 0\] is nan"),
        ({"split": cell(np.inf, default=1.0)}, r"split\[1, 0\] is inf"),
        ({"borrow": cell(-0.01)}, r"borrow\[1, 0\] is -0.01; a borrow fee is a fraction per year"),
        ({"borrow": cell(NAN)}, r"borrow\[1, 0\] is nan"),
        ({"borrow": np.zeros(2)}, r"borrow has shape \(2,\), expected \(4, 2\)"),
        ({"volume": cell(-1.0)}, r"volume\[1, 0\] is -1.0; volumes are finite and not negative, NaN where unknown"),
        ({"volume": cell(np.inf)}, r"volume\[1, 0\] is inf"),
        ({"volume": np.zeros((3, 2))}, r"volume has shape \(3, 2\), expected \(4, 2\)"),
        ({"delistings": {(4, 0): -0.3}}, r"delistings name \(4, 0\), outside the panel of \(4, 2\)"),
        ({"delistings": {(1, 2): -0.3}}, r"delistings name \(1, 2\), outside"),
        ({"delistings": {(-1, 0): -0.3}}, r"delistings name \(-1, 0\), outside"),
        ({"delistings": {1: -0.3}}, r"delistings name 1, expected \(session, asset\)"),
        ({"delistings": {(1, 0.5): -0.3}}, r"delistings name \(1, 0.5\), expected \(session, asset\)"),
        ({"delistings": {(1, 0): -1.1}}, r"delistings\[1, 0\] is -1.1; it is the return over the last price"),
        ({"delistings": {(1, 0): NAN}}, r"delistings\[1, 0\] is nan"),
        ({"delistings": {(1, 0): "-0.3"}}, r"delistings\[1, 0\] is '-0.3'; it is the return"),
        ({"delistings": {(1, 0): np.inf}}, r"delistings\[1, 0\] is inf"),
    ],
)
def test_a_number_that_is_none_is_named_by_its_cell(panel, said):
    """No NaN and no negative count of days, shares or fees reaches the books, of one portfolio or of many."""
    with pytest.raises(RunError, match=said):
        simulate(CLOSE, CLOSE * 0.01, **panel)
    with pytest.raises(RunError, match=said):
        simulate_many(CLOSE, plenty(), **panel)


def test_unknown_volume_is_no_error():
    """NaN says that nobody knows; without a setting that needs volumes nothing changes."""
    walk = simulate(CLOSE, CLOSE * 0.01, volume=cell(NAN, default=5.0), capital=100.0)
    assert walk.equity.tolist() == [100.0] * 4


@pytest.mark.parametrize("name", ["dividends", "delisting", "colse", "sigma"])
def test_a_misspelt_argument_is_pythons_own_error(name):
    """A typo is not swallowed."""
    for call, given in ((simulate, CLOSE * 0.01), (simulate_many, plenty())):
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'"):
            call(CLOSE, given, **{name: CLOSE})


def test_arrays_of_the_panel_stand_in_the_signatures():
    """Editors and help() name them, for one portfolio and for many."""
    for call in (simulate, simulate_many):
        given = inspect.signature(call).parameters
        assert all(given[name].kind is inspect.Parameter.KEYWORD_ONLY for name in PANEL)
        assert not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in given.values())


def test_a_delisting_pays_the_return_over_the_last_price():
    """By hand: 50 of 100 in 5 shares at 10; closed at 7 they bring 35; the order after that buys nothing."""
    held = np.full(CLOSE.shape, NAN)
    held[0, 0] = held[2, 0] = 0.5
    walk = simulate(CLOSE, held, capital=100.0, delistings={(1, 0): -0.3})
    assert walk.equity.tolist() == [100.0, 85.0, 85.0, 85.0]
    assert walk.shares[:, 0].tolist() == [5.0, 0.0, 0.0, 0.0]
    assert walk.trades["reason"].to_list() == ["filled", "delisted", "delisted"]
    assert walk.trades["shares"].to_list() == [5.0, -5.0, 0.0]
    many = simulate_many(CLOSE, plenty(), capital=100.0, delistings={(np.int64(1), 0): -0.3, (2, 1): -1.0})
    assert many.summary["equity"].to_list() == [85.0] * len(plenty())


@pytest.mark.parametrize("weight", [1e305, -1e305, 1.1e6, -1.1e6, np.inf, -np.inf])
def test_weights_beyond_reason_are_refused(weight):
    """A weight of 1e305 would leave equity that is no number: dense and sparse, few and many, it is named."""
    dense = np.full(CLOSE.shape, NAN)
    dense[2, 1] = weight
    with pytest.raises(RunError, match=r"targets\[2, 1\] is .*at most 1e\+06 either way"):
        simulate(CLOSE, dense)
    said = r"weight\[1\] is .*at most 1e\+06 either way"
    with pytest.raises(RunError, match=said):
        simulate(CLOSE, targets(**{**ONE, "weight": [0.5, weight]}))
    for count in (2, LANES + 8):
        weights = np.full(count, 0.5)
        weights[1] = weight
        each = np.arange(count + 1)
        some = Batch(each, np.zeros(count, int), each, np.zeros(count, int), weights)
        with pytest.raises(RunError, match=said):
            simulate_many(CLOSE, some)


def test_the_largest_weight_is_scaled_to_what_the_account_allows():
    """A million times equity is allowed, and max_gross holds it to once; equity stays what it was."""
    most = np.full(CLOSE.shape, NAN)
    most[0] = 1e6, -1e6
    walk = simulate(CLOSE, most, capital=100.0, account=Account(max_gross=1.0))
    assert walk.equity == pytest.approx([100.0] * 4, rel=1e-12)
    assert np.abs(walk.shares[0] * 10.0).sum() == pytest.approx(100.0, rel=1e-9)


@pytest.mark.parametrize("change", [{"costs": [Costs()] * 5}, {"account": [Account()] * 5}])
@pytest.mark.parametrize("streamed", [False, True])
def test_more_costs_or_accounts_than_scenarios_are_refused(change, streamed):
    """Five for three: which two are meant for nobody is not guessed, nor at the end of a stream."""
    one = batch([0, 1], [0], [0, 1], [0], [0.5])
    given = (one for _ in range(3)) if streamed else [one] * 3
    with pytest.raises(RunError, match="5 costs or accounts for 3 scenarios; give one, or one for each"):
        simulate_many(CLOSE, given, **change)


def test_more_costs_than_scenarios_are_refused_before_any_walk():
    """A batch says how many scenarios it has; nobody waits for the answer."""
    done = []
    with pytest.raises(RunError, match="41 costs or accounts for 40 scenarios"):
        simulate_many(CLOSE, plenty(), costs=[Costs()] * 41, progress=done.append)
    assert done == []


@pytest.mark.parametrize("at", [0, 1, 2])
def test_fees_by_name_are_refused_in_every_costs(at):
    """Arrays have no names: whichever of the costs asks, and however high its impact."""
    costs = [Costs()] * 3
    costs[at] = Costs(borrow_bps_of={"A": 50})
    one = batch([0, 1], [0], [0, 1], [0], [0.5])
    with pytest.raises(RunError, match="borrow_bps_of names assets, and arrays have no names"):
        simulate_many(CLOSE, [one] * 3, costs=costs)


APART = {"session": [0], "start": [0, 3], "asset": [0, 1, 0], "weight": [0.3, 0.2, 0.2]}


def test_entries_of_an_asset_that_stand_apart_are_summed():
    """0.3 and 0.2 of asset 0 around one of asset 1: half of 100 is 5 shares at 10, and 0.2 is 2."""
    assert simulate(CLOSE, targets(**APART), capital=100.0).shares[0].tolist() == [5.0, 2.0]


@pytest.mark.parametrize("count", [1, LANES + 8])
def test_batches_sum_entries_that_stand_apart(count):
    """One scenario with such a row among many without: asset 0 rises by half, asset 1 doubles, 100 become 145."""
    close = np.array([[10.0, 10.0], [15.0, 20.0]])
    many = [targets(**APART)] + [targets([0], [0, 2], [0, 1], [0.5, 0.2])] * (count - 1)
    rows = [(each.asset, each.weight) for each in many]
    ends = np.cumsum([0, *(len(asset) for asset, _ in rows)])
    laid = Batch(
        np.arange(count + 1), np.zeros(count, int), ends, np.concatenate([asset for asset, _ in rows]),
        np.concatenate([weight for _, weight in rows]),
    )  # fmt: skip
    for given in (laid, Batch.of(many)):
        assert simulate_many(close, given, capital=100.0).summary["equity"].to_list() == pytest.approx([145.0] * count)


def test_rows_apart_keep_their_order_and_their_sums():
    """A slow twin, in dictionaries: entries sum in their order, and an asset stands where it stood first."""
    from backtest.kernels.parts import totals

    rng = np.random.default_rng(5)
    for _ in range(300):
        counts = rng.integers(0, 7, rng.integers(1, 6))
        start = np.r_[0, np.cumsum(counts)]
        asset, weight = rng.integers(0, 4, start[-1]), rng.normal(size=start[-1])
        expected = []
        for first, last in pairwise(start):
            row = {}
            for at in range(first, last):
                row[int(asset[at])] = row.get(int(asset[at]), 0.0) + float(weight[at])
            expected.append(list(row.items()))
        made = totals(np.arange(len(counts)), start, asset, weight)
        bounds = pairwise(made.start)
        pairs = list(zip(made.asset.tolist(), made.weight.tolist(), strict=True))
        assert [pairs[first:last] for first, last in bounds] == expected
