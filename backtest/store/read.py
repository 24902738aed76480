"""Read a run folder back to the result it was written from."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import polars as pl

from backtest.config.reader import load
from backtest.result import Judgement, Metric, Provenance, Result
from backtest.store.evidence import evidence
from backtest.store.write import METRICS_SCHEMA, PARTS
from data.errors import InputError, MissingDataError
from data.events.funnel import Funnel, Loss

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["finished", "manifest", "metrics", "read"]

MOST_JSON = 20_000_000
FRAMES = ("daily", "weights", "trades", "events", "attribution", "quality")


def finished(out: Path) -> list[Path]:
    """Give the run folders inside ``out``, by name; drafts and links are none."""
    if not out.is_dir():
        return []
    return sorted(
        path
        for path in out.iterdir()
        if not path.name.startswith(".") and not path.is_symlink() and (path / "manifest.json").is_file()
    )


def read(folder: Path) -> Result:
    """Give the result of a run folder.

    Raises
    ------
    MissingDataError
        When the folder or one of its files is not there.
    InputError
        When the folder was written under another schema, or a file of it cannot be read.

    """
    described, summary, stored = manifest(folder), metrics(folder), _json(folder / "evidence.json")
    frames: dict[str, Any] = {name: _frame(folder / f"{name}.parquet") for name in FRAMES}

    def part(name: str) -> pl.DataFrame:
        """Give a frame that a run may do without; one that was written must be there."""
        file = f"{name}.parquet"
        return _frame(folder / file) if file in described["files"] else pl.DataFrame()

    frames["events"] = _with_pnl(frames["events"], frames["attribution"])
    parts: dict[str, Any] = {name: part(name) for name in PARTS}
    try:
        return Result(
            config=load(folder / "config.yaml").config,
            run_id=described["run_id"],
            **frames,
            funnel=_funnel(summary["funnel"]),
            metrics=tuple(Metric(**row) for row in summary["metrics"]),
            verdict=summary["verdict"],
            warnings=tuple(summary["warnings"]),
            provenance=_provenance(described),
            **parts,
            evidence=evidence(stored["evidence"], part),
            judgement=_judgement(summary["judgement"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder}: the run folder is damaged ({type(error).__name__}: {error})") from error


def _judgement(stored: dict[str, Any] | None) -> Judgement | None:
    return None if stored is None else Judgement(stored["code"], tuple(stored["reasons"]), stored["values"])


def manifest(folder: Path) -> dict[str, Any]:
    """Give what identifies a run."""
    return _json(folder / "manifest.json")


def metrics(folder: Path) -> dict[str, Any]:
    """Give the machine-readable summary of a run."""
    return _json(folder / "metrics.json")


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise MissingDataError(f"{path} is not there; `backtest runs ls` lists the finished runs")
    try:
        with path.open(encoding="utf-8") as file:
            value = json.loads(file.read(MOST_JSON))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not the JSON a run writes: {error}") from error
    version = value.get("schema_version") if isinstance(value, dict) else None
    if version != METRICS_SCHEMA:
        raise InputError(
            f"{path} has schema version {version}, this backtest reads {METRICS_SCHEMA}; run the config.yaml beside it "
            "again",
        )
    return dict(value)


def _frame(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise MissingDataError(f"{path} is not there; the run folder is not complete")
    try:
        return pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{path} is not the parquet file a run writes: {error}") from error


def _with_pnl(events: pl.DataFrame, attribution: pl.DataFrame) -> pl.DataFrame:
    """Put the P&L of every traded event beside it: the exact sum of its sessions."""
    parts: dict[str, list[float]] = {}
    for name, pnl in attribution.select("event_id", "pnl").iter_rows():
        parts.setdefault(name, []).append(pnl)
    fates = zip(events["event_id"].to_list(), events["status"].to_list(), strict=True)
    values = [math.fsum(parts.get(name, ())) if status == "traded" else None for name, status in fates]
    return events.with_columns(pl.Series("pnl", values, dtype=pl.Float64))


def _funnel(stored: Mapping[str, Any]) -> Funnel:
    return Funnel(tuple(stored["counts"]), tuple(Loss(*loss) for loss in stored["losses"]))


def _provenance(described: Mapping[str, Any]) -> Provenance:
    sources, hashes = described["sources"], described["hashes"]
    return Provenance(
        prices_label=sources["prices"],
        events_label=sources["events"],
        adjustment=sources["adjustment"],
        simulated=sources["simulated"],
        disclosure=tuple(sources["disclosure"]),
        config_hash=hashes["config"],
        prices_hash=hashes["prices"],
        events_hash=hashes["events"],
        code_hash=hashes["code"],
    )
