"""Packed series: examples worked by hand, and every series read back as it was rounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.tearsheet.packed import packed, unpacked


@pytest.mark.parametrize(
    ("values", "letters"),
    [
        # 0, +1, -1, none: 0, 2, 3, 1 of order 0 are 1, 011, 00100, 010.
        ([0.0, 1.0, 0.0, None], "A" + "s" + "i"),
        # Ten steps of +8 are sixteens: of order 3, 24 in five bits after one zero, 011000, the letter of 24.
        ([8.0 * k for k in range(1, 11)], "D" + "Y" * 10),
    ],
)
def test_bits_are_those_of_the_code(values, letters):
    """Worked by hand, six bits to a letter, filled up with zeros."""
    assert packed(values, 0) == letters


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=50), st.integers(0, 4))
def test_what_is_packed_is_read_back_rounded(values, decimals):
    """Gaps stay gaps, numbers come back to their last decimal."""
    found = unpacked(packed(values, decimals), decimals)
    assert len(found) == len(values)
    for shown, exact in zip(found, values, strict=True):
        assert (shown is None) == (exact is None)
        assert exact is None or shown == pytest.approx(exact, abs=0.51 * 10**-decimals)
