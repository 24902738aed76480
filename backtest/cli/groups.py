"""The help of the command line: verbs under the headings that say what they are for, each imported when it is asked."""

from __future__ import annotations

from collections.abc import MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typer._click.core import Command, Context
    from typer._click.formatting import HelpFormatter

__all__ = ["HEADINGS", "Grouped"]

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "Begin": ("demo", "init", "validate", "explain", "schema", "doctor"),
    "Inputs": ("events", "data"),
    "Research": ("run", "study", "placebo", "sweep", "trials"),
    "Results": ("runs", "report", "compare", "serve"),
}
# Where a verb stands, when it is not the function of its name in the module of its name.
ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "validate": ("check", "validate"),
    "report": ("report_command", "report"),
    "events": ("events", "app"),
    "data": ("data", "group"),
    "runs": ("runs", "group"),
}


class Verbs(MutableMapping[str, "Command"]):
    """The verbs by name; one is imported and made when it is looked up, all of them for the help alone."""

    def __init__(self) -> None:
        self.made: dict[str, Command] = {}
        self.names = [verb for verbs in HEADINGS.values() for verb in verbs]

    def __getitem__(self, verb: str) -> Command:
        if verb not in self.names:
            raise KeyError(verb)
        if verb not in self.made:
            self.made[verb] = _made(verb)
        return self.made[verb]

    def __setitem__(self, verb: str, command: Command) -> None:
        self.made[verb] = command
        self.names = list(dict.fromkeys([*self.names, verb]))

    def __delitem__(self, verb: str) -> None:
        self.names.remove(verb)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _made(verb: str) -> Command:
    module, name = ELSEWHERE.get(verb, (verb, verb))
    found = getattr(import_module(f"backtest.cli.{module}"), name)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=verb)
    else:
        alone.command(verb)(found)
    return typer.main.get_group(alone).commands[verb]


class Grouped(TyperGroup):
    """A group whose verbs stand under headings."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Verbs()

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002 - the base class's
        """Write every heading with its verbs, all in columns of one width."""
        wide = max(map(len, self.commands))
        for heading, verbs in HEADINGS.items():
            limit = formatter.width - 6 - wide
            rows = [(verb.ljust(wide), self.commands[verb].get_short_help_str(limit)) for verb in verbs]
            with formatter.section(heading):
                formatter.write_dl(rows)
