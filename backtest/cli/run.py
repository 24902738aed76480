"""``backtest run``: one config to one run folder, and a summary on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from backtest.cli.options import ConfigPath, FailIf, Json, Lang, Out, Quiet, Set  # noqa: TC001 - typer reads it

if TYPE_CHECKING:
    from backtest.cli.gates import Outcome
    from backtest.research.tally import Tally
    from backtest.result import Result

__all__ = ["execute", "run"]

GATE_FAILED = 1


def run(
    config: ConfigPath,
    *,
    overrides: Set = None,
    out: Out = "runs",
    fail_if: FailIf = None,
    as_json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
) -> None:
    """Run a config and write its results."""
    execute(config, overrides or [], Path(out), fail_if or [], as_json=as_json, quiet=quiet, lang=lang)


def execute(
    config: str,
    overrides: list[str],
    out: Path,
    fail_if: list[str],
    *,
    as_json: bool,
    quiet: bool,
    lang: str = "en",
) -> None:
    """Load, run, weigh by the trials, count, write, show, judge; what is stopped after it was run is counted."""
    from backtest.cli import gate_names, gates
    from backtest.cli.console import clean, note
    from backtest.cli.progress import steps
    from backtest.cli.trials import counted, weighed
    from backtest.config.reader import load
    from backtest.tearsheet.messages import speaking

    conditions = gates.parse(fail_if)
    gate_names.check(conditions)
    loaded = load(config, overrides)
    gate_names.check_benchmark(conditions, loaded.config.benchmark)
    for text in loaded.notes:
        note(clean(text))
    with steps(quiet=quiet or as_json) as say:
        # Inside: the engine takes a moment to load.
        from backtest.engine import run as engine_run

        plain = engine_run(loaded.config, loaded.folder, progress=say)
        say("weighing by the trials")
        tally = weighed(plain, out)
        result = _deflated(plain, tally)
        outcomes = gates.judge(conditions, (*result.metrics, *gate_names.beside(result)))
        say("writing")
        counted(result, out)
        folder, is_new = _stored(result, out, lang)
    with speaking(lang):
        _show(result, folder, outcomes, tally, as_json=as_json, quiet=quiet)
    if not is_new:
        note(f"{folder} is already there, made from identical inputs; it was kept")
    failed = [outcome for outcome in outcomes if outcome.failed]
    for outcome in failed:
        note(f"gate failed: {outcome.gate.text} ({outcome.found})")
    if failed:
        raise typer.Exit(GATE_FAILED)


def _deflated(result: Result, tally: Tally) -> Result:
    from backtest.engine import tried

    return tried(result, tally.tried)


def _stored(result: Result, out: Path, lang: str) -> tuple[Path, bool]:
    from backtest.store import existing, write

    there = existing(result.run_id, out)
    return (there, False) if there else (write(result, out, lang=lang), True)


def _show(result: Result, folder: Path, outcomes: list[Outcome], tried: Tally, *, as_json: bool, quiet: bool) -> None:
    from backtest.cli.console import write, write_json

    if as_json:
        from backtest.cli.report import report

        write_json({**report(result, folder, outcomes), "trials": tried.told()})
    elif quiet:
        write(str(folder))
    else:
        from backtest.cli.summary import summary
        from backtest.cli.trials import lines

        write(summary(result, folder, tried=lines(tried, result)))
