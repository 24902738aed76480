"""The command `backtest`: verbs, exit codes, and what happens to everything that goes wrong.

Exit codes: 0 ok, 1 a gate or check failed, 2 usage or config, 3 data missing, 70 a bug, 130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import TYPE_CHECKING, Annotated

import typer

from backtest.cli import (
    check,
    compare,
    data,
    demo,
    doctor,
    events,
    explain,
    init,
    placebo,
    report_command,
    run,
    runs,
    schema,
    serve,
    study,
    sweep,
    trials,
)
from backtest.cli.console import note, show_error, silence, write
from backtest.cli.groups import Grouped
from data.errors import ResearchError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

USAGE, BUG, INTERRUPTED = 2, 70, 130
# What only a path that somebody typed can be: too long, or a circle of links.
NO_PATH = {errno.ENAMETOOLONG, errno.ELOOP}

app = typer.Typer(
    name="backtest",
    cls=Grouped,
    help="Event-driven portfolio signal backtester.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 ok, 1 gate failed, 2 usage or config, 3 data missing, 70 bug, 130 interrupted.",
)
for name, command in (
    ("demo", demo.demo),
    ("run", run.run),
    ("sweep", sweep.sweep),
    ("trials", trials.trials),
    ("study", study.study),
    ("placebo", placebo.placebo),
    ("report", report_command.report),
    ("compare", compare.compare),
    ("serve", serve.serve),
    ("validate", check.validate),
    ("init", init.init),
    ("explain", explain.explain),
    ("schema", schema.schema),
    ("doctor", doctor.doctor),
):
    app.command(name)(command)
app.add_typer(events.app, name="events")
app.add_typer(data.group, name="data")
app.add_typer(runs.group, name="runs")


def _version(*, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        write(version("eventfolio"))
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    *,
    no_color: Annotated[bool, typer.Option("--no-color", help="Never colour (as NO_COLOR=1).")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    del no_color  # taken from the arguments before they are parsed, so that it may stand anywhere
    _version(asked=version)
    if context.invoked_subcommand is None:
        note(context.get_help())
        raise typer.Exit(USAGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code."""
    # Nobody's plugin may change what a config means, and looking for plugins opens every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "--no-color" in words:
        words.remove("--no-color")
        os.environ["NO_COLOR"] = "1"
    code = _guarded(words)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            silence(stream)
    return code


def _guarded(words: list[str]) -> int:
    as_json = "--json" in words
    try:
        return _invoke(words)
    except ResearchError as error:
        show_error(error, as_json=as_json)
        return error.exit_code
    except typer.TyperException as error:
        show_error(ResearchError(_usage(error)), as_json=as_json)
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        silence(sys.stdout)
        return 0
    except Exception as error:  # noqa: BLE001 - the last door: a bug keeps its traceback and has its own exit code
        return _unforeseen(error, as_json=as_json)


def _unforeseen(error: Exception, *, as_json: bool) -> int:
    if isinstance(error, OSError) and error.errno in NO_PATH:
        show_error(ResearchError(f"{str(error.filename)[:60]}... is no path: {error.strerror}"), as_json=as_json)
        return USAGE
    note(f"{traceback.format_exc()}\nThis is a bug in backtest, not in your config; please report the lines above.")
    return BUG


def _invoke(words: list[str]) -> int:
    command = typer.main.get_command(app)
    try:
        with command.make_context("backtest", words) as context:
            command.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    return 0


def _usage(error: typer.TyperException) -> str:
    near: Sequence[str] = getattr(error, "possibilities", None) or ()
    if near:
        return f"{error.message}. Did you mean {near[0]}?"
    context = getattr(error, "ctx", None)
    text = error.format_message().rstrip(".?") + ("?" if error.format_message().endswith("?") else "")
    more = "" if text.endswith("?") or context is None else f" (see {context.command_path} --help)"
    return text + more
