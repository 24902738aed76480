"""``backtest compare``: several finished runs on one static page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backtest.cli.options import Lang, Out  # noqa: TC001 - typer reads it
from data.counts import many

__all__ = ["compare"]

MOST = 10


def compare(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Two to ten runs; the first is the reference.")],
    *,
    out: Out = "runs",
    to: Annotated[str, typer.Option("--to", metavar="FILE", help="Where to write the page.")] = "compare.html",
    lang: Lang = "en",
) -> None:
    """Compare finished runs on the sessions they share."""
    from backtest.cli.console import write
    from backtest.cli.files import put
    from backtest.cli.progress import steps
    from backtest.cli.runs import folder_of
    from backtest.store import read
    from backtest.tearsheet.comparison import render_comparison
    from data.errors import ConfigError

    if not 2 <= len(runs) <= MOST:
        raise ConfigError(f"{many(len(runs), 'run')} given; a comparison takes 2 to {MOST}")
    folders = [folder_of(run, Path(out)) for run in runs]
    with steps(quiet=False) as say:
        say("reading the runs")
        results = [(folder.name, read(folder)) for folder in folders]
        say("comparing")
        page = render_comparison(results, lang=lang)
    write(str(put(Path(to), page)))
