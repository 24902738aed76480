# ruff: noqa: INP001 - a script beside the packages
"""Write the golden numbers of every config anew, each change with its reason: ``make golden REASON="..."``.

A config's file in tests/golden holds what its run on the shared data gave when somebody last looked at it, and why it
changed each time. Files whose numbers still agree are left alone.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backtest.config.reader import load
from backtest.engine import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtest.result import Result

__all__ = ["CONFIGS", "FOLDER", "differences", "measured", "without_evidence"]

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
FOLDER = ROOT / "tests" / "golden"
RELATIVE = 1e-9
# What a run is set against is tested where it is made; here it would only take time.
WITHOUT = ("evidence.study=false", "evidence.placebo_draws=0", "evidence.shifts=[]", "evidence.hindsight=false")
METRICS = ("total_return", "base_total_return", "active_return", "sharpe", "max_drawdown", "turnover", "costs")


def without_evidence(path: Path) -> Result:
    """Run a config as it stands, without placebos, shifts, hindsight and event study."""
    loaded = load(path, WITHOUT)
    return run(loaded.config, loaded.folder)


def measured(result: Result) -> dict[str, Any]:
    """Give the numbers of a run that must not change unseen."""
    metrics = {metric.name: metric.value for metric in result.metrics if metric.name in METRICS}
    signals = {
        row["signal"]: [row["events"], row["pnl"], row["turnover"]] for row in result.signals.iter_rows(named=True)
    }
    events = result.events.filter(status="traded").sort("event_id").select("event_id", "pnl")
    return {
        "equity": result.daily["equity"][-1],
        "sessions": result.daily.height,
        "trades": result.trades.height,
        "metrics": metrics,
        "funnel": list(result.funnel.counts),
        "signals": signals,
        "events": dict(events.iter_rows()),
        "leave_out": dict(result.leave_out.filter(by="company").select("left_out", "total_return").iter_rows()),
    }


def differences(golden: object, found: object, where: str = "") -> Iterator[str]:
    """Say where two such numbers differ by more than 1e-9, relative."""
    if isinstance(golden, dict) and isinstance(found, dict):
        for name in sorted(golden.keys() | found.keys()):
            yield from differences(golden.get(name), found.get(name), f"{where}.{name}".lstrip("."))
    elif isinstance(golden, list) and isinstance(found, list) and len(golden) == len(found):
        for at, pair in enumerate(zip(golden, found, strict=True)):
            yield from differences(*pair, f"{where}[{at}]")
    elif isinstance(golden, float) and isinstance(found, float):
        if not math.isclose(golden, found, rel_tol=RELATIVE, abs_tol=RELATIVE):
            yield f"{where}: {golden!r} was, {found!r} is"
    elif golden != found:
        yield f"{where}: {golden!r} was, {found!r} is"


def _renew(path: Path, reason: str) -> str:
    file = FOLDER / f"{path.stem}.json"
    kept = json.loads(file.read_text()) if file.exists() else {"numbers": {}, "why": []}
    found = measured(without_evidence(path))
    changed = list(differences(kept["numbers"], found))
    if not changed:
        return f"{file.name}: unchanged"
    file.write_text(json.dumps({"why": [*kept["why"], reason], "numbers": found}, indent=1) + "\n")
    return f"{file.name}: {len(changed)} numbers changed, the first is {changed[0]}"


def main(reason: str) -> None:
    """Renew the files that changed."""
    if len(reason.split()) < 3:
        sys.exit('say why they change, in a sentence: make golden REASON="costs of the resale config are higher"')
    FOLDER.mkdir(exist_ok=True)
    for path in CONFIGS:
        print(_renew(path, reason))  # noqa: T201 - a script speaks


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]).strip())
