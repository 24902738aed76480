"""The probability of overfitting against five libraries, a twin and its extremes."""

from __future__ import annotations

import itertools
import statistics
from pathlib import Path

import numpy as np
import pytest

from backtest.inference.overfitting import pbo
from data.errors import RunError

MATRIX = np.loadtxt(Path(__file__).parent / "data" / "A_matrix_T200_N40.csv", delimiter=",") - 0.03 / 252.0


@pytest.mark.parametrize(
    ("blocks", "probability", "loss", "slope"),
    [(4, 0.5, 0.5, -0.219893), (8, 27 / 70, 0.457143, 0.024858), (10, 77 / 252, 0.408730, 0.132199)],
)
def test_the_number_on_which_five_libraries_agree(blocks, probability, loss, slope):
    """A matrix of noise over a risk-free 3 % a year: CRAN pbo, pypbo, purgedcv, phacker and ffn."""
    found = pbo(MATRIX, blocks)
    assert (found.probability, found.loss, found.slope) == pytest.approx((probability, loss, slope), abs=5e-7)


def twin(returns, blocks):
    """Give logits by the definition, split by split, in plain Python."""
    parts = np.array_split(np.arange(len(returns)), blocks)
    logits = []
    for chosen in itertools.combinations(range(blocks), blocks // 2):
        rows = [np.concatenate([parts[b] for b in range(blocks) if (b in chosen) is side]) for side in (True, False)]
        inside, outside = (
            [statistics.fmean(returns[r, k]) / statistics.stdev(returns[r, k]) for k in range(returns.shape[1])]
            for r in rows
        )
        level = outside[int(np.argmax(inside))]
        rank = sum(x < level for x in outside) + (sum(x == level for x in outside) + 1) / 2
        share = rank / (len(outside) + 1)
        logits.append(np.log(share / (1 - share)))
    return logits


def test_blocks_of_unequal_length_equal_the_twin():
    """103 sessions in six blocks: the first five hold 18, 17, ... and nothing is dropped."""
    returns = np.random.default_rng(4).normal(0.0005, 0.01, (103, 11))
    assert pbo(returns, 6).logits.tolist() == pytest.approx(twin(returns, 6), rel=1e-9)


def test_a_truly_better_strategy_is_not_overfitted():
    """One strategy far above the rest is chosen everywhere and stays the best."""
    returns = np.random.default_rng(5).normal(0.0, 0.01, (400, 12))
    returns[:, 7] += 0.01
    found = pbo(returns, 8)
    assert (found.probability, found.loss, set(found.chosen.tolist())) == (0.0, 0.0, {7})


def test_what_wins_here_loses_there():
    """With all means equal over the whole (the vignette of CRAN pbo), the winner inside must lose outside."""
    returns = np.random.default_rng(6).normal(0.0, 0.01, (800, 30))
    found = pbo(returns - returns.mean(axis=0), 8)
    assert found.probability > 0.95
    assert found.loss == 1.0
    assert found.slope < -0.9


def test_the_order_of_strategies_changes_nothing():
    """Permuted columns, the same probability."""
    order = np.random.default_rng(7).permutation(MATRIX.shape[1])
    assert pbo(MATRIX[:, order], 8).logits.tolist() == pbo(MATRIX, 8).logits.tolist()


def test_few_strategies_are_warned_about():
    """Nine ranks are coarse."""
    assert "9 strategies" in pbo(MATRIX[:, :9], 4).warning
    assert pbo(MATRIX[:, :10], 4).warning == ""


@pytest.mark.parametrize(
    ("returns", "blocks", "sentence"),
    [
        (MATRIX, 7, "an even number"),
        (MATRIX[:, :1], 4, "at least two"),
        (MATRIX[:10], 8, "take fewer"),
        (np.full((40, 3), 0.001), 4, "leave it out"),
        (np.where(MATRIX > 2.0, np.nan, MATRIX), 4, "not all finite"),
    ],
)
def test_what_cannot_be_judged_is_refused(returns, blocks, sentence):
    """With a sentence."""
    with pytest.raises(RunError, match=sentence):
        pbo(returns, blocks)


@pytest.mark.parametrize("noise", [0.0, 1e-15])
def test_equal_strategies_leave_nothing_to_choose(noise):
    """Not a probability of 1, whatever rounding tells them apart; two of them and a third are judged."""
    same = np.column_stack([MATRIX[:, 0]] * 3) + noise * MATRIX[:, :3]
    with pytest.raises(RunError, match="all trials have the same returns"):
        pbo(same, 4)
    with pytest.raises(RunError, match="all trials have the same returns"):
        pbo(np.zeros((40, 3)), 4)
    assert np.isfinite(pbo(np.column_stack([same, MATRIX[:, 1]]), 4).logits).all()


def test_a_strategy_that_earned_nothing_ranks_as_nothing():
    """A cell without a trade has a Sharpe ratio of no gain: 0."""
    returns = np.column_stack([np.zeros(len(MATRIX)), MATRIX])
    assert np.isfinite(pbo(returns, 4).logits).all()
