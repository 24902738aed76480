"""``backtest runs``: list, show, remove finished runs, or make a gallery page of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.options import Json, Lang, Out  # noqa: TC001 - typer reads it

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtest.result import Result

    Described = tuple[Path, dict[str, Any], dict[str, Any]]
    Unread = tuple[Path, str]

__all__ = ["folder_of", "group", "written_gallery"]

group = typer.Typer(help="Finished runs: list, show, remove, gallery.", no_args_is_help=True, rich_markup_mode=None)
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its name under --out, or a start of it.")]
MANIFEST: dict[str, type] = {"run_id": str, "written_at": str, "sources": dict}
METRICS: dict[str, type] = {"metrics": list, "verdict": str}
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


def described(out: Path) -> tuple[list[Described], list[Unread]]:
    """Give (folder, manifest, metrics) of every finished run, the youngest first, and the folders not to be read."""
    from backtest.store.read import finished, manifest, metrics
    from data.errors import ResearchError

    found: list[Described] = []
    unread: list[Unread] = []
    for path in finished(out):
        try:
            told, numbers = manifest(path), metrics(path)
            _must_tell(path, told, MANIFEST)
            _must_tell(path, numbers, METRICS)
            found.append((path, told, numbers))
        except ResearchError as error:
            unread.append((path, error.message))
    return sorted(found, key=lambda each: (str(each[1]["written_at"]), each[0].name), reverse=True), unread


def _must_tell(path: Path, told: dict[str, Any], kinds: dict[str, type]) -> None:
    from data.errors import InputError

    wrong = sorted(name for name, kind in kinds.items() if not isinstance(told.get(name), kind))
    if wrong:
        raise InputError(f"{path}: the run folder is damaged ({', '.join(wrong)} missing)")


@group.command("ls")
def listed(*, out: Out = "runs", as_json: Json = False) -> None:
    """List the finished runs, the youngest first."""
    from backtest.cli.console import clean, note, write, write_json

    found, unread = described(Path(out))
    rows = [_line(*each) for each in found]
    if as_json:
        write_json({"runs": rows, "unread": [{"folder": str(path), "problem": why} for path, why in unread]})
        return
    if not rows:
        note(f"no finished run in {out}")
    for row in rows:
        write(clean(f"{row['written_at'][:16].replace('T', ' ')}  {row['run_id']}  {row['verdict'].split(':')[0]}"))
    for _, why in unread:
        note(f"! {clean(why)}")


def _line(folder: Path, manifest: dict[str, Any], metrics: dict[str, Any]) -> dict[str, Any]:
    values = {metric["name"]: metric["value"] for metric in metrics["metrics"] if metric["name"] in SHOWN}
    return {
        "run_id": manifest["run_id"],
        "folder": str(folder),
        "written_at": manifest["written_at"],
        "simulated": manifest["sources"].get("simulated"),
        "verdict": metrics["verdict"],
        **values,
    }


@group.command("show")
def show(run: RunName, *, out: Out = "runs", as_json: Json = False, lang: Lang = "en") -> None:
    """Show a finished run on one screen."""
    from backtest.cli.console import write, write_json
    from backtest.cli.summary import summary
    from backtest.store import read
    from backtest.tearsheet.messages import speaking

    folder = folder_of(run, Path(out))
    result = read(folder)
    if as_json:
        from backtest.cli.report import report

        write_json(report(result, folder))
    else:
        with speaking(lang):
            write(summary(result, folder))


@group.command("rm")
def remove(run: RunName, *, out: Out = "runs") -> None:
    """Remove one finished run; its full name or folder is needed."""
    import shutil

    from backtest.cli.console import note
    from data.errors import ConfigError, RunError

    folder = folder_of(run, Path(out))
    if run.rstrip("/") not in {folder.name, str(folder)} or folder.is_symlink():
        raise ConfigError(f"{run} is only the start of {folder.name}; give its full name to remove it")
    if not _is_run(folder):
        raise ConfigError(
            f"{folder} was not written by a run: its manifest.json does not tell its name; nothing removed"
        )
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise RunError(f"{folder} cannot be removed: {error.strerror or error}") from error
    note(f"{folder} removed")


def _is_run(folder: Path) -> bool:
    """Say whether a manifest is one of ours, of whatever version; other programs write a manifest.json as well."""
    import json

    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("run_id") == folder.resolve().name and "hashes" in told


@group.command("html")
def gallery(*, out: Out = "runs", lang: Lang = "en") -> None:
    """Write index.html into the folder of runs: a page that opens without a server."""
    from backtest.cli.console import write

    write(str(written_gallery(Path(out), lang)))


def written_gallery(out: Path, lang: str) -> Path:
    """Write the gallery of a folder, made when it is not there; a run that cannot be read is named with the reason."""
    from backtest.cli.files import put
    from backtest.cli.progress import bar
    from backtest.store import read
    from backtest.tearsheet.gallery import render_gallery
    from data.errors import ResearchError, RunError

    found, torn = described(out)
    unread = [(path.name, why) for path, why in torn]

    def results() -> Iterator[tuple[str, Result]]:
        for path, _, _ in bar(found, "reading runs", quiet=False):
            try:
                yield path.name, read(path)
            except ResearchError as error:
                unread.append((path.name, error.message))

    page = render_gallery(results(), unread, lang)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{out} cannot be made: {error.strerror or error}") from error
    return put(out / "index.html", page)
