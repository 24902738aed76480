"""The evidence of a run as files: its frames as parquet, its few numbers and its remarks as one JSON object."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from backtest.evidence.types import Gathered, Hindsight, Placebo, Power
from backtest.study.settings import Study
from backtest.study.study import StudyResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["described", "evidence", "frames", "sheets"]

STUDY = ("events", "tests", "path", "abnormal", "drops")
EVENT_WORDS = ("event_id", "kind", "asset", "session", "group")


def frames(gathered: Gathered | None) -> dict[str, pl.DataFrame]:
    """Give the frames to store, by file name; those that are not there have no file."""
    if gathered is None:
        return {}
    found = {"stress": gathered.stress, "bridge": gathered.bridge}
    if gathered.study is not None:
        found |= {f"study-{name}": getattr(gathered.study, name) for name in STUDY}
    if gathered.placebo is not None:
        found["placebo"] = gathered.placebo.draws
    return {name: frame for name, frame in found.items() if frame.width}


def described(gathered: Gathered | None) -> dict[str, Any] | None:
    """Give what is no frame."""
    if gathered is None:
        return None
    placebo = gathered.placebo and {name: _known(getattr(gathered.placebo, name)) for name in _numbers(Placebo)}
    return {
        "study": gathered.study and gathered.study.settings.model_dump(mode="json"),
        "placebo": placebo,
        "hindsight": gathered.hindsight and {k: _known(v) for k, v in asdict(gathered.hindsight).items()},
        "power": gathered.power and {k: _known(v) for k, v in asdict(gathered.power).items()},
        "remarks": gathered.remarks,
    }


def _known(value: Any) -> Any:
    """Give None for a number that is none: JSON has no other word for it."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(of: type[Placebo]) -> list[str]:
    return [name for name in of.__dataclass_fields__ if name != "draws"]


def evidence(stored: Mapping[str, Any] | None, frame: Callable[[str], pl.DataFrame]) -> Gathered | None:
    """Put the evidence together again; ``frame`` reads one by its name."""
    if stored is None:
        return None
    study, placebo, hindsight, power = (stored[name] for name in ("study", "placebo", "hindsight", "power"))
    return Gathered(
        study=study and _study(study, frame),
        placebo=placebo and Placebo(**placebo, draws=frame("placebo")),
        hindsight=hindsight and Hindsight(**hindsight),
        power=power and Power(**power),
        stress=frame("stress"),
        bridge=frame("bridge"),
        remarks=stored["remarks"],
    )


def _study(settings: Mapping[str, Any], frame: Callable[[str], pl.DataFrame]) -> StudyResult:
    return StudyResult(Study.model_validate(settings), *(frame(f"study-{name}") for name in STUDY))


def sheets(gathered: Gathered | None) -> dict[str, pl.DataFrame]:
    """Give what people open in a spreadsheet: events with CARs, tests (headline ones split), stress."""
    if gathered is None:
        return {}
    found = {"stress": gathered.stress, "bridge": gathered.bridge}
    if gathered.study is not None and gathered.study.events.height:
        tests = gathered.study.tests
        shown = tests.filter((pl.col("split") == "all") | pl.col("headline"))
        found |= {"study-events": _cars(gathered.study.events), "study-tests": shown}
    return {name: frame for name, frame in found.items() if frame.width}


def _cars(events: pl.DataFrame) -> pl.DataFrame:
    """Give one row per event and group, its CAR in every window beside it."""
    labelled = events.with_columns(pl.format("car {}", "window").alias("_window"))
    wide = labelled.pivot(on="_window", index=list(EVENT_WORDS), values="car")
    reasons = events.group_by(EVENT_WORDS, maintain_order=True).agg(
        pl.col("reason").filter(pl.col("reason") != "").first()
    )
    return wide.join(reasons, on=list(EVENT_WORDS), how="left", nulls_equal=True, maintain_order="left")
