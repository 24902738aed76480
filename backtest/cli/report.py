"""A finished run as one JSON object, the public contract of ``--json``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from data.events.funnel import STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from backtest.cli.gates import Outcome
    from backtest.result import Result

__all__ = ["report"]

METRIC_FIELDS = ("name", "value", "unit", "lower", "upper", "convention", "reason")


def report(result: Result, folder: Path, outcomes: Sequence[Outcome] = ()) -> dict[str, Any]:
    """Give what a program needs to know of a run."""
    return {
        "run_id": result.run_id,
        "folder": str(folder),
        "verdict": result.verdict,
        "warnings": list(result.warnings),
        "metrics": [{name: getattr(metric, name) for name in METRIC_FIELDS} for metric in result.metrics],
        "funnel": {
            **dict(zip(STAGES, result.funnel.counts, strict=True)),
            "losses": [asdict(loss) for loss in result.funnel.losses],
        },
        "provenance": asdict(result.provenance),
        "gates": [
            {"condition": outcome.gate.text, "failed": outcome.failed, "found": outcome.found} for outcome in outcomes
        ],
    }
