"""The command line proper: its verbs, what it says about mistakes in its use, and the help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from backtest.cli.console import note, write
from backtest.cli.groups import Grouped
from data.errors import ResearchError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["invoke"]

USAGE = 2

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


def invoke(words: Sequence[str]) -> int:
    """Run the verb that the words ask for and give the exit code.

    Raises
    ------
    ResearchError
        When the words cannot be read.
    KeyboardInterrupt
        When a question was answered by an interrupt.

    """
    try:
        with typer.main.get_command(app).make_context("backtest", list(words)) as context:
            context.command.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.TyperException as error:
        raise ResearchError(_usage(error)) from error
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    return 0


def _usage(error: typer.TyperException) -> str:
    near: Sequence[str] = getattr(error, "possibilities", None) or ()
    if near:
        return f"{error.message}. Did you mean {near[0]}?"
    context = getattr(error, "ctx", None)
    text = error.format_message().replace(": Value error, ", ": ")  # pydantic's words, by way of typer
    text = text.rstrip(".?") + ("?" if text.endswith("?") else "")
    more = "" if text.endswith("?") or context is None else f" (see {context.command_path} --help)"
    return text + more
