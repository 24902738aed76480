"""``backtest study``: the event study of a config's events on one screen, as JSON, or as frames in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backtest.cli.options import ConfigPath, Json, Set  # noqa: TC001 - typer reads it

if TYPE_CHECKING:
    from backtest.study.study import StudyResult

__all__ = ["study"]

Folder = Annotated[
    str | None, typer.Option("--out", metavar="FOLDER", help="Write the frames as parquet files into this folder.")
]
FRAMES = ("events", "tests", "path", "abnormal", "drops")


def study(config: ConfigPath, *, overrides: Set = None, out: Folder = None, as_json: Json = False) -> None:
    """Measure abnormal returns around a config's events and test them."""
    from backtest.cli.console import write, write_json
    from backtest.cli.progress import steps
    from backtest.config.reader import load
    from backtest.inputs import lay_out, read
    from backtest.study.of_run import study_of_run

    loaded = load(config, overrides or [])
    _must_be_free(out)
    with steps(quiet=as_json) as say:
        say("reading prices and events")
        calendar, prices, events = read(loaded.config, loaded.folder)
        say("studying events")
        inputs = lay_out(loaded.config, calendar, prices, events)
        result = study_of_run(loaded.config, inputs, folder=loaded.folder)
    written = _written(result, out)
    if as_json:
        write_json(_as_json(result, written))
    else:
        from backtest.cli.study_screen import screen

        write(screen(loaded.config.name, result, prices, written))


def _must_be_free(out: str | None) -> None:
    from data.errors import RunError

    there = [name for name in FRAMES if out is not None and (Path(out) / f"{name}.parquet").exists()]
    if there:
        raise RunError(f"{out} already holds {there[0]}.parquet; choose another folder, nothing is overwritten")


def _written(result: StudyResult, out: str | None) -> tuple[str, ...]:
    if out is None:
        return ()
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FRAMES:
            getattr(result, name).write_parquet(folder / f"{name}.parquet")
    except OSError as error:
        from data.errors import RunError

        raise RunError(f"cannot write to {out}: {error.strerror or error}") from error
    return tuple(str(folder / f"{name}.parquet") for name in FRAMES)


def _as_json(result: StudyResult, written: tuple[str, ...]) -> dict[str, object]:
    import polars as pl

    frames = {name: getattr(result, name).with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts() for name in FRAMES}
    return {"settings": result.settings.model_dump(mode="json"), **frames, "written": list(written)}
