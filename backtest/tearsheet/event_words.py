"""What an event says in a few words: its value against the prior, its strength, the address of its source."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from backtest.tearsheet.format import DASH, SPACE, compact, display, link
from backtest.tearsheet.messages import say

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["address_of", "stated_numbers", "strength", "value_text"]

# Set apart by spaces, bars or angle brackets on both sides: what stands in quotes is no address of a source.
ADDRESS = re.compile(r"(?:(?<=[\s<|])|^)https?://[^\s<>|;\"'`\\]+(?=$|[\s>|;])", re.IGNORECASE)


def address_of(source: str | None) -> str:
    """Give the first plain http(s) address in a source, empty when there is none."""
    found = (link(part.rstrip(".,)")) for part in ADDRESS.findall(source or ""))
    return next((address for address in found if address), "")


def strength(row: Mapping[str, Any]) -> float | None:
    """Give the change of the value, or of the middle of its range, against the prior, a fraction of its size."""
    value, low, high, prior = (row[field] for field in ("value", "low", "high", "prior"))
    if value is None and low is not None and high is not None:
        value = (low + high) / 2
    return (value - prior) / abs(prior) if value is not None and prior else None


def stated_numbers(row: Mapping[str, Any]) -> list[float]:
    """Give the value, or the ends of its range, and the prior, as far as they are stated."""
    own = [row["value"]] if row["value"] is not None else [row["low"], row["high"]]
    found = [v for v in own if v is not None and math.isfinite(v)]
    prior = row["prior"]
    return [*found, prior] if found and prior is not None and math.isfinite(prior) else found


def value_text(row: Mapping[str, Any]) -> str:
    """Give the value or its range with its unit, and the prior in brackets; a dash when no number is stated."""
    stated = stated_numbers(row)
    if not stated:
        return DASH
    unit = f"{SPACE}{display(row['unit'], 16)}" if row["unit"] else ""
    has_prior = row["prior"] is not None and math.isfinite(row["prior"])
    own = stated[:-1] if has_prior else stated
    before = f" ({say('before {value}', value=compact(stated[-1]))})" if has_prior else ""
    return f" {say('to')} ".join(compact(v) for v in own) + unit + before
