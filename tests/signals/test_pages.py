"""The pages about signals tell the truth: the signal of the guide runs, the table names the union."""

from __future__ import annotations

import re

import numpy as np
import pytest

from signals.expression import FUNCTIONS
from tests.signals.test_union import UNION
from tests.signals.worlds import context, dense, event


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_signal_of_the_guide_runs(root):
    """A buyback of 5 bn moves 1 % from E and F to its announcer, and fades."""
    (code,) = blocks((root / "docs" / "write-a-signal.md").read_text(), "python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 30
    space = {"__name__": "page"}
    exec(compile(code, "page", "exec", dont_inherit=True), space)  # noqa: S102 - the page's own example
    signal = space["Buyback"](neutral_to="rest")
    given = context([event("b", 50, "buyback", "C", value=5e9)], [49, 50, 70])
    table = dense(signal.scores(given), given)
    assert table[:, 2].tolist() == pytest.approx([0.0, 0.01, 0.005])
    assert np.abs(table.sum(axis=1)).max() < 1e-15


def test_the_page_names_every_signal_and_function(root):
    """No signal joins the union, and no function the expressions, unsaid."""
    page = (root / "docs" / "signals.md").read_text()
    assert all(f"`{kind}`" in page for kind in UNION)
    assert all(name in page for name in FUNCTIONS)
