"""Bounds on targets: a breach is named with its place and amount, or the tilts shrink by one factor that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.errors import Finding, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from backtest.portfolio.settings import Portfolio
    from signals.base import Context

__all__ = ["breaching", "breaching_sums", "kept_of"]

ROUNDING = 1e-12
SLACK = 1e-9  # relative


class _Bound(NamedTuple):
    """One bound: its setting, the value per decision (and asset), and on which side of it the limit is."""

    setting: str
    value: NDArray[np.float64]
    limit: float
    upper: bool
    slack: float

    @property
    def excess(self) -> NDArray[np.float64]:
        """Give by how much the bound is broken; at most 0 where it is kept."""
        return self.value - self.limit - self.slack if self.upper else self.limit - self.value - self.slack


def kept_of(
    portfolio: Portfolio,
    context: Context,
    totals: NDArray[np.float64],
    tilts_of: Callable[[], NDArray[np.float64]],
    max_gross: float,
) -> NDArray[np.float64]:
    """Give what is left of every decision's tilts: all (1), or the factor at which the bounds are kept, shape (D,).

    ``tilts_of`` gives the tilts within the totals, shape (D, N); it is asked only when a bound is broken.

    Raises
    ------
    RunError
        When targets break a bound and are not to be shrunk, or break it even without any tilt.

    """
    import numpy as np

    kept = np.ones(len(totals))
    broken = [bound for bound in _bounds(portfolio, totals, max_gross) if (bound.excess > 0.0).any()]
    if not broken:
        return kept
    if portfolio.infeasible == "refuse":
        raise _refusal(portfolio, context, broken, "")
    tilts = tilts_of()
    base = totals - tilts
    hopeless = [bound for bound in _bounds(portfolio, base, max_gross) if (bound.excess > 0.0).any()]
    if hopeless:
        raise _refusal(portfolio, context, hopeless, "even without any tilt ")
    rows = np.unique(np.concatenate([np.nonzero(bound.excess > 0.0)[0] for bound in broken]))
    kept[rows] = _factor(portfolio, base[rows], tilts[rows], max_gross)
    return kept


def breaching(portfolio: Portfolio, totals: NDArray[np.float64], max_gross: float) -> NDArray[np.bool_]:
    """Say which rows of targets break a bound, shape (D,)."""
    import numpy as np

    bad = np.zeros(len(totals), dtype=np.bool_)
    for bound in _bounds(portfolio, totals, max_gross):
        over = bound.excess > 0.0
        bad |= over.any(axis=1) if over.ndim == 2 else over
    return bad


def breaching_sums(portfolio: Portfolio, sums: NDArray[np.float64], max_gross: float) -> NDArray[np.bool_]:
    """Say the same of rows known by their smallest weight, largest by size, sum of sizes and sum, shape (D, 4)."""
    import numpy as np

    bad = np.zeros(len(sums), dtype=np.bool_)
    low, size, gross, net = np.ascontiguousarray(sums.T)
    for bound in _kinds(portfolio, low, size, gross, net, max_gross):
        bad |= bound.excess > 0.0
    return bad


def _factor(
    portfolio: Portfolio, base: NDArray[np.float64], tilts: NDArray[np.float64], max_gross: float
) -> NDArray[np.float64]:
    """Give the largest factor on the tilts, to 2 ** -40, at which no bound is broken; gross is not linear in it."""
    import numpy as np

    least, most = np.zeros(len(base)), np.ones(len(base))
    for _ in range(40):
        middle = (least + most) / 2.0
        bad = breaching(portfolio, base + middle[:, None] * tilts, max_gross)
        least, most = np.where(bad, least, middle), np.where(bad, middle, most)
    return least


def _bounds(portfolio: Portfolio, totals: NDArray[np.float64], max_gross: float) -> Iterator[_Bound]:
    import numpy as np

    if totals.size:
        size = np.abs(totals)
        yield from _kinds(portfolio, totals, size, _summed(size), _summed(totals), max_gross)


def _kinds(  # noqa: PLR0917
    portfolio: Portfolio, low: NDArray[np.float64], size: NDArray[np.float64], gross: NDArray[np.float64],
    net: NDArray[np.float64], max_gross: float,
) -> Iterator[_Bound]:  # fmt: skip
    if portfolio.long_only:
        yield _Bound("portfolio.long_only", low, 0.0, upper=False, slack=ROUNDING)
    if portfolio.max_weight is not None:
        yield _upper("portfolio.max_weight", size, portfolio.max_weight)
    yield _upper("account.max_gross", gross, max_gross)
    for name, value, bounds in (("gross", gross, portfolio.gross), ("net", net, portfolio.net)):
        if bounds.most is not None:
            yield _upper(f"portfolio.{name}.most", value, bounds.most)
        if bounds.least is not None:
            yield _Bound(f"portfolio.{name}.least", value, bounds.least, upper=False, slack=SLACK)


def _summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up the assets of every row, one after another: the same bits for any number of rows."""
    total: NDArray[np.float64] = values[:, 0].copy()
    for column in range(1, values.shape[1]):
        total += values[:, column]
    return total


def _upper(setting: str, value: NDArray[np.float64], limit: float) -> _Bound:
    return _Bound(setting, value, limit, upper=True, slack=SLACK * max(abs(limit), 1.0))


def _refusal(portfolio: Portfolio, context: Context, broken: list[_Bound], how: str) -> RunError:
    found = [_finding(portfolio, context, bound, how) for bound in broken]
    first = found[0]
    return RunError(f"{first.where}: {first.problem}; {first.hint}", found[1:])


def _finding(portfolio: Portfolio, context: Context, bound: _Bound, how: str) -> Finding:
    """Name the worst place of a breach, its amount, and how many decisions have one."""
    import numpy as np

    excess = np.asarray(bound.excess)
    place = np.unravel_index(int(excess.argmax()), excess.shape)
    session = context.sessions[context.decisions[place[0]]]
    rows = np.atleast_1d((excess > 0.0).any(axis=1) if excess.ndim == 2 else excess > 0.0)
    value = float(bound.value[place])
    side = "at most" if bound.upper else "at least"
    over = f"{side} {bound.limit:.4f} is allowed, {abs(value - bound.limit):.4f} {'over' if bound.upper else 'under'}"
    more = f" ({int(rows.sum())} of {len(rows)} decisions)"
    if excess.ndim == 2:
        what = f"the target of {context.assets[place[1]]} on {session} is {how}{value:.4f} of equity"
    else:
        what = f"the targets of {session} {how}add up to {value:.4f} of equity"
    shrink = "" if how or portfolio.infeasible == "shrink" else ", or set infeasible: shrink"
    return Finding(bound.setting, "", "", f"{what}, {over}{more}", HINTS[bound.setting] + shrink)


HINTS = {
    "portfolio.long_only": "lower the signal's cap, raise the base weight of the basket, or set long_only: false",
    "portfolio.max_weight": "spread the basket over more names, lower its base weight or the cap, or raise max_weight",
    "account.max_gross": "raise max_gross, or lower the base weights or the cap",
    "portfolio.gross.most": "raise it, or lower the base weights or the cap",
    "portfolio.gross.least": "lower it, or raise the base weights",
    "portfolio.net.most": "raise it, lower the base weights or the cap, or fund the tilts by neutral_to",
    "portfolio.net.least": "lower it, raise the base weights, or fund the tilts by neutral_to",
}
