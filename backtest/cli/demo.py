"""``backtest demo``: the quickstart config on the embedded simulated market, offline."""

from __future__ import annotations

from pathlib import Path

from backtest.cli.options import FailIf, Json, Lang, Out, Quiet, Set  # noqa: TC001 - typer reads it
from backtest.cli.run import execute

__all__ = ["demo"]


def demo(
    *,
    overrides: Set = None,
    out: Out = "runs",
    fail_if: FailIf = None,
    as_json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
) -> None:
    """Run the quickstart on a simulated market."""
    import backtest

    config = Path(backtest.__file__).parents[1] / "configs" / "quickstart.yaml"
    execute(str(config), overrides or [], Path(out), fail_if or [], as_json=as_json, quiet=quiet, lang=lang)
