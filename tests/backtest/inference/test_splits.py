"""Splits: the published cases, and the one property that matters, no training label meets a test block."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.inference.splits import Labels, combinatorial, kept, paths, row_labels, walk_forward

CASES = json.loads((Path(__file__).parent / "data" / "cpcv_expected.json").read_text())


@pytest.mark.parametrize(
    ("name", "rows", "groups", "purge", "embargo"),
    [("skfolio_cpcv_n12_f3_t2_p1_e1", 12, 3, 1, 1), ("skfolio_cpcv_n60_f6_t2_p2_e3", 60, 6, 2, 3)],
)
def test_row_splits_equal_those_of_skfolio(name, rows, groups, purge, embargo):
    """Purging and embargo by rows, every combination."""
    found = combinatorial(row_labels(rows), groups, 2, purge=purge, embargo=embargo)
    told = [{"train": s.train.tolist(), "test": [part.tolist() for part in s.test]} for s in found]
    assert told == CASES[name]["splits"]


def test_label_splits_equal_those_of_purgedcv():
    """Labels of one, five, two and nine days with an embargo of two days."""
    case = CASES["purgedcv_cpcv_n24_g6_k2_embargo2D_labelspans_1_5_2_9"]
    labels = Labels(*(np.array(case[key], "datetime64[D]") for key in ("prediction", "evaluation")))
    found = combinatorial(labels, 6, 2, purge=np.timedelta64(0, "D"), embargo=np.timedelta64(2, "D"))
    told = [{"train": s.train.tolist(), "test": np.concatenate(s.test).tolist()} for s in found]
    assert told == case["splits"]


def test_paths_recombine_as_in_skfolio():
    """Five paths of six groups, each group tested once on every path."""
    assert paths(6, 2).T.tolist() == CASES["skfolio_cpcv_n60_f6_t2_p2_e3"]["recombined_paths"]
    assert paths(3, 2).shape == (CASES["skfolio_cpcv_n12_f3_t2_p1_e1"]["n_test_paths"], 3)


@pytest.mark.parametrize("expanding", [False, True])
def test_walk_forward_equals_that_of_skfolio(expanding):
    """Sixty rows, twenty to train, ten to test, two purged."""
    found = walk_forward(60, 20, 10, purge=2, expanding=expanding)
    told = [{"train": split.train.tolist(), "test": split.test[0].tolist()} for split in found]
    assert told == CASES["skfolio_wf_60_20_10_p2" + ("_expand" if expanding else "")]


def test_a_label_that_ends_in_the_test_is_purged():
    """The leak of mlfinlab 295: labels 3 and 4, known at the close of the second session after, end in the test."""
    start = np.arange(15)
    found = kept(Labels(start, start + 2.5), np.arange(5, 10))
    assert found.tolist() == [0, 1, 2, 12, 13, 14]


@given(
    spans=st.lists(st.integers(0, 12), min_size=12, max_size=40),
    groups=st.integers(3, 6),
    tested=st.integers(1, 2),
    purge=st.integers(0, 3),
    embargo=st.integers(0, 4),
)
def test_no_training_label_meets_a_test_block(spans, groups, tested, purge, embargo):
    """Whatever the labels, nothing trained on overlaps what is tested, and the embargo is empty."""
    start = np.arange(len(spans))
    labels = Labels(start, start + np.array(spans))
    for split in combinatorial(labels, groups, tested, purge=purge, embargo=embargo):
        for part in split.test:
            first, last = part[0], max(labels.end[part])
            for row in split.train:
                assert labels.end[row] <= first - purge or labels.start[row] > last + purge + embargo


def test_labels_must_be_in_order():
    """An outcome known before its observation is refused."""
    with pytest.raises(ValueError, match="end no earlier than they start"):
        Labels(np.array([1, 2]), np.array([1, 1]))
