"""Every figure that is shown, in text, table and drawing, is the whole number behind it, rounded (law 55)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise

import polars as pl
import pytest

from backtest.tearsheet.packed import unpacked
from backtest.tearsheet.render import render
from tests.backtest import samples, samples_evidence

STATES = (
    "sample", "full", "without", "ruined", "no_benchmark", "no_events", "one_event", "one_session", "two_sessions",
)  # fmt: skip
VOID = {"meta", "link", "input"}
NUMBER = re.compile(r"[\u2212+]?\d[\d,]*(?:\.\d+)?")
DATE = re.compile(r"\d{4}-\d\d(-\d\d)?")
LETTERS = {"tn": 1e12, "bn": 1e9, "m": 1e6}


@dataclass
class Node:
    """An element: its attributes, all text inside it, the class of its table, caption and heading of its column."""

    tag: str
    attributes: dict[str, str]
    table: str
    column: str = ""
    numeric: bool = False
    text: str = ""


class Page(HTMLParser):
    """Collect every element with its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.nodes: list[Node] = []
        self.open: list[Node] = []
        self.columns: list[str] = []
        self.caption, self.table, self.cell = "", "", 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Open an element; cells learn the heading above them."""
        node = Node(tag, {k: v or "" for k, v in attrs}, self.table)
        if tag == "table":
            self.columns, self.caption, self.table = [], "", node.attributes.get("class", "")
        if tag == "tr":
            self.cell = 0
        if tag == "td":
            node.column = f"{self.caption} {(self.columns[self.cell : self.cell + 1] or [''])[0]}"
            self.cell += 1
            node.numeric = not {f"t{self.cell}", f"u{self.cell}", "words"} & set(self.table.split())
        self.nodes.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        """Close it."""
        node = self.open.pop()
        if tag == "th":
            self.columns.append(node.text)
        if tag == "caption":
            self.caption = node.text
        if tag == "table":
            self.table = ""

    def handle_data(self, data):
        """Give the text to every element around it, but that of a title to the title alone."""
        for node in reversed(self.open):
            node.text += data
            if node.tag == "title":
                break


@pytest.fixture(scope="module", params=STATES)
def page(request) -> Page:
    """Give the page of every state."""
    return Page(render(getattr(samples if hasattr(samples, request.param) else samples_evidence, request.param)()))


def _read(text: str) -> list[tuple[float, int, str]]:
    """Give (number, decimals, what stands behind it)."""
    found = []
    for one in NUMBER.finditer(text):
        shown = one[0].replace(",", "").replace("\u2212", "-")
        found.append((float(shown), len(shown.partition(".")[2]), text[one.end() :].strip()))
    return found


def _agrees(shown: tuple[float, int, str], exact: float, column: str) -> bool:
    value, decimals, behind = shown
    percent = behind.startswith("%") or "%" in column or "points" in column
    letters = next((size for name, size in LETTERS.items() if re.match(rf"{name}\b", behind)), 1.0)
    scales = {100.0} if percent else {1.0, 1 / letters}
    return any(abs(value - exact * scale) <= 0.5 * 10**-decimals * (1 + 1e-9) + 1e-9 for scale in scales)


def test_every_text_with_a_number_behind_it_is_that_number_rounded(page: Page) -> None:
    """Cards, cells, legends, bars, axes: all, each by the percent sign beside it or above its column (law 55)."""
    checked = 0
    for node in page.nodes:
        exact = node.attributes.get("data-n", node.attributes.get("data-v", "")).split()
        # Shapes have no text; the table of metrics and the facts below a card have their unit elsewhere, and own tests.
        if not exact or not node.text.strip() or node.tag in {"span", "rect"} or "metrics" in node.table:
            continue
        shown = _read(DATE.sub("", node.text))
        assert len(shown) >= len(exact), node
        for one, whole in zip(shown, exact, strict=False):
            assert _agrees(one, float(whole), node.column), (node.text, whole, node.column)
        checked += 1
    assert checked > 30


def test_the_facts_below_a_card_are_in_its_unit() -> None:
    """Interval, base and benchmark of growth are percent, of the Sharpe ratio plain numbers."""
    result = samples_evidence.full()
    known = {metric.name: metric for metric in result.metrics}
    text = render(result)
    for name, scale in (("cagr", 100.0), ("sharpe", 1.0)):
        card = re.search(rf'data-card="{name}" data-v="([^"]*)">(.*?)</div>(.*?)</div>', text, re.DOTALL)
        assert float(card[1]) == known[name].value
        spans = re.findall(r'<span data-n="([^"]*)">(.*?)</span>', card[3])
        exact = [float(part) for numbers, _ in spans for part in numbers.split()]
        peers = [known[f"{who}_{name}"].value for who in ("base", "benchmark")]
        assert exact == [known[name].lower, known[name].upper, *peers]
        for shown, whole in zip([one for _, said in spans for one in _read(said)], exact, strict=True):
            assert abs(shown[0] - whole * scale) <= 0.5 * 10 ** -shown[1] + 1e-9


def test_no_number_of_a_table_or_a_bar_lacks_the_whole_one(page: Page) -> None:
    """Numeric cells and labels of drawings; the names of windows, dates and units are no numbers."""
    for node in page.nodes:
        number_cell = node.tag == "td" and node.numeric
        drawn = node.tag == "text" and "value" in node.attributes.get("class", "").split()
        if (number_cell or drawn) and _read(DATE.sub("", node.text)):
            assert {"data-v", "data-n"} & node.attributes.keys(), node


def test_every_dash_has_its_reason(page: Page) -> None:
    """On hover, or as a sentence in the same card or row."""
    for node in page.nodes:
        if node.tag == "td" and node.text.strip() == "\u2013":
            assert node.attributes.get("title"), node


def test_marks_and_bars_tell_the_profit_of_the_events_frame() -> None:
    """Every line of a card and every hint of a bar is a traded event: its asset, its session, its P&L."""
    result = samples.sample()
    traded = result.events.filter(pl.col("pnl").is_not_null())
    known = {(row["asset"], str(row["session"]), round(row["pnl"])) for row in traded.iter_rows(named=True)}
    told = re.findall(r"(\w+): [^\n<]*?session (\d{4}-\d\d-\d\d), P&amp;L ([\u2212+]?[\d,]+)", render(result))
    assert len(told) >= traded.height
    assert {(who, when, int(what.replace(",", "").replace("\u2212", "-"))) for who, when, what in told} == known


def test_bars_and_steps_carry_the_numbers_of_their_frames() -> None:
    """P&L by event, funnel, bridge, placebo."""
    result = samples_evidence.full()
    figures = dict(re.findall(r'<figure id="figure-([\w-]+)".*?</figcaption>(.*?)</figure>', render(result), re.DOTALL))
    drawn = {
        key: [float(v) for v in re.findall(r'class="value[^"]*" data-v="([^"]*)"', svg)] for key, svg in figures.items()
    }
    pnl = sorted((v for v in result.events["pnl"].to_list() if v is not None), key=abs)[-20:]
    assert drawn["pnl"] == pytest.approx(sorted(pnl, reverse=True))
    assert drawn["funnel"] == list(result.funnel.counts)
    bridge = result.evidence.bridge
    assert drawn["bridge"] == pytest.approx([*bridge["value"], bridge["running"][-1]])
    assert drawn["placebo"] == pytest.approx([result.evidence.placebo.net_return])


def test_axes_are_true() -> None:
    """The ticks of a linear axis stand in even steps of their values, those of the growth in even steps of logs."""
    text = render(samples.sample())
    for key, of in (("growth", math.log), ("drawdown", float), ("turnover", float)):
        svg = re.search(rf'id="figure-{key}".*?</figure>', text, re.DOTALL)[0]
        labels = re.search(r'<g class="end" [^>]*>(.*?)</g>', svg)[1]
        ticks = re.findall(r'<text y="([\d.]+)" data-v="([^"]*)"', labels)
        points = [(float(y), of(float(v))) for y, v in ticks]
        slopes = [(b[0] - a[0]) / (b[1] - a[1]) for a, b in pairwise(points)]
        assert len(slopes) >= 1
        assert slopes == pytest.approx([slopes[0]] * len(slopes), rel=0.02)


def test_what_the_crosshair_reads_is_the_daily_frame() -> None:
    """Growth and turnover of every session."""
    result = samples.sample()
    text = render(result)
    growth = [round(v / samples.CAPITAL, 4) for v in result.daily["equity"].to_list()]
    assert unpacked(re.search(r'\["Strategy","([^"]*)"\]', text)[1], 4) == growth
    turnover = [round(v * 100, 1) for v in result.daily["turnover"].to_list()]
    assert unpacked(re.search(r'\["Turnover","([^"]*)"\]', text)[1], 1) == turnover


def test_every_negative_number_has_a_true_minus_sign(page: Page) -> None:
    """Nowhere a hyphen before a number: in cells, notes, drawings, warnings; the config and the hashes are code."""
    for node in page.nodes:
        if node.tag in {"td", "th", "p", "li", "text", "title", "summary", "strong"}:
            assert not re.search(r"(?:^|[\s(\[,])-\d", node.text), node


def test_the_sentences_and_legends_of_figures_tell_their_frames() -> None:
    """Ends of growth, distance to the base, deepest drawdown with its session, mean CAR with its interval."""
    result = samples_evidence.full()
    figures = dict(re.findall(r'<figure id="figure-([\w-]+)"(.*?)</figure>', render(result), re.DOTALL))
    equity, base = (result.daily[name].to_list() for name in ("equity", "base"))
    ends = [float(v) for v in re.findall(r'<b data-v="([^"]*)"', figures["growth"])]
    assert ends[:2] == pytest.approx([equity[-1] / samples.CAPITAL, base[-1] / samples.CAPITAL])
    assert float(re.search(r'<b data-v="([^"]*)"', figures["relative"])[1]) == pytest.approx(equity[-1] / base[-1] - 1)
    peak, falls = samples.CAPITAL, []
    for value in equity:
        peak = max(peak, value)
        falls.append(value / peak - 1)
    depth, day = re.search(r"deepest (\S+)\u00a0% on (\S+)\.", figures["drawdown"]).groups()
    assert _read(depth)[0][0] == pytest.approx(min(falls) * 100, abs=0.005)
    assert day == str(result.daily["session"][falls.index(min(falls))])
    last = result.evidence.study.path.filter(offset=5).row(0, named=True)
    said = [value for value, *_ in _read(re.search(r'<p class="note">(.*?)</p>', figures["caar-0-0"])[1])]
    exact = [last["caar"] * 100, 5, last["lower"] * 100, last["upper"] * 100, last["n"]]
    assert said == pytest.approx(exact, abs=0.005)
