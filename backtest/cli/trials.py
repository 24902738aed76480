"""``backtest trials``: how much was tried on which data, and what that leaves of the best Sharpe ratio."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from backtest.cli.options import Json  # noqa: TC001 - typer reads it
from backtest.tearsheet.messages import say, understood

if TYPE_CHECKING:
    from backtest.research.tally import Tally
    from backtest.result import Metric, Result

__all__ = ["Runs", "counted", "lines", "trials", "weighed"]

Runs = Annotated[str, typer.Option("--out", metavar="FOLDER", help="Folder of runs whose ledger is meant.")]
Effective = Annotated[
    Literal["rank", "average_correlation", "clusters", "all"],
    typer.Option("--effective", help="How many independent trials they are worth; as evidence.effective_trials."),
]
SHOWN = 12
COLUMNS = ("trials", "effective", "best Sharpe", "deflated", "haircut", "years", "MinBTL", "PBO")
MEANINGS = """\
data: hash of prices, events, assets and period. Of the trial with the best Sharpe ratio a year, net of costs and over
the risk-free rate: deflated, probability that it beats what luck shows in so many effective trials; haircut, what
Harvey and Liu leave of it; years, its record; MinBTL, years in which luck alone is expected to show it.
PBO: probability that choosing the best is overfitting"""


def trials(*, runs: Runs = "runs", effective: Effective = "rank", as_json: Json = False) -> None:
    """Show the trials counted in a folder of runs."""
    from backtest.cli.console import clean, note, write, write_json
    from backtest.research.tally import tallies
    from backtest.research.trials import LEDGER, read

    folder = Path(runs)
    ledger = read(folder)
    for torn in ledger.torn:
        note(f"! {clean(torn)}")
    found = tallies(ledger.trials, folder, effective)
    if as_json:
        data = [one.told() for one in found]
        write_json({"ledger": str(folder / LEDGER), "torn": list(ledger.torn), "data": data})
    elif not found:
        write(f"{clean(folder / LEDGER)}: no trials yet; `backtest run` and `backtest sweep` count theirs")
    else:
        write("\n".join(_table(found)))


def _table(found: list[Tally]) -> list[str]:
    shown = ["  ".join([f"{'data':<{SHOWN}}", *COLUMNS, "best run"])]
    for one in found:
        cells = (
            f"{one.trials:,}",
            f"{one.effective:.1f}",
            *map(_number, (one.sharpe_per_year, one.deflated, one.haircut_per_year, one.years, one.min_btl_years)),
            "-" if one.pbo is None else f"{100.0 * one.pbo:.0f} %",
        )
        row = [f"{cell:>{len(name)}}" for cell, name in zip(cells, COLUMNS, strict=True)]
        shown.append("  ".join([one.fingerprint[:SHOWN], *row, one.best or "none has a Sharpe ratio"]))
    reasons = {f"no PBO: {one.pbo_reason}" for one in found if one.pbo is None}
    return [*shown, MEANINGS, *sorted({f"effective: {one.effective_convention}" for one in found}), *sorted(reasons)]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def weighed(result: Result, runs: Path) -> Tally:
    """Give what was tried on the data of a run, itself among it, before its folder is in place; nothing is counted."""
    from backtest.research.tally import tally
    from backtest.research.trials import fingerprint, read, trial_of

    own, data = trial_of(result), fingerprint(result)
    # The run stands for its trial: its returns are at hand, those of an earlier run of it may be gone.
    trials = {trial.trial: trial for trial in read(runs).trials if trial.fingerprint == data} | {own.trial: own}
    rule = result.config.evidence.effective_trials
    return tally(list(trials.values()), runs, {result.run_id: result.daily["equity"].to_numpy()}, rule=rule)


def counted(result: Result, runs: Path) -> None:
    """Count a run in the ledger of its folder."""
    from backtest.research.trials import record, trial_of

    record(runs, [trial_of(result)])


def lines(of: Tally, result: Result) -> tuple[tuple[str, str], ...]:
    """Give the count beside the best Sharpe ratio, and what it leaves of this run's, a (label, text) a line."""
    counted = say("{count} trials on these data", count=f"{of.trials:,}")
    if of.sharpe_per_year is None:
        return ((say("trials"), say("{counted}; none has a Sharpe ratio", counted=counted)),)
    worth = "" if of.trials == 1 else say(" (worth {effective})", effective=f"{of.effective:.1f}")
    best = say("{counted}; best net Sharpe {sharpe}", counted=counted + worth, sharpe=f"{of.sharpe_per_year:.2f}")
    chosen = "" if of.pbo is None else f", PBO {100.0 * of.pbo:.0f} %"
    return (
        (say("trials"), best),
        ("", say("the best deflated {value}", value=_number(of.deflated)) + chosen),
        *_own({metric.name: metric for metric in result.metrics}),
    )


def _own(known: dict[str, Metric]) -> tuple[tuple[str, str], ...]:
    """Give what is left of the run's own Sharpe ratio; nothing where it has none."""
    names = ("sharpe", "psr", "dsr", "haircut_sharpe", "min_trl", "min_btl")
    value = {name: of for name in names if name in known and isinstance(of := known[name].value, float)}
    if "sharpe" not in value or "dsr" not in value:
        return ()
    said = say(
        "this net Sharpe {sharpe}: PSR {psr}, deflated {dsr}",
        sharpe=f"{value['sharpe']:.2f}", psr=_number(value.get("psr")), dsr=f"{value['dsr']:.2f}",
    )  # fmt: skip
    if "haircut_sharpe" not in value:
        why = understood(known["haircut_sharpe"].reason)
        return ((say("luck"), said + say("; no haircut: {reason}", reason=why)),)
    cut = say(", haircut {value}", value=f"{value['haircut_sharpe']:.2f}")
    needed = say(
        "years needed {track} (MinTRL), {backtest} (MinBTL)",
        track=_number(value.get("min_trl")), backtest=_number(value.get("min_btl")),
    )  # fmt: skip
    return (say("luck"), said + cut), ("", needed)
