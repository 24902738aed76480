"""The research config as frozen settings; one file says everything a run needs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from backtest.config.listings import contradictions, grouped
from backtest.costs import Account, Costs
from backtest.evidence.settings import Evidence
from backtest.portfolio import Combination, Portfolio
from backtest.study.settings import Study
from data.currencies import Currencies
from data.events.settings import EventSource
from data.prices.settings import PriceSource
from data.settings import Asset, Name, Settings
from signals import EventDriven, SignalSettings
from signals.expression import names, parse
from signals.weighting import Weighting

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Config", "Period"]

Exchange = Annotated[str, Field(pattern=r"^[A-Z0-9_]{3,12}$")]


class Period(Settings):
    """First and last day of the run; without them the prices decide."""

    start: date | None = Field(default=None, description="The run begins on it or in the next session.")
    end: date | None = Field(default=None, description="The run ends on it or in the session before.")

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.start and self.end and self.start >= self.end:
            raise ValueError(f"start {self.start} is not before end {self.end}")
        return self


class Config(Settings):
    """One research question: prices, events, signals, portfolio, account, costs."""

    version: Literal[1] = Field(default=1, description="Version of this format.")
    name: Name = Field(description="Short name; the run's folder begins with it.")
    thesis: str = Field(default="", max_length=2000, description="What is believed and what would refute it.")
    calendar: str = Field(default="XNYS", pattern=r"^[A-Z0-9_]{3,12}$", description="ISO 10383 code of the exchange.")
    exchanges: dict[Exchange, tuple[Asset, ...]] = Field(
        default_factory=dict,
        description="Exchange: its assets, where they trade on another one than `calendar`, as `XKRX: [005930.KS]`.",
    )
    currencies: Currencies | None = Field(
        default=None, description="Without it every price is in the currency of the account, and nothing is converted."
    )
    period: Period = Field(default=Period.model_construct(), description="First and last day of the run.")
    prices: PriceSource
    events: EventSource
    baskets: dict[Name, Annotated[tuple[Asset, ...], Field(min_length=1)]] = Field(
        min_length=1, description="Basket: its assets; every asset that is held is in one."
    )
    weighting: dict[Name, Weighting] = Field(
        default_factory=dict, description="Basket: how it is split over its listed members; equally when not named."
    )
    signals: tuple[SignalSettings, ...] = Field(default=(), description="Without signals the base mix runs alone.")
    combination: tuple[Combination, ...] = Field(
        default=(), description="Steps from the signals' scores to tilts, in this order; without any they add up."
    )
    portfolio: Portfolio = Field(description="Base mix, bounds, and when targets are set.")
    account: Account = Field(default=Account.model_construct(), description="Capital, fills, cash and margin.")
    costs: Costs = Field(default=Costs.model_construct(), description="What trading and shorting costs.")
    benchmark: Asset | None = Field(
        default=None, description="Asset to compare with, bought and held at the same costs."
    )
    evidence: Evidence = Field(default=Evidence.model_construct(), description="What the result is set against.")
    study: Study = Field(default=Study.model_construct(), description="How the event study measures abnormal returns.")
    risk_free_per_year: float = Field(default=0.0, gt=-1, lt=1, description="Fraction per year, in the Sharpe ratio.")
    seed: int = Field(default=0, ge=0, description="Seed of everything random.")

    @model_validator(mode="after")
    def _hangs_together(self) -> Config:
        found = [
            *self._repeated_members(),
            *self._unknown_baskets(),
            *self._unknown_signals(),
            *self._repeated_names(),
            *self._unknown_assets(),
            *self._outside_baskets(),
            *self._sources_apart(),
        ]
        found += contradictions(self.prices, self.assets, self.exchanges, self.currencies)
        if found:
            raise ValueError("\n".join(found))
        return self

    def _repeated_members(self) -> Iterator[str]:
        for basket, members in self.baskets.items():
            for at, asset in enumerate(members):
                if asset in members[:at]:
                    yield f"`baskets.{basket}.{at}` is in basket {basket} already; name it once"

    def _unknown_baskets(self) -> Iterator[str]:
        known = ", ".join(self.baskets)
        for basket in self.portfolio.base:
            if basket not in self.baskets:
                yield f"basket {basket!r} is used but not defined; defined: {known}"
        for at, signal in enumerate(self.signals):
            for field, basket in signal.baskets.items():
                if basket not in self.baskets:
                    yield f"`signals.{at}.{field}` names a basket that is not defined; defined: {known}"
        for basket in self.weighting:
            if basket not in self.baskets:
                yield f"`weighting.{basket}` names a basket that is not defined; defined: {known}"
        hedge = self.portfolio.neutral and self.portfolio.neutral.with_
        if hedge and hedge not in self.baskets:
            yield f"`portfolio.neutral.with` names a basket that is not defined; defined: {known}"

    def _unknown_signals(self) -> Iterator[str]:
        names = {signal.name for signal in self.signals}
        known = f"defined: {', '.join(sorted(names)) or 'none'}"
        for at, step in enumerate(self.combination):
            named = step.of if step.kind == "weights" else step.signals if step.kind == "gate" else ()
            for name in named:
                if name not in names:
                    yield f"`combination.{at}` names the signal {name}, which is not defined; {known}"
            if step.kind == "gate":
                yield from (
                    f"`combination.{at}.when`: {problem}; {known}" for problem in _gate_faults(step.when, names)
                )

    def _repeated_names(self) -> Iterator[str]:
        names = [signal.name for signal in self.signals]
        for at, name in enumerate(names):
            if name in names[:at]:
                yield f"`signals.{at}.name` is taken by an earlier signal; give each its own"

    def _unknown_assets(self) -> Iterator[str]:
        if self.prices.source == "simulated":
            made = self.prices.assets
            for basket, members in self.baskets.items():
                for at, asset in enumerate(members):
                    if asset not in made:
                        yield f"`baskets.{basket}.{at}` is no asset of the simulated market: {', '.join(made)}"
            if self.benchmark is not None and self.benchmark not in made:
                yield f"`benchmark` is no asset of the simulated market: {', '.join(made)}"

    def _outside_baskets(self) -> Iterator[str]:
        held = {asset for members in self.baskets.values() for asset in members}
        for at, signal in enumerate(self.signals):
            for field, asset in signal.linked.items() if isinstance(signal, EventDriven) else ():
                if asset not in held:
                    yield f"`signals.{at}.{field}` is in no basket, so it is not priced; add it to one"
        for basket, weighting in self.weighting.items():
            field = "weights" if weighting.kind == "given" else "exposure"
            named = weighting.named if weighting.kind in {"given", "exposure"} else ()
            for asset in named:
                if asset not in self.baskets.get(basket, (asset,)):
                    yield f"`weighting.{basket}.{field}.{asset}` is no member of basket {basket}"

    def _sources_apart(self) -> Iterator[str]:
        if self.events.source == "simulated" and self.prices.source != "simulated":
            yield "`events.source` is simulated, which needs prices of source simulated"

    @property
    def sessions_per_year(self) -> float:
        """Give the mean number of sessions a year of the calendar."""
        from data.calendar import load

        return load(self.calendar).sessions_per_year

    @property
    def assets(self) -> tuple[str, ...]:
        """Give every asset that must be priced, ascending."""
        named = {asset for members in self.baskets.values() for asset in members}
        return tuple(sorted(named | ({self.benchmark} if self.benchmark else set())))

    @property
    def listings(self) -> dict[str, tuple[str, ...]]:
        """Give the assets of every exchange that has any, each ascending: the calendar's first, then by name."""
        return grouped(self.calendar, self.assets, self.exchanges)

    @property
    def rates(self) -> tuple[str, ...]:
        """Give the assets that are rates of exchange, ascending."""
        return tuple(sorted(self.currencies.rates)) if self.currencies else ()

    @property
    def is_mixed(self) -> bool:
        """Say whether several exchanges or currencies may be in play."""
        return bool(self.exchanges) or self.currencies is not None


def _gate_faults(when: str, signals: set[str]) -> Iterator[str]:
    """Say what is wrong with the condition of a gate: it must name signals, and signals only."""
    named = names(parse(when))
    if not named:
        yield f"{when!r} names no signal"
    yield from (f"column {column}: {name!r} is no signal" for name, column in named.items() if name not in signals)
