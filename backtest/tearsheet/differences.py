"""In what runs differ: conventions, inputs by hash, settings by their place; and the verdict of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtest.config.normal import normal
from backtest.sources import measured_on
from backtest.tearsheet.format import DASH, display
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.tables import Cell, Column, Table, text
from backtest.tearsheet.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from backtest.result import Result

__all__ = ["config_differences", "config_table", "convention_differences", "hash_table", "runs_table", "settings"]

MOST_CHANGES = 200


def convention_differences(results: Sequence[Result]) -> list[str]:
    """Say in what the runs count differently: then their numbers are shown, their differences are not."""
    ways: dict[str, Callable[[Result], str]] = {
        say("the calendar"): lambda r: r.config.calendar,
        say("the sessions of a year"): lambda r: f"{measured_on(r.config).sessions_per_year:.1f}",
        say("the currency of the account"): _currency,
        say("the risk-free rate"): lambda r: str(r.config.risk_free_per_year),
        say("the adjustment of prices"): lambda r: display(r.provenance.adjustment, 40),
        say("the kind of prices"): lambda r: say("simulated") if r.provenance.simulated else say("real"),
        say("the kind of fill"): lambda r: say("open") if r.config.account.fill == "open" else say("close"),
    }
    found = []
    for what, way in ways.items():
        said = [way(result) for result in results]
        if len(set(said)) > 1:
            found.append(
                say("Conventions differ, so no difference is shown: {what} is {said}.", what=what, said=", ".join(said))
            )
    return found


def _currency(result: Result) -> str:
    currencies = result.config.currencies
    return say("not stated") if currencies is None else currencies.account


def runs_table(results: Sequence[Result], names: Sequence[str]) -> Table:
    """Give what each run found over its own period, and where its prices came from."""
    heads = (say("Run"), say("Its verdict"), say("Its own period"), say("Prices"))
    rows = tuple(
        (text(name), Cell(verdict(result), kind="long"), Cell(_period(result), kind="nowrap"), text(_prices(result)))
        for name, result in zip(names, results, strict=True)
    )
    return Table(say("What each run found"), tuple(map(Column, heads)), rows, kind="wide")


def _period(result: Result) -> str:
    sessions = result.daily["session"]
    return f"{sessions[0]} {say('to')} {sessions[-1]}" if len(sessions) else DASH


def _prices(result: Result) -> str:
    return display(understood(result.provenance.prices_label), 60)


def hash_table(results: Sequence[Result], names: Sequence[str]) -> Table:
    """Give the hashes of what went in, and whether they are the same."""
    rows = []
    for kind, label in (
        ("config_hash", say("Config")), ("prices_hash", say("Prices")), ("events_hash", say("Events")),
        ("code_hash", say("Code")),
    ):  # fmt: skip
        found = [getattr(result.provenance, kind) for result in results]
        same = say("same") if len(set(found)) == 1 else say("differs")
        rows.append((text(label), text(same), *(text(display(one[:12], 12)) for one in found)))
    columns = (Column(say("Input")), Column(say("Compared")), *(Column(name) for name in names))
    return Table(say("Inputs by hash"), columns, tuple(rows))


def config_table(results: Sequence[Result], names: Sequence[str]) -> Table:
    """Give every setting that is not the same in all runs, at most two hundred."""
    changes = config_differences([normal(result.config) for result in results])
    rows = tuple(
        (text(display(place, 120)), *(text(display(value, 120)) for value in values))
        for place, values in changes[:MOST_CHANGES]
    )
    hidden = len(changes) - len(rows)
    note = "" if rows else say("The configs say the same.")
    if hidden:
        note = say("{count} more differences", count=hidden)
    return Table(say("Settings that differ"), (Column(say("Setting")), *(Column(name) for name in names)), rows, note)


def config_differences(configs: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Give (place, value per config) of every leaf that is not the same in all; an absent or empty one is a dash."""
    flat = [settings(config) for config in configs]
    places = list(dict.fromkeys(place for leaves in flat for place in leaves))
    rows = [(place, [leaves.get(place, DASH) for leaves in flat]) for place in places]
    return [(place, values) for place, values in rows if len(set(values)) > 1]


def settings(config: dict[str, Any]) -> dict[str, str]:
    """Give every leaf of a config by its place, as ``signals.0.cap``."""
    return dict(_leaves(config, ""))


def _leaves(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for k, inner in enumerate(value):
            yield from _leaves(inner, f"{place}.{k}")
    else:
        yield place, DASH if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
