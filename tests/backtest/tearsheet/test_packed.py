"""Packed series: the published examples of source maps' quantities, and every series read back as it was rounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.tearsheet.packed import packed, unpacked


@pytest.mark.parametrize(("number", "letters"), [(0, "A"), (1, "C"), (-1, "D"), (15, "e"), (16, "gB"), (123, "2H")])
def test_single_numbers_are_written_as_in_source_maps(number, letters):
    """Zero, one, minus one, the largest of one letter, the smallest of two, and a worked example."""
    assert packed([float(number)], 0) == letters


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=50), st.integers(0, 4))
def test_what_is_packed_is_read_back_rounded(values, decimals):
    """Gaps stay gaps, numbers come back to their last decimal."""
    found = unpacked(packed(values, decimals), decimals)
    assert len(found) == len(values)
    for shown, exact in zip(found, values, strict=True):
        assert (shown is None) == (exact is None)
        assert exact is None or shown == pytest.approx(exact, abs=0.51 * 10**-decimals)
