"""Stretches of sessions without a close between two closes: listed always, refused where a config sets a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.prices.series import Issue, Series

__all__ = ["long_gaps"]


def long_gaps(one: Series, allowed: int | None) -> Iterator[Issue]:
    """Refuse stretches of more sessions than allowed, rows missing or closes empty; None: no limit."""
    if allowed is None:
        return
    known = np.flatnonzero(~np.isnan(one.numbers["close"]) & (one.index >= 0))
    asset = np.concatenate([[0], np.cumsum(~one.same)])
    lengths = np.diff(one.index[known]) - 1
    for at in np.flatnonzero((np.diff(asset[known]) == 0) & (lengths > allowed)):
        last, row = int(known[at]), int(known[at + 1])
        count = int(lengths[at])
        text = f"{count} session{'' if count == 1 else 's'} before it without a close, after {one.day(last)}"
        hint = f"fetch them; or set allow_gaps to {count} or more, and the last price is held"
        yield one.issue(row, "error", "long gap", ("close", one.shown("close", row), text, hint))
