"""Rolling Sharpe ratio, beta and volatility, the warm-up left blank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtest.sources import measured_on
from backtest.tearsheet.charts.lines import Line, TimeChart, time_chart
from backtest.tearsheet.figures import Figure, Key, named
from backtest.tearsheet.format import number, percent
from backtest.tearsheet.messages import say
from backtest.tearsheet.rolling import WINDOW, rolling_beta, rolling_sharpe, rolling_volatility, session_returns
from backtest.tearsheet.sections.base import Block, Section

if TYPE_CHECKING:
    from backtest.tearsheet.sections.base import View
    from backtest.tearsheet.series import Values

__all__ = ["section"]

# A moving average is smooth: fewer points than the equity needs.
BUCKETS = 160


def section(view: View) -> Section:
    """Make the section; absent when the run is not longer than one window."""
    count = len(view.found.sessions)
    if count <= WINDOW:
        return Section(
            "rolling", say("Rolling risk"),
            absent=say("{count} sessions: a window of {window} is never full.", count=count, window=WINDOW),
        )  # fmt: skip
    per_year = measured_on(view.result.config).sessions_per_year
    rate = (1.0 + view.result.config.risk_free_per_year) ** (1.0 / per_year) - 1.0
    lines = [(name, role, session_returns(values)) for name, role, values in named(view.result, view.found)]
    own = [line for line in lines if line[1] != "b"]
    sharpe = [Line(name, role, rolling_sharpe(r - rate, per_year)) for name, role, r in own]
    risk = [Line(name, role, rolling_volatility(r, per_year)) for name, role, r in own]
    drawn = [
        _figure(view, "sharpe", say("Rolling Sharpe ratio, {window} sessions", window=WINDOW), sharpe, include=(0.0,)),
        _figure(
            view,
            "volatility",
            say("Rolling volatility, {window} sessions, % per year", window=WINDOW),
            risk,
            in_percent=True,
        ),
    ]
    market = next((r for _, role, r in lines if role == "c"), None)
    if market is not None:
        beta = [Line(say("Beta to benchmark"), "a", rolling_beta(lines[0][2], market))]
        drawn.insert(
            1, _figure(view, "beta", say("Rolling beta to the benchmark, {window} sessions", window=WINDOW), beta)
        )
    note = say(
        "Each value looks back over {window} sessions; before the first full window nothing is drawn.", window=WINDOW
    )
    missing = "" if market is not None else " " + say("Without a benchmark there is no beta.")
    return Section(
        "rolling", say("Rolling risk"), (*(Block(figure=one) for one in drawn if one), Block(note=note + missing))
    )


def _figure(
    view: View, key: str, title: str, lines: list[Line], *, in_percent: bool = False, include: tuple[float, ...] = ()
) -> Figure | None:
    if not any(v is not None for line in lines for v in line.values):
        return None
    shown = percent if in_percent else number
    ends = ", ".join(say("{name} ends at {value}", name=line.name, value=shown(line.values[-1], 2)) for line in lines)
    chart = TimeChart(
        f"{title}: {ends}.",
        view.found.sessions,
        lines,
        height=120,
        in_percent=in_percent,
        include=include,
        buckets=BUCKETS,
    )
    factor = 100.0 if in_percent else 1.0
    readings: list[tuple[str, Values]] = [
        (line.name, [None if v is None else v * factor for v in line.values]) for line in lines
    ]
    return Figure(
        f"rolling-{key}",
        title,
        time_chart(chart),
        tuple(Key(line.name, role=line.role) for line in lines),
        unit="%" if in_percent else "",
        decimals=1 if in_percent else 2,
        readings=readings,
    )
