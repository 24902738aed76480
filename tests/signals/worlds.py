"""Small worlds for tests of signals: a panel of random prices, baskets, events with facts, a ledger behind them."""

from __future__ import annotations

import numpy as np
import polars as pl

from data.events.ledger import Ledger, microseconds
from data.panel import Panel
from data.schema import EVENTS, conform
from signals.base import Context, Event
from signals.history import History

ASSETS = ("A", "B", "C", "D", "E", "F")
BASKETS = {"chips": ("A", "B"), "clouds": ("C", "D"), "rest": ("E", "F"), "all": ASSETS}
FIRST_DAY = np.datetime64("2020-01-01")
SESSIONS = 120


def panel(sessions=SESSIONS, seed=0, close=None):
    """Give random prices; F lists in session 40."""
    if close is None:
        close = 100.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, (sessions, len(ASSETS))), axis=0))
        close[:40, 5] = np.nan
    ones = np.ones(close.shape)
    return Panel(FIRST_DAY + np.arange(len(close)), ASSETS[: close.shape[1]], close, close, ones * 0, ones, ones)


def facts(**more):
    """Give what a row states; what is not said is None."""
    names = (
        "value", "low", "high", "prior", "expected", "unit", "metric", "definition", "period", "group_id", "confidence",
        "number", "over_prior", "over_expected", "width", "level", "revision", "over_quarter", "over_year",
        "acceleration",
    )  # fmt: skip
    return dict.fromkeys(names) | more


def event(name, session, kind="routing_adoption", asset="C", direction="", **more):
    """Give an event known the evening before its session."""
    known = (FIRST_DAY + session).astype("datetime64[us]").astype(np.int64) - 1_000_000
    return Event(name, kind, asset, direction, session, int(known), facts(**more))


def context(events, decisions, prices=None, history=None, **settings):
    """Give a context with the baskets of this module."""
    ordered = sorted(events, key=lambda one: (one.session, one.event_id))
    settings = {"baskets": BASKETS} | settings
    return Context(tuple(ordered), np.array(decisions, dtype=np.int64), prices or panel(), history=history, **settings)


def history(rows):
    """Give the history of rows (event_id, kind, asset, known_at, metric, period, value), in dollars."""
    from datetime import UTC, datetime

    names = ("event_id", "kind", "asset", "known_at", "metric", "period", "value")
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.col("known_at").map_elements(
            lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC), return_dtype=EVENTS["known_at"].dtype
        ),
        unit=pl.lit("USD"),
        definition=pl.col("metric"),
        timing=pl.lit("A"),
        stated=pl.lit(""),
    )
    return History(Ledger.of(conform(frame, EVENTS)))


def known(text):
    """Give microseconds of an instant of UTC."""
    from datetime import UTC, datetime

    return microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))


def dense(scores, given):
    """Give scores as a table (D, N)."""
    table = np.zeros((len(given.decisions), len(given.assets)))
    np.add.at(table, (scores.decision, scores.asset), scores.value)
    return table
