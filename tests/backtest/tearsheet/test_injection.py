"""Text from outside stays text: no payload makes an element or an attribute."""

from __future__ import annotations

import itertools
import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import polars as pl
import pytest

from backtest.tearsheet.comparison import render_comparison
from backtest.tearsheet.gallery import render_gallery
from backtest.tearsheet.render import render
from data.events.funnel import Funnel, Loss
from tests.backtest import samples

if TYPE_CHECKING:
    from backtest.result import Result

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "</style><b>",
    "</script><script>alert(1)",
    "<!--",
    "]]><i>",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;&#60;b&#62;",
    "javascript:alert(1)",
    'https://x.com/" onclick="alert(1)',
    "https://x.com/<b>",
    "\u2028\u2029\u202e\x00\x1b[31m",
    "`${alert(1)}`",
    "<svg/onload=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<body onload=alert(1)>",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "<details open ontoggle=alert(1)>",
    "<base href=https://x.com>",
    "<meta http-equiv=refresh content=0>",
    "<link rel=stylesheet href=//x.com>",
    "<form action=//x.com><input>",
    "<style>*{display:none}</style>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "</textarea><script>alert(1)</script>",
    "</pre></details></main><b>",
    "</td></tr></table><b>",
    "</text></svg><b>",
    "--><script>alert(1)</script>",
    "<![CDATA[<b>]]>",
    "<?xml version='1.0'?>",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "https://x.com/' autofocus onfocus='alert(1)",
    "\\u003cscript\\u003ealert(1)",
    'x" style="background:url(//x.com)',
)
TEXTS = ("event_id", "kind", "asset", "stated", "timing", "rule", "status", "reason", "direction", "unit", "source")
BENIGN = "plain"


class Shape(HTMLParser):
    """Collect tags with the names of their attributes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        """Note a comment: there must be none."""
        self.found.append(("comment", (data,)))


def _poisoned(payload: str) -> Result:
    """Give a result with the payload in every text that can come from outside."""
    clean = samples.sample(sessions=60, events=12)
    texts = [pl.lit(payload).alias(name) for name in TEXTS]
    events = clean.events.with_columns(texts)
    metrics = tuple(replace(m, label=payload, convention=payload, reason=payload) for m in clean.metrics)
    swapped = {f.name: payload for f in fields(clean.provenance) if f.type == "str"}
    return replace(
        clean,
        config=samples.config(thesis=payload, benchmark=payload[:32], baskets=_baskets(payload)),
        run_id=payload,
        events=events,
        funnel=Funnel(clean.funnel.counts, (Loss("valid", payload, 7), Loss("mapped", payload, 2))),
        metrics=(*metrics, replace(metrics[0], name=payload, value=payload, unit="text")),
        verdict=payload,
        warnings=(payload,),
        provenance=replace(clean.provenance, disclosure=(payload,), **swapped),
    )


def _baskets(payload: str) -> dict[str, list[str]]:
    return {"semis": ["NVDA", "AMD", payload[:32]], "hyperscalers": ["GOOGL", "AMZN", "MSFT", "META"]}


def _shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    found = Shape()
    found.feed(page)
    return found.found


@pytest.fixture(scope="module")
def benign() -> list[tuple[str, tuple[str, ...]]]:
    return _shape(render(_poisoned(BENIGN)))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_every_text_changes_no_element_and_no_attribute(
    payload: str, benign: list[tuple[str, tuple[str, ...]]]
) -> None:
    """The page has the same tags with the same attributes as with a plain word."""
    found = _shape(render(_poisoned(payload)))
    differences = [pair for pair in itertools.zip_longest(found, benign) if pair[0] != pair[1]]
    assert differences == []


@pytest.fixture(scope="module")
def other_pages() -> list[list[tuple[str, tuple[str, ...]]]]:
    return [_shape(page) for page in _other_pages(BENIGN)]


def _other_pages(payload: str) -> list[str]:
    """Give the comparison and the gallery of poisoned runs, a folder not to be read among them."""
    runs = [(payload, _poisoned(payload)), ("plain", samples.sample(sessions=60))]
    return [render_comparison(runs), render_gallery(runs, [(payload, payload)])]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_changes_the_pages_of_several_runs(
    payload: str, other_pages: list[list[tuple[str, tuple[str, ...]]]]
) -> None:
    """Names, labels, verdicts, settings and error texts of a comparison and a gallery."""
    for page, benign in zip(_other_pages(payload), other_pages, strict=True):
        differences = [pair for pair in itertools.zip_longest(_shape(page), benign) if pair[0] != pair[1]]
        assert differences == []


def test_the_payload_is_still_there_to_read() -> None:
    """Escaping shows the text, it does not remove it."""
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in render(_poisoned(PAYLOADS[0]))


def test_only_real_http_addresses_become_links() -> None:
    """A script address in a source is shown as text."""
    page = render(_poisoned("javascript:alert(1)"))
    assert "javascript:alert(1)" in page
    assert not re.search(r"<a [^>]*javascript", page)
