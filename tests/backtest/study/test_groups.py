"""Who is looked at around an event."""

from __future__ import annotations

import numpy as np

from backtest.study.groups import grouped


def test_baskets_of_the_same_assets_are_studied_once():
    """Whatever their order and their weights elsewhere; the first name in the alphabet stands for both."""
    baskets = {"z": ("A", "B"), "clouds": ("B", "A"), "chips": ("C",)}

    _, rows = grouped(np.zeros((3, 3)), ("A", "B", "C"), ("D",), baskets=baskets, suppliers={})

    assert rows.group == ("announcer", "peers", "basket:chips", "basket:clouds")
