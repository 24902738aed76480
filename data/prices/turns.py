"""Whose turn it is to be asked for: by name, not too fast, again after failures that may pass, nobody once refused."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from data.prices.answers import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from data.clocks import Clock
    from data.prices.answers import Hands, Outcome

__all__ = ["Come", "Turns"]

# Between two assets that are asked for, whoever asks: each is two to four requests, and the vendor publishes no limit.
APART_SECONDS = 0.5
FIRST_PAUSE_SECONDS = 2.0
# Sums of seconds are not exact.
CLOSE_SECONDS = 1e-6


class Come(NamedTuple):
    """An outcome and the instant (UTC) at which it came."""

    outcome: Outcome
    at: datetime


@dataclass(slots=True, eq=False)
class Turns:
    """Assets on their way to an outcome.

    A failure that stops the others (too many requests, no connection) holds everybody for its pause; then one asset
    alone is asked for until an answer comes. When it stays, the others are given up.

    Attributes
    ----------
    hands
        Who asks.
    clock
        Seconds and waiting.
    say
        Told of each asset when it is asked for, and of each pause.
    outcomes
        What came so far, by asset.

    """

    hands: Hands
    clock: Clock
    say: Callable[[str], None]
    outcomes: dict[str, Come] = field(default_factory=dict)
    _place: dict[str, int] = field(default_factory=dict)
    _waiting: dict[str, float] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)
    _failed: dict[str, FetchError] = field(default_factory=dict)
    _next: float = float("-inf")
    _refused: bool = False
    _stopped: str = ""

    def open(self, assets: Iterable[str]) -> None:
        """Put assets in line."""
        self._place = {asset: number for number, asset in enumerate(sorted(assets), 1)}
        self._waiting = dict.fromkeys(self._place, float("-inf"))

    def outcome(self, asset: str) -> Come:
        """Go on until the outcome of an asset is there, and give it."""
        while asset not in self.outcomes:
            self._step()
        return self.outcomes[asset]

    def stop(self, why: str) -> None:
        """Ask for nothing more: what waits fails as it did last, or was not tried."""
        self._stopped = why
        for asset in self._waiting:
            self._settle(asset, self._failed.get(asset, FetchError(f"was not tried: {why}", "try again later")))
        self._waiting = {}

    def give_up(self, why: str) -> None:
        """Ask for nothing more and wait for nothing: what is under way and not there yet has no answer."""
        self.stop(why)
        for asset, outcome in self.hands.receive(0.0):
            self._take(asset, outcome)
        for asset in self._asked:
            if asset not in self.outcomes:
                self._settle(asset, FetchError(f"has no answer: {why}", "try again later"))

    def _step(self) -> None:
        """Ask for the next asset whose turn has come, else wait for whatever comes first."""
        turn = self._turn()
        asset, at = turn or ("", None)
        seconds = None if at is None else at - self.clock.now()
        if turn and seconds is not None and seconds <= CLOSE_SECONDS:
            self._ask(asset)
        elif self.hands.busy:
            for came, outcome in self.hands.receive(seconds):
                self._take(came, outcome)
        else:
            assert seconds is not None  # noqa: S101 - what has no outcome waits or is under way
            self.clock.sleep(seconds)

    def _turn(self) -> tuple[str, float] | None:
        """Give the asset to ask for next and when, None when all hands are full or nothing waits."""
        if not self._waiting or self.hands.busy >= (1 if self._refused else self.hands.size):
            return None
        now = self.clock.now()
        due = [asset for asset, at in self._waiting.items() if at <= max(now, self._next) + CLOSE_SECONDS]
        asset = min(due) if due else min(self._waiting, key=lambda one: (self._waiting[one], one))
        return asset, max(self._waiting[asset], self._next)

    def _ask(self, asset: str) -> None:
        del self._waiting[asset]
        self._asked[asset] = self._asked.get(asset, 0) + 1
        if self._asked[asset] == 1:
            self.say(f"{asset} ({self._place[asset]} of {len(self._place)})")
        self._next = self.clock.now() + APART_SECONDS
        self.hands.send(asset)

    def _take(self, asset: str, outcome: Outcome) -> None:
        self._refused = isinstance(outcome, FetchError) and bool(outcome.stops)
        if isinstance(outcome, FetchError) and self._asked[asset] < outcome.attempts and not self._stopped:
            self._again(asset, outcome)
            return
        self._settle(asset, outcome)
        if isinstance(outcome, FetchError) and outcome.stops:
            self.stop(outcome.stops)

    def _settle(self, asset: str, outcome: Outcome) -> None:
        self.outcomes[asset] = Come(outcome, self.clock.today())

    def _again(self, asset: str, failure: FetchError) -> None:
        """Put an asset back in line after a pause that doubles and differs between assets."""
        self._failed[asset] = failure
        seed = f"{asset} {self._asked[asset]}"
        chance = random.Random(seed).random()  # noqa: S311 - it spreads requests, it protects nothing
        pause = FIRST_PAUSE_SECONDS * 2.0 ** (self._asked[asset] - 1) * (1.0 + chance)
        self.say(f"{asset} {failure.problem}; asking again in {pause:.0f} s")
        at = self.clock.now() + pause
        self._waiting[asset] = at
        if failure.stops:
            self._next = max(self._next, at)
