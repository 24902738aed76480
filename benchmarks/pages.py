"""Time what a person waits for: the page after a run, its first paint, and questions to the ledger."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from timed import best

NOTED = ("first paint", "largest paint", "loaded", "longest task", "main thread's processor")


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


def paints(page: str, repeats: int = 7) -> list[list[float]]:
    """Give the columns of NOTED in seconds, of several openings in a real Chromium.

    The last is time of the processor on the page's main thread: it does not grow when others use the machine.
    """
    from tests.backtest.chromium import tab

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, tab(Path(name)) as one:
        path = Path(name) / "page.html"
        path.write_text(page, encoding="utf-8")
        one.size(1280, 900)
        one.ask("Performance.enable", timeDomain="threadTicks")
        found = []
        for _ in range(repeats):
            one.open(path.as_uri())
            noted = [value / 1e3 for value in one.run(PAINTS)]
            spent = {metric["name"]: metric["value"] for metric in one.ask("Performance.getMetrics")["metrics"]}
            found.append([*noted, spent["TaskDuration"]])
    return found


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
        found = sorted(paints(page))
        for at, what in enumerate(NOTED):
            values = sorted(row[at] for row in found)
            print(f"{what} in Chromium: {values[0]:.2f} s at best, {values[len(values) // 2]:.2f} s in the middle of 7")
    ledger = curated.load(CuratedEvents(), load("XNYS")).ledger
    start = datetime(2019, 1, 1, tzinfo=UTC)
    instants = [start + timedelta(hours=5 * at) for at in range(10_000)]
    seconds = best(lambda: [ledger.rows_as_of(at) for at in instants])
    print(f"10,000 questions to the curated ledger ({ledger.frame.height} vintages): {seconds:.2f} s")


if __name__ == "__main__":
    main()
