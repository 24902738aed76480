"""``backtest placebo``: the whole backtest on events that never were, and where the real ones stand among them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.options import ConfigPath, Json, Out, Set  # noqa: TC001 - typer reads it

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from backtest.evidence.types import Placebo

__all__ = ["placebo"]

Draws = Annotated[int | None, typer.Option("--draws", min=1, max=1_000_000, help="How many; else as in the config.")]
Design = Annotated[
    str | None,
    typer.Option(
        "--design",
        help="whole_dates, random_dates, circular_shift, random_assets or sign_flips; else as in the config.",
    ),
]
BINS, WIDTH = 15, 40


def placebo(
    config: ConfigPath,
    *,
    draws: Draws = None,
    design: Design = None,
    overrides: Set = None,
    out: Out = "runs",
    as_json: Json = False,
) -> None:
    """Run a config on placebo events; what it makes on its own is shown beside them, so it is counted as a trial."""
    from backtest.cli.console import write, write_json
    from backtest.cli.progress import steps
    from backtest.cli.trials import counted
    from backtest.config.reader import load
    from backtest.engine import line_and_result
    from backtest.evidence.placebo import placebo as run_placebo
    from backtest.inputs import read

    chosen = [] if design is None else [f"evidence.placebo_design={design}"]
    loaded = load(config, [*(overrides or []), *chosen])
    with steps(quiet=as_json) as say:
        say("reading prices and events, running the config")
        line, result = line_and_result(loaded.config, read(loaded.config, loaded.folder))
    count = loaded.config.evidence.placebo_draws if draws is None else draws
    with _watched(count, quiet=as_json) as said:
        found = run_placebo(line, draws=count, said=said)
    counted(result, Path(out))
    if as_json:
        write_json(_as_json(loaded.config.name, found))
    else:
        write("\n".join(_screen(loaded.config.name, found)))


def _watched(count: int, *, quiet: bool) -> AbstractContextManager[Callable[[int], None] | None]:
    """Show a bar on a terminal while the draws are made."""
    import sys
    from contextlib import contextmanager

    @contextmanager
    def bar() -> Iterator[Callable[[int], None] | None]:
        if quiet or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(file=sys.stderr), transient=True) as progress:
            task = progress.add_task("placebo backtests", total=count)
            yield lambda done: progress.update(task, completed=done)

    return bar()


def _as_json(name: str, found: Placebo) -> dict[str, Any]:
    return {
        "name": name,
        "design": found.design,
        "exhaustive": found.exhaustive,
        "draws": found.draws.height,
        "net_return": found.net_return,
        "sharpe": found.sharpe,
        "p_return": found.p_return,
        "p_sharpe": found.p_sharpe,
        "reason": found.reason,
        "placebo_net_return": found.draws["net_return"].to_list(),
        "placebo_sharpe": found.draws["sharpe"].to_list(),
    }


def _screen(name: str, found: Placebo) -> Iterator[str]:
    if found.reason:
        yield f"{name}: no placebo: {found.reason}"
        return
    kind = "all there are" if found.exhaustive else "drawn at random"
    yield f"{name}: {found.draws.height:,} whole backtests on placebo events ({kind})"
    yield f"moved: {found.design}"
    yield ""
    yield from _histogram(found.draws["net_return"].to_list(), found.net_return)
    yield ""
    yield (
        f"net return    {100 * found.net_return:.2f} %".replace("-", "\N{MINUS SIGN}") + f"   p = {found.p_return:.4f}"
    )
    if found.sharpe is not None and found.p_sharpe is not None:
        yield f"Sharpe, net   {found.sharpe:.2f}".replace("-", "\N{MINUS SIGN}") + f"   p = {found.p_sharpe:.4f}"
    yield "p: share of placebos at least as good, one-sided, the run itself counted: (1 + #) / (draws + 1)"


def _histogram(values: Sequence[float], actual: float) -> Iterator[str]:
    """Draw the placebo net returns sideways, the actual one marked."""
    import sys

    from backtest.cli.console import unicode_ok

    low, high = min([*values, actual]), max([*values, actual])
    step = (high - low) / BINS or 1.0
    place = [min(int((value - low) / step), BINS - 1) for value in values]
    here = min(int((actual - low) / step), BINS - 1)
    block = "\N{FULL BLOCK}" if unicode_ok(sys.stdout) else "#"
    most = max(place.count(at) for at in range(BINS)) or 1
    yield "net return of the placebos"
    for at in range(BINS):
        count = place.count(at)
        bar = block * max(round(WIDTH * count / most), 1 if count else 0)
        edge = f"{100 * (low + at * step):9.2f} %".replace("-", "\N{MINUS SIGN}")
        yield f"{edge}  {bar}{'  < the run' if at == here else ''}".rstrip()
