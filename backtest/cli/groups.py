"""The help of the command line: verbs under the headings that say what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter

__all__ = ["HEADINGS", "Grouped"]

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "Begin": ("demo", "init", "validate", "explain", "schema", "doctor"),
    "Inputs": ("events", "data"),
    "Research": ("run", "study", "placebo", "sweep", "trials"),
    "Results": ("runs", "report", "compare", "serve"),
}


class Grouped(TyperGroup):
    """A group whose verbs stand under headings; one that no heading names comes last, under `Others`."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write every heading with its verbs, all in columns of one width."""
        named = {verb for verbs in HEADINGS.values() for verb in verbs}
        others = tuple(verb for verb in self.list_commands(ctx) if verb not in named)
        wide = max(map(len, self.commands))
        for heading, verbs in {**HEADINGS, "Others": others}.items():
            shown = [verb for verb in verbs if verb in self.commands]
            if shown:
                limit = formatter.width - 6 - wide
                rows = [(verb.ljust(wide), self.commands[verb].get_short_help_str(limit)) for verb in shown]
                with formatter.section(heading):
                    formatter.write_dl(rows)
