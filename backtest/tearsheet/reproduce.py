"""What identifies the run and how to repeat it: hashes, sources, conventions, the config as run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.provenance import versions
from backtest.sources import measured_on
from backtest.tearsheet.format import display, number
from backtest.tearsheet.messages import say, understood
from backtest.tearsheet.rolling import WINDOW

if TYPE_CHECKING:
    from backtest.config.model import Config
    from backtest.result import Provenance, Result

__all__ = ["Inputs", "conventions", "inputs", "prices_said"]

LONGEST_CONFIG = 60_000

ADJUSTED = {"raw": "unadjusted", "split": "adjusted for splits", "total": "adjusted for splits and dividends"}
ADJUSTMENTS = {
    "raw": "Prices are raw, as traded: splits and dividends are booked by the simulator.",
    "split": "Prices are split-adjusted: dividends are booked by the simulator where the source states them.",
    "total": "Prices are adjusted for splits and dividends: the dividends are inside the returns.",
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """The last section of the page."""

    facts: tuple[tuple[str, str], ...]
    command: str
    conventions: tuple[str, ...]
    config: str


def inputs(result: Result) -> Inputs:
    """Collect the hashes, the command, the conventions and the normalised config."""
    provenance = result.provenance
    facts = (
        (say("Run"), display(result.run_id, 120)),
        (say("Config, SHA-256"), display(provenance.config_hash, 80)),
        (say("Prices, SHA-256"), display(provenance.prices_hash, 80)),
        (say("Events, SHA-256"), display(provenance.events_hash, 80)),
        (say("Code, SHA-256"), display(provenance.code_hash, 80)),
        (say("Price source"), prices_said(provenance, 200)),
        (say("Event source"), display(understood(provenance.events_label), 200)),
        (say("Seed"), str(result.config.seed)),
        (say("Versions"), ", ".join(f"{name} {found}" for name, found in versions().items())),
    )
    return Inputs(
        facts, "backtest run config.yaml", conventions(result.config, provenance.adjustment), _text(result.config)
    )


def _text(config: Config) -> str:
    from backtest.config.normal import dump

    written = dump(config)
    lines = (display(line, 4_000) for line in written[:LONGEST_CONFIG].split("\n"))
    cut = (
        f"\n... {len(written) - LONGEST_CONFIG} more characters in config.yaml" if len(written) > LONGEST_CONFIG else ""
    )
    return "\n".join(lines) + cut


def prices_said(provenance: Provenance, most: int) -> str:
    """Give the source of the prices and what they are adjusted for."""
    adjusted = ADJUSTED.get(provenance.adjustment, display(provenance.adjustment, 40))
    return f"{display(understood(provenance.prices_label), most)}; {say(adjusted)}"


def conventions(config: Config, adjustment: str) -> tuple[str, ...]:
    """Say how this run read time, filled orders, charged costs and split the result."""
    account, costs, fill = config.account, config.costs, say(config.account.fill)
    return (
        say("Timing: an event trades in the first session whose {fill} is later than the instant the public knew.",
            fill=fill),
        say("Grades: A an instant, B a date with pre, regular or post, C a date only, read as the end of that day."),
        say("Fills: at the {fill}, moved against the order by {spread} bps half spread and {slippage} bps slippage.",
            fill=fill, spread=_plain(costs.half_spread_bps), slippage=_plain(costs.slippage_bps)),
        say("Commission: {rate} bps of notional plus {share} per share, at least {least} per order.",
            rate=_plain(costs.commission_bps), share=_plain(costs.commission_per_share),
            least=_plain(costs.commission_min)),
        say("Carry, ACT/365: borrow {borrow}, debit cash {debit}, credit cash {credit} bps per year.",
            borrow=_plain(costs.borrow_bps_per_year), debit=_plain(costs.margin_bps_per_year),
            credit=_plain(costs.cash_bps_per_year)),
        say("Targets: set anew every {count} sessions and on every event session; gross exposure at most {gross} times "
            "equity after any fill.", count=config.portfolio.rebalance_every_sessions, gross=_plain(account.max_gross)),
        say("Untilted base: the same base weights, costs and grid without any event."),
        say(ADJUSTMENTS[adjustment]) if adjustment in ADJUSTMENTS else say(
            "Price adjustment: {adjustment}.", adjustment=display(adjustment, 40)
        ),
        say("Growth: equity divided by the capital before the first session; the time axis counts sessions."),
        say("Drawdown: equity over its highest value so far, the start included, minus 1."),
        say("Returns by month and year: growth at the end over growth at the end of the period before, minus 1."),
        say("Rolling: the last {window} sessions; standard deviations with ddof 1, a year is {year} sessions; beta is "
            "covariance over variance.", window=WINDOW, year=f"{measured_on(config).sessions_per_year:.1f}"),
        say("P&L by event: the gain on the part of the position the event put there, less its share of the costs; "
            "events, base mix and cash sum to the change of equity."),
        say("Risk-free rate: {rate} % per year.", rate=_plain(config.risk_free_per_year * 100)),
    )  # fmt: skip


def _plain(value: float) -> str:
    shown = number(value, 4)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
