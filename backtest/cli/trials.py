"""``backtest trials``: how much was tried on which data, and what that leaves of the best Sharpe ratio."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backtest.cli.options import Json  # noqa: TC001 - typer reads it

if TYPE_CHECKING:
    from backtest.research.tally import Tally
    from backtest.result import Result

__all__ = ["Runs", "counted", "line", "trials", "weighed"]

Runs = Annotated[str, typer.Option("--out", metavar="FOLDER", help="Folder of runs whose ledger is meant.")]
SHOWN = 12


def trials(*, runs: Runs = "runs", as_json: Json = False) -> None:
    """Show the trials counted in a folder of runs."""
    from backtest.cli.console import clean, note, write, write_json
    from backtest.research.tally import tallies
    from backtest.research.trials import LEDGER, read

    folder = Path(runs)
    ledger = read(folder)
    for torn in ledger.torn:
        note(f"! {clean(torn)}")
    found = tallies(ledger.trials, folder)
    if as_json:
        write_json({"ledger": str(folder / LEDGER), "torn": list(ledger.torn), "data": [asdict(one) for one in found]})
    elif not found:
        write(f"{clean(folder / LEDGER)}: no trials yet; `backtest run` and `backtest sweep` count theirs")
    else:
        write("\n".join(_lines(found)))


def _lines(found: list[Tally]) -> list[str]:
    lines = [f"{'data':<{SHOWN}}  {'trials':>6}  {'effective':>9}  {'best Sharpe':>11}  {'deflated':>8}  best run"]
    for one in found:
        cells = [_number(value) for value in (one.sharpe_per_year, one.deflated)]
        row = f"{one.fingerprint[:SHOWN]}  {one.trials:>6,}  {one.effective:>9.1f}  {cells[0]:>11}  {cells[1]:>8}  "
        lines.append(row + (one.best or "none has a Sharpe ratio"))
    lines += [
        "data: hash of prices, events, assets and period; deflated: probability that the best beats what luck shows"
    ]
    return [*lines, *sorted({f"effective: {one.effective_convention}" for one in found})]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def weighed(result: Result, runs: Path) -> Tally:
    """Give what was tried on the data of a run, itself among it, before its folder is in place; nothing is counted."""
    from backtest.research.tally import tally
    from backtest.research.trials import fingerprint, read, trial_of

    own, data = trial_of(result), fingerprint(result)
    known = [trial for trial in read(runs).trials if trial.fingerprint == data]
    fresh = [] if own.trial in {trial.trial for trial in known} else [own]
    return tally([*known, *fresh], runs, {result.run_id: result.daily["equity"].to_numpy()})


def counted(result: Result, runs: Path) -> None:
    """Count a run in the ledger of its folder."""
    from backtest.research.trials import record, trial_of

    record(runs, [trial_of(result)])


def line(of: Tally) -> str:
    """Give the count beside the best Sharpe ratio, in one line."""
    many = f"{of.trials:,} trial{'' if of.trials == 1 else 's'} on these data"
    if of.sharpe_per_year is None:
        return f"trials  {many}; none has a Sharpe ratio"
    worth = "" if of.trials == 1 else f" (worth {of.effective:.1f})"
    return f"trials  {many}{worth}; best Sharpe {_number(of.sharpe_per_year)}, deflated {_number(of.deflated)}"
