"""``backtest explain``: what a field of the config, a metric, a kind of signal or a word of the verdict means."""

from __future__ import annotations

from typing import Annotated

import typer

from backtest.cli.options import Json  # noqa: TC001 - typer reads it

__all__ = ["explain"]

Word = Annotated[
    str,
    typer.Argument(metavar="WORD", help="A field as costs.slippage_bps, a metric as sharpe, a signal, a verdict."),
]


def explain(word: Word, *, as_json: Json = False) -> None:
    """Say what a field, a metric, a signal or a verdict means."""
    from backtest.cli.console import clean, paint, write, write_json
    from backtest.cli.meanings import look_up

    found = look_up(word)
    if as_json:
        write_json({"word": word, "meanings": [entry._asdict() for entry in found]})
        return
    import sys

    for entry in found:
        write(f"{paint(clean(entry.name), 'bold', sys.stdout)}  ({entry.sort})")
        write("\n".join(f"  {clean(line)}" for line in entry.lines))
