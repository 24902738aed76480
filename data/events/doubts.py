"""What is doubtful about a time although it can be read: an hour that the SEC does not keep, a ``Z`` that may be false.

The SEC writes every acceptance time with a ``Z``, but for some filers the clock is New York's (see `edgar.clock`).
Whoever copied such a time into a file has the event four or five hours too early, in the session instead of after it.
One time alone proves nothing, so the row stays and is remarked upon.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import TYPE_CHECKING

import numpy as np

from data.events.edgar.clock import CLOSES, NEW_YORK, OPENS, SATURDAY, to_utc
from data.events.faults import Fault, fault
from data.events.rows import ROW
from data.timing import NO_SESSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from data.calendar import Calendar

__all__ = ["doubtful_clocks", "doubtful_days"]

# Channels on which a time is the SEC's acceptance of a filing.
FILINGS = ("8-k", "10-q", "10-k", "6-k", "20-f", "40-f")
STATES_UTC = re.compile(r"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:Z|[+-]00:?00)")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SESSION = time(9, 30), time(16)
HEADER = "compare <ACCEPTANCE-DATETIME> of the filing's header, and give its offset"


def doubtful_days(rows: pl.DataFrame, calendar: Calendar, places: Mapping[str, Calendar] | None = None) -> list[Fault]:
    """Remark on the flag ``regular`` on a day on which the announcer's exchange was closed."""
    flagged = rows.filter(rows["session_flag"].str.to_lowercase() == "regular")
    return [
        fault(row, "no session that day", ("announced_at", text), f"was no session of {home.name}, yet flagged regular")
        for row, asset, text in flagged.select(ROW, "asset", "announced_at").rows()
        if text and DAY.fullmatch(text) and _is_closed(text, home := (places or {}).get(asset, calendar))
    ]


def _is_closed(text: str, calendar: Calendar) -> bool:
    try:
        day = np.datetime64(text)
    except ValueError:
        return False
    return bool(calendar.sessions[0] <= day <= calendar.sessions[-1]) and calendar.index(day) == NO_SESSION


def doubtful_clocks(rows: pl.DataFrame, times: pl.DataFrame) -> list[Fault]:
    """Remark on filings at hours that the SEC does not keep, and on those of the session whose ``Z`` may be false.

    Parameters
    ----------
    rows, times
        Texts of the rows as read, and what ``read_times`` gives of them.

    """
    speaks = rows["channel"].str.to_lowercase().is_in(FILINGS).fill_null(value=False)
    filed = rows.with_columns(at=times["announced_at"]).filter(speaks & (times["timing"] == "A"))
    return list(_doubts(filed.select(ROW, "announced_at", "at").rows()))


def _doubts(filed: Sequence[tuple[int, str, datetime]]) -> Iterator[Fault]:
    for row, text, at in filed:
        local = at.astimezone(NEW_YORK)
        place = ("announced_at", text)
        if local.weekday() >= SATURDAY or not OPENS <= local.time() <= CLOSES:
            problem = (
                f"is {local:%A %H:%M} in New York, when the SEC accepts nothing (06:00 to 22:00, Monday to Friday)"
            )
            yield fault(row, "hour without filings", place, problem, HEADER)
        elif (stamp := STATES_UTC.fullmatch(text)) and SESSION[0] <= local.time() < SESSION[1]:
            meant = to_utc(datetime.fromisoformat(stamp[1]), "New York").astimezone(NEW_YORK)
            problem = (
                f"is {local:%H:%M} in New York, within the session; some filers' Z is New York's clock, "
                f"which would make it {meant:%H:%M}"
            )
            yield fault(row, "false Z?", place, problem, HEADER)
