"""The verbs for stored prices: what they print, their exit codes, and that nothing is lost on the way."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from offline_yahoo import Yahoo, mounted, reply

from backtest.cli.main import main
from data.prices import yahoo as prices_of_yahoo
from data.store import objects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

THREE = {"2024-01-02": 10.0, "2024-01-03": 11.0, "2024-01-04": 12.0}
JANUARY = ["--start", "2024-01-02", "--end", "2024-01-31"]
CONFIG = """\
version: 1
name: stored
prices: {source: yfinance, start: 2024-01-02, end: 2024-01-31, store: kept}
events: {source: curated}
baskets: {all: [A, B]}
portfolio: {base: {all: 1.0}}
"""


@pytest.fixture
def yahoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Yahoo:
    """Give the offline Yahoo, to which every session that is opened now leads, in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    offline = Yahoo()
    monkeypatch.setattr(prices_of_yahoo, "dated_session", partial(mounted, offline))
    offline.answers = {"A": reply("A", THREE), "B": reply("B", THREE)}
    return offline


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Give a function that runs the command: exit code, stdout, stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        return (code, *capsys.readouterr())

    return run


def test_fetched_assets_are_listed_with_their_sessions(yahoo: Yahoo, said: Callable[..., Any]) -> None:
    """Nothing on stderr: nobody watches a terminal."""
    code, out, err = said("data", "fetch", "B", "A", *JANUARY)

    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["A", "new", "3", "2024-01-02", "2024-01-04"],
        ["B", "new", "3", "2024-01-02", "2024-01-04"],
    ]


def test_a_missing_asset_gives_3_and_the_others_stay(yahoo: Yahoo, said: Callable[..., Any]) -> None:
    """The same as JSON is one object on stdout."""
    code, out, err = said("data", "fetch", "A", "NOPE", *JANUARY)
    assert (code, "FAILED" in out, "NOPE" in err) == (3, True, True)

    code, out, _ = said("data", "fetch", "A", "NOPE", *JANUARY, "--json")
    assets = json.loads(out)["assets"]
    assert (code, [one["status"] for one in assets]) == (3, ["unchanged", "FAILED"])
    assert "unknown to Yahoo" in assets[1]["problem"]["problem"]


def test_ctrl_c_gives_3_and_what_came_stays(
    yahoo: Yahoo, said: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Pressed while the second of three is being asked for."""
    yahoo.answers = {"A": reply("A", THREE), "B": KeyboardInterrupt(), "C": reply("C", THREE)}

    code, out, err = said("data", "fetch", "A", "B", "C", *JANUARY)

    assert code == 3
    assert err.startswith("interrupted; what came is stored\n")
    assert [line.split()[:2] for line in out.splitlines()[1:]] == [["A", "new"], ["B", "FAILED"], ["C", "FAILED"]]
    assert "'B': has no answer: interrupted" in err
    assert "'C': was not tried: interrupted" in err
    assert "A" in said("data", "ls")[1]


def test_a_config_says_what_to_fetch_and_where_to_keep_it(
    yahoo: Yahoo, said: Callable[..., Any], tmp_path: Path
) -> None:
    """The store lies beside the config; afterwards the offline question is answered from it."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    assert said("data", "fetch", "config.yaml", "--offline")[0] == 3

    assert said("data", "fetch", "config.yaml")[0] == 0

    assert (tmp_path / "kept" / "manifest.jsonl").is_file()
    assert said("data", "fetch", "config.yaml", "--offline")[0] == 0
    code, out, _ = said("data", "check", "config.yaml")
    assert (code, out) == (0, "0 errors, 0 doubts, 0 notes\n")


def test_other_sources_cannot_be_fetched(said: Callable[..., Any], root: Path) -> None:
    """The simulated market is made, not fetched."""
    code, _, err = said("data", "fetch", str(root / "configs" / "quickstart.yaml"))
    assert (code, "prices.source is simulated" in err) == (2, True)


@pytest.mark.parametrize("words", [["A"], ["A", "--start", "2024-02-01", "--end", "2024-01-01"], ["A", "--start", "x"]])
def test_a_question_that_makes_no_sense_gives_2(said: Callable[..., Any], words: list[str]) -> None:
    """No start, an end before the start, no day."""
    code, _, err = said("data", "fetch", *words)
    assert (code, "--start" in err) == (2, True)


def test_a_changed_history_is_said_listed_and_compared(yahoo: Yahoo, said: Callable[..., Any]) -> None:
    """The old vintage stays; diff shows both values."""
    said("data", "fetch", "A", *JANUARY)
    yahoo.answers["A"] = reply("A", {**THREE, "2024-01-03": 11.5, "2024-01-05": 12.5})

    _, out, _ = said("data", "fetch", "A", *JANUARY)
    assert "new vintage, " in out
    assert "A: close 11 became 11.5" in out

    _, out, _ = said("data", "ls")
    assert [line.endswith("newest") for line in out.splitlines()[1:]] == [False, True]

    code, out, _ = said("data", "diff", "A", "--json")
    changes = [(one["kind"], one["session"]) for one in json.loads(out)["changes"]]
    assert code == 0
    assert ("close", "2024-01-03") in changes
    assert ("added", "2024-01-05") in changes


def test_vintages_can_be_named(yahoo: Yahoo, said: Callable[..., Any]) -> None:
    """By the first digits; a wrong name lists the right ones."""
    said("data", "fetch", "A", *JANUARY)
    yahoo.answers["A"] = reply("A", {**THREE, "2024-01-03": 11.5})
    said("data", "fetch", "A", *JANUARY)
    first, second = (one["object"] for one in json.loads(said("data", "ls", "--json")[1])["vintages"])

    _, out, _ = said("data", "diff", "A", "--from", second[:8], "--to", first[:8])
    assert "close 11.5 became 11" in out
    code, _, err = said("data", "diff", "A", "--from", "zzz")
    assert (code, first[:12] in err) == (3, True)


def test_one_vintage_cannot_be_compared(yahoo: Yahoo, said: Callable[..., Any]) -> None:
    """Nor can an asset that is not stored."""
    said("data", "fetch", "A", *JANUARY)
    assert said("data", "diff", "A")[0] == 3
    code, _, err = said("data", "diff", "Z")
    assert (code, "stored: A" in err) == (3, True)


def test_a_damaged_object_gives_2_and_its_name(yahoo: Yahoo, said: Callable[..., Any], tmp_path: Path) -> None:
    """One flipped bit."""
    said("data", "fetch", "A", *JANUARY)
    (digest,) = objects.stored(tmp_path / "prices-store")
    path = objects.path_of(tmp_path / "prices-store", digest)
    whole = path.read_bytes()
    path.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])

    code, out, err = said("data", "check")
    assert (code, digest in err, "1 error, " in out) == (2, True, True)
    assert said("data", "check", "--json")[0] == 2
    said("data", "fetch", "A", *JANUARY)
    assert said("data", "check")[0] == 0


def test_doubts_are_shown_and_do_not_stop(yahoo: Yahoo, said: Callable[..., Any]) -> None:
    """A close that doubles may be real."""
    yahoo.answers["A"] = reply("A", {"2024-01-02": 10.0, "2024-01-03": 20.0})
    said("data", "fetch", "A", *JANUARY)

    code, out, _ = said("data", "check")

    assert code == 0
    assert "moved by +100% without a split" in out


def test_a_store_that_is_not_there_gives_3(said: Callable[..., Any], tmp_path: Path) -> None:
    """Looking never makes one."""
    for verb in (["ls"], ["check"], ["diff", "A"]):
        code, _, err = said("data", *verb, "--store", str(tmp_path / "none"))
        assert (code, "there is no store" in err) == (3, True)
    assert not (tmp_path / "none").exists()
