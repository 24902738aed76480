"""Walk the portfolios of a run (tilted, untilted, benchmark) and split the first over its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backtest import simulation, staging
from backtest.kernels import attribute as second
from backtest.kernels.parts import parts
from backtest.kernels.prepare import averages
from backtest.portfolio import BASE, Targets
from data.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from backtest.costs import Account, Costs
    from backtest.kernels.books import Market
    from backtest.simulation import Walk
    from data.mixed import Mixed
    from data.panel import Panel

__all__ = ["Attribution", "Stage", "attribute", "hold", "stage", "walk"]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A price panel made ready for the walk, from row ``first`` of the panel on.

    Rows are sessions, or the fill instants of several exchanges (``mixed``). ``missing`` says in which of them an
    asset's close was due and is not there, shape (T, N).
    """

    market: Market
    panel: Panel
    first: int
    missing: NDArray[np.bool_]
    mixed: Mixed | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """Gain and cost per session and part, shape (T, parts); which parts ever held shares, and which never could.

    ``kinds``, shape (T, COSTS, parts), is the cost by kind. ``unpriced`` parts wished for weight only in sessions in
    which the asset had no fill price.
    """

    gain: NDArray[np.float64]
    cost: NDArray[np.float64]
    kinds: NDArray[np.float64]
    held: NDArray[np.bool_]
    unpriced: NDArray[np.bool_]


def stage(
    panel: Panel,
    first: int,
    costs: Costs,
    account: Account,
    delistings: Mapping[tuple[int, int], float],
    *,
    mixed: Mixed | None = None,
) -> Stage:
    """Prepare the sessions from ``first`` on; marks and averages are taken from the sessions before, too."""
    if mixed is not None:
        return _mixed_stage(mixed, first, costs, account, delistings)
    days = np.zeros(len(panel.sessions))
    days[1:] = np.diff(panel.sessions).astype(np.float64)
    rates = [costs.borrow_bps_of.get(asset, costs.borrow_bps_per_year) * staging.BPS for asset in panel.assets]
    whole = staging.market(
        panel.close,
        panel.open if account.fill == "open" else None,
        costs.model_copy(update={"borrow_bps_of": {}}),  # by name: resolved here
        account,
        delistings=delistings,
        dividend=panel.dividend,
        split=panel.split,
        volume=panel.volume,
        days=days,
    )._replace(borrow=np.array([rates]))
    return Stage(_from(whole, first), panel, first, np.isnan(panel.close[first:]))


def _mixed_stage(
    mixed: Mixed, first: int, costs: Costs, account: Account, delistings: Mapping[tuple[int, int], float]
) -> Stage:
    """Prepare the rows of several exchanges: orders fill at the panel's opens, averages are of an asset's sessions."""
    plain = (
        costs.model_copy(update={"impact": 0.0}),
        account.model_copy(update={"participation_cap": 0.0, "fill": "open"}),
    )
    whole = stage(mixed.panel, 0, *plain, delistings).market
    if costs.impact or account.participation_cap:
        volume, sigma = (np.full(mixed.fill.shape, np.nan) for _ in range(2))
        for exchange, own in enumerate(mixed.own):
            at = np.ix_(mixed.axis.fills[exchange], mixed.columns(exchange))
            volume[at], sigma[at] = averages(own.close, own.volume, own.split)
        whole = whole._replace(volume=volume, sigma=sigma)
    return Stage(_from(whole, first), mixed.panel, first, mixed.missing[first:], mixed)


def _from(whole: Market, first: int) -> Market:
    """Leave out the sessions before the run; its first session accrues nothing."""
    if (whole.gone[:, 0] < first).any():
        raise RunError("an asset was delisted before the run begins; take it out of the baskets")
    days = whole.days[first:].copy()
    days[:1] = 0.0
    return whole._replace(
        reference=whole.reference[first:],
        tradable=whole.tradable[first:],
        mark=whole.mark[first:],
        dividend=whole.dividend[first:],
        split=whole.split[first:],
        days=days,
        actions=whole.actions[whole.actions >= first] - first,
        volume=whole.volume[first:] if len(whole.volume) > 1 else whole.volume,
        sigma=whole.sigma[first:] if len(whole.sigma) > 1 else whole.sigma,
        gone=whole.gone - np.array([first, 0.0, 0.0]),
    )


def walk(on: Stage, targets: Targets, costs: Costs, account: Account) -> Walk:
    """Walk one portfolio; targets are in sessions of the panel."""
    return simulation.walk(on.market, _shifted(targets, on.first), costs, account)


def hold(on: Stage, asset: int, sessions: NDArray[np.int64], costs: Costs, account: Account) -> Walk:
    """Buy one asset with all capital and set it to a weight of 1 again at the given sessions of the panel."""
    count = len(sessions)
    whole = Targets(
        sessions,
        np.arange(count + 1, dtype=np.int64),
        np.full(count, asset, dtype=np.int64),
        np.full(count, BASE, dtype=np.int64),
        np.ones(count),
    )
    return walk(on, whole, costs, account.model_copy(update={"max_gross": 1.0, "no_trade_band": 0.0}))


def attribute(on: Stage, targets: Targets, walked: Walk, count: int) -> Attribution:
    """Split the walk's gains and costs over ``count`` parts."""
    shifted = _shifted(targets, on.first)
    rows = (shifted.session, shifted.start, shifted.asset, shifted.part, shifted.weight)
    pieces = parts(*rows, len(on.panel.assets))
    journal = (walked.label, walked.order, walked.value, -1 if walked.stopped is None else walked.stopped)
    gain, cost, held = second.attribute(pieces, *journal, on.market, count)
    return Attribution(gain, cost[:, 0], cost[:, 1:], held, _unpriced(on.market, shifted, count))


def _unpriced(market: Market, targets: Targets, count: int) -> NDArray[np.bool_]:
    session = np.repeat(targets.session, np.diff(targets.start))
    wished = targets.weight != 0.0
    priced = market.tradable[session, targets.asset]
    some, could = (np.zeros(count, dtype=np.bool_) for _ in range(2))
    some[targets.part[wished]] = True
    could[targets.part[wished & priced]] = True
    return some & ~could


def _shifted(targets: Targets, first: int) -> Targets:
    return Targets(targets.session - first, targets.start, targets.asset, targets.part, targets.weight)
