"""The event study: events and returns in, abnormal returns, tests, paths and a reason for every dropped event out.

Event day 0 of an event is the session index it comes with: the first session whose close is later than the instant at
which the public knew (``data.timing`` decides; ``of_run`` asks it for fills at the close, since that close is the first
price that can show a reaction).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backtest.study import paths, tables, testing
from backtest.study.estimation import estimate, measure
from backtest.study.groups import grouped
from backtest.study.models import average, explained
from backtest.study.overlap import left_out, masked
from backtest.study.ranks import ranked, residual_ranks
from backtest.study.types import Evidence, Happenings, Returns, StudyResult

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from numpy.typing import NDArray

    from backtest.study.groups import Rows
    from backtest.study.settings import Study

__all__ = ["Happenings", "Returns", "StudyResult", "study"]


def study(
    returns: Returns,
    happenings: Happenings,
    settings: Study,
    baskets: Mapping[str, Sequence[str]] | None = None,
    elsewhere: Container[str] = (),
) -> StudyResult:
    """Study events by kind and group; every event, group and window stands in the result, with numbers or a reason.

    ``elsewhere`` names assets that are studied by themselves: groups of none but these have no rows here.
    """
    evidence = _gather(returns, happenings, settings, baskets or {}, elsewhere)
    events = tables.events(evidence)
    return StudyResult(
        settings=settings,
        events=events,
        tests=testing.tests(evidence),
        path=paths.path(evidence),
        abnormal=tables.abnormal(evidence),
        drops=tables.drops(events),
    )


def _gather(
    returns: Returns,
    happenings: Happenings,
    settings: Study,
    baskets: Mapping[str, Sequence[str]],
    elsewhere: Container[str],
) -> Evidence:
    given = (returns.values, returns.assets, happenings.asset)
    universe, rows = grouped(*given, baskets=baskets, suppliers=settings.suppliers, elsewhere=elsewhere)
    market = average(returns.values, range(len(returns.assets))) if returns.market is None else returns.market
    on = explained(
        settings.model,
        universe.returns,
        _mask(universe.returns.shape, returns, happenings, settings),
        market=market,
        factors=returns.factors,
        matches=universe.matches,
    )
    why = _reasons(happenings, rows, len(returns.sessions), settings)
    fitted = np.array([row for row, reason in enumerate(why) if not reason], dtype=np.int64)
    at = np.full(len(why), -1, dtype=np.int64)
    at[fitted] = np.arange(len(fitted))
    fits = estimate(
        on,
        np.array(rows.column, dtype=np.int64)[fitted],
        happenings.session[np.array(rows.event, dtype=np.int64)[fitted]],
        sessions=settings.estimation_sessions,
        gap=settings.gap,
        span=settings.span,
        fewest=settings.min_estimation_obs,
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        measured = tuple(measure(fits, window) for window in settings.windows)
    complete = tuple(
        reason or (fits.reason[place] if place >= 0 else "") for reason, place in zip(why, at, strict=True)
    )
    return Evidence(
        happenings,
        rows,
        complete,
        at,
        fits,
        measured,
        residual_ranks(fits),
        ranked(fits.residual),
        on,
        returns,
        settings,
    )


def _mask(shape: tuple[int, ...], returns: Returns, happenings: Happenings, settings: Study) -> NDArray[np.bool_]:
    """Mark every asset's own events; a portfolio is hit by so many that nothing would be left of it."""
    if not settings.mask_other_events:
        return np.zeros(shape, dtype=np.bool_)
    place = {asset: column for column, asset in enumerate(returns.assets)}
    column = np.array([place.get(asset, -1) for asset in happenings.asset], dtype=np.int64)
    return masked((shape[0], shape[1]), column, happenings.session, settings.mask_window)


def _reasons(happenings: Happenings, rows: Rows, sessions: int, settings: Study) -> tuple[str, ...]:
    first, last = settings.span
    inside = (happenings.session >= 0) & (happenings.session < sessions)
    there = np.flatnonzero(inside).tolist()
    policy = left_out(
        [happenings.event_id[i] for i in there],
        [happenings.asset[i] for i in there],
        happenings.session[inside],
        last - first + 1,
        settings.overlap,
    )
    overlapping = dict(zip(there, policy, strict=True))

    def why(event: int, reason: str) -> str:
        if happenings.session[event] < 0:
            return "before the first session"
        if happenings.session[event] >= sessions:
            return "after the last session"
        return overlapping[event] or reason

    return tuple(why(event, reason) for event, reason in zip(rows.event, rows.reason, strict=True))
