"""``backtest sweep``: a grid of settings, each cell a run counted as a trial, and how far its best may be believed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backtest.cli.options import ConfigPath, Json, Out, Quiet, Set  # noqa: TC001 - typer reads it
from data.counts import many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.research.grid import Cell
    from backtest.research.sweep import Done, Sources

__all__ = ["sweep"]

MOST_CELLS = 2_000
GridTexts = Annotated[
    list[str] | None,
    typer.Option("--grid", metavar="KEY=A,B,C", help="Setting and its values; more than one makes a grid."),
]
Most = Annotated[int, typer.Option("--most", min=1, help="Refuse a grid with more cells.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where a sweep was stopped.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Count the cells, time one, and stop.")]
Forward = Annotated[
    str | None,
    typer.Option("--walk-forward", metavar="TRAIN,TEST", help="Choose on TRAIN sessions, hold for TEST, step by step."),
]


def sweep(
    config: ConfigPath,
    *,
    grid: GridTexts = None,
    overrides: Set = None,
    out: Out = "runs",
    most: Most = MOST_CELLS,
    resume: Resume = False,
    dry_run: Dry = False,
    walk_forward: Forward = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run every config of a grid."""
    from backtest import sweep_store
    from backtest.cli.console import note
    from backtest.research import grid as grids
    from backtest.research.sweep import Sources, sweep_id
    from data.errors import RunError

    steps = _steps(walk_forward)
    cells = grids.cells(config, overrides or [], grids.parse(grid or [], most))
    sources, runs = Sources(), Path(out)
    name = sweep_id(cells, sources, steps)
    before = sweep_store.unfinished(runs, name)
    if dry_run:
        _estimate(cells, sources, len(before))
        return
    if sweep_store.finished(runs, name):
        note(f"{runs / name} is already there, made from identical inputs; it was kept")
    elif before and not resume:
        raise RunError(
            f"this sweep was stopped after {len(before)} of {many(len(cells), 'cell')}; go on with --resume, or remove "
            f"{runs / name}.partial to begin anew"
        )
    _run(cells, sources, runs, name, before, steps=steps, quiet=quiet or as_json)
    _show(runs / name, as_json=as_json, quiet=quiet)


def _steps(text: str | None) -> tuple[int, int] | None:
    from data.errors import ConfigError, Finding

    if text is None:
        return None
    parts = text.split(",")
    if len(parts) == 2 and all(part.strip().isdigit() and int(part) > 1 for part in parts):
        return int(parts[0]), int(parts[1])
    problem = "expected two numbers of sessions, above 1: TRAIN,TEST"
    raise ConfigError(
        "the walk-forward cannot be used as written",
        [Finding("--walk-forward", "", text, problem, "for example 504,126")],
    )


def _estimate(cells: Sequence[Cell], sources: Sources, there: int) -> None:
    """Say what the sweep would take: one cell is run and thrown away."""
    import time

    from backtest.cli.console import write
    from backtest.research.sweep import run_cell

    run_cell(cells[0], sources, "dry-run")
    begin = time.perf_counter()
    run_cell(cells[0], sources, "dry-run")
    each = time.perf_counter() - begin
    left = len(cells) - there
    write(f"{many(len(cells), 'cell')}, {there:,} of them done; {each:.2f} s a cell, about {left * each:,.0f} s in all")


def _run(
    cells: Sequence[Cell],
    sources: Sources,
    runs: Path,
    name: str,
    before: dict[str, Done],
    *,
    steps: tuple[int, int] | None,
    quiet: bool,
) -> None:
    from dataclasses import asdict

    from backtest import sweep_store
    from backtest.cli.sweep_choice import across, forward
    from backtest.research.sweep import summed_up
    from backtest.research.walkforward import horizon_sessions

    if sweep_store.finished(runs, name):
        return
    done = _all_done(cells, sources, runs, name, before, quiet=quiet)
    whole = summed_up(cells, done)
    purge, per_year = horizon_sessions([cell.config for cell in cells]), done[0].trial.per_year
    walked, note = forward(cells, whole, steps, (purge, per_year))
    about = {
        "schema_version": 2,
        "sweep": name,
        "cells": [{"cell": cell.id, "trial": cell.trial, "settings": dict(cell.settings)} for cell in cells],
        "fingerprints": sorted({one.trial.fingerprint for one in done}),
        "effective_trials": whole.effective,
        "effective_trials_convention": whole.effective_convention,
        "best": whole.leaderboard["cell"][0],
        "overfitting": [asdict(metric) for metric in (*whole.believed.metrics, *across(whole, (purge, per_year)))],
        "step_m_cells": [cells[at].id for at in whole.believed.survivors],
        "pbo": None if whole.overfitting is None else whole.overfitting.probability,
        "pbo_loss": None if whole.overfitting is None else whole.overfitting.loss,
        "pbo_note": whole.reason,
        "walk_forward": walked,
        "walk_forward_note": note,
    }
    sweep_store.write(runs, name, whole, about)


def _all_done(
    cells: Sequence[Cell], sources: Sources, runs: Path, name: str, before: dict[str, Done], *, quiet: bool
) -> list[Done]:
    """Run the cells that are left; every one is counted before it is stored, whatever stops the sweep."""
    from backtest import sweep_store
    from backtest.cli.progress import bar
    from backtest.research.sweep import run_cell

    done = dict(before)
    with sweep_store.Keeper(runs, name, before) as keeper:
        for cell in bar(cells, "sweeping", quiet=quiet):
            if cell.id not in done:
                done[cell.id] = run_cell(cell, sources, name)
                keeper.add(cell.id, done[cell.id])
    return [done[cell.id] for cell in cells]


def _show(folder: Path, *, as_json: bool, quiet: bool) -> None:
    import json

    import polars as pl

    from backtest.cli.console import clean, write, write_json
    from backtest.cli.sweep_table import table

    about = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    board = pl.read_parquet(folder / "cells.parquet")
    if as_json:
        write_json({**about, "folder": str(folder), "leaderboard": board.to_dicts()})
    else:
        write(clean(folder) if quiet else table(folder, board, about))
