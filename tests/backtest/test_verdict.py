"""The rules of the verdict, one by one, on hand-made numbers; docs/verdict.md is the table."""

from __future__ import annotations

import polars as pl
import pytest
from samples import config

from backtest.evidence.types import Gathered, Placebo, Power
from backtest.result import Metric
from backtest.verdict import judge, sentence
from data.events.funnel import Funnel


def gathered(p: float | None = None, *, informative: bool = True) -> Gathered:
    """Give evidence with a placebo p and a power."""
    placebo = None if p is None else Placebo("whole dates", False, pl.DataFrame(), 0.1, 1.0, p, p)
    power = Power(20, 18, 0.02, 0.03, 0.001, informative=informative, sentence="")
    return Gathered(None, placebo, None, power, pl.DataFrame(), pl.DataFrame(), {})


def metrics(lower: float | None, upper: float | None, *, dsr: float | None = None, total: float = 0.1):
    """Give the metrics that are judged."""
    edge = None if lower is None or upper is None else (lower + upper) / 2
    found = [
        Metric("total_return", "", total, "fraction"),
        Metric("active_return", "", edge, "fraction per year", lower, upper, reason="" if edge else "too short"),
    ]
    return [*found, Metric("active_dsr", "", dsr, "ratio"), Metric("trials", "", 3.0, "count")]


def funnel(traded: int) -> Funnel:
    """Give a funnel through which so many events came."""
    return Funnel((traded,) * 5, ())


CASES = [
    ("supported", (), metrics(0.01, 0.05), gathered(0.01), 20),
    ("supported", (), metrics(0.01, 0.05), None, 20),
    ("luck", ("interval",), metrics(-0.01, 0.05), gathered(0.01), 20),
    ("luck", ("placebo",), metrics(0.01, 0.05), gathered(0.051), 20),
    ("luck", ("trials",), metrics(0.01, 0.05, dsr=0.94), gathered(0.01), 20),
    ("luck", ("interval", "placebo", "trials"), metrics(-0.01, 0.05, dsr=0.5), gathered(0.5), 20),
    ("refuted", (), metrics(-0.05, -0.01), gathered(0.9), 20),
    ("uninformative", ("low_power",), metrics(0.01, 0.05), gathered(0.01, informative=False), 20),
    ("uninformative", ("few_events",), metrics(0.01, 0.05), gathered(0.01), 9),
    ("uninformative", ("no_events",), metrics(0.01, 0.05), gathered(0.01), 0),
    ("uninformative", ("no_interval",), metrics(None, None), gathered(0.01), 20),
    ("ruined", (), metrics(0.01, 0.05, total=-1.0), gathered(0.01), 20),
]


@pytest.mark.parametrize(("code", "reasons", "found", "evidence", "traded"), CASES)
def test_every_rule_decides_as_the_table_says(code, reasons, found, evidence, traded):
    """The first rule that applies gives the code, the others the reasons."""
    judged = judge(config(), found, funnel(traded), evidence)
    assert (judged.code, judged.reasons) == (code, reasons)


def test_a_base_mix_alone_is_not_judged():
    """Without signals there is nothing to judge."""
    judged = judge(config(signals=[]), metrics(0.01, 0.05), funnel(0))
    assert sentence(judged).startswith("Base mix alone:")


def test_the_sentence_gives_edge_interval_placebo_and_trials():
    """All numbers behind a verdict stand in it."""
    judged = judge(config(), metrics(0.01, 0.05, dsr=0.97), funnel(20), gathered(0.004))
    assert sentence(judged) == (
        "Supported: net of costs the tilts made +3.00 % a year against the untilted mix (95 % interval +1.00 % to "
        "+5.00 %, 20 events; placebo p 0.0040; deflated Sharpe ratio of the difference 0.97 over 3 trials)."
    )


def test_a_reason_for_no_interval_is_told():
    """It is the metric's own."""
    found = metrics(None, None)
    assert sentence(judge(config(), found, funnel(20)), found) == "Not informative: too short."
