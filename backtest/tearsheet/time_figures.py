"""The figures over sessions: growth with its events, drawdown, exposure by basket and turnover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.tearsheet.charts.lines import Line, TimeChart, time_chart
from backtest.tearsheet.charts.marks import LANE_HEIGHT, lanes, legend_mark
from backtest.tearsheet.events import event_marks
from backtest.tearsheet.exposure import exposure_figure
from backtest.tearsheet.figures import Figure, Key, named
from backtest.tearsheet.format import number, percent, span
from backtest.tearsheet.messages import say
from backtest.tearsheet.series import column, drawdown, in_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from backtest.result import Result
    from backtest.tearsheet.series import Series, Values

__all__ = ["time_figures"]

# Ends that differ by less want more decimals.
NEAR = 0.1


def time_figures(result: Result, found: Series, events: pl.DataFrame, *, marked: bool = True) -> list[Figure]:
    """Make the figures over sessions: growth, drawdown, exposure by basket and turnover."""
    shown = events if marked else events.clear()
    return [
        _growth(result, found, shown), _relative(found), _drawdown(result, found), exposure_figure(result, found),
        _turnover(result, found),
    ]  # fmt: skip


def _growth(result: Result, found: Series, events: pl.DataFrame) -> Figure:
    lines = [Line(name, role, values) for name, role, values in named(result, found)]
    marks = event_marks(events, found.sessions)
    count = len(found.sessions)
    ends = ", ".join(say("{name} ends at {value}", name=x.name, value=number(x.values[-1], 2)) for x in lines)
    svg = time_chart(
        TimeChart(
            say(
                "Growth of 1 on a logarithmic axis from {first} to {last}: {ends}; {count} traded events marked.",
                first=found.sessions[0],
                last=found.sessions[-1],
                ends=ends,
                count=number(sum(map(len, marks.values())), 0),
            ),
            found.sessions,
            lines,
            height=300,
            is_log=True,
            include=(1.0,),
            strip=lanes(list(marks.values()), count),
            strip_height=len(marks) * LANE_HEIGHT + 8 * bool(marks),
        )
    )
    places = 2 if any(abs((line.values[-1] or 1.0) - 1.0) > NEAR for line in lines) else 4
    legend = [_key(line, number(line.values[-1], places), line.values[-1]) for line in lines]
    legend += [Key(f"{kind} ({len(found_):,})", shape=legend_mark(k)) for k, (kind, found_) in enumerate(marks.items())]
    return Figure(
        "growth",
        say("Growth of 1, logarithmic"),
        svg,
        tuple(legend),
        _growth_note(found, marked=bool(marks)),
        decimals=_decimals(lines),
        readings=[(line.name, list(line.values)) for line in lines],
    )


def _decimals(lines: Sequence[Line]) -> int:
    """Give the decimals that leave the largest value five digits; four at most."""
    largest = max((v for line in lines for v in line.values if v is not None), default=1.0)
    return next((4 - more for more in range(4) if largest < 10.0 ** (1 + more)), 0)


def _key(line: Line, shown: str, value: float | None) -> Key:
    return Key(line.name, role=line.role, value="" if value is None else shown, exact=value)


def _growth_note(found: Series, *, marked: bool) -> str:
    said = [say("Net of costs; 1 is the capital before the first session.")]
    said.append(say("Marks: sessions in which an event was traded.") if marked else say("No event is marked."))
    lost = next((s for s, v in zip(found.sessions, found.strategy, strict=True) if v is not None and v <= 0), None)
    if lost is not None:
        said.append(say("Equity fell to 0 or below on {day}; a logarithmic axis cannot show it from there.", day=lost))
    return " ".join(said)


def _relative(found: Series) -> Figure:
    ratio: Values = [
        own / base - 1.0 if own is not None and base is not None and base > 0 else None
        for own, base in zip(found.strategy, found.base, strict=True)
    ]
    line = Line(say("Strategy over base"), "a", ratio)
    chart = TimeChart(
        say("Strategy relative to the untilted base, at the end {value}.", value=percent(ratio[-1], plus=True)),
        found.sessions,
        [line],
        height=120,
        in_percent=True,
        include=(0.0,),
    )
    return Figure(
        "relative",
        say("Strategy relative to the untilted base"),
        time_chart(chart),
        (_key(line, percent(ratio[-1], plus=True), ratio[-1]),),
        note=say("Equity over equity of the base, minus 1: what the events added, net of costs."),
        unit="%",
        decimals=2,
        readings=[(line.name, in_percent(ratio))],
    )


def _drawdown(result: Result, found: Series) -> Figure:
    depths = [(name, role, drawdown(values)) for name, role, values in named(result, found)]
    lines = [Line(name, role, values, "area" if role == "a" else "line") for name, role, values in depths]
    own = depths[0][2]
    worst = min((v for v in own if v is not None), default=0.0)
    day = found.sessions[own.index(worst)] if worst < 0 else None
    said = say("deepest {depth} on {day}", depth=percent(worst), day=day) if day else say("none")
    chart = TimeChart(
        say("Drawdown of the strategy: {said}.", said=said),
        found.sessions,
        lines,
        height=130,
        in_percent=True,
        include=(0.0,),
        buckets=300,
    )
    return Figure(
        "drawdown",
        say("Drawdown"),
        time_chart(chart),
        tuple(Key(line.name, role=line.role) for line in lines),
        say("Strategy: {said}.", said=said) if day else say("The strategy never stood below an earlier high."),
        unit="%",
        decimals=2,
        readings=[(line.name, in_percent(line.values)) for line in lines],
    )


def _turnover(result: Result, found: Series) -> Figure:
    values = column(result, "turnover")
    first, most = values[0] or 0.0, max((v for v in values[1:] if v is not None), default=0.0)
    # The first purchase of the whole mix would flatten every later trade: its stick ends at the largest of the others.
    cut = first > 2 * most > 0
    bought = say("The first session buys the mix, {share}: its stick is cut off.", share=percent(first, 1))
    line = Line(say("Turnover"), "a", [most, *values[1:]] if cut else values, "sticks")
    chart = TimeChart(
        say("Traded notional per session in percent of equity, {span}.", span=span(values)),
        found.sessions,
        [line],
        height=80,
        in_percent=True,
        include=(0.0,),
        buckets=300,
    )
    return Figure(
        "turnover",
        say("Turnover per session, % of equity"),
        time_chart(chart),
        note=bought if cut else "",
        unit="%",
        readings=[(line.name, in_percent(values))],
    )
