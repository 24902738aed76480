"""Whose turn it is to be asked for: the pace over all hands, patience for one asset, and what holds everybody."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from data.clocks import Clock
from data.prices.answers import Answer, FetchError
from data.prices.turns import APART_SECONDS, Turns

if TYPE_CHECKING:
    from data.prices.answers import Outcome

LATER = FetchError("came back empty", attempts=4)
REFUSED = FetchError("was refused", attempts=4, stops="the vendor refuses")
SECONDS = 3.0


class Vendor:
    """Hands that take three seconds for every asset, answer as they are told, and note when each was asked for."""

    def __init__(self, size: int, **answers: list[FetchError]) -> None:
        self.size, self.answers, self.at = size, answers, 0.0
        self.under_way: list[tuple[float, str]] = []
        self.asked: list[tuple[float, str]] = []
        self.most = 0

    @property
    def busy(self) -> int:
        """Give the number of assets under way."""
        return len(self.under_way)

    def send(self, asset: str) -> None:
        """Take an asset on."""
        self.under_way.append((self.at + SECONDS, asset))
        self.asked.append((self.at, asset))
        self.most = max(self.most, self.busy)

    def receive(self, seconds: float | None) -> list[tuple[str, Outcome]]:
        """Let time pass up to the next answer."""
        ready, asset = min(self.under_way)
        if seconds is not None and self.at + seconds < ready:
            self.at += seconds
            return []
        self.at = ready
        self.under_way.remove((ready, asset))
        failures = self.answers.get(asset, [])
        return [(asset, failures.pop(0) if failures else Answer(asset, pl.DataFrame(), {}, []))]

    def close(self) -> None:
        """Do nothing."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.at += seconds


def turns(vendor: Vendor, assets: str) -> Turns:
    """Put assets in line."""
    clock = Clock(lambda: vendor.at, vendor.sleep, lambda: datetime(2024, 1, 2, tzinfo=UTC))
    line = Turns(vendor, clock, lambda _: None)
    line.open(assets)
    return line


def test_nobody_is_asked_for_sooner_than_half_a_second_after_another() -> None:
    """Four hands are free at once, and still keep the pace; a fifth asset waits for the first answer."""
    vendor = Vendor(4)
    line = turns(vendor, "EDCBA")
    for asset in "ABCDE":
        line.outcome(asset)

    assert vendor.asked == [(0.0, "A"), (0.5, "B"), (1.0, "C"), (1.5, "D"), (3.0, "E")]
    assert APART_SECONDS == 0.5


def test_a_failure_that_may_pass_keeps_nobody_else_waiting() -> None:
    """A comes back empty after three seconds; B and C are asked for before it is tried again, two to four later."""
    vendor = Vendor(1, A=[LATER])
    line = turns(vendor, "ABC")
    line.outcome("A")

    assert [asset for _, asset in vendor.asked] == ["A", "B", "A"]
    assert isinstance(line.outcome("C").outcome, Answer)
    assert vendor.asked[2][0] - SECONDS == pytest.approx(3.0, abs=1.0)


def test_a_refusal_holds_everybody_and_then_one_alone_is_tried() -> None:
    """Three were under way when the first was refused; the others go on only after an answer has come."""
    vendor = Vendor(3, A=[REFUSED, REFUSED], B=[REFUSED], C=[REFUSED])
    line = turns(vendor, "ABCDEF")
    for asset in "ABCDEF":
        assert isinstance(line.outcome(asset).outcome, Answer)

    names = "".join(asset for _, asset in vendor.asked)
    assert names[:3] == "ABC"
    retried = [at for at, asset in vendor.asked[3:5]]
    assert vendor.asked[3][0] >= SECONDS + 2.0
    assert retried[1] - retried[0] >= SECONDS
    assert set("DEF").isdisjoint(names[:5])


def test_a_lasting_refusal_gives_the_others_up() -> None:
    """Those that were refused say so, those that were never asked for were not tried."""
    vendor = Vendor(2, A=[REFUSED] * 4, B=[REFUSED])
    line = turns(vendor, "ABCD")
    said = {asset: line.outcome(asset).outcome for asset in "ABCD"}

    problems = [one.problem for one in said.values() if isinstance(one, FetchError)]
    assert problems == ["was refused", "was refused", *["was not tried: the vendor refuses"] * 2]
    assert [asset for _, asset in vendor.asked].count("A") == 4
    assert vendor.most == 2


def test_four_attempts_are_the_most() -> None:
    """The last failure is what is told; the pauses grow."""
    vendor = Vendor(1, A=[LATER] * 9)
    found = turns(vendor, "A").outcome("A").outcome

    starts = [at for at, _ in vendor.asked]
    pauses = [later - earlier - SECONDS for earlier, later in itertools.pairwise(starts)]
    assert (found, len(starts)) == (LATER, 4)
    assert [2.0 <= pauses[0] <= 4.0, 4.0 <= pauses[1] <= 8.0, 8.0 <= pauses[2] <= 16.0] == [True] * 3
