"""A hand-made result with every part of the evidence: study, placebo, hindsight, power, stress, bridge, leave-out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from backtest.evidence.types import BRIDGE, STRESS, Gathered, Hindsight, Placebo, Power
from backtest.result import Metric
from backtest.study.settings import Study
from backtest.study.study import StudyResult
from tests.backtest import samples

if TYPE_CHECKING:
    from backtest.result import Result

__all__ = ["full", "study", "without"]

GROUPS = ("announcer", "basket:hyperscalers", "basket:semis")
WINDOWS = ((0, 1), (0, 5))
TESTS = ("adjusted_bmp", "grank_t", "calendar_time", "patell")


def full(sessions: int = 500, events: int = 24) -> Result:
    """Give a sample that nothing is missing from."""
    found = samples.sample(sessions, events)
    last = float(found.daily["equity"][-1] / samples.CAPITAL - 1)
    traded = found.events.filter(pl.col("pnl").is_not_null())
    return replace(
        found,
        evidence=_gathered(found, last),
        metrics=(
            *found.metrics,
            Metric("dsr", "Deflated Sharpe ratio, 12 trials: net returns over the risk-free rate", 0.8125, "ratio"),
            Metric("trials", "Trials on these data", 12.0, "count"),
        ),
        leave_out=_leave_out(traded, last),
        signals=pl.DataFrame(
            {
                "signal": ["thrift"],
                "kind": ["rotation"],
                "events": [traded.height],
                "gross": [9e4],
                "cost": [1e4],
                "pnl": [8e4],
                "turnover": [12.5],
            }
        ),
        rotations=pl.DataFrame(
            {
                "event_id": traded["event_id"],
                "signal": ["thrift"] * traded.height,
                "session": traded["session"],
                "until": [None] * traded.height,
                "exit": ["faded", "end of run"] * (traded.height // 2),
                "pnl": traded["pnl"],
                "turnover": [0.6] * traded.height,
            }
        ),
        fits=pl.DataFrame(
            {
                "signal": ["thrift"],
                "setting": ["half_life_sessions"],
                "value": [12.25],
                "lower": [8.5],
                "upper": [None],
                "events": [9],
                "train_until": [found.daily["session"][0]],
            }
        ),
    )


def without() -> Result:
    """Give a sample whose evidence holds remarks alone."""
    remarks = {name: f"{name} cannot be had" for name in ("study", "placebo", "hindsight", "power", "stress", "bridge")}
    return replace(samples.sample(), evidence=Gathered(None, None, None, None, pl.DataFrame(), pl.DataFrame(), remarks))


def _gathered(found: Result, last: float) -> Gathered:
    draws = [last + (k - 150) / 1_000 for k in range(200)]
    return Gathered(
        study=study(found.events),
        placebo=Placebo(
            design="Random dates.", exhaustive=False, net_return=last, sharpe=0.9, p_return=51 / 201, p_sharpe=None,
            draws=pl.DataFrame({"draw": range(200), "net_return": draws, "sharpe": [None] * 200},
                               schema={"draw": pl.Int64, "net_return": pl.Float64, "sharpe": pl.Float64}),
        ),
        hindsight=Hindsight(0.125, 0.155, 0.03, 3),
        power=Power(20, 18, 0.004, 0.021, 0.001, informative=True, sentence="A gain of 40 bps would have been found."),
        stress=pl.DataFrame(
            [
                ("as traded", 0, 20, 0.3, 0.9, 0.02),
                ("1 later", 1, 20, 0.2, 0.7, 0.01),
                ("3 later", 3, 19, 0.1, None, -0.01),
                ("grade C one session later", None, 20, 0.25, 0.8, 0.015),
            ],
            schema=list(STRESS),
            orient="row",
        ),
        bridge=pl.DataFrame(
            [("event study", 0.5, 0.5, "mean"), ("compounding and drift", -0.125, 0.375, ""),
             ("commission", -0.25, 0.125, "")],
            schema=list(BRIDGE), orient="row",
        ),
        remarks={},
    )  # fmt: skip


def study(events: pl.DataFrame) -> StudyResult:
    """Give a study of the traded events, every number by hand."""
    settings = Study(windows=WINDOWS)
    traded = events.filter(pl.col("pnl").is_not_null()).sort("session", "event_id")
    kinds = ["all", *sorted(set(traded["kind"].to_list()))]
    rows = [(row, group, window) for row in traded.iter_rows(named=True) for group in GROUPS for window in WINDOWS]
    frame = pl.DataFrame(
        [{"event_id": row["event_id"], "kind": row["kind"], "group": group, "asset": row["asset"],
          "session": row["session"], "timing": row["timing"], "direction": row["direction"] or "", "cluster": 1,
          "window": f"[{window[0]}, {window[1]}]", "first": window[0], "last": window[1], "car": 0.0125, "scar": 1.5,
          "bhar": 0.012, "t": 1.5, "freedom": 248.0, "p": 0.125, "observations": 250.0, "missing": 0.0,
          "status": "kept", "reason": ""} for row, group, window in rows]
    )  # fmt: skip
    tests = pl.DataFrame(
        [{"kind": kind, "group": group, "split": "all", "level": "all", "window": f"[{first}, {last}]", "first": first,
          "last": last, "test": test, "headline": test in TESTS[:2], "statistic": 1.875, "freedom": 19.0, "p": 0.0625,
          "p_holm": 0.125, "caar": 0.01125, "mean_bhar": 0.011, "n": 20, "clusters": 18, "correlation": 0.01,
          "reason": ""} for kind in kinds for group in GROUPS for first, last in WINDOWS for test in TESTS]
    )  # fmt: skip
    path = pl.DataFrame(
        [{"kind": kind, "group": group, "offset": k, "aar": 0.002, "caar": 0.002 * (k + 1), "lower": 0.002 * k - 0.01,
          "upper": 0.002 * k + 0.01, "n": 20} for kind in kinds for group in GROUPS for k in range(6)]
    )  # fmt: skip
    abnormal = pl.DataFrame(
        [{"event_id": row["event_id"], "kind": row["kind"], "group": group, "offset": k, "ar": 0.01 * (-1) ** k}
         for row in traded.iter_rows(named=True) for group in GROUPS for k in range(6)]
    )  # fmt: skip
    drops = pl.DataFrame({"kind": ["rpo"], "group": ["announcer"], "window": ["[0, 5]"],
                          "reason": ["the window leaves the prices"], "events": [2]})  # fmt: skip
    return StudyResult(settings, frame, tests, path, abnormal, drops)


def _leave_out(traded: pl.DataFrame, last: float) -> pl.DataFrame:
    rows = [(name, "event", 1, last - 0.01 * k, -0.01 * k, -0.2) for k, name in enumerate(traded["event_id"].to_list())]
    rows += [(asset, "company", 3, last - 0.05, -0.05, -0.21) for asset in sorted(set(traded["asset"].to_list()))]
    columns = ["left_out", "by", "events", "total_return", "difference", "max_drawdown"]
    return pl.DataFrame(rows, schema=columns, orient="row")
