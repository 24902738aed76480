"""Hand-made results for tests of what reads a result: normal, without events, without benchmark, ruined, very short."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from backtest.config.model import Config
from backtest.result import Metric, Provenance, Result
from data import calendar
from data.events.funnel import Funnel, funnel

__all__ = [
    "CAPITAL",
    "config",
    "metrics",
    "no_benchmark",
    "no_events",
    "one_event",
    "one_session",
    "real",
    "ruined",
    "sample",
    "ten_years",
    "two_sessions",
]

KINDS = ("routing_adoption", "capex_guidance", "rpo", "compute_resale")
ASSETS = ("NVDA", "AMD", "GOOGL", "AMZN", "MSFT", "META")
CAPITAL = 1_000_000.0


def config(**changes: object) -> Config:
    """Give a rotation config."""
    values = {
        "name": "rotation-sample",
        "thesis": "When work moves to cheaper models, money moves from chip makers to the clouds that serve them.",
        "prices": {"source": "files", "path": "prices.parquet", "adjustment": "total"},
        "events": {"source": "files", "path": "events.csv"},
        "baskets": {"semis": ["NVDA", "AMD"], "hyperscalers": ["GOOGL", "AMZN", "MSFT", "META"]},
        "signals": [
            {
                "kind": "rotation",
                "name": "thrift",
                "from": "semis",
                "to": "hyperscalers",
                "triggers": [{"kind": "routing_adoption", "size": 0.15}],
            }
        ],
        "portfolio": {"base": {"semis": 0.5, "hyperscalers": 0.5}},
        "costs": {"commission_bps": 1, "half_spread_bps": 2, "slippage_bps": 1},
        "benchmark": "SPY",
    }
    return Config.model_validate(values | changes)


def sample(sessions: int = 500, events: int = 24, *, traded: bool = True, first: date = date(2019, 1, 2)) -> Result:
    """Give a result with a seeded random walk and events spread over it."""
    days = _sessions(sessions, first)
    daily = _daily(days)
    frame = _events(days, events, traded=traded)
    return Result(
        config=config(),
        run_id="rotation-sample-3f9c1a2b",
        daily=daily,
        weights=_weights(days),
        trades=pl.DataFrame({"session": [days[0]], "asset": ["NVDA"], "requested": [1.0], "shares": [1.0]}),
        events=frame,
        attribution=_attribution(daily, frame),
        exposure=_exposure(daily),
        funnel=_funnel(frame),
        metrics=metrics(),
        verdict="The events added 1.20 % per year over the untilted base (95 %: -0.40 to 2.80); zero is not excluded.",
        warnings=(),
        provenance=Provenance(
            prices_label="simulated market, seed 7",
            events_label="simulated events, seed 7",
            adjustment="total",
            simulated=True,
            disclosure=("Prices come from a seeded factor model, not from a market.", "An effect was planted."),
            config_hash="a" * 64,
            prices_hash="b" * 64,
            events_hash="c" * 64,
            code_hash="d" * 64,
        ),
    )


def real() -> Result:
    """Give a result whose prices are not simulated."""
    found = sample()
    provenance = replace(found.provenance, prices_label="universe.parquet", simulated=False, disclosure=())
    return replace(found, provenance=provenance)


def no_events() -> Result:
    """Give a result that read no event at all."""
    return sample(events=0)


def no_benchmark() -> Result:
    """Give a result without a benchmark."""
    found = sample()
    daily = found.daily.with_columns(pl.lit(None, dtype=pl.Float64).alias("benchmark"))
    kept = tuple(metric for metric in found.metrics if not metric.name.startswith("benchmark_"))
    return replace(found, config=config(benchmark=None), daily=daily, metrics=kept)


def ruined() -> Result:
    """Give a result whose equity falls to nothing at the 300th of 500 sessions and stays there."""
    found = sample()
    equity = found.daily["equity"].to_numpy().copy()
    equity[200:300] *= np.linspace(1.0, 0.05, 100)
    equity[300:] = -12_345.0
    daily = found.daily.with_columns(pl.Series("equity", equity))
    lost = tuple(
        replace(m, value=None, lower=None, upper=None, reason="equity fell to 0 or below") if m.name == "cagr" else m
        for m in found.metrics
    )
    warning = f"Ruin: equity fell to 0 or below on {daily['session'][300]}; nothing trades from there."
    return replace(found, daily=daily, metrics=lost, warnings=(warning,))


def one_session() -> Result:
    """Give a result of a single session."""
    found = sample(sessions=1, events=0)
    none = tuple(
        replace(m, value=None, lower=None, upper=None, reason="needs at least two sessions") for m in found.metrics
    )
    return replace(found, metrics=none)


def two_sessions() -> Result:
    """Give a result of two sessions with one event in the first."""
    found = sample(sessions=2, events=1)
    none = tuple(
        replace(m, lower=None, upper=None) if m.unit == "currency" else replace(
            m, value=None, lower=None, upper=None, reason="0.01 years: annualising less than one year would exaggerate"
        )
        for m in found.metrics
    )  # fmt: skip
    return replace(found, metrics=none)


def one_event() -> Result:
    """Give a result with a single event, which was traded."""
    return sample(events=1)


def ten_years(events: int = 60) -> Result:
    """Give 2,500 sessions with the given number of events."""
    return sample(sessions=2_500, events=events, first=date(2016, 1, 4))


def metrics() -> tuple[Metric, ...]:
    """Give one metric of every unit, some undefined."""
    return (
        Metric(
            "cagr",
            "Growth per year (CAGR)",
            0.11254,
            "fraction per year",
            0.0312,
            0.1987,
            "(end / start) ** (1/years) - 1",
        ),
        Metric(
            "active_return",
            "Over the untilted base",
            0.01204,
            "fraction per year",
            -0.00402,
            0.02811,
            "difference of CAGR",
        ),
        Metric(
            "sharpe", "Sharpe ratio", 0.83062, "ratio", 0.20311, 1.45891, "mean / deviation * sqrt(sessions per year)"
        ),
        Metric("max_drawdown", "Deepest drawdown", -0.19723, "fraction", None, None, "equity / highest so far - 1"),
        Metric(
            "volatility",
            "Volatility",
            0.13494,
            "fraction per year",
            0.1288,
            0.1417,
            "deviation * sqrt(sessions per year)",
        ),
        Metric("costs_per_year", "Costs per year", 0.00214, "fraction per year", convention="all costs / mean equity"),
        Metric("base_cagr", "CAGR of the untilted base", 0.1005, "fraction per year"),
        Metric("benchmark_cagr", "CAGR of the benchmark", -0.00001, "fraction per year"),
        Metric("base_sharpe", "Sharpe ratio of the untilted base", 0.77, "ratio"),
        Metric("benchmark_sharpe", "Sharpe ratio of the benchmark", 0.55, "ratio"),
        Metric("total_return", "Total return", 12.345678, "fraction"),
        Metric("costs", "Costs", 12345.678, "currency"),
        Metric("costs_per_trade", "Costs per trade", 1.2345, "currency"),
        Metric("trades", "Trades", 1234.0, "count"),
        Metric("holding", "Mean holding", 12.34, "sessions"),
        Metric("deepest_on", "Deepest drawdown on", "2020-03-16", "date"),
        Metric("treynor", "Treynor ratio", None, "ratio", reason="beta is below 0.05 in size"),
    )


def _sessions(count: int, first: date) -> list[date]:
    found = calendar.load("XNYS").between(np.datetime64(first), None)[:count]
    days: list[date] = found.tolist()
    return days


def _daily(days: list[date]) -> pl.DataFrame:
    random = np.random.default_rng(7)
    market = random.normal(0.0004, 0.011, len(days))
    own = market + random.normal(0.0001, 0.004, len(days))
    equity = CAPITAL * np.cumprod(1 + own)
    steps = np.arange(len(days))
    turnover = np.where(steps % 5 == 0, np.abs(random.normal(0.03, 0.02, len(days))), 0.0)
    traded = turnover * equity
    return pl.DataFrame(
        {
            "session": days,
            "equity": equity,
            "cash": 0.02 * equity,
            "gross": 0.98 + 0.02 * np.sin(steps / 40),
            "net": 0.96 + 0.02 * np.sin(steps / 40),
            "turnover": turnover,
            "base": CAPITAL * np.cumprod(1 + market + random.normal(0, 0.002, len(days))),
            "benchmark": CAPITAL * np.cumprod(1 + 0.8 * market),
            "dividend": 0.0 * equity,
            "interest": -0.1 * np.ones(len(days)),
            "borrow": 0.0 * equity,
            "commission": traded * 1e-4,
            "half_spread": traded * 2e-4,
            "slippage": traded * 1e-4,
            "impact": traded * 0.0,
            "stale": np.zeros(len(days), dtype=np.int64),
        }
    )


def _exposure(daily: pl.DataFrame) -> pl.DataFrame:
    share = 0.5 + 0.2 * np.sin(np.arange(daily.height) / 25)
    net, none = daily["net"].to_numpy(), np.zeros(daily.height)
    parts = {"semis": share * net, "hyperscalers": (1 - share) * net}
    return pl.concat(
        pl.DataFrame({"session": daily["session"], "basket": [name] * daily.height, "long": long, "short": none})
        for name, long in parts.items()
    )


def _weights(days: list[date]) -> pl.DataFrame:
    rows = []
    for k in range(0, len(days), 5):
        tilt = 0.15 * math.exp2(-(k % 120) / 20)
        rows += [(days[k], asset, (0.5 - tilt) / 2) for asset in ASSETS[:2]]
        rows += [(days[k], asset, (0.5 + tilt) / 4) for asset in ASSETS[2:]]
    return pl.DataFrame(rows, schema=["session", "asset", "target"], orient="row")


def _events(days: list[date], count: int, *, traded: bool) -> pl.DataFrame:
    random = np.random.default_rng(11)
    at = np.sort(random.integers(0, len(days), count))
    kinds = [KINDS[k] for k in random.integers(0, 4, count)]
    lost = [not traded or k % 6 == 5 for k in range(count)]
    pnl = random.normal(900, 6_000, count)
    return pl.DataFrame(
        {
            "event_id": [f"E{k:06d}" for k in range(count)],
            "kind": kinds,
            "asset": [ASSETS[k] for k in random.integers(0, 6, count)],
            "stated": [f"{days[i]} 16:05:00-05:00" for i in at],
            "timing": ["ABC"[k % 3] for k in range(count)],
            "session": [days[i] for i in at],
            "rule": ["after the close: next session"] * count,
            "stage": ["tradable" if x else "traded" for x in lost],
            "status": ["lost" if x else "traded" for x in lost],
            "reason": ["no signal selects it" if x else "" for x in lost],
            "direction": [("raised", "cut", None)[k % 3] for k in range(count)],
            "value": [float(k) if k % 2 else None for k in range(count)],
            "low": [None if k % 2 else 115.0 for k in range(count)],
            "high": [None if k % 2 else 135.0 for k in range(count)],
            "prior": [72.5] * count,
            "unit": ["USD_bn"] * count,
            "source": [
                "https://www.example.com/press/2026?a=1&b=2" if k % 2 else "8-K, Exhibit 99.1" for k in range(count)
            ],
            "pnl": [None if x else float(v) for x, v in zip(lost, pnl, strict=True)],
        },
        schema=EVENT_SCHEMA,
    )


EVENT_SCHEMA = {
    "event_id": pl.String, "kind": pl.String, "asset": pl.String, "stated": pl.String, "timing": pl.String,
    "session": pl.Date, "rule": pl.String, "stage": pl.String, "status": pl.String, "reason": pl.String,
    "direction": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "prior": pl.Float64,
    "unit": pl.String, "source": pl.String, "pnl": pl.Float64,
}  # fmt: skip


def _attribution(daily: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    traded = events.filter(pl.col("pnl").is_not_null())
    last = daily["session"][-1]
    change = daily["equity"][-1] - CAPITAL
    cash = -0.1 * daily.height
    rows = [(name, last, pnl + 10.0, 10.0, pnl) for name, pnl in traded.select("event_id", "pnl").iter_rows()]
    base = change - cash - math.fsum(row[4] for row in rows)
    rows += [("base", last, base, 0.0, base), ("cash", last, cash, 0.0, cash)]
    return pl.DataFrame(rows, schema=["event_id", "session", "gross", "cost", "pnl"], orient="row")


def _funnel(events: pl.DataFrame) -> Funnel:
    lost = events.filter(pl.col("pnl").is_null()).height
    reasons = [("valid", "confidence is low")] * 7 + [("mapped", "no signal selects it")] * lost
    return funnel(events.height + 7, reasons)
