"""Combine the scores of several signals, step by step, in the order written in the config.

Every step keeps apart which signal and event a score comes from: a factor goes to all of them alike, and a rank is
split by the size of what stood behind the asset.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from data.settings import Name, Positive, Settings
from signals.expression import Expression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from backtest.portfolio.settings import Combination
    from signals.base import Context, Scores

__all__ = ["Cap", "Gate", "Rank", "VolatilityTarget", "Weights", "combined"]


class Weights(Settings):
    """Multiply the scores of signals; those that are not named keep theirs."""

    kind: Literal["weights"] = "weights"
    of: dict[Name, float] = Field(min_length=1, description="Signal: factor; 0 keeps it for gates alone.")


class Rank(Settings):
    """Replace the sums per asset by their ranks, from -1 for the lowest to 1 for the highest."""

    kind: Literal["rank"] = "rank"
    size: Annotated[float, Field(gt=0, le=1)] = Field(description="Fraction of equity on each side.")


class Gate(Settings):
    """Let signals through only while a condition on the levels of signals holds."""

    kind: Literal["gate"] = "gate"
    when: Expression = Field(
        description="Over names of signals, as rpo_change > 0; a signal's level is what it moves, net, at the decision."
    )
    signals: tuple[Name, ...] = Field(default=(), description="Those that pass; empty: all that `when` does not name.")


class Cap(Settings):
    """Bound the tilts: of every asset, or all together by one factor."""

    kind: Literal["cap"] = "cap"
    of: Literal["asset", "total"] = Field(default="total", description="|tilt| of an asset, or the sum of |tilt|.")
    most: Positive = Field(description="Most of it, a fraction of equity.")


class VolatilityTarget(Settings):
    """Scale the tilts to a volatility, estimated from what the same tilts would have done in the sessions before."""

    kind: Literal["volatility_target"] = "volatility_target"
    per_year: Positive = Field(description="Standard deviation of the tilts' return a year, a fraction of equity.")
    lookback_sessions: int = Field(default=63, ge=5, le=2520, description="Sessions that give the past volatility.")
    most: Positive = Field(default=1.0, description="Largest factor; 1 scales down only.")


def combined(
    steps: Sequence[Combination],
    scores: Mapping[str, Scores],
    context: Context,
    levels: Callable[[str], NDArray[np.float64]],
    sessions_per_year: float,
) -> list[Scores]:
    """Take the steps in their order.

    Parameters
    ----------
    steps
        As written.
    scores
        By the name of the signal.
    context
        What the signals were given.
    levels
        Gives the level of a signal at every decision, shape (D,); asked only for those that a gate names.
    sessions_per_year
        For the volatility target.

    """
    found = dict(scores)
    for step in steps:
        if isinstance(step, Weights):
            found = {name: _times(score, step.of.get(name, 1.0)) for name, score in found.items()}
        elif isinstance(step, Gate):
            found = _gated(step, found, levels)
        elif isinstance(step, Rank):
            found = _ranked(step, found, context)
        elif isinstance(step, Cap):
            found = _capped(step, found, context)
        else:
            found = _targeted(step, found, context, sessions_per_year)
    return list(found.values())


def _times(score: Scores, factor: float | NDArray[np.float64]) -> Scores:
    from signals.base import Scores

    values = score.value * factor
    kept = values != 0.0
    return Scores(score.decision[kept], score.asset[kept], score.event[kept], values[kept])


def _gated(step: Gate, scores: dict[str, Scores], levels: Callable[[str], NDArray[np.float64]]) -> dict[str, Scores]:
    import numpy as np

    from signals.expression import names, parse

    asked = tuple(names(parse(step.when)))
    rows = zip(*(levels(name).tolist() for name in asked), strict=True)
    is_open = np.array([_is_open(step.when, asked, row) for row in rows], dtype=np.bool_)
    passing = set(step.signals) or set(scores) - set(asked)
    return {
        name: _times(score, is_open[score.decision].astype(np.float64)) if name in passing else score
        for name, score in scores.items()
    }


@lru_cache(maxsize=65_536)
def _is_open(when: str, names: tuple[str, ...], levels: tuple[float, ...]) -> bool:
    from signals.evaluate import holds

    return holds(when, dict(zip(names, levels, strict=True)))


def _totals(scores: dict[str, Scores], context: Context, *, absolute: bool = False) -> NDArray[np.float64]:
    """Add all scores per decision and asset, shape (D, N)."""
    import numpy as np

    assets, totals = len(context.assets), np.zeros(len(context.decisions) * len(context.assets))
    for score in scores.values():
        values = np.abs(score.value) if absolute else score.value
        totals += np.bincount(score.decision * assets + score.asset, values, len(totals))
    return totals.reshape(-1, assets)


def _ranked(step: Rank, scores: dict[str, Scores], context: Context) -> dict[str, Scores]:
    """Give each asset with a score its rank; equal sums share the mean of theirs, so that order never decides."""
    import numpy as np

    from signals.base import Scores

    totals, behind = _totals(scores, context), _totals(scores, context, absolute=True)
    ranked = np.zeros(totals.shape)
    for at in np.flatnonzero(behind.any(axis=1)).tolist():
        columns = np.flatnonzero(behind[at])
        ranked[at, columns] = _sides(totals[at, columns], step.size)
    share = np.divide(ranked, behind, out=np.zeros(totals.shape), where=behind > 0.0)
    return {
        name: Scores(score.decision, score.asset, score.event, np.abs(score.value) * share[score.decision, score.asset])
        for name, score in scores.items()
    }


def _sides(values: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """Give centred ranks scaled so that each side adds up to ``size``."""
    import numpy as np

    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - (counts + 1) / 2.0)[place]
    centred = middle - (len(values) - 1) / 2.0
    side = np.abs(centred).sum() / 2.0
    return size * centred / side if side > 0.0 else np.zeros(len(values))


def _capped(step: Cap, scores: dict[str, Scores], context: Context) -> dict[str, Scores]:
    import numpy as np

    size = np.abs(_totals(scores, context))
    if step.of == "total":
        size = np.broadcast_to(np.cumsum(size, axis=1)[:, -1:], size.shape)
    factor = np.divide(step.most, size, out=np.ones(size.shape), where=size > step.most)
    return {name: _times(score, factor[score.decision, score.asset]) for name, score in scores.items()}


def _targeted(
    step: VolatilityTarget, scores: dict[str, Scores], context: Context, per_year: float
) -> dict[str, Scores]:
    """Scale by target / estimate; with too few sessions of all assets held, or no spread, tilts keep their size."""
    import numpy as np

    from signals.past import volatilities

    totals = _totals(scores, context)
    factor = np.ones(len(totals))
    for at, decision in enumerate(context.decisions.tolist()):
        columns = np.flatnonzero(totals[at])
        if not len(columns):
            continue
        past = context.past_returns(decision, step.lookback_sessions)[:, columns] * totals[at, columns]
        made = np.cumsum(past, axis=1)[:, -1:]
        spread = float(volatilities(made, step.lookback_sessions // 2)[0]) * per_year**0.5
        if spread > 0.0:
            factor[at] = min(step.per_year / spread, step.most)
    return {name: _times(score, factor[score.decision]) for name, score in scores.items()}
