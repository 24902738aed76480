"""Time what a person waits for: the page after a run, its first paint, and questions to the ledger."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from timed import best

NOTED = ("first paint", "largest paint", "loaded", "longest task", "main thread's processor")
REPEATS = 7
# What any page costs in this browser on this machine: its own start of a navigation, its frames, its processes.
ALMOST_EMPTY = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>-</title><body><p>Nothing.</p></body></html>'
)

# What the browser itself noted, in milliseconds from the start of the navigation.
PAINTS = """new Promise(done => {
  const found = { paint: 0, "largest-contentful-paint": 0, longtask: 0 };
  const note = (type, value) => new PerformanceObserver(list => list.getEntries().forEach(one => {
    found[type] = Math.max(found[type], value(one));
  })).observe({ type, buffered: true });
  note("paint", one => one.startTime);
  note("largest-contentful-paint", one => one.startTime);
  note("longtask", one => one.duration);
  const loaded = performance.getEntriesByType("navigation")[0].loadEventEnd;
  setTimeout(() => done([found.paint, found["largest-contentful-paint"], loaded, found.longtask]), 500);
})"""


def paints(*pages: str) -> list[list[list[float]]]:
    """Give for every page the columns of NOTED in seconds, of several openings in a real Chromium, page after page.

    Every opening starts from a blank tab, as a person's does. The last column is time of the processor on the page's
    main thread: it does not grow when others use the machine.
    """
    from tests.backtest.chromium import tab

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, tab(Path(name)) as one:
        paths = [Path(name) / f"{at}.html" for at, _ in enumerate(pages)]
        for path, page in zip(paths, pages, strict=True):
            path.write_text(page, encoding="utf-8")
        one.size(1280, 900)
        one.ask("Performance.enable", timeDomain="threadTicks")
        found: list[list[list[float]]] = [[] for _ in pages]
        for _ in range(REPEATS):
            for path, rows in zip(paths, found, strict=True):
                one.open("about:blank")
                one.open(path.as_uri())
                noted = [value / 1e3 for value in one.run(PAINTS)]
                spent = {metric["name"]: metric["value"] for metric in one.ask("Performance.getMetrics")["metrics"]}
                rows.append([*noted, spent["TaskDuration"]])
    return found


def middle(values: list[float]) -> float:
    """Give the upper middle one."""
    return sorted(values)[len(values) // 2]


def main() -> None:
    """Print all."""
    root = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(root), str(root / "tests" / "backtest")]
    import samples_evidence

    from backtest.tearsheet.render import render
    from data.calendar import load
    from data.events import curated
    from data.events.settings import CuratedEvents
    from tests.backtest.chromium import binary

    result = samples_evidence.full(2_500, 60)
    page = render(result)
    print(f"tearsheet of 2,500 sessions and 60 events: {best(lambda: render(result)):.2f} s, {len(page) / 1e3:,.0f} kB")
    if binary():
        found, empty = paints(page, ALMOST_EMPTY)
        for at, what in enumerate(NOTED):
            values, floor = ([row[at] for row in rows] for rows in (found, empty))
            print(
                f"{what} in Chromium: {min(values):.2f} s at best, {middle(values):.2f} s in the middle of {REPEATS}; "
                f"of an almost empty page {min(floor):.2f} and {middle(floor):.2f}"
            )
    ledger = curated.load(CuratedEvents(), load("XNYS")).ledger
    start = datetime(2019, 1, 1, tzinfo=UTC)
    instants = [start + timedelta(hours=5 * at) for at in range(10_000)]
    seconds = best(lambda: [ledger.rows_as_of(at) for at in instants])
    print(f"10,000 questions to the curated ledger ({ledger.frame.height} vintages): {seconds:.2f} s")


if __name__ == "__main__":
    main()
