"""Exposure by basket: what was held after each session, stacked, long above zero and short below, cash on top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from backtest.tearsheet.charts.lines import Line, TimeChart, time_chart
from backtest.tearsheet.figures import Figure, Key
from backtest.tearsheet.format import display, percent, span
from backtest.tearsheet.messages import say
from backtest.tearsheet.series import column, in_percent

if TYPE_CHECKING:
    from backtest.result import Result
    from backtest.tearsheet.series import Series, Values

    Sides = tuple[Values, Values]

__all__ = ["exposure_figure", "layers"]

ROLES = ("a", "b", "d", "e", "f")
CASH = "c"
HEIGHT = 150
# Layers are smooth but for the sessions of trades: fewer points than the equity needs.
BUCKETS = 160


def exposure_figure(result: Result, found: Series) -> Figure:
    """Make the figure; of a run stored before positions were kept, gross and net alone, with the reason."""
    if not result.exposure.width:
        return _gross_and_net(result, found)
    held = _held(result)
    cash = [_over(c, e) for c, e in result.daily.select("cash", "equity").iter_rows()]
    ends = [(name, role, _net(held[name])[-1]) for name, role in _roles(held)] + [(say("cash"), CASH, cash[-1])]
    said = ", ".join(f"{name} {percent(value, 1)}" for name, _, value in ends)
    chart = TimeChart(
        say("Exposure by basket after each session, at the end: {ends}.", ends=said),
        found.sessions,
        layers(held, cash),
        height=HEIGHT,
        in_percent=True,
        include=(0.0,),
        buckets=BUCKETS,
    )
    return Figure(
        "exposure",
        say("Exposure by basket, % of equity"),
        time_chart(chart),
        tuple(Key(name, f"{role} block", value="" if v is None else percent(v, 1), exact=v) for name, role, v in ends),
        say("Positions at the close over equity, short ones below zero; an asset counts in one basket."),
        unit="%",
        readings=[
            *((name, in_percent(_net(sides))) for name, sides in held.items()),
            (say("cash"), in_percent(cash)),
            *([(say("Gross"), in_percent(column(result, "gross")))] if _is_short(held) else []),
        ],
    )


def _held(result: Result) -> dict[str, Sides]:
    """Give (long, short) per session of every basket; the smallest share one layer when there are too many."""
    days = result.daily.select("session")
    found: dict[str, Sides] = {}
    for part in result.exposure.partition_by("basket", maintain_order=True):
        rows = days.join(part, on="session", how="left", maintain_order="left")
        name = display(part["basket"][0], 32) or say("outside the baskets")
        found[name] = rows["long"].to_list(), rows["short"].to_list()
    if len(found) <= len(ROLES):
        return found
    ranked = sorted(found, key=lambda name: -math.fsum(abs(v or 0.0) for side in found[name] for v in side))
    kept, rest = ranked[: len(ROLES) - 1], ranked[len(ROLES) - 1 :]
    shown = {name: found[name] for name in found if name in kept}
    return {**shown, say("{count} other baskets", count=len(rest)): _summed([found[name] for name in rest])}


def _summed(parts: list[Sides]) -> Sides:
    long, short = ([_sum(values) for values in zip(*(part[side] for part in parts), strict=True)] for side in (0, 1))
    return long, short


def _sum(values: tuple[float | None, ...]) -> float | None:
    known = [v for v in values if v is not None]
    return math.fsum(known) if known else None


def _roles(held: dict[str, Sides]) -> list[tuple[str, str]]:
    return list(zip(held, ROLES, strict=False))


def layers(held: dict[str, Sides], cash: Values) -> list[Line]:
    """Give the layers from the inside out, each from zero to the sum of those inside it.

    Longs and shorts pile up apart; cash stands on the longs, a debit under the shorts. Where nothing is known, a gap.
    """
    up: Values = [None if v is None else 0.0 for v in cash]
    down = list(up)
    found: list[Line] = []
    for name, role in _roles(held):
        long, short = held[name]
        for side, values in (("long", long), ("short", short)):
            if any(values):
                pile = _piled(up if side == "long" else down, values)
                found.append(Line(name, role, pile, "layer"))
                up, down = (pile, down) if side == "long" else (up, pile)
    credit, debit = ([_clipped(v, above=above) for v in cash] for above in (True, False))
    for pile, values in ((up, credit), (down, debit)):
        if any(values):
            found.append(Line(say("cash"), CASH, _piled(pile, values), "layer"))
    return found


def _piled(below: Values, values: Values) -> Values:
    return [None if b is None else b + (v or 0.0) for b, v in zip(below, values, strict=True)]


def _clipped(value: float | None, *, above: bool) -> float | None:
    return value if value is None else max(value, 0.0) if above else min(value, 0.0)


def _net(sides: Sides) -> Values:
    return [None if a is None or b is None else a + b for a, b in zip(*sides, strict=True)]


def _is_short(held: dict[str, Sides]) -> bool:
    return any(v for _, short in held.values() for v in short)


def _over(amount: float, equity: float) -> float | None:
    return amount / equity if equity > 0.0 else None


def _gross_and_net(result: Result, found: Series) -> Figure:
    lines = [Line(say("Gross"), "a", column(result, "gross")), Line(say("Net"), "b", column(result, "net"))]
    chart = TimeChart(
        say("Gross and net exposure in percent of equity, {span}.", span=span(*(line.values for line in lines))),
        found.sessions,
        lines,
        height=90,
        in_percent=True,
        include=(0.0,),
    )
    return Figure(
        "exposure",
        say("Exposure, % of equity"),
        time_chart(chart),
        tuple(Key(line.name, role=line.role) for line in lines),
        say("Gross and net only: this run was stored without its positions by basket; run its config again for them."),
        unit="%",
        readings=[(line.name, in_percent(line.values)) for line in lines],
    )
