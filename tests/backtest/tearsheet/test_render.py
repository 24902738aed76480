"""The whole page: same bytes, within its budget, true to the result, whole in every state."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest

from backtest.tearsheet.events import ranked
from backtest.tearsheet.kinds import kind_table
from backtest.tearsheet.packed import unpacked
from backtest.tearsheet.render import json_text, render
from tests.backtest import samples, samples_evidence

STATES = (
    "sample", "no_events", "one_event", "no_benchmark", "ruined", "one_session", "two_sessions", "ten_years", "full",
    "without",
)  # fmt: skip
FACTORS = {"fraction": 100.0, "fraction per year": 100.0}
VOID = {"input", "link", "meta"}


class Structure(HTMLParser):
    """Collect tags, attribute names and text; check that elements nest."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its addresses."""
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value for name, value in attrs if name in {"href", "src", "xlink:href", "action"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag


def _structure(page: str) -> Structure:
    found = Structure()
    found.feed(page)
    found.close()
    return found


@pytest.fixture(scope="module", params=STATES)
def page(request: pytest.FixtureRequest) -> str:
    return render(getattr(samples if hasattr(samples, request.param) else samples_evidence, request.param)())


def test_every_state_is_whole(page: str) -> None:
    """Elements nest, nothing undefined is printed, every figure is described."""
    assert _structure(page).open == []
    assert not re.search(r">\s*(nan|inf|None|null)\b", page)
    assert "NaN" not in page
    assert 'd=""' not in page
    for svg in re.findall(r'<div class="box">(<svg [^>]*>)', page):
        assert 'role="img" aria-label="' in svg


def test_nothing_is_fetched(page: str) -> None:
    """Every address is a data icon or an http link to a source, nothing else."""
    assert all(link == "data:," or link.startswith("https://www.example.com/") for link in _structure(page).links)
    assert not re.search(r"@import|url\(|<img|<iframe|<script[^>]*src", page)
    anchors = re.findall(r"<a [^>]*>", page)
    assert all('rel="noopener noreferrer"' in anchor for anchor in anchors)
    # No address learns whence a reader came, and no link opens a window that could reach back.
    assert '<meta name="referrer" content="no-referrer">' in page
    assert "target=" not in page


def test_only_our_script_may_run(page: str) -> None:
    """The policy names the hash of the one script on the page."""
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1].replace("&#39;", "'")
    assert policy.startswith(
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"
    )
    assert len(script) < 10_000


def test_the_same_result_gives_the_same_bytes() -> None:
    """No clock and no random name on the page."""
    assert render(samples.sample()) == render(samples.sample())


def test_every_number_of_the_metrics_table_is_the_result_rounded() -> None:
    """What is read off the page differs from the result by at most half of its last decimal."""
    result = samples.sample()
    rows = dict(re.findall(r'<tr data-metric="([^"]*)">(.*?)</tr>', render(result), re.DOTALL))
    assert list(rows) == [metric.name for metric in result.metrics]
    for metric in result.metrics:
        value, interval, _ = re.findall(r"<td[^>]*>(.*?)</td>", rows[metric.name])[1:]
        _agrees(value, metric.value, metric.unit)
        if metric.lower is not None:
            for shown, exact in zip(interval.split(" to "), (metric.lower, metric.upper), strict=True):
                _agrees(shown, exact, metric.unit)


def _agrees(shown: str, exact: float | str | None, unit: str) -> None:
    if exact is None or isinstance(exact, str):
        assert shown == (exact or "\u2013")
        return
    decimals = len(shown.partition(".")[2])
    read = float(shown.replace(",", "").replace("\u2212", "-"))
    assert abs(read - exact * FACTORS.get(unit, 1.0)) <= 0.5 * 10**-decimals + 1e-12


def test_key_numbers_stand_in_their_order_with_their_peers() -> None:
    """Growth comes first with its interval and the same number of base and benchmark."""
    page = render(samples_evidence.full())
    cards = re.findall(r'<div class="card".*?<h3>(.*?)</h3>.*?</div>(.*?)</div>', page, re.DOTALL)
    assert [label for label, _ in cards] == [
        "Growth per year (CAGR)", "Sharpe ratio", "Deepest drawdown", "Placebo p", "Deflated Sharpe",
        "Costs per year",
    ]  # fmt: skip
    facts = [re.findall(r"<p[^>]*>(.*?)</p>", below) for _, below in cards]
    said = [[" ".join(re.sub(r"<[^>]*>", " ", fact).split()) for fact in card] for card in facts]
    assert said[0] == ["95 % 3.12 to 19.87", "base 10.05", "benchmark 0.00"]
    assert said[3][-1] == "50 of 200 at least as good"
    assert said[4][0] == "trials 12"


def test_undefined_numbers_are_a_dash_with_the_reason() -> None:
    """A run of one session has no metric, and says why on the first screen."""
    page = render(samples.one_session())
    assert page.count("needs at least two sessions") >= 4


def test_simulated_prices_are_announced_and_real_ones_are_not() -> None:
    """The banner carries the disclosure."""
    simulated = samples.sample()
    assert "SIMULATED PRICES" in render(simulated)
    assert "An effect was planted." in render(simulated)
    assert "SIMULATED PRICES" not in render(samples.real())


def test_ruin_is_told_on_the_first_screen_and_at_the_chart() -> None:
    """The warning stands above the numbers; the log chart says where it ends."""
    page = render(samples.ruined())
    assert page.index("Ruin: equity fell") < page.index('class="cards"')
    assert "a logarithmic axis cannot show it from there" in page


def test_without_events_the_page_says_so() -> None:
    """No marks, no bars, a sentence instead."""
    page = render(samples.no_events())
    assert "No event was traded, so there is no P&amp;L by event." in page
    assert 'class="mark' not in page


def test_without_benchmark_there_is_no_third_line() -> None:
    """Neither line nor legend nor column."""
    page = render(samples.no_benchmark())
    assert not re.search(r'class="(line|dot|bar) c"', page)
    assert "SPY" not in page


def test_the_parts_sum_to_the_equity_change() -> None:
    """Base mix, cash and every kind sum to the last row, which is equity minus capital."""
    result = samples.sample()
    *parts, last = kind_table(result, ranked(result)).rows
    change = result.daily["equity"][-1] - samples.CAPITAL
    assert float(last[4].sort) == pytest.approx(change, abs=1e-6)
    assert sum(float(row[4].sort or 0.0) for row in parts) == pytest.approx(change, abs=1e-6)


def test_the_first_purchase_does_not_flatten_the_turnover_chart():
    """A first session of 100 % is cut off and says so; the readout keeps it."""
    result = samples.sample(sessions=50, events=0)
    turnover = pl.Series("turnover", [1.0, *[0.05] * 49])
    page = render(replace(result, daily=result.daily.with_columns(turnover)))
    assert "The first session buys the mix, 100.0\u00a0%: its stick is cut off." in page
    text = re.search(r'\["Turnover","([^"]*)"\]', page)[1]
    assert unpacked(text, 1)[:3] == [100.0, 5.0, 5.0]


def test_the_edge_over_the_base_is_drawn_and_read_out():
    """Equity of 1.2 over a base of 1.5 is -20 %."""
    result = samples.sample(sessions=1, events=0)
    daily = result.daily.with_columns(equity=pl.lit(1.2 * samples.CAPITAL), base=pl.lit(1.5 * samples.CAPITAL))
    page = render(replace(result, daily=daily))
    assert "Strategy relative to the untilted base, at the end \u221220.00\u00a0%." in page
    text = re.search(r'\["Strategy over base","([^"]*)"\]', page)[1]
    assert unpacked(text, 2) == [-20.0]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_ten_years_and_sixty_events_keep_the_budget(lang: str) -> None:
    """With six baskets and all evidence at most 300 kB, so that longer names and sources stay far below 400."""
    made = samples_evidence.full(2_500, 60)
    held = made.exposure.filter(pl.col("basket") == made.exposure["basket"][0])
    six = pl.concat([held.with_columns(basket=pl.lit(f"basket {k}"), long=pl.col("long") / 6) for k in range(6)])
    assert len(render(replace(made, exposure=six), lang=lang).encode()) <= 300_000


def test_a_hundred_thousand_events_stay_bounded() -> None:
    """Marks merge, tables stop and say how many more there are."""
    page = render(samples.ten_years(100_000))
    assert len(page.encode()) <= 400_000
    assert "99,940 more in events.parquet" in page
    assert page.count('class="mark') < 200


def test_json_cannot_end_its_script_element() -> None:
    """Angle brackets, ampersands and line separators are escaped."""
    assert json_text(["</script>&\u2028\u2029"]) == '["\\u003c/script\\u003e\\u0026\\u2028\\u2029"]'


def test_every_column_of_words_has_its_rule(page: str) -> None:
    """A table names its columns of words by classes; the style knows each of them."""
    style, rest = page.split("</style>")
    named = set(re.findall(r"\b[tu]\d+\b", " ".join(re.findall(r'<table class="([^"]*)"', rest))))
    assert named
    assert {one for one in named if f":where(.{one}) td" not in style} == set()
