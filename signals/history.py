"""The ledger's series as they stood at an event: no instant later than an event's own can be asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from data.events.ledger import Ledger
    from data.events.series import Series, Steps
    from signals.shapes import Event

__all__ = ["DAY_US", "History"]

DAY_US = 86_400 * 1_000_000


@dataclass(frozen=True, eq=False)
class History:
    """What was known of series when events became known."""

    _ledger: Ledger
    _taken: dict[tuple[Series, bool], Steps] = field(default_factory=dict)

    def latest(self, series: Series, events: Sequence[Event], days_before: int = 0) -> NDArray[np.float64]:
        """Give the level of the latest period known so many days before each event, NaN before the first; (E,)."""
        return self._at(self._steps(series, summed=False), events, days_before)

    def trailing(self, series: Series, events: Sequence[Event], days_before: int = 0) -> NDArray[np.float64]:
        """Give the sum of the latest four quarters known so many days before each event, NaN until all are; (E,)."""
        return self._at(self._steps(series, summed=True), events, days_before)

    def moved(self, series: Series, events: Sequence[Event]) -> NDArray[np.float64]:
        """Give which way the series last moved before or at each event: 1, -1 or 0, NaN before the first; (E,)."""
        taken = self._steps(series, summed=False)
        return self._read(taken, taken.moved.astype(np.float64), events, 0)

    def guide(self, series: Series, events: Sequence[Event], days_before: int = 0) -> NDArray[np.float64]:
        """Give the guide for the latest period guided so many days before each event, NaN before the first; (E,)."""
        return self._at(self._guides(series), events, days_before)

    def _at(self, taken: Steps, events: Sequence[Event], days_before: int) -> NDArray[np.float64]:
        return self._read(taken, taken.level, events, days_before)

    def _read(
        self, taken: Steps, values: NDArray[np.float64], events: Sequence[Event], days_before: int
    ) -> NDArray[np.float64]:
        if days_before < 0:
            raise ValueError(f"days_before is {days_before}; what comes after an event is not known at it")
        at = np.array([event.known_us for event in events], dtype=np.int64) - days_before * DAY_US
        return np.concatenate([[np.nan], values])[np.searchsorted(taken.known_us, at, side="right")]

    def _steps(self, series: Series, *, summed: bool) -> Steps:
        from data.events.series import steps, trailing

        if (series, summed) not in self._taken:
            self._taken[series, summed] = (trailing if summed else steps)(self._ledger, series)
        return self._taken[series, summed]

    def _guides(self, series: Series) -> Steps:
        """Follow the guide of the latest year guided, as the rows came."""
        from data.events.features import numbered
        from data.events.ledger import microseconds
        from data.events.periods import read_period
        from data.events.series import Steps

        chosen = self._ledger.frame.filter(asset=series.asset, kind=series.kind, metric=series.metric)
        levels, taken = {}, []
        for row in numbered(chosen):
            period = read_period(row["period"])
            if period is None or period.quarters == 1:
                continue
            levels[period] = row["level"]
            taken.append((microseconds(row["known_at"]), levels[max(levels, key=lambda one: one.end)]))
        level = np.array([level for _, level in taken], dtype=np.float64)
        return Steps(np.array([at for at, _ in taken], dtype=np.int64), level, np.zeros(len(taken), dtype=np.int64))
