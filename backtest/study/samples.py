"""Which events are tested together: by kind and group, and each of these by timing grade and by direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from backtest.study.types import Evidence

    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["ALL", "Sample", "samples"]

ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows of the evidence, ascending by session, then event_id.

    ``split`` is all, timing or direction, ``level`` its value; kind ``all`` pools the kinds.
    """

    kind: str
    group: str
    split: str
    level: str
    rows: Ints


def samples(evidence: Evidence) -> tuple[Sample, ...]:
    """Give every sample, by kind, group, split and level; a split with one level would repeat the whole."""
    return tuple(_samples(evidence))


def _samples(evidence: Evidence) -> Iterator[Sample]:
    event, group = evidence.rows.event, np.array(evidence.rows.group, dtype=np.object_)
    known = evidence.happenings
    order = np.array(
        sorted(range(len(event)), key=lambda row: (int(known.session[event[row]]), known.event_id[event[row]])),
        dtype=np.int64,
    )
    kind = _words(known.kind, event)
    kinds = sorted(set(kind.tolist()))
    for one in [*([ALL] if len(kinds) > 1 else []), *kinds]:
        for who in sorted(set(group.tolist())):
            rows = order[(group[order] == who) & ((kind[order] == one) | (one == ALL))]
            if len(rows):
                yield Sample(one, who, ALL, ALL, rows)
                yield from _split(one, who, "timing", _words(known.timing, event), rows)
                yield from _split(one, who, "direction", _words(known.direction, event), rows)


def _words(words: Sequence[str], event: Sequence[int]) -> NDArray[np.object_]:
    return np.array([words[i] for i in event], dtype=np.object_)


def _split(kind: str, group: str, split: str, words: NDArray[np.object_], rows: Ints) -> Iterator[Sample]:
    levels = sorted(set(words[rows].tolist()))
    if len(levels) > 1:
        for level in levels:
            yield Sample(kind, group, split, level or "not stated", rows[words[rows] == level])
