"""Event marks in lanes below a chart, one lane and one shape per kind; close neighbours become one mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.tearsheet.charts.axes import at
from backtest.tearsheet.charts.scales import along
from backtest.tearsheet.charts.svg import Attributes, el, exact, joined
from backtest.tearsheet.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

__all__ = ["LANE_HEIGHT", "SHAPES", "Mark", "clusters", "lanes", "legend_mark"]

LANE_HEIGHT = 17
NEAR = 0.038
MOST_LINES = 8
# A crowd of events tells a few only: a page of 100,000 events stays as small as one of sixty.
CROWD, CROWD_LINES = 50, 3

# circle, diamond, triangle up, square, triangle down, plus, hourglass; about 10 pixels wide around the origin
SHAPES = (
    "M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0 -4.5 0Z",
    "M0 -5.5L5.5 0L0 5.5L-5.5 0Z",
    "M0 -5L5.2 4.2H-5.2Z",
    "M-4.2 -4.2H4.2V4.2H-4.2Z",
    "M0 5L5.2 -4.2H-5.2Z",
    "M-1.7 -5H1.7V-1.7H5V1.7H1.7V5H-1.7V1.7H-5V-1.7H-1.7Z",
    "M-4.6 -4.6H4.6L-4.6 4.6H4.6Z",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """An event at a session (its index): its P&L ranks it within a group, ``say`` makes the sentence for hovering."""

    index: int
    pnl: float
    event_id: str
    say: Callable[[], str]


def clusters(marks: Sequence[Mark], count: int) -> list[list[Mark]]:
    """Gather marks that would overlap: each group spans less than 3.8 % of the width."""
    groups: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda m: (m.index, m.event_id)):
        if groups and along(mark.index, count) - along(groups[-1][0].index, count) < NEAR:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return groups


def lanes(kinds: Sequence[Sequence[Mark]], count: int) -> Markup:
    """Draw the marks of each kind in a lane of its own."""
    return joined(_drawn(group, count, lane) for lane, marks in enumerate(kinds) for group in clusters(marks, count))


def _drawn(group: list[Mark], count: int, lane: int) -> Markup:
    place = (along(group[0].index, count) + along(group[-1].index, count)) / 2
    most = CROWD_LINES if len(group) > CROWD else MOST_LINES
    largest = sorted(group, key=lambda m: (-abs(m.pnl), m.event_id))[:most]
    said = [mark.say() for mark in largest]
    if len(group) > most:
        said.append(say("and {count} more", count=f"{len(group) - most:,}"))
    shape = el("path", {"d": SHAPES[lane % len(SHAPES)]})
    number = (
        [el("text", {"x": 8, "y": 4, "class": "wide", **exact(len(group))}, f"{len(group):,}")]
        if len(group) > 1
        else []
    )
    y = lane * LANE_HEIGHT + LANE_HEIGHT / 2 + 4
    box: Attributes = {"x": at(place), "y": y, "width": 1, "height": 1, "class": f"mark m{lane}"}
    return el("svg", box, el("title", {}, "\n".join(said)), shape, *number)


def legend_mark(lane: int) -> Markup:
    """Draw the shape of a lane for the legend."""
    shape = el("path", {"d": SHAPES[lane % len(SHAPES)]})
    return el("svg", {"class": f"key m{lane}", "viewBox": "-6 -6 12 12", "aria-hidden": "true"}, shape)
