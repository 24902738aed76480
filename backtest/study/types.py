"""What a study is made of and what it gives: events, returns, the evidence in between, the frames of the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from backtest.study.factors import Factors
    from backtest.study.fits import Fits, Frame, Measured
    from backtest.study.groups import Rows
    from backtest.study.settings import Study

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

__all__ = ["Evidence", "Happenings", "Returns", "StudyResult"]


@dataclass(frozen=True, slots=True, eq=False)
class Happenings:
    """Events, each field of length E.

    Attributes
    ----------
    event_id, kind, asset, timing, direction
        Words; asset is the announcer, whether priced or not; timing the grade A, B or C.
    session
        Row of event day 0; below 0 or beyond the last row when the returns do not reach it.
    cluster
        Code of what moves together, usually the session itself.

    """

    event_id: tuple[str, ...]
    kind: tuple[str, ...]
    asset: tuple[str, ...]
    timing: tuple[str, ...]
    direction: tuple[str, ...]
    session: Ints
    cluster: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Returns:
    """Total returns as fractions.

    Attributes
    ----------
    sessions
        datetime64[D], shape (T,).
    assets
        Names, length A.
    values
        Return of every session over the one before, NaN where either has no price, shape (T, A).
    market
        Return of the market, shape (T,); None: all assets, equally weighted.
    factors
        Daily factors on the same sessions, for the factor models.

    """

    sessions: NDArray[np.datetime64]
    assets: tuple[str, ...]
    values: Floats
    market: Floats | None = None
    factors: Factors | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the tables are made of: one row per event and group that was fitted or not, and its windows.

    Attributes
    ----------
    happenings, rows
        The events, and which event, group and column a row stands for.
    why
        Reason why a row has no numbers at all, empty otherwise.
    at
        Position of a row in ``fits``, -1 for those never fitted.
    fits, measured, ranks, order, on
        Fitted rows, their windows in the order of the settings, their ranks with and without the span, and the model's
        series.

    """

    happenings: Happenings
    rows: Rows
    why: tuple[str, ...]
    at: Ints
    fits: Fits
    measured: tuple[Measured, ...]
    ranks: Floats
    order: Floats
    on: Frame
    returns: Returns
    settings: Study


@dataclass(frozen=True, slots=True, eq=False)
class StudyResult:
    """Frames of a study.

    Attributes
    ----------
    events
        event_id, kind, group, asset, session, timing, direction, cluster, window, first, last, car, scar, bhar, t,
        freedom, p, observations, missing, status (``kept`` or ``dropped``), reason.
    tests
        kind, group, split (all, timing, direction), level, window, first, last, test, headline, statistic, freedom, p,
        p_holm (over the windows), caar, mean_bhar, n, clusters, correlation, reason.
    path
        kind, group, offset, aar, caar, lower, upper, n: the mean cumulative abnormal return, with an interval.
    abnormal
        event_id, kind, group, offset, ar: the heat map.
    drops
        kind, group, window, reason, events.

    """

    settings: Study
    events: pl.DataFrame
    tests: pl.DataFrame
    path: pl.DataFrame
    abnormal: pl.DataFrame
    drops: pl.DataFrame
