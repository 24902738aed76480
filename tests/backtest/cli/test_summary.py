"""The one-screen summary and the JSON report of a small hand-made run."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len

from backtest.cli.console import clean
from backtest.cli.numbers import spark
from backtest.cli.report import report
from backtest.cli.summary import summary
from backtest.cli.words import wrapped
from backtest.config.model import Config
from backtest.result import Metric, Provenance, Result
from backtest.tearsheet.cards import cards
from backtest.tearsheet.messages import say, speaking
from backtest.tearsheet.messages.catalogue import TABLES
from backtest.tearsheet.sections.base import View
from backtest.tearsheet.series import series
from data.events.funnel import Funnel, Loss
from tests.backtest import samples, samples_evidence
from tests.backtest.asked import Asked

FOLDER = Path("runs/base-0123abcd")


def metric(number: int) -> Metric:
    return Metric(f"m{number}", f"Metric {number}", float(number), "ratio", convention="as is")


@pytest.fixture
def result() -> Result:
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(4)]
    daily = pl.DataFrame(
        {
            "session": days,
            "equity": [1e6, 2e6, 1.5e6, 3e6],
            "base": [1e6, 1e6, 1e6, 1.25e6],
            "benchmark": [None] * 4,
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
    """Verdict first; disclosure, run, warning, growth, funnel, costs, the page and how to open it."""
    screen = summary(result, FOLDER, 80)
    assert screen.splitlines()[0] == "The tilt cannot be told from luck."
    for told in (
        "base-0123abcd  simulated, seed 7; simulated",
        "SIMULATED PRICES: 150 bps planted per event",
        "! 2 orders were scaled",
        "growth of 1, log, 2020-01-01 to 2020-01-04, 4 sessions",
        "read 428 > valid 402 > mapped 80 > tradable 78 > traded 75",
        "322 not mapped: no trigger (and 1 other reason)",
        "costs   1,240: half spread 6, commission 1,234",
        "page    runs/base-0123abcd/tearsheet.html",
        "open it in a browser, or: backtest serve",
    ):
        assert told in screen


def test_the_run_and_the_base_are_drawn_on_one_scale(result: Result) -> None:
    """Growth ends at 3 and at 1.25; the base stays in the lowest blocks, and no benchmark is no line."""
    lines = {line.split()[0]: line.split()[1:] for line in summary(result, FOLDER, 80).splitlines()}
    assert lines["run"] == ["▁▆▃█", "3.00"]
    assert lines["base"] == ["▁▁▁▂", "1.25"]


def test_the_six_numbers_are_those_of_the_page() -> None:
    """Value, interval and peers as the cards say them, in the order of the page."""
    whole = samples_evidence.full(120, 12)
    rows = summary(whole, FOLDER, 80).splitlines()
    start = next(at for at, row in enumerate(rows) if "95 % interval" in row and "run" in row) + 1
    made = cards(View(whole, series(whole), whole.events))
    assert len(made) == 6
    for row, card in zip(rows[start:], made, strict=False):
        assert card.value.removesuffix("%").rstrip() in row.split()
        assert card.below.removeprefix("95 %: ") in row
    assert rows[start].split()[-2:] == ["10.05", "0.00"]


def test_an_undefined_number_is_a_dash_with_its_reason() -> None:
    """A run of one session has no Sharpe ratio, and the screen says why; peers without a number are not told."""
    rows = summary(samples.one_session(), FOLDER, 80).splitlines()
    assert "Sharpe ratio          \N{EN DASH}  needs at least two sessions" in rows


def test_events_that_made_and_cost_the_most_are_named() -> None:
    """Two gains and one loss of four events, by hand; who neither gained nor lost stands among neither."""
    whole = samples.sample(sessions=60, events=4)
    pnl = pl.Series("pnl", [5.0, 700.0, -80.0, 0.0] + [None] * (whole.events.height - 4))
    rows = summary(dataclasses.replace(whole, events=whole.events.with_columns(pnl)), FOLDER, 80).splitlines()
    at = next(number for number, row in enumerate(rows) if row.startswith("best"))
    sessions, assets = whole.events["session"], whole.events["asset"]
    assert rows[at].split()[:4] == ["best", "+700", str(sessions[1]), assets[1]]
    assert rows[at + 1].split()[:3] == ["+5", str(sessions[0]), assets[0]]
    assert rows[at + 2].split()[:4] == ["worst", "\N{MINUS SIGN}80", str(sessions[2]), assets[2]]
    assert rows[at + 3].startswith("costs")


def test_a_ruined_run_ends_where_it_was_ruined() -> None:
    """Nothing is drawn after it, and its last growth is told."""
    rows = summary(samples.ruined(), FOLDER, 80).splitlines()
    run, base = (next(row for row in rows if row.startswith(f"{name} ")) for name in ("run", "base"))
    assert run.count("█") > 10
    assert len(run[: run.rindex(" ")].rstrip()) < len(base[: base.rindex(" ")].rstrip())


def test_real_prices_carry_no_label(result: Result) -> None:
    """The label means something only when it can be absent."""
    real = dataclasses.replace(result, provenance=dataclasses.replace(result.provenance, simulated=False))
    assert "SIMULATED" not in summary(real, FOLDER, 80)


def test_warnings_take_three_lines(result: Result) -> None:
    """One alone is told in full; of two the first has two lines; of four two are cut and the others counted."""
    long = "word " * 30

    def told(count: int) -> list[str]:
        rows = summary(dataclasses.replace(result, warnings=(long,) * count), FOLDER, 80).splitlines()
        first = next(at for at, row in enumerate(rows) if row.startswith("! "))
        return [row for row in rows[first : first + 4] if "word" in row or row.startswith("! ")]

    assert [row[:2] for row in told(1)] == ["! ", "  "]
    assert [row[:2] for row in told(2)] == ["! ", "  ", "! "]
    assert [row[:2] for row in told(4)] == ["! "] * 3
    assert told(4)[-1] == "! 2 more, see the page"
    assert " ".join(row[2:] for row in told(1)) == long.rstrip()


@pytest.mark.parametrize(("width", "most"), [(40, 40), (60, 34), (80, 30), (200, 30)])
def test_the_screen_fits(result: Result, width: int, most: int) -> None:
    """Forty metrics, twenty warnings, long texts and evidence stay within a screen and the width."""
    full = samples_evidence.full(500, 24)
    crowded = dataclasses.replace(
        full,
        metrics=(*full.metrics, *(metric(number) for number in range(40))),
        warnings=("a long warning " * 20,) * 20,
        verdict="a long verdict " * 50,
        funnel=Funnel((9,) * 5, tuple(Loss("valid", "long reason " * 20, count) for count in range(20))),
        provenance=dataclasses.replace(result.provenance, disclosure=("a long disclosure " * 30,)),
    )
    lines = summary(crowded, FOLDER, width, [("trials", "very many " * 9), ("luck", "left of it " * 9)]).splitlines()
    assert len(lines) <= most
    assert max(len(line) for line in lines if not line.startswith("page")) <= min(width, 100)


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


@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_gets_colour_unless_it_is_asked_not_to(
    result: Result, monkeypatch: pytest.MonkeyPatch, *, colour: bool
) -> None:
    """Bold and yellow where stdout is a terminal, nothing of it with NO_COLOR, the same words both times."""
    piped = summary(result, FOLDER, 80)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "" if colour else "1")
    screen = summary(result, FOLDER, 80)
    assert ("\x1b[" in screen) is colour
    assert clean(screen) == piped


def test_what_the_ledger_says_stands_beside_its_labels(result: Result) -> None:
    """A line each, above the page."""
    rows = summary(result, FOLDER, 80, [("trials", "3 trials on these data"), ("luck", "deflated 0.61")]).splitlines()
    assert rows[-4:-2] == ["trials  3 trials on these data", "luck    deflated 0.61"]


def test_a_long_path_is_never_broken(result: Result) -> None:
    """So that it can be taken whole from a narrow terminal."""
    folder = Path("/" + "a-long-folder/" * 9)
    screen = summary(result, folder, 60)
    assert f"page    {folder / 'tearsheet.html'}" in screen.splitlines()
    assert f"backtest serve --out {folder.parent}" in screen


@pytest.mark.parametrize("width", [100, 80, 60])
@pytest.mark.parametrize("name", ["sample", "one_session", "ruined", "full"])
def test_the_screen_speaks_korean_in_its_columns(name: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing asked for is missing; no line is wider in cells than the terminal, but the path; labels fill a gutter."""
    asked = Asked(TABLES["ko"])
    monkeypatch.setitem(TABLES, "ko", asked)
    made = getattr(samples if hasattr(samples, name) else samples_evidence, name)()
    with speaking("ko"):
        rows = summary(
            made, FOLDER, width, [(say("trials"), say("{count} trials on these data", count=3))]
        ).splitlines()
    assert asked.missing == set()
    assert max(cell_len(row) for row in rows if "tearsheet.html" not in row) <= width
    labelled = {row[: row.index("  ")]: row for row in rows if row[:2] in {"비용", "시도", "이벤"}}
    assert set(labelled) == {"비용", "시도", "이벤트"}
    for label, row in labelled.items():
        text = row[len(label) :].lstrip()
        assert cell_len(row[: row.index(text)]) == 8


def test_korean_numbers_stand_under_their_heads() -> None:
    """The right edge of the run's column, in cells, is the same in the head and in every row."""
    with speaking("ko"):
        rows = summary(samples_evidence.full(), FOLDER, 80).splitlines()
    head = next(k for k, row in enumerate(rows) if "95 % 구간" in row)
    ends = [re.match(r".*?(?:실행|\d\.\d+)(?=  |$)", row)[0] for row in rows[head : head + 7]]
    assert {cell_len(end) for end in ends} == {23}


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one two three", 8, "one two\nthree"),
        ("made 3.16 % a year", 9, "made\n3.16 % a\nyear"),
        ("한국어 문장", 7, "한국어\n문장"),
        ("a-word-too-long", 10, "a-word ..."),
        ("", 10, ""),
    ],
)
def test_a_sentence_breaks_between_words(text: str, width: int, expected: str) -> None:
    """A number keeps its percent sign, wide letters count twice, an endless word is cut."""
    assert wrapped(text, width, 5).plain == expected


def test_a_sentence_with_too_many_lines_says_that_there_is_more() -> None:
    """Beside its label, within the width."""
    assert wrapped("one two three four five", 12, 2, label="x  ").plain == "x  one two\n   three ..."


def test_a_spark_shows_low_and_high() -> None:
    """The last value of each column, scaled between the least and the most."""
    assert spark([0, 7], 10) == "▁█"
    assert spark([1, 0, 5, 7], 2) == "▁█"
    assert spark([0, None, 7], 3) == "▁ █"
    assert spark([0, 7], 2, ends=(-7, 7)) == "▅█"
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
