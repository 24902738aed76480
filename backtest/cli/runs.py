"""``backtest runs``: list, show, remove finished runs, or make a gallery page of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.options import Json, Out  # noqa: TC001 - typer reads it

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["folder_of", "group"]

group = typer.Typer(help="Finished runs: list, show, remove, gallery.", no_args_is_help=True, rich_markup_mode=None)
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its name under --out, or a start of it.")]
SHOWN = ("cagr", "sharpe", "max_drawdown", "active_return")


def folder_of(run: str, out: Path) -> Path:
    """Give the folder that a path, a run's name or the only start of one means.

    Raises
    ------
    MissingDataError
        When no run has that name.
    ConfigError
        When several start with it.

    """
    from backtest.store import finished
    from data.errors import ConfigError, Finding, MissingDataError

    if (Path(run) / "manifest.json").is_file():
        return Path(run)
    near = [path for path in finished(out) if path.name == run] or [
        path for path in finished(out) if path.name.startswith(run)
    ]
    if not near:
        raise MissingDataError(f"{run} is no finished run, no folder and no name in {out}: see `backtest runs ls`")
    if len(near) > 1:
        raise ConfigError(f"{run} is the start of several runs", [Finding(str(x), "", "", "starts so") for x in near])
    return near[0]


def described(out: Path) -> Iterator[tuple[Path, dict[str, Any], dict[str, Any]]]:
    """Give (folder, manifest, metrics) of every finished run, the youngest first."""
    from backtest.store.read import finished, manifest, metrics

    found = [(path, manifest(path), metrics(path)) for path in finished(out)]
    yield from sorted(found, key=lambda each: (each[1]["written_at"], each[0].name), reverse=True)


@group.command("ls")
def listed(*, out: Out = "runs", as_json: Json = False) -> None:
    """List the finished runs, the youngest first."""
    from backtest.cli.console import clean, note, write, write_json

    rows = [_line(*each) for each in described(Path(out))]
    if as_json:
        write_json({"runs": rows})
        return
    if not rows:
        note(f"no finished run in {out}")
    for row in rows:
        write(clean(f"{row['written_at'][:16].replace('T', ' ')}  {row['run_id']}  {row['verdict'].split(':')[0]}"))


def _line(folder: Path, manifest: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    values = {metric["name"]: metric["value"] for metric in metrics["metrics"] if metric["name"] in SHOWN}
    return {
        "run_id": manifest["run_id"],
        "folder": str(folder),
        "written_at": manifest["written_at"],
        "simulated": manifest["sources"]["simulated"],
        "verdict": metrics["verdict"],
        **values,
    }


@group.command("show")
def show(run: RunName, *, out: Out = "runs", as_json: Json = False) -> None:
    """Show a finished run on one screen."""
    from backtest.cli.console import write, write_json
    from backtest.cli.summary import summary
    from backtest.store import read

    folder = folder_of(run, Path(out))
    result = read(folder)
    if as_json:
        from backtest.cli.report import report

        write_json(report(result, folder))
    else:
        write(summary(result, folder))


@group.command("rm")
def remove(run: RunName, *, out: Out = "runs") -> None:
    """Remove one finished run; its full name or folder is needed."""
    import shutil

    from backtest.cli.console import note
    from data.errors import ConfigError

    folder = folder_of(run, Path(out))
    if run.rstrip("/") not in {folder.name, str(folder)} or folder.is_symlink():
        raise ConfigError(f"{run} is only the start of {folder.name}; give its full name to remove it")
    shutil.rmtree(folder)
    note(f"{folder} removed")


@group.command("html")
def gallery(*, out: Out = "runs") -> None:
    """Write index.html into the folder of runs: a page that opens without a server."""
    from backtest.cli.console import write
    from backtest.store import finished, read
    from backtest.tearsheet.gallery import render_gallery

    page = render_gallery([(path.name, read(path)) for path in finished(Path(out))])
    Path(out).mkdir(parents=True, exist_ok=True)
    target = Path(out) / "index.html"
    target.write_text(page, encoding="utf-8")
    write(str(target))
