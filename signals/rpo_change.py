"""RPO change: backlog that grows faster or slower, or outgrows capex, moves its owner and those who supply it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from data.settings import Asset, Fraction, Label, Name
from signals.decay import Decay, UntilNext
from signals.driven import EventDriven, Push, Size, strength_of
from signals.expression import Expression
from signals.reach import Reach, groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.base import Context, Event, Fact
    from signals.impulses import Impulses
    from signals.loadings import Rows

__all__ = ["READINGS", "RpoChange"]

YEAR = 365
READINGS = ("level", "growth", "acceleration", "over_quarter", "over_capex", "over_capex_change", "concentration")


class RpoChange(EventDriven):
    """Hold a view on each company's backlog until its next print."""

    kind: Literal["rpo_change"] = "rpo_change"
    name: Label = "rpo_change"
    assets: tuple[Asset, ...] = Field(default=(), description="Only these companies; empty: all.")
    metrics: tuple[str, ...] = Field(default=(), description="Only these metrics, as rpo_total; empty: all.")
    capex_metric: str = Field(default="capex_cash", description="Metric of the capex that backlog is compared with.")
    concentration: dict[Asset, Fraction] = Field(
        default_factory=dict,
        description="Company: share of one customer in its backlog, as OpenAI's; for the others the column "
        "`concentration` of the print, if the events have one (`extra: {concentration: number}`), else 0.",
    )
    strength: Expression = Field(
        default="clip(acceleration / 0.2, -1, 1) * (1 - concentration)",
        description=f"Over {', '.join(READINGS)} and the event's own facts; growth is over the year.",
    )
    announcer: Size = Field(default=0.0, description="Fraction of equity moved on the company at strength 1.")
    suppliers: Reach | None = Field(default=None, description="Who is paid for what the backlog needs.")
    neutral_to: Name | None = Field(default=None, description="Basket that gives what is moved; without it, cash.")
    decay: Decay = Field(default=UntilNext.model_construct(sessions=130))

    @model_validator(mode="after")
    def _moves_something(self) -> RpoChange:
        if not self.announcer and not (self.suppliers and self.suppliers.size):
            raise ValueError("announcer and suppliers are both without a size, so nothing moves")
        return self

    @property
    def baskets(self) -> dict[str, str]:
        """Give the baskets it names."""
        named = {"suppliers.basket": self.suppliers and self.suppliers.basket, "neutral_to": self.neutral_to}
        return {field: basket for field, basket in named.items() if basket}

    @property
    def linked(self) -> dict[str, str]:
        """Give the assets it names, by the field that names them."""
        return self.suppliers.named("suppliers") if self.suppliers else {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Give the kind it listens to."""
        return ("rpo",)

    def selects(self, event: Event) -> bool:
        """Say whether company and metric fit."""
        return (
            event.kind in self.kinds
            and (not self.assets or event.asset in self.assets)
            and (not self.metrics or event.facts.get("metric") in self.metrics)
        )

    def impulses(self, context: Context) -> Impulses:
        """Give up to two impulses per print: on the company and on its suppliers."""
        from signals.loadings import Rows

        rows = Rows(context, self.neutral_to)
        return self.gathered(rows, self._pushes(context, rows), replaces=True)

    def _pushes(self, context: Context, rows: Rows) -> Iterator[Push]:
        for at, (event, group) in enumerate(zip(context.events, groups(context.events), strict=True)):
            if not self.selects(event):
                continue
            strength = strength_of(self.strength, self.facts(context, event))
            if self.announcer:
                yield Push(at, rows.announcer(event.asset), self.announcer * strength, group)
            if self.suppliers:
                yield Push(at, self.suppliers.row(rows, event), self.suppliers.size * strength, group)

    def facts(self, context: Context, event: Event) -> dict[str, Fact]:
        """Give the readings of a print, each as known at it."""
        from data.events.series import Series

        ratio, change = math.nan, math.nan
        if context.history is not None:
            capex = Series(event.asset, "capex_actual", self.capex_metric)
            backlog = Series(event.asset, event.kind, str(event.facts.get("metric") or ""))
            one = (event,)
            ratio = _ratio(event.number("level"), context.history.trailing(capex, one)[0])
            earlier = context.history.latest(backlog, one, YEAR)[0], context.history.trailing(capex, one, YEAR)[0]
            change = ratio - _ratio(*earlier)
        return {
            **event.names,
            "growth": event.number("over_year"),
            "over_capex": ratio,
            "over_capex_change": change,
            "concentration": self._concentration(event),
        }

    def _concentration(self, event: Event) -> float:
        """Give what the setting says of the company, else the print's own column, else 0."""
        stated = event.number("concentration")
        return self.concentration.get(event.asset, 0.0 if math.isnan(stated) else stated)


def _ratio(owed: float, spent: float) -> float:
    return float(owed / spent) if spent > 0.0 else math.nan
