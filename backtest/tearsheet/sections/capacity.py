"""What trading costs by kind, how much dearer it could be before the edge is gone, how large the account could grow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from backtest.kernels.books import COSTS
from backtest.sources import measured_on
from backtest.tearsheet.charts.xy import Curve, Plot, plot
from backtest.tearsheet.figures import Figure
from backtest.tearsheet.format import number
from backtest.tearsheet.messages import say
from backtest.tearsheet.sections.base import Block, Section, paired
from backtest.tearsheet.series import total
from backtest.tearsheet.tables import Cell, Column, Table, as_total, counted, text

if TYPE_CHECKING:
    from backtest.result import Result
    from backtest.tearsheet.sections.base import View

__all__ = ["multipliers", "section", "sharpe_at"]

DECADES = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)


def section(view: View) -> Section:
    """Make the section."""
    blocks = [paired(Block(table=_costs(view.result)), Block(table=_multipliers(view.result)))]
    figure = _capacity(view)
    if figure:
        blocks.append(Block(figure=figure))
    else:
        blocks.append(Block(note=_no_capacity(view.result)))
    return Section("costs", say("Costs and capacity"), tuple(blocks))


def _costs(result: Result) -> Table:
    amounts = {kind: total(result.daily[kind]) for kind in COSTS}
    everything = math.fsum(amounts.values())
    rows = [_cost_row(say(kind.replace("_", " ")), amounts[kind], everything) for kind in COSTS]
    rows.append(tuple(as_total(cell) for cell in _cost_row(say("all costs"), everything, everything)))
    for name, label in (("interest", "interest (received)"), ("dividend", "dividends (received)")):
        amount = total(result.daily[name])
        rows.append((text(say(label)), counted(number(amount, 0), amount), text("")))
    columns = (
        Column(say("Kind")), Column(say("Account currency"), numeric=True), Column(say("% of costs"), numeric=True)
    )  # fmt: skip
    note = say("Costs are positive; interest paid on debit cash is negative.")
    return Table(say("Costs and carry over the run"), columns, tuple(rows), note, "narrow")


def _cost_row(label: str, amount: float, everything: float) -> tuple[Cell, ...]:
    share = amount / everything if everything else None
    shown = number(None if share is None else share * 100, 1)
    return (text(label), counted(number(amount, 0), amount), counted(shown, share))


def multipliers(result: Result) -> list[tuple[str, float, float, float | None]]:
    """Give (part, gain before costs, costs, costs times what makes it nothing) of the events and of the whole run.

    First order: the trades stay as they were. None where nothing was paid or nothing gained before costs.
    """
    parts = result.attribution
    own = parts.filter(~pl.col("event_id").is_in(["base", "cash"]))
    found = []
    for name, rows in (("events", own), ("whole run", parts)):
        gain, cost = total(rows["gross"]), total(rows["cost"])
        found.append((name, gain, cost, gain / cost if cost > 0.0 and gain > 0.0 else None))
    return found


def _multipliers(result: Result) -> Table:
    rows = tuple(
        (
            text(say(name)),
            counted(number(gain, 0, plus=True), gain),
            counted(number(cost, 0), cost),
            counted(number(factor, 1), factor, say("nothing was gained before costs, or nothing paid")),
        )
        for name, gain, cost, factor in multipliers(result)
    )
    labels = ("Gain before costs", "Costs", "Costs times")
    hint = say("gain before costs / costs")
    columns = (Column(say("Part")), *(Column(say(x), True, hint if x == "Costs times" else "") for x in labels))
    note = say(
        "Costs times: the multiple of all costs at which nothing is left, the trades held as they were; a dash where "
        "nothing was gained before costs or nothing paid."
    )
    return Table(say("How much dearer trading may become"), columns, rows, note)


def sharpe_at(result: Result, multiples: list[float]) -> list[float | None]:
    """Give the Sharpe ratio a year with the account so many times as large.

    Square-root impact: impact over equity grows with the square root of the account, so a session's return changes by
    impact / equity before x (1 - sqrt(multiple)); every other cost keeps its share. Trades and fills stay as they were.
    """
    equity = result.daily["equity"].to_numpy()
    before = np.concatenate([[result.config.account.capital], equity[:-1]])
    alive = before > 0.0
    drag = result.daily["impact"].to_numpy()[alive] / before[alive]
    per_year = measured_on(result.config).sessions_per_year
    rate = (1.0 + result.config.risk_free_per_year) ** (1.0 / per_year) - 1.0
    plain = equity[alive] / before[alive] - 1.0 - rate
    found: list[float | None] = []
    for multiple in multiples:
        r = plain + drag * (1.0 - math.sqrt(multiple))
        spread = float(np.std(r, ddof=1)) if len(r) > 1 else 0.0
        found.append(float(np.mean(r)) / spread * math.sqrt(per_year) if spread > 1e-12 else None)
    return found


def _capacity(view: View) -> Figure | None:
    result = view.result
    if not total(result.daily["impact"]) > 0.0:
        return None
    capital = result.config.account.capital
    sharpe = sharpe_at(result, [10.0**power for power in DECADES])
    if all(value is None for value in sharpe):
        return None
    gone = next((p for p, s in zip(DECADES, sharpe, strict=True) if s is not None and s <= 0.0), None)
    said = (
        say("The Sharpe ratio stays above zero up to {most}.", most=_money(capital * 10 ** DECADES[-1]))
        if gone is None
        else say("The Sharpe ratio is gone at about {most}.", most=_money(capital * 10**gone))
    )
    ticks = [(power, _money(capital * 10**power)) for power in DECADES if power == int(power)]
    chart = Plot(
        say("Sharpe ratio by assets under management: {said}", said=said), DECADES, [Curve("a", sharpe, dots=True)],
        130, ticks, mark=0.0,
    )  # fmt: skip
    note = say(
        "{said} Square-root impact grows with the square root of the account; trades, fills and the participation cap "
        "stay as in the run, whose capital is marked.",
        said=said,
    )
    return Figure("capacity", say("Sharpe ratio by assets under management"), plot(chart), note=note)


def _money(amount: float) -> str:
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if amount >= size:
            return f"{number(amount / size, 0 if amount / size >= 10 else 1)} {letter}".replace(".0", "")
    return number(amount, 0)


def _no_capacity(result: Result) -> str:
    if result.config.costs.impact == 0.0:
        return say(
            "No capacity: costs.impact is 0, so the run charges nothing that grows with size. Set it, with prices that "
            "have volumes, to see the Sharpe ratio by assets under management."
        )
    return say("No capacity: the run paid no market impact, so nothing in it grows with size.")
