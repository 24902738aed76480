"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

__all__ = ["ConfigPath", "FailIf", "Json", "Lang", "Out", "Quiet", "Set"]

ConfigPath = Annotated[str, typer.Argument(metavar="CONFIG", help="YAML or TOML config; - reads YAML from stdin.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override, as account.capital=5e4 or signals.0.cap=0.3."),
]
Out = Annotated[str, typer.Option("--out", metavar="FOLDER", help="Folder that the run's folder is made in.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the run's folder.")]
FailIf = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-if",
        metavar="CONDITION",
        help='Exit 1 when it holds, as "sharpe<0.5"; undefined fails. Fractions, not percent: "max_drawdown<-0.3". '
        "Any metric, placebo_p, events_traded or events_lost.",
    ),
]
Lang = Annotated[Literal["en", "ko"], typer.Option("--lang", help="Language of the page and of what is printed.")]
