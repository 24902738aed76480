"""The one-screen summary and the JSON report of a small hand-made run."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from backtest.cli.console import clean
from backtest.cli.numbers import spark
from backtest.cli.report import report
from backtest.cli.summary import summary
from backtest.config.model import Config
from backtest.result import Metric, Provenance, Result
from data.events.funnel import Funnel, Loss

FOLDER = Path("runs/base-0123abcd")


def metric(number: int) -> Metric:
    return Metric(f"m{number}", f"Metric {number}", float(number), "ratio", convention="as is")


@pytest.fixture
def result() -> Result:
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(4)]
    daily = pl.DataFrame(
        {
            "session": days,
            "equity": [100.0, 200.0, 150.0, 300.0],
            "commission": [1000.0, 234.0, 0.0, 0.0],
            "half_spread": [5.0, 0.0, 0.0, 0.5],
            "slippage": [0.0] * 4,
            "impact": [0.0] * 4,
            "borrow": [0.0] * 4,
        }
    )
    return Result(
        config=Config.model_validate(
            {
                "name": "base",
                "prices": {"source": "simulated"},
                "events": {"source": "simulated"},
                "baskets": {"semis": ["SEM1"]},
                "portfolio": {"base": {"semis": 1}},
            }
        ),
        run_id="base-0123abcd",
        daily=daily,
        weights=pl.DataFrame(),
        trades=pl.DataFrame(),
        events=pl.DataFrame(),
        attribution=pl.DataFrame(),
        funnel=Funnel((428, 402, 80, 78, 75), (Loss("valid", "low confidence", 26), Loss("mapped", "no trigger", 322))),
        metrics=(
            Metric("total_return", "Total return", 2.0, "fraction"),
            Metric("cagr", "CAGR", 0.1234, "fraction per year", 0.01, 0.2),
            Metric("sharpe", "Sharpe ratio", 0.7, "ratio", -0.2, 1.6),
            Metric("beta", "Beta", None, "ratio", reason="no benchmark"),
            Metric("cost", "Costs", 1239.5, "currency"),
        ),
        verdict="The tilt cannot be told from luck.",
        warnings=("2 orders were scaled",),
        provenance=Provenance(
            "simulated, seed 7",
            "simulated",
            "total",
            simulated=True,
            disclosure=("150 bps planted per event",),
            config_hash="a",
            prices_hash="b",
            events_hash="c",
            code_hash="d",
        ),
    )


def test_the_screen_holds_what_matters(result: Result) -> None:
    """Run, disclosure, verdict, warning, metrics with unit and interval, costs, funnel, path."""
    screen = summary(result, FOLDER, 80)
    for told in (
        "base-0123abcd",
        "SIMULATED PRICES: 150 bps planted per event",
        "The tilt cannot be told from luck.",
        "! 2 orders were scaled",
        "read 428 > valid 402 > mapped 80 > tradable 78 > traded 75",
        "322 not mapped: no trigger",
        "half spread 6, slippage 0, commission 1,234, impact 0, borrow 0",
        "runs/base-0123abcd/tearsheet.html",
    ):
        assert told in screen


def test_metrics_stand_with_unit_interval_and_reason(result: Result) -> None:
    """An undefined one is a dash with its reason."""
    rows = {" ".join(line.split()) for line in summary(result, FOLDER, 80).splitlines()}
    assert {
        "Total return 200.00 %",
        "CAGR 12.34 %/year 1.00 to 20.00 %/year",
        "Sharpe ratio 0.70 \N{MINUS SIGN}0.20 to 1.60",
        "Beta \N{EN DASH} no benchmark",
        "Costs 1,240",
    } <= rows


def test_real_prices_carry_no_label(result: Result) -> None:
    """The label means something only when it can be absent."""
    real = dataclasses.replace(result, provenance=dataclasses.replace(result.provenance, simulated=False))
    assert "SIMULATED" not in summary(real, FOLDER, 80)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_screen_fits(result: Result, width: int) -> None:
    """Forty metrics, twenty warnings and long texts stay within 40 lines and the width."""
    crowded = dataclasses.replace(
        result,
        metrics=tuple(metric(number) for number in range(40)),
        warnings=("a long warning " * 20,) * 20,
        verdict="a long verdict " * 50,
        funnel=Funnel((9,) * 5, tuple(Loss("valid", "long reason " * 20, count) for count in range(20))),
        provenance=dataclasses.replace(result.provenance, disclosure=("a long disclosure " * 30,)),
    )
    lines = summary(crowded, FOLDER, width).splitlines()
    assert len(lines) <= 40
    assert max(len(line) for line in lines) <= min(width, 100)


def test_a_pipe_gets_no_colour_and_no_markup(result: Result) -> None:
    """Texts of the user are neither markup nor terminal commands."""
    hostile = dataclasses.replace(result, verdict="[red]x[/red] \x1b[31mred\x1b]0;t\x07 [/]")
    screen = summary(hostile, FOLDER, 80)
    assert "[red]x[/red] red [/]" in screen
    assert "\x1b" not in screen


def test_the_report_is_json_with_every_part(result: Result) -> None:
    """The funnel's counts and losses, the metric's convention, the hashes."""
    told = json.loads(json.dumps(report(result, FOLDER), allow_nan=False))
    assert told["run_id"] == "base-0123abcd"
    assert told["folder"] == "runs/base-0123abcd"
    assert told["funnel"]["traded"] == 75
    assert told["funnel"]["losses"][1] == {"stage": "mapped", "reason": "no trigger", "count": 322}
    assert told["metrics"][3] == {
        "name": "beta", "value": None, "unit": "ratio", "lower": None, "upper": None, "convention": "",
        "reason": "no benchmark",
    }  # fmt: skip
    assert told["provenance"]["prices_hash"] == "b"


def test_a_spark_shows_low_and_high() -> None:
    """The last value of each column, scaled between the least and the most."""
    assert spark([0, 7], 10) == "▁█"
    assert spark([1, 0, 5, 7], 2) == "▁█"
    assert spark([0, 7], 10, plain=True) == "_#"
    assert spark([3, 3, 3], 10) == "▁▁▁"
    assert spark([], 10) == ""


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("a\x1b[31mb\x1b[0m", "ab"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\b", "ab"),
        ("a\x9b31mb", "ab"),
        ("a\rb\x00c\x7f", "abc"),
        ("a\u202eb", "ab"),
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b", ""),
        ("日本 – é", "日本 – é"),  # noqa: RUF001
    ],
)
def test_clean_keeps_text_and_nothing_else(dirty: str, expected: str) -> None:
    """Sequences go whole, lone controls go, text stays."""
    assert clean(dirty) == expected
