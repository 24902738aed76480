"""A number with its word."""

from __future__ import annotations

import pytest

from data.counts import many


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ("order",), "0 orders"),
        (1, ("order",), "1 order"),
        (2_000, ("order",), "2,000 orders"),
        (1, ("loss", "losses"), "1 loss"),
        (3, ("loss", "losses"), "3 losses"),
    ],
)
def test_one_stands_in_the_singular(count, words, said):
    """None and several in the plural, with an s unless it is told otherwise."""
    assert many(count, *words) == said
