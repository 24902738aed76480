"""The catalogue: no text is missing in any language, every place agrees, finished sentences are understood."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from backtest.result import Judgement
from backtest.tearsheet.beside import Beside, Swept
from backtest.tearsheet.comparison import render_comparison
from backtest.tearsheet.gallery import render_gallery
from backtest.tearsheet.messages import LANGUAGES, language, say, speaking, understood
from backtest.tearsheet.messages.catalogue import TABLES
from backtest.tearsheet.messages.en_one import ONE
from backtest.tearsheet.render import render
from tests.backtest import samples, samples_evidence
from tests.backtest.asked import Asked

PACKAGE = Path(samples.__file__).parents[2] / "backtest" / "tearsheet"
OTHERS = [name for name in LANGUAGES if name != "en"]


def _written() -> set[str]:
    found = set()
    spoken = re.compile(r"^from backtest\.tearsheet\.messages import .*\bsay\b", re.MULTILINE)
    for path in [*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "cli").glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if spoken.search(text) else ():
            is_said = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"
            if is_said and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    for path in PACKAGE.rglob("*.j2"):
        found |= set(re.findall(r'say\("([^"]*)"', path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("lang", OTHERS)
def test_every_text_in_the_source_is_in_the_table(lang):
    """Two hundred texts and more, none missing."""
    written = _written()
    assert len(written) > 200
    assert sorted(written - TABLES[lang].keys()) == []


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize(
    "state", ["full", "without", "no_events", "one_event", "one_session", "two_sessions", "ruined", "no_benchmark"]
)
def test_every_text_asked_for_is_in_the_table(lang, state, monkeypatch):
    """Labels that stand in tuples are looked up as well; a page of every state asks for nothing unknown."""
    asked = Asked(TABLES[lang])
    monkeypatch.setitem(TABLES, lang, asked)
    made = getattr(samples if hasattr(samples, state) else samples_evidence, state)()
    render(made, lang=lang)
    render(made, lang=lang, redact=True)
    assert asked.missing == set()


@pytest.mark.parametrize("lang", OTHERS)
def test_every_text_of_the_other_pages_is_in_the_table(lang, monkeypatch):
    """A comparison with and without differing conventions, of more runs than lines; a gallery with a broken run."""
    asked = Asked(TABLES[lang])
    monkeypatch.setitem(TABLES, lang, asked)
    runs = [("a", samples.sample()), ("b", samples.real()), *((name, samples.ten_years()) for name in "cdef")]
    other = replace(samples.sample(), config=samples.config(account={"fill": "close"}, currencies={"account": "EUR"}))
    render_comparison(runs, lang=lang)
    render_comparison([*runs[:1], ("x", other)], lang=lang)
    render_comparison([runs[0], runs[0]], lang=lang)
    render_gallery(runs, [("x", "damaged")], lang=lang)
    render_gallery(runs[:1], lang=lang)
    assert asked.missing == set()


@pytest.mark.parametrize("lang", OTHERS)
def test_every_text_of_a_sweep_is_in_the_table(lang, monkeypatch):
    """A map of three settings with a walk-forward, and one that had none for a reason."""
    asked = Asked(TABLES[lang])
    monkeypatch.setitem(TABLES, lang, asked)
    grid = [{"a": a, "b": b, "c": c} for a in "123" for b in "12" for c in "12"]
    board = pl.DataFrame([{"cell": str(at), **row, "sharpe": 0.1 * at} for at, row in enumerate(grid)])
    window = {"held": ["2020-01-02", "2020-02-03"], "cell": "0", "sharpe_inside": 0.1, "sharpe_outside": None}
    forward = {"windows": [window], "purge_sessions": 5, "sharpe_per_session": None, "psr": None}
    about = {"sweep": "s", "cells": [{"cell": "0", "settings": grid[0]}], "effective_trials": 2.0, "pbo": None,
             "pbo_note": "too short", "walk_forward_note": "too short"}  # fmt: skip
    for walked in (forward, None):
        render(samples.sample(), beside=Beside((Swept({**about, "walk_forward": walked}, board),)), lang=lang)
    assert asked.missing == set()


# Of these there are always several, or the word is no noun.
SEVERAL = {
    "{better} of {count} at least as good",
    "{shown} largest of {count} traded events",
    "{count} other baskets",
    "{count} runs on the {sessions} sessions they share, {first} to {last}. A is the reference.",
}


def test_every_text_for_several_has_one_for_one():
    """A count before a word in the plural: no page says 1 orders."""
    plural = {text for text in _written() if re.search(r"\{count\} (?!resamples)(?:[\w-]+ )*?[\w-]+s\b", text)}
    assert len(plural) > 20
    assert {text for text in plural - ONE.keys() if "{count} more in" not in text} == SEVERAL
    assert sorted(ONE.keys() - _written()) == []


def test_one_is_said_in_the_singular():
    """As a number or as a finished text; several as several."""
    assert [say("{count} sessions", count=count) for count in (1, "1", 0, "1,000")] == [
        "1 session", "1 session", "0 sessions", "1,000 sessions"
    ]  # fmt: skip
    with speaking("ko"):
        assert say("{count} sessions", count=1) == "1거래일"


@pytest.mark.parametrize("lang", OTHERS)
def test_every_place_of_a_text_is_in_its_translation(lang):
    """Neither more nor fewer."""
    for english, other in TABLES[lang].items():
        assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", other)), english
        assert other.strip(), english


def test_the_language_ends_with_its_block():
    """Outside it is English again."""
    with speaking("ko"):
        assert (language(), say("Strategy")) == ("ko", "전략")
    assert (language(), say("Strategy")) == ("en", "Strategy")


def test_a_verdict_is_said_by_its_code_and_its_numbers():
    """The kind of judgement, why, and every number of it stand in the Korean sentence."""
    values = {"events": 39.0, "edge": 0.0049, "lower": -0.0128, "upper": 0.0226, "p_placebo": 0.3583, "dsr": 0.61,
              "trials": 3.0, "minimum_drift": 0.0471}  # fmt: skip
    judged = replace(samples.no_events(), judgement=Judgement("uninformative", ("low_power",), values))
    page = render(judged, lang="ko")
    said = re.search(r'<p class="verdict[^>]*>(.*?)</p>', page)[1].replace("<strong>", "").replace("</strong>", "")
    assert said.startswith("판단할 수 없음, 이벤트당 +4.71")
    assert all(number in said for number in ("+0.49", "\u22121.28", "+2.26", "39건", "0.3583", "0.61", "3회"))
    assert judged.verdict.replace("-", "\u2212") in render(judged).replace("<strong>", "").replace("</strong>", "")


def test_an_unknown_sentence_stays_as_it_is():
    """No guess."""
    with speaking("ko"):
        assert understood("Something nobody translated {x}.") == "Something nobody translated {x}."


def test_the_page_says_its_language():
    """For screen readers and fonts."""
    assert '<html lang="ko">' in render(samples.no_events(), lang="ko")


# Which argument of these calls in the data package is the short reason that the page counts.
REASONED = {"fault": 1, "_refuse": 0, "Issue": 1, "issue": 2}


def _reasons() -> set[str]:
    found = set()
    for path in (PACKAGE.parents[1] / "data").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
            at = REASONED.get(name)
            if at is not None and len(node.args) > at and isinstance(node.args[at], ast.Constant):
                found.add(node.args[at].value)
    for node in ast.walk(ast.parse((PACKAGE.parent / "evidence" / "bridge.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            found |= {part.value for part in node.value.elts if isinstance(part, ast.Constant)}
    return found


@pytest.mark.parametrize("lang", OTHERS)
def test_every_short_reason_of_other_modules_is_understood(lang):
    """Why rows are set aside, what is doubtful in prices and events, the steps of the bridge with their notes."""
    found = _reasons()
    assert {"unreadable time", "jump", "hour without filings", "cash drag"} <= found
    with speaking(lang):
        assert sorted(one for one in found if one not in TABLES[lang]) == []
        assert understood("jump 1, missing volume 1,002") == "급변 1, 거래량 없음 1,002"
        assert "급변 2" in understood("2 doubts in the prices (jump 2); quality.parquet lists each row.")
