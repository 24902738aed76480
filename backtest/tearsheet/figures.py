"""The figures: each a title, a legend, the SVG, a remark, and the numbers its crosshair reads out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from backtest.tearsheet.charts.bars import Group, bars, groups
from backtest.tearsheet.events import event_bars, funnel_bars
from backtest.tearsheet.format import display, number, percent
from backtest.tearsheet.messages import say
from backtest.tearsheet.series import period_returns

if TYPE_CHECKING:
    import polars as pl

    from backtest.result import Result
    from backtest.tearsheet.series import Series, Values

__all__ = ["Figure", "Key", "event_figure", "funnel_figure", "named", "year_figure"]


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: a line by its role, or the shape of a lane; ``value`` is the line's last, shown."""

    name: str
    role: str = ""
    shape: Markup = Markup("")  # noqa: RUF009 - an immutable, empty text
    value: str = ""
    exact: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A finished figure; ``readings`` are [name, values] in the unit of the readout."""

    key: str
    title: str
    svg: Markup
    legend: tuple[Key, ...] = ()
    note: str = ""
    kind: str = ""
    unit: str = ""
    decimals: int = 1
    readings: list[tuple[str, Values]] = field(default_factory=list)


def named(result: Result, found: Series) -> list[tuple[str, str, Values]]:
    """Give (name, role, growth) of the strategy, the untilted base and the benchmark."""
    lines = [(say("Strategy"), "a", found.strategy), (say("Untilted base"), "b", found.base)]
    if found.benchmark is not None:
        lines.append((display(result.config.benchmark, 32) or say("Benchmark"), "c", found.benchmark))
    return lines


def year_figure(result: Result, found: Series) -> Figure:
    """Make the bars of yearly returns."""
    growths = [(name, role, period_returns(found.sessions, values, 4)) for name, role, values in named(result, found)]
    years = list(growths[0][2])
    columns = [
        Group(
            year,
            [
                (role, found_[year], f"{year} {name}: {percent(found_[year], plus=True)}")
                for name, role, found_ in growths
            ],
        )
        for year in years
    ]
    said = ", ".join(f"{year} {percent(growths[0][2][year], 1, plus=True)}" for year in years[-10:])
    return Figure(
        "years",
        say("Return by year"),
        groups(columns, 190, say("Yearly returns of the strategy: {said}.", said=said)),
        tuple(Key(name, role=f"{role} block") for name, role, _ in growths),
    )


def funnel_figure(result: Result) -> Figure:
    """Make the bars of the funnel."""
    rows = funnel_bars(result)
    said = ", ".join(f"{row.text} {row.label}" for row in rows)
    return Figure("funnel", say("From rows read to events traded"), bars(rows, say("Event funnel: {said}.", said=said)),
                  kind="short")  # fmt: skip


def event_figure(events: pl.DataFrame) -> Figure | None:
    """Make the bars of P&L by event; None when no event was traded."""
    rows = event_bars(events)
    if not rows:
        return None
    count = int(events["pnl"].is_not_null().sum())
    said = say("{count} traded events", count=number(count, 0))
    if count > len(rows):
        said = say("{shown} largest of {count} traded events", shown=len(rows), count=number(count, 0))
    best = f"{rows[0].text} ({rows[0].label}) {say('to')} {rows[-1].text} ({rows[-1].label})"
    return Figure(
        "pnl",
        say("P&L by event, account currency"),
        bars(rows, say("P&L: {said}, {span}.", said=said, span=best)),
        note=f"{said}.",
        kind="tall",
    )
