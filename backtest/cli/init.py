"""``backtest init``: a commented config and an events template to begin with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from backtest.cli import scaffold

__all__ = ["init"]

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the research, as my-thesis.")],
    *,
    thesis: Annotated[str, typer.Option("--thesis", help="rotation, shock, trend or own.")] = "rotation",
    folder: Annotated[str, typer.Option("--folder", help="Folder to write into.")] = "configs",
) -> None:
    """Write a commented config and an events template."""
    from backtest.cli.console import clean, write

    files = _files(name, _known(thesis), Path(folder))
    _refuse(name, files)
    Path(folder).mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        write(f"wrote {clean(path)}")
    config = next(iter(files))
    write(f"next: backtest run {clean(config)}")


def _known(thesis: str) -> scaffold.Thesis:
    from difflib import get_close_matches

    from data.errors import ConfigError

    for known in scaffold.TEMPLATES:
        if thesis == known:
            return known
    near = get_close_matches(thesis, list(scaffold.TEMPLATES), 1)
    guess = f"did you mean {near[0]}?" if near else f"known: {', '.join(scaffold.TEMPLATES)}"
    raise ConfigError(f"--thesis {thesis}: is no sort of thesis; {guess}")


def _files(name: str, thesis: scaffold.Thesis, folder: Path) -> dict[Path, str]:
    files = {
        folder / f"{name}.yaml": scaffold.config(name, thesis),
        folder / f"{name}-events.csv": scaffold.events(thesis),
    }
    schema = folder / "backtest.schema.json"
    return files if schema.exists() else {**files, schema: _schema()}


def _schema() -> str:
    import json

    from backtest.config.normal import schema

    return json.dumps(schema(), indent=2) + "\n"


def _refuse(name: str, files: dict[Path, str]) -> None:
    from data.errors import ConfigError

    if not NAME.fullmatch(name) or ".." in name:
        raise ConfigError(
            f"{name!r} is no name for a research: lower-case letters, digits, `.`, `_` and `-`, at most 64, "
            "beginning with a letter or digit"
        )
    there = [str(path) for path in files if path.exists() or path.is_symlink()]
    if there:
        raise ConfigError(f"{', '.join(there)} exists and is not overwritten")
