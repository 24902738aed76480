"""English where a count is one: the text that stands for the one written for several."""

from __future__ import annotations

__all__ = ["ONE"]

ONE: dict[str, str] = {
    " (and {count} other reasons)": " (and 1 other reason)",
    " {count} more rows and all other tests in study-tests.csv.": " 1 more row and all other tests in study-tests.csv.",
    "Announcers at {kind}, the {shown} of {count} events with the largest CAR {window}; blue above, orange below, "
    "the strongest shade from {full}.": "The announcer at {kind}, 1 event; blue above, orange below, the strongest "
    "shade from {full}.",
    "Every asset held had a price in each of the {count} sessions.": "Every asset held had a price in the 1 session.",
    "Growth of 1 on a logarithmic axis from {first} to {last}: {ends}; {count} traded events marked.": "Growth of 1 on "
    "a logarithmic axis from {first} to {last}: {ends}; 1 traded event marked.",
    "Targets: set anew every {count} sessions and on every event session; gross exposure at most {gross} times equity "
    "after any fill.": "Targets: set anew every session; gross exposure at most {gross} times equity after any fill.",
    "The edge is gone when everything trades {count} sessions later.": "The edge is gone when everything trades 1 "
    "session later.",
    "Walk-forward over {count} windows, {purge} sessions purged: Sharpe ratio {sharpe}, probability above 0: {psr}.": (
        "Walk-forward over 1 window, {purge} sessions purged: Sharpe ratio {sharpe}, probability above 0: {psr}."
    ),
    "all {count} possible placebos": "the only possible placebo",
    "net of costs the tilts made {edge} a year against the untilted mix (95 % interval {low} to {high}, {count} "
    "events)": "net of costs the tilts made {edge} a year against the untilted mix (95 % interval {low} to {high}, "
    "1 event)",
    "{count} asset-sessions were held without a price and valued at the last mark.": "1 asset-session was held without "
    "a price and valued at the last mark.",
    "{count} cells, worth {effective} independent trials.": "1 cell, worth {effective} independent trials.",
    "{count} events differ in number, direction or session.": "1 event differs in number, direction or session.",
    "{count} finished runs.": "1 finished run.",
    "{count} more assets in trades.csv": "1 more asset in trades.csv",
    "{count} more cells in cells.parquet": "1 more cell in cells.parquet",
    "{count} more differences": "1 more difference",
    "{count} more events for other reasons.": "1 more event for another reason.",
    "{count} more lines in quality.parquet": "1 more line in quality.parquet",
    "{count} more reasons with {events} events": "1 more reason, events: {events}",
    "{count} more warnings in metrics.json": "1 more warning in metrics.json",
    "{count} other kinds": "1 other kind",
    "{count} placebos": "1 placebo",
    "{count} sessions": "1 session",
    "{count} sessions: a window of {window} is never full.": "1 session: a window of {window} is never full.",
    "{count} traded events": "1 traded event",
    "{count} training events to {until}, sessions after the fill; without any drift as much would be seen with p {p}.": (
        "1 training event to {until}, sessions after the fill; without any drift as much would be seen with p {p}."
    ),
    "{count} trials on these data": "1 trial on these data",
    "{value} after {sessions} sessions ({low} to {high}), {count} events": "{value} after {sessions} sessions ({low} "
    "to {high}), 1 event",
}
