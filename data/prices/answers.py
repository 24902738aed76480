"""What comes of asking a vendor for one asset: an answer, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ATTEMPTS", "Answer", "Ask", "FetchError", "Hands", "Outcome", "swapped"]

ATTEMPTS = 4


class Answer(NamedTuple):
    """What a vendor sent: whose prices it says they are, HISTORY rows, facts, notes on days, its Date header."""

    symbol: str
    frame: pl.DataFrame
    about: dict[str, str]
    notes: list[tuple[str, str]]
    told: str = ""


class FetchError(Exception):
    """An answer that cannot be used: why, what to do, how often to ask in all, and why the others need not be asked."""

    def __init__(self, problem: str, hint: str = "", *, attempts: int = 1, stops: str = "") -> None:
        super().__init__(problem)
        self.problem, self.hint, self.attempts, self.stops = problem, hint, attempts, stops


def swapped(asset: str, symbol: str) -> FetchError:
    """Say that an answer is about something else; another writing of the same name will not get better."""
    attempts = 1 if symbol.upper() == asset.upper() else ATTEMPTS
    return FetchError(f"was answered with {symbol!r}", "write the asset as Yahoo does", attempts=attempts)


Outcome = Answer | FetchError


class Ask(Protocol):
    """Ask for one asset through a session, None for the vendor's own; raises FetchError."""

    def __call__(self, asset: str, session: Any) -> Answer:
        """Give the answer."""
        ...


class Hands(Protocol):
    """Who asks: some number of workers, each with one asset at a time."""

    size: int

    @property
    def busy(self) -> int:
        """Give the number of assets whose outcomes have not been received."""
        ...

    def send(self, asset: str) -> None:
        """Ask for an asset; there must be a free worker."""
        ...

    def receive(self, seconds: float | None) -> list[tuple[str, Outcome]]:
        """Give outcomes, waiting for the first of them at most so long."""
        ...

    def close(self) -> None:
        """Stop asking; what is under way is given up."""
        ...
