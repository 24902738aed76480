"""Yahoo's suffixes: the exchange and the unit they stand for, and what contradicts them."""

from __future__ import annotations

import pytest

from data.calendar import load
from data.prices.listings import SUFFIXES, listing


@pytest.mark.parametrize(
    ("asset", "exchange", "unit"),
    [
        ("005930.KS", "XKRX", "KRW"),
        ("035420.KQ", "XKRX", "KRW"),
        ("2330.TW", "XTAI", "TWD"),
        ("6857.T", "XTKS", "JPY"),
        ("0700.HK", "XHKG", "HKD"),
        ("ARM.L", "XLON", "GBp"),
    ],
)
def test_a_suffix_names_exchange_and_unit(asset, exchange, unit):
    """As Yahoo's own list of exchanges has them."""
    known = listing(asset)
    assert known is not None
    assert (known.exchange, known.units[0]) == (exchange, unit)


@pytest.mark.parametrize("asset", ["NVDA", "BRK.B", ".KS", "KRW=X", "A.ks"])
def test_other_names_say_nothing(asset):
    """American names have no suffix, and classes of shares are none."""
    assert listing(asset) is None


def test_every_suffix_has_a_calendar():
    """All of them can be built."""
    assert all(len(load(known.exchange).sessions) > 2000 for known in SUFFIXES.values())
