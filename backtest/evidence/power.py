"""What a run could have found at all: the smallest edge that its events, their clustering and their noise allow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from backtest.distributions import normal_cdf, normal_ppf
from backtest.evidence.tilts import alone, asked, held
from backtest.evidence.types import Power
from signals.past import returns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from backtest.evidence.line import Line
    from backtest.evidence.tilts import Asked
    from backtest.plan import Draft

    Floats = NDArray[np.float64]

__all__ = ["design_effect", "detectable", "power", "rejection"]

BPS = 1e-4
LEVEL, WANTED = 0.05, 0.80
LOOK_BACK, FEWEST = 252, 20


def rejection(edge: float, error: float, level: float = LEVEL) -> float:
    """Give the power of a two-sided test, 1 - Phi(z - d) + Phi(-z - d) with d = edge / error (MacKinlay 1997, 27)."""
    z, d = float(normal_ppf(1.0 - level / 2.0)), edge / error
    return 1.0 - float(normal_cdf(z - d)) + float(normal_cdf(-z - d))


def detectable(error: float, level: float = LEVEL, wanted: float = WANTED) -> float:
    """Give the edge that is found with probability ``wanted``: (z(1 - level / 2) + z(wanted)) x standard error.

    The other tail of ``rejection``, some 1e-6 here, is left out, as in the usual formula.
    """
    return float(normal_ppf(1.0 - level / 2.0) + normal_ppf(wanted)) * error


def design_effect(count: int, correlation: float) -> float:
    """Give what a mean correlation makes of the variance of a mean, 1 + (n - 1) rho (Kish 1965)."""
    return 1.0 + (count - 1) * correlation


def power(line: Line) -> Power:
    """Say which edge the run could have found, from what was known before it: no later return enters.

    Every event is taken with the same notional, alone, decaying as its signal says. Its gain is sum_t E_t . r_t over
    the sessions it is held; the variance of the mean over n events is sum_t Var(E_t . r) / n^2 with E the sum of all
    exposures, so that events held at the same time count as what they are: sigma^2 / n times the design effect
    1 + (n - 1) rho. Var(E_t . r) is taken over the 252 sessions before t (the first 252 of the panel where fewer than
    20 came before). Costs: half spread, slippage and commission in bps on everything bought and sold over an event's
    life; impact and costs per share depend on the account and are left out. With several exchanges all is seen from
    the first one.
    """
    draft, wanted = line.drafts[0], asked(line.drafts[0])
    notional = _notional(wanted, len(draft.context.events))
    count = int(np.count_nonzero(notional))
    clusters = len(np.unique(draft.sessions[notional > 0.0]))
    cost = _cost(line, draft, wanted, notional) if count else None
    variances = _variances(line, draft, notional) if count else None
    if variances is None or cost is None or not variances[0] > 0.0:
        reason = "no event moves anything" if count == 0 else "the tilts do not vary"
        return Power(
            count, clusters, None, None, cost, informative=False, sentence=f"Nothing could be found: {reason}."
        )
    unit, actual = variances
    drift = detectable(math.sqrt(unit) / count)
    years = (len(line.seen[0].inputs.panel.sessions) - line.seen[0].inputs.first) / line.config.sessions_per_year
    promised = line.config.evidence.plausible_drift_bps * BPS
    informative = promised - cost >= drift
    return Power(
        count,
        clusters,
        drift,
        detectable(math.sqrt(actual)) / years,
        cost,
        informative=informative,
        sentence=_sentence(count, clusters, drift, cost, promised, informative=informative),
    )


def _sentence(count: int, clusters: int, drift: float, cost: float, promised: float, *, informative: bool) -> str:
    found = "could have been found" if informative else "could not have been found"
    return (
        f"{count} events on {clusters} sessions find a gain of {drift / BPS:.0f} bps per event after costs in 80 of "
        f"100 such runs; a gain of {promised / BPS:.0f} bps before costs of {cost / BPS:.0f} bps {found}."
    )


def _notional(wanted: Asked, events: int) -> Floats:
    """Give what every event moves, sum of |size|, shape (E,)."""
    moving = np.where(wanted.tilt.any(axis=1), np.abs(wanted.size), 0.0)
    return np.bincount(wanted.event, moving, events).astype(np.float64)


def _cost(line: Line, draft: Draft, wanted: Asked, notional: Floats) -> float:
    """Give the mean cost of an event per notional: bps x what its loading holds gross x sum of |changes| by age."""
    costs = line.config.costs
    rate = (costs.half_spread_bps + costs.slippage_bps + costs.commission_bps) * BPS
    turned = {
        name: float(np.abs(np.diff(each.table, prepend=0.0, append=0.0)).sum()) for name, each in draft.impulses.items()
    }
    if not turned:
        return 0.0
    by_event = np.bincount(wanted.event, np.abs(wanted.size) * np.abs(wanted.tilt).sum(axis=1), len(notional))
    share = by_event[notional > 0.0] / notional[notional > 0.0]
    return rate * math.fsum(share.tolist()) / len(share) * max(turned.values())


def _variances(line: Line, draft: Draft, notional: Floats) -> tuple[float, float]:
    """Give the variance of the sum over events of their gains at a notional of 1, and of the run's own tilts."""
    scale = np.divide(1.0, notional, out=np.zeros(len(notional)), where=notional > 0.0)
    inputs, at = line.seen[0].inputs, draft.context.decisions
    count, assets = len(inputs.panel.sessions), len(inputs.panel.assets)
    past = np.nan_to_num(returns(inputs.panel))
    unit = held(alone(draft, scale), at, count)
    planned = held(_tilts(line, assets), np.unique(line.targets.session), len(line.stage.panel.sessions))
    rows = planned if line.inputs.mixed is None else planned[line.seen[0].rows]
    return _summed(unit, past, inputs.first), _summed(rows, past, inputs.first)


def _tilts(line: Line, assets: int) -> Floats:
    """Give what the run's targets add to the mix, shape (rows, N)."""
    targets = line.targets
    row = np.repeat(np.arange(len(targets.session)), np.diff(targets.start))
    tilt = np.where(targets.part > 0, targets.weight, 0.0)
    summed = np.bincount(row * assets + targets.asset, tilt, len(targets.session) * assets)
    return summed.astype(np.float64).reshape(-1, assets)


def _summed(exposure: Floats, past: Floats, first: int) -> float:
    """Add up the variance of every session's exposure over the returns before it."""
    total = []
    for t in np.flatnonzero(exposure.any(axis=1)).tolist():
        if t >= first:
            window = past[max(t - LOOK_BACK, 1) : t] if t > FEWEST else past[1 : 1 + LOOK_BACK]
            total.append(float(np.var((window * exposure[t]).sum(axis=1), ddof=1)) if len(window) > 1 else 0.0)
    return math.fsum(total)
