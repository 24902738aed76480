"""``backtest events``: the verbs for events."""

from __future__ import annotations

import typer

from backtest.cli.edgar import edgar
from backtest.cli.event_check import check
from backtest.cli.event_preview import preview
from backtest.cli.event_show import show

__all__ = ["app"]

app = typer.Typer(help="Look at events, and read them from the SEC.", no_args_is_help=True, rich_markup_mode=None)
app.command("check")(check)
app.command("show")(show)
app.command("preview")(preview)
app.command("edgar")(edgar)
