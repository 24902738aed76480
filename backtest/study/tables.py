"""The frames of single events: one row per event, group and window, abnormal returns by offset, counts of reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import polars as pl

from backtest.distributions import student_t_two_sided

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.study.settings import Window
    from backtest.study.types import Evidence

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["abnormal", "drops", "events", "name", "window_reasons"]

WORDS = ("event_id", "kind", "group", "asset", "timing", "direction", "window", "status", "reason")


def name(window: Window) -> str:
    """Name a window as [-1, 1]."""
    return f"[{window[0]}, {window[1]}]"


def events(evidence: Evidence) -> pl.DataFrame:
    """Give one row per event, group and window."""
    return pl.concat([_window_rows(evidence, at) for at in range(len(evidence.settings.windows))])


def _window_rows(evidence: Evidence, at: int) -> pl.DataFrame:
    window, measured, fits = evidence.settings.windows[at], evidence.measured[at], evidence.fits
    rows, happenings = evidence.rows, evidence.happenings
    place = evidence.at
    reasons = window_reasons(evidence, at)
    kept = np.array([not reason for reason in reasons], dtype=np.bool_)

    def spread(values: Floats, *, shown: NDArray[np.bool_] = kept) -> pl.Series:
        out = np.full(len(place), np.nan)
        out[shown] = values[place[shown]]
        return pl.Series(out, dtype=pl.Float64).fill_nan(None)

    event = list(rows.event)
    length = window[1] - window[0] + 1
    with np.errstate(invalid="ignore"):
        p = student_t_two_sided(measured.scar, fits.freedom)
    return pl.DataFrame(
        {
            "event_id": [happenings.event_id[i] for i in event],
            "kind": [happenings.kind[i] for i in event],
            "group": list(rows.group),
            "asset": list(rows.label),
            "session": pl.Series([_day(evidence, i) for i in event], dtype=pl.Date),
            "timing": [happenings.timing[i] for i in event],
            "direction": [happenings.direction[i] for i in event],
            "cluster": pl.Series([int(happenings.cluster[i]) for i in event], dtype=pl.Int64),
            "window": [name(window)] * len(event),
            "first": pl.Series([window[0]] * len(event), dtype=pl.Int64),
            "last": pl.Series([window[1]] * len(event), dtype=pl.Int64),
            "car": spread(measured.car),
            "scar": spread(measured.scar),
            "bhar": spread(measured.bhar),
            "t": spread(measured.scar),
            "freedom": spread(fits.freedom),
            "p": spread(p),
            "observations": spread(fits.observations, shown=place >= 0),
            "missing": spread(length - measured.valid, shown=place >= 0),
            "status": ["kept" if one else "dropped" for one in kept.tolist()],
            "reason": list(reasons),
        },
        schema_overrides=dict.fromkeys(WORDS, pl.String),
    )


def _day(evidence: Evidence, event: int) -> Any:
    at = int(evidence.happenings.session[event])
    return evidence.returns.sessions[at].item() if 0 <= at < len(evidence.returns.sessions) else None


def window_reasons(evidence: Evidence, at: int) -> tuple[str, ...]:
    """Give the reason why a row has no numbers in a window, empty for those that have."""
    window, valid = evidence.settings.windows[at], evidence.measured[at].valid
    length, last = window[1] - window[0] + 1, len(evidence.returns.sessions) - 1

    def why(reason: str, place: int, event: int) -> str:
        if reason:
            return reason
        session = int(evidence.happenings.session[event])
        if session + window[1] > last or session + window[0] < 0:
            return "the window leaves the prices"
        missing = length - int(valid[place])
        if missing > evidence.settings.max_missing_event or missing == length:
            return f"{missing} of {length} sessions without a return"
        return ""

    rows = zip(evidence.why, evidence.at.tolist(), evidence.rows.event, strict=True)
    return tuple(why(reason, place, event) for reason, place, event in rows)


def abnormal(evidence: Evidence) -> pl.DataFrame:
    """Give the abnormal return of every fitted event and group at every offset of the span; null where unknown."""
    rows = np.flatnonzero(np.array([not reason for reason in evidence.why], dtype=np.bool_))
    ar = evidence.fits.ar[evidence.at[rows]]
    width = ar.shape[1]
    event = [evidence.rows.event[row] for row in rows.tolist()]
    repeated = np.repeat(np.arange(len(rows)), width)
    frame = pl.DataFrame(
        {
            "event_id": [evidence.happenings.event_id[i] for i in event],
            "kind": [evidence.happenings.kind[i] for i in event],
            "group": [evidence.rows.group[row] for row in rows.tolist()],
        },
        schema=dict.fromkeys(("event_id", "kind", "group"), pl.String),
    )
    return frame[repeated].with_columns(
        pl.Series("offset", np.tile(np.arange(width, dtype=np.int64) + evidence.fits.first, len(rows))),
        pl.Series("ar", ar.ravel(), dtype=pl.Float64).fill_nan(None),
    )


def drops(events: pl.DataFrame) -> pl.DataFrame:
    """Count the events that have no numbers, by kind, group, window and reason, the most frequent first."""
    keys = ["kind", "group", "window", "reason"]
    counted = events.filter(pl.col("status") == "dropped").group_by(keys).agg(events=pl.len().cast(pl.Int64))
    return counted.sort("events", *keys, descending=[True, False, False, False, False])
