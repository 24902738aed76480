"""Time what a person waits for: the page after a run, and questions to the ledger."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


def best(call: object, repeats: int = 5) -> float:
    """Give the shortest of some runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print both."""
    sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests" / "backtest")]
    import samples_evidence

    from backtest.tearsheet.render import render
    from data.calendar import load
    from data.events import curated
    from data.events.settings import CuratedEvents

    result = samples_evidence.full(2_500, 60)
    page = render(result)
    print(f"tearsheet of 2,500 sessions and 60 events: {best(lambda: render(result)):.2f} s, {len(page) / 1e3:,.0f} kB")
    ledger = curated.load(CuratedEvents(), load("XNYS")).ledger
    start = datetime(2019, 1, 1, tzinfo=UTC)
    instants = [start + timedelta(hours=5 * at) for at in range(10_000)]
    seconds = best(lambda: [ledger.rows_as_of(at) for at in instants])
    print(f"10,000 questions to the curated ledger ({ledger.frame.height} vintages): {seconds:.2f} s")


if __name__ == "__main__":
    main()
