"""A process that counts one trial after another and says so; every third is the same whoever counts it."""

from __future__ import annotations

import sys
from pathlib import Path

from backtest.research.trials import Trial, record


def main(folder: Path, name: str, count: int) -> None:
    """Record the trials and print each once it is counted."""
    for number in range(count):
        trial = f"shared-{number}" if number % 3 == 0 else f"{name}-{number}"
        record(folder, [Trial("data", trial, "run", 10, 0.1, 0.0, 3.0, 0.0, 252.0)])
        print(trial, flush=True)  # noqa: T201 - the parent reads what was acknowledged


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
