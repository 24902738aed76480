"""The bridge: from the mean abnormal return of the events to the net gain over the untilted mix, without a rest.

Every step is the difference of two stated sums or simulations, see docs/bridge.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest import walks
from backtest.costs import Costs
from backtest.evidence.gains import planned, studied
from backtest.evidence.types import BRIDGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtest.evidence.line import Line

__all__ = ["bridge", "waterfall"]

COSTS = (
    ("half spread", ("half_spread_bps",)),
    ("slippage", ("slippage_bps",)),
    ("commission", ("commission_bps", "commission_per_share", "commission_min")),
    ("impact", ("impact",)),
    ("borrow fees", ("borrow_bps_per_year", "borrow_bps_of")),
    ("interest", ("cash_bps_per_year", "margin_bps_per_year")),
)
LIMITS = {
    "no_trade_band": 0.0,
    "lot": 0.0,
    "turnover_cap": 0.0,
    "participation_cap": 0.0,
    "initial_margin": 0.0,
    "maintenance_margin": 0.0,
    "funding": "scale",
}
BOUNDLESS = 1e9  # of equity
ROUNDING = 1e-12  # of capital: orders that just fit their cash are scaled by a last bit
Level = tuple[str, float, str]


def bridge(line: Line) -> pl.DataFrame:
    """Give the waterfall of a run; values are fractions of the capital."""
    return waterfall([*_sums(line), *_simulations(line)])


def waterfall(levels: Sequence[Level]) -> pl.DataFrame:
    """Turn levels (step, level after it, note) into steps whose values sum exactly to the last level.

    Levels are rounded to one binary grid fine enough that nothing but their last bits change (2^-52 of the largest);
    differences and sums of such numbers are exact.
    """
    largest = max(abs(level) for _, level, _ in levels)
    grid = 2.0 ** (math.frexp(largest)[1] - 51) if largest else 1.0
    running = [round(level / grid) * grid for _, level, _ in levels]
    values = [after - before for before, after in zip([0.0, *running[:-1]], running, strict=True)]
    rows = [(step, value, after, note) for (step, _, note), value, after in zip(levels, values, running, strict=True)]
    types = (pl.String, pl.Float64, pl.Float64, pl.String)
    return pl.DataFrame(rows, schema=dict(zip(BRIDGE, types, strict=True)), orient="row")


def _sums(line: Line) -> Iterator[Level]:
    """Give the levels that are plain sums of weights times returns."""
    found = studied(line)
    held = planned(line)
    short = f"; {found.short} of them with beta 1, their history is too short" if found.short else ""
    over = f"{found.events} events over sessions 0 to {found.last} from day 0"
    yield "event study", found.even, f"mean cumulative abnormal return of {over}, x events x mean notional{short}"
    yield "weighting", found.sized, "every event at its own notional instead of the mean"
    yield "market part", found.raw, "raw returns of the tilts instead of abnormal ones"
    yield "timing lag", found.timed, "from the fill of the first tradable session on instead of from day 0"
    yield (
        "decay and holding",
        held.alone,
        "held as the signal decays and targets are set, every event alone, instead of whole to the window's end",
    )
    yield (
        "overlap",
        held.events,
        "the run's own tilts: netting, caps, cooldowns, ends by later events, combination, bounds and hedges",
    )
    yield "controls", held.all, "tilts of signals that no event is behind"


def _simulations(line: Line) -> Iterator[Level]:
    """Give the levels that are pairs of walks, tilted less untilted, with ever more of the account and its costs."""
    costs, account = line.config.costs, line.config.account
    free = account.model_copy(update=LIMITS)
    limited = free != account
    level = _gain(line, Costs(), free)
    on_credit = _gain(line, Costs(), free.model_copy(update={"max_gross": BOUNDLESS}))
    yield (
        "compounding and drift",
        level if abs(on_credit - level) <= ROUNDING else on_credit,
        "simulated: gains compound, weights drift between decisions; nothing costs anything, credit is free",
    )
    yield "cash drag", level, "purchases need cash: orders shrink to what sales and max_gross leave for them"
    level = _gain(line, Costs(), account) if limited else level
    yield "account limits", level, "bands, lots, caps and margins of the account"
    charged: dict[str, object] = {}
    for step, fields in COSTS:
        applies = any(getattr(costs, field) for field in fields)
        charged |= {field: getattr(costs, field) for field in fields}
        level = _gain(line, Costs().model_copy(update=charged), account) if applies else level
        yield step, level, _charged(step) if applies else "none is charged"


def _charged(step: str) -> str:
    return f"the same two simulations with {step} beside the costs above"


def _gain(line: Line, costs: Costs, account: object) -> float:
    """Give what the tilted walk ends above the untilted one, a fraction of the capital."""
    stage = line.stage
    if not costs.borrow_bps_per_year and not costs.borrow_bps_of:
        market = stage.market._replace(borrow=np.zeros_like(stage.market.borrow))
        stage = walks.Stage(market, stage.panel, stage.first, stage.missing, stage.mixed)
    tilted, plain = (
        walks.walk(stage, targets, costs, account).equity[-1]  # type: ignore[arg-type]
        for targets in (line.targets, line.base_targets)
    )
    return float((tilted - plain) / line.config.account.capital)
