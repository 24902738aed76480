"""Labels of periods (FY26Q3, 2018Q3, CY2026, 2025H2, FY2026Q2YTD) as basis, length and end."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

__all__ = ["Period", "read_period"]

LABEL = re.compile(
    r"(?P<basis>FY|CY)?\s?(?P<year>\d{4}|(?<=Y)\d{2}|(?<=Y )\d{2})\s?"
    r"(?:(?P<part>Q[1-4]|H[12])(?P<ytd>\s?-?YTD)?|(?P<months>[369]M))?(?:\s.*)?",
    re.IGNORECASE,
)
QUARTERS_PER_YEAR = 4
OLDEST, NEWEST = 1990, 2050


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter, half, year or the part of a year up to a quarter's end.

    Attributes
    ----------
    basis
        FY, the company's fiscal year, or CY, the calendar's; a bare year or quarter is the calendar's.
    end
        Last quarter, counted from quarter 1 of year 0: 4 * year + quarter - 1.
    quarters
        Length.
    ytd
        Whether a length of two or three quarters counts from the start of the year; a half is never one.

    """

    basis: str
    end: int
    quarters: int
    ytd: bool = False

    @property
    def label(self) -> str:
        """Give the normal label: FY2026, FY2026Q3, CY2025H2, FY2026Q2YTD."""
        year, quarter = divmod(self.end, QUARTERS_PER_YEAR)
        if self.quarters == QUARTERS_PER_YEAR:
            return f"{self.basis}{year}"
        if self.quarters == 1:
            return f"{self.basis}{year}Q{quarter + 1}"
        return f"{self.basis}{year}Q{quarter + 1}YTD" if self.ytd else f"{self.basis}{year}H{(quarter + 1) // 2}"

    def back(self, quarters: int) -> Period:
        """Give the period of the same basis and length that ends so many quarters earlier."""
        return replace(self, end=self.end - quarters)


@lru_cache(maxsize=4096)
def read_period(text: str | None) -> Period | None:
    """Read a label; None when it names no period (``2025-2028``, ``soon``)."""
    match = LABEL.fullmatch((text or "").strip().upper())
    if match is None:
        return None
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    if not OLDEST <= year <= NEWEST:
        return None
    quarter, quarters, ytd = _part(match)
    return Period(match["basis"] or "CY", QUARTERS_PER_YEAR * year + quarter - 1, quarters, ytd)


def _part(match: re.Match[str]) -> tuple[int, int, bool]:
    """Give the last quarter (1 to 4), the length in quarters, and whether it is a year to date."""
    if match["months"]:
        quarters = int(match["months"][0]) // 3
        return quarters, quarters, quarters > 1
    part = match["part"]
    if part is None:
        return QUARTERS_PER_YEAR, QUARTERS_PER_YEAR, False
    number = int(part[1])
    if part[0] == "H":
        return 2 * number, 2, False
    if match["ytd"]:
        return number, number, 1 < number < QUARTERS_PER_YEAR
    return number, 1, False
