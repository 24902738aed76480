"""Why a row is set aside: a short reason that can be counted, and a sentence that helps to mend it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Fault", "fault"]

MOST_SHOWN = 80


class Fault(NamedTuple):
    """One fault of one row; ``row`` is the position in the frame of all rows read."""

    row: int
    reason: str
    detail: str


def fault(row: int, reason: str, place: tuple[str, str | None], problem: str, hint: str = "") -> Fault:
    """Say that the value of a field, ``place = (field, value)``, has a problem."""
    field, value = place
    shown = (value or "")[:MOST_SHOWN] + ("..." if value and len(value) > MOST_SHOWN else "")
    return Fault(row, reason, f"{field} = {shown!r} {problem}{f' ({hint})' if hint else ''}")
