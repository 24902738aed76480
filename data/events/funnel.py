"""The funnel: how many events were read, valid, mapped, tradable and traded, and why each of the others was lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["STAGES", "Funnel", "Loss", "funnel"]

STAGES = ("read", "valid", "mapped", "tradable", "traded")


@dataclass(frozen=True, slots=True)
class Loss:
    """Events that did not reach a stage, for one reason."""

    stage: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts by stage, in the order of STAGES, and the losses between them; the two sum."""

    counts: tuple[int, ...]
    losses: tuple[Loss, ...]

    def reached(self, stage: str) -> int:
        """Give the number of events that reached a stage."""
        return self.counts[STAGES.index(stage)]


def funnel(read: int, lost: Iterable[tuple[str, str]]) -> Funnel:
    """Count.

    Parameters
    ----------
    read
        Number of rows read.
    lost
        (stage not reached, reason) of every event that did not make it to the end.

    """
    tally = Counter(lost)
    losses = tuple(
        Loss(stage, reason, tally[stage, reason])
        for stage in STAGES[1:]
        for reason in sorted({reason for at, reason in tally if at == stage})
    )
    counts = [read]
    for stage in STAGES[1:]:
        counts.append(counts[-1] - sum(loss.count for loss in losses if loss.stage == stage))
    return Funnel(tuple(counts), losses)
