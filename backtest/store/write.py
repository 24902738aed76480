"""Write a run folder: complete or not at all, never over another one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from backtest.config.normal import dump
from backtest.provenance import versions
from backtest.store import evidence
from backtest.store.beside import beside
from backtest.store.csv import csv_text
from backtest.tearsheet.render import render
from data.errors import RunError

if TYPE_CHECKING:
    import polars as pl

    from backtest.result import Result

__all__ = ["METRICS_SCHEMA", "existing", "metrics_json", "write"]

METRICS_SCHEMA = 4
SPREADSHEETS = ("daily", "events", "trades", "signals", "rotations", "leave_out", "intervals")

# A result made by hand may lack them.
PARTS = ("signals", "rotations", "leave_out", "fits", "fit_paths", "exposure", "intervals")


def existing(run_id: str, out: Path) -> Path | None:
    """Give the folder of a run when it is already there."""
    folder = out / run_id
    return folder if folder.is_dir() else None


def write(result: Result, out: Path, *, lang: str = "en") -> Path:
    """Write ``out/<run_id>/``: into a folder beside it first, then renamed.

    ``lang`` is the language of the tearsheet.

    Raises
    ------
    RunError
        When the folder exists, or the disk refuses.

    """
    target = out / result.run_id
    if target.exists():
        raise RunError(f"{target} exists; a run is never overwritten (remove the folder to write it again)")
    try:
        out.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=out))
        try:
            _fill(result, draft, out, lang)
            draft.chmod(0o755)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise RunError(f"{target} could not be written: {error.strerror}; nothing was left behind") from error
    return target


def _fill(result: Result, folder: Path, runs: Path, lang: str) -> None:
    (folder / "config.yaml").write_text(dump(result.config), encoding="utf-8")
    for name, frame in _frames(result).items():
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=False)
    for name, frame in _sheets(result).items():
        (folder / f"{name}.csv").write_text(csv_text(frame), encoding="utf-8", newline="")
    _write_json(folder / "metrics.json", metrics_json(result))
    _write_json(
        folder / "evidence.json", {"schema_version": METRICS_SCHEMA, "evidence": evidence.described(result.evidence)}
    )
    (folder / "tearsheet.html").write_text(render(result, beside=beside(result, runs), lang=lang), encoding="utf-8")
    _write_json(folder / "manifest.json", _manifest(result, folder))
    for path in folder.iterdir():
        _sync(path)
    _sync(folder)


def _frames(result: Result) -> dict[str, pl.DataFrame]:
    """Give the frames to store; an event's P&L to date stands in the attribution, session by session."""
    return {
        "daily": result.daily,
        "weights": result.weights,
        "trades": result.trades,
        "events": result.events.drop("pnl"),
        "attribution": result.attribution,
        "quality": result.quality,
        **{name: frame for name in PARTS if (frame := getattr(result, name)).width},
        **evidence.frames(result.evidence),
    }


def _sheets(result: Result) -> dict[str, pl.DataFrame]:
    own = {name: getattr(result, name) for name in SPREADSHEETS}
    return {name: frame for name, frame in (own | evidence.sheets(result.evidence)).items() if frame.width}


def metrics_json(result: Result) -> dict[str, object]:
    """Give the machine-readable summary; the schema carries a version."""
    return {
        "schema_version": METRICS_SCHEMA,
        "run_id": result.run_id,
        "verdict": result.verdict,
        "judgement": None if result.judgement is None else asdict(result.judgement),
        "warnings": list(result.warnings),
        "metrics": [
            {
                "name": metric.name,
                "label": metric.label,
                "value": metric.value,
                "unit": metric.unit,
                "lower": metric.lower,
                "upper": metric.upper,
                "convention": metric.convention,
                "reason": metric.reason,
            }
            for metric in result.metrics
        ],
        "funnel": {
            "counts": list(result.funnel.counts),
            "losses": [[loss.stage, loss.reason, loss.count] for loss in result.funnel.losses],
        },
    }


def _manifest(result: Result, folder: Path) -> dict[str, object]:
    origin = result.provenance
    return {
        "schema_version": METRICS_SCHEMA,
        "run_id": result.run_id,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "hashes": {
            "config": origin.config_hash,
            "prices": origin.prices_hash,
            "events": origin.events_hash,
            "code": origin.code_hash,
        },
        "sources": {
            "prices": origin.prices_label,
            "events": origin.events_label,
            "adjustment": origin.adjustment,
            "simulated": origin.simulated,
            "disclosure": list(origin.disclosure),
        },
        "seed": {"run": result.config.seed, "prices": getattr(result.config.prices, "seed", None)},
        "versions": versions(),
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())},
    }


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
