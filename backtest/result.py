"""What a run leaves: polars frames, metrics with their conventions, and the hashes that identify its inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.prices.examined import no_doubts

if TYPE_CHECKING:
    import polars as pl

    from backtest.config.model import Config
    from backtest.evidence.types import Gathered
    from data.events.funnel import Funnel

__all__ = ["Judgement", "Metric", "Provenance", "Result"]


def _empty() -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame()


@dataclass(frozen=True, slots=True)
class Metric:
    """One number with everything needed to read it.

    Attributes
    ----------
    name
        Stable identifier, as ``sharpe``.
    label
        Name for people, as ``Sharpe ratio``.
    value
        The number, None when it is undefined.
    unit
        ``fraction``, ``fraction per year``, ``ratio``, ``currency``, ``currency per year``, ``count``, ``date`` or
        ``text``.
    lower, upper
        95 % interval, None when there is none.
    convention
        Formula, annualisation, divisor, treatment of the first session.
    reason
        Why there is no value; empty when there is one.

    """

    name: str
    label: str
    value: float | str | None
    unit: str
    lower: float | None = None
    upper: float | None = None
    convention: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the inputs came from and what identifies them."""

    prices_label: str
    events_label: str
    adjustment: str
    simulated: bool
    disclosure: tuple[str, ...]
    config_hash: str
    prices_hash: str
    events_hash: str
    code_hash: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict by stated rules, to be put into words in any language; see docs/verdict.md.

    Attributes
    ----------
    code
        ``supported``, ``refuted``, ``luck`` (not distinguishable from it), ``uninformative``, ``ruined`` or ``none``
        (nothing to judge).
    reasons
        Codes of what decided, in order: of ``uninformative``: no_events, no_interval, few_events, low_power; of
        ``luck``: interval, placebo, trials.
    values
        Numbers behind it by name, those that are known: edge, lower, upper (a year over the untilted mix), events,
        p_placebo, dsr, trials, minimum_drift.

    """

    code: str
    reasons: tuple[str, ...]
    values: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A finished run.

    Attributes
    ----------
    config
        The config as run.
    run_id
        ``<name>-<hash>``, the hash over config, prices and events.
    daily
        Per session: session, equity, cash, gross, net (fractions of equity), turnover (traded notional / equity), base
        (equity of the untilted mix), benchmark (its equity, null without one), base_costs, benchmark_costs,
        dividend, interest, half_spread, slippage, commission, impact, borrow (account currency, costs positive), stale
        (assets held without a price).
    weights
        Target weights: session, asset, target (fraction of equity).
    trades
        Orders: session, asset, requested, shares (signed), reference, price (currency per share), half_spread,
        slippage, commission, impact, reason.
    events
        One row per event read: event_id, kind, asset, stated, timing, known_at, session, rule, stage, status, reason,
        direction, value, low, high, prior, unit, source, pnl (currency, null when not traded).
    attribution
        event_id (``base`` and ``cash`` beside the events), session, gross, cost, pnl = gross - cost; sums to the equity
        change. half_spread, slippage, commission, impact, borrow: the cost by kind, which sums to that of the session;
        not in a run that was stored before they were kept.
    funnel
        Counts of events by stage with the reasons of every loss.
    metrics
        In the order in which they are shown.
    verdict
        One sentence, English.
    judgement
        What the sentence says, as codes and numbers.
    warnings
        Sentences that must stand on the first screen: ruin, stale positions, scaled orders.
    provenance
        Sources and hashes.
    signals
        One row per signal: signal, kind, events (that moved something), gross, cost, pnl (currency), turnover (sum of
        changes of its target weights, fractions of equity).
    rotations
        One row per event and signal: event_id, signal, session (first moved), until (first session without it, null
        while live), exit (why it ended), pnl (currency, null when it held nothing), turnover.
    leave_out
        Total return without each event and each company; see ``backtest.research.leave_out``.
    fits
        Numbers fitted on training events before the run; see ``backtest.research.fits``.
    fit_paths
        What was seen after the training events, the fits and the decays used; see ``backtest.research.drawn_fit``.
    exposure
        What was held at the close by basket: session, basket (empty for assets of none), long, short (not above 0);
        fractions of equity. Empty in a run that was stored before it was kept.
    intervals
        95 % intervals of the metrics by every method; see ``backtest.metrics.intervals``.
    evidence
        What the run was set against (``backtest.evidence``); None for a cell of a sweep, which is not judged alone.
    quality
        What was found in the prices: severity (note, warning, set aside), kind, asset, session, where (file and row),
        field, value, problem, remedy; `data.prices.examined.QUALITY`.

    """

    config: Config
    run_id: str
    daily: pl.DataFrame
    weights: pl.DataFrame
    trades: pl.DataFrame
    events: pl.DataFrame
    attribution: pl.DataFrame
    funnel: Funnel
    metrics: tuple[Metric, ...]
    verdict: str
    warnings: tuple[str, ...]
    provenance: Provenance
    signals: pl.DataFrame = field(default_factory=_empty)
    rotations: pl.DataFrame = field(default_factory=_empty)
    leave_out: pl.DataFrame = field(default_factory=_empty)
    fits: pl.DataFrame = field(default_factory=_empty)
    fit_paths: pl.DataFrame = field(default_factory=_empty)
    exposure: pl.DataFrame = field(default_factory=_empty)
    intervals: pl.DataFrame = field(default_factory=_empty)
    evidence: Gathered | None = None
    judgement: Judgement | None = None
    quality: pl.DataFrame = field(default_factory=no_doubts)
