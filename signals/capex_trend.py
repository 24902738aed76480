"""Capex trend: what several companies spend and guide together, growing or not, moves weight between two baskets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from data.settings import Asset, Label, Name
from signals.decay import Decay, UntilNext
from signals.driven import EventDriven, Push, Size, apart, strength_of
from signals.expression import Expression

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from signals.base import Context, Event
    from signals.history import History
    from signals.impulses import Impulses

__all__ = ["READINGS", "CapexTrend"]

YEAR, QUARTER = 365, 91  # days back to the totals as they were known then
READINGS = ("total", "growth", "acceleration", "breadth", "guides", "guides_growth", "guides_over_total", "known")


class CapexTrend(EventDriven):
    """Hold a view on the total, read anew at each report or guide of the companies."""

    kind: Literal["capex_trend"] = "capex_trend"
    name: Label = "capex_trend"
    companies: Annotated[tuple[Asset, ...], Field(min_length=1)] = Field(description="Whose capex is added up.")
    metric: str = Field(default="capex_cash", description="Metric of their capex_actual events.")
    metric_of: dict[Asset, str] = Field(default_factory=dict, description="The metric of single companies.")
    guide_metric: str = Field(default="capex_guidance", description="Metric of their capex_guidance events.")
    guide_metric_of: dict[Asset, str] = Field(default_factory=dict, description="The metric of single companies.")
    source: Name = Field(alias="from", description="Basket that gives weight up while the strength is positive.")
    to: Name = Field(description="Basket that receives it.")
    size: Size = Field(default=0.1, description="Fraction of equity moved at strength 1.")
    strength: Expression = Field(
        default="clip(acceleration / 0.1, -1, 1)",
        description=f"Over {', '.join(READINGS)}; growth, acceleration and ratios are fractions, totals dollars.",
    )
    decay: Decay = Field(default=UntilNext.model_construct(sessions=130))

    @model_validator(mode="after")
    def _two_baskets(self) -> CapexTrend:
        from signals.evaluate import check_names

        apart(self.source, self.to)
        check_names(self.strength, READINGS, "reading of capex_trend")
        return self

    @property
    def baskets(self) -> dict[str, str]:
        """Give the baskets it names."""
        return {"from": self.source, "to": self.to}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Give the kinds it listens to."""
        return ("capex_actual", "capex_guidance")

    def selects(self, event: Event) -> bool:
        """Say whether it is a report or a guide of one of the companies."""
        return event.kind in self.kinds and event.asset in self.companies

    def impulses(self, context: Context) -> Impulses:
        """Give one impulse per report or guide: the view on the total as known at it, until the next one."""
        from signals.loadings import Rows, against

        rows = Rows(context)
        row = rows.mix("sides", lambda: against(context.split(self.to), context.split(self.source)))
        return self.gathered(rows, self._pushes(context, row), replaces=True)

    def _pushes(self, context: Context, row: int | None) -> Iterator[Push]:
        places = [at for at, event in enumerate(context.events) if self.selects(event)]
        if not places or context.history is None:
            return
        read = self.readings(context.history, [context.events[at] for at in places])
        for number, at in enumerate(places):
            facts = {name: float(values[number]) for name, values in read.items()}
            yield Push(at, row, self.size * strength_of(self.strength, facts), 0)

    def readings(self, history: History, events: Sequence[Event]) -> dict[str, NDArray[np.float64]]:
        """Give the readings as known at events, each of shape (event,); NaN where not known.

        A growth compares the companies known at both instants: their totals now and as known a year before, less 1.
        """
        import numpy as np

        from data.events.series import Series

        def spent(days: int) -> NDArray[np.float64]:
            series = [Series(one, "capex_actual", self.metric_of.get(one, self.metric)) for one in self.companies]
            return np.array([history.trailing(one, events, days) for one in series])

        def guided(days: int) -> NDArray[np.float64]:
            series = [
                Series(one, "capex_guidance", self.guide_metric_of.get(one, self.guide_metric))
                for one in self.companies
            ]
            return np.array([history.guide(one, events, days) for one in series])

        now, quarter, year = spent(0), spent(QUARTER), spent(YEAR)
        guides = guided(0)
        same = ~(np.isnan(quarter) | np.isnan(spent(YEAR + QUARTER)) | np.isnan(now) | np.isnan(year))
        before = _over(np.where(same, quarter, np.nan), np.where(same, spent(YEAR + QUARTER), np.nan))
        recent = _over(np.where(same, now, np.nan), np.where(same, year, np.nan))
        return {
            "total": _sum(now),
            "growth": _over(now, year),
            "acceleration": recent - before,
            "breadth": _breadth(now, quarter),
            "guides": _sum(guides),
            "guides_growth": _over(guides, guided(YEAR)),
            "guides_over_total": _over(guides, now),
            "known": (~np.isnan(now)).sum(axis=0).astype(np.float64),
        }


def _sum(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add the known levels of an event, NaN when none is; shape (company, event) to (event,)."""
    import numpy as np

    known = ~np.isnan(levels)
    whole: NDArray[np.float64] = np.cumsum(np.where(known, levels, 0.0), axis=0)[-1]
    return np.where(known.any(axis=0), whole, np.nan)


def _over(levels: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the total over the total before, less 1, of the companies known at both."""
    import numpy as np

    both = ~(np.isnan(levels) | np.isnan(before))
    ours, theirs = _sum(np.where(both, levels, np.nan)), _sum(np.where(both, before, np.nan))
    ratio: NDArray[np.float64] = np.divide(ours, theirs, out=np.full(len(ours), np.nan), where=theirs > 0.0)
    return ratio - 1.0


def _breadth(now: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give (companies up - companies down) / companies known at both."""
    import numpy as np

    both = ~(np.isnan(now) | np.isnan(before))
    way = np.where(both, np.sign(np.where(both, now - before, 0.0)), 0.0)
    count = both.sum(axis=0)
    breadth: NDArray[np.float64] = np.divide(way.sum(axis=0), count, out=np.full(len(count), np.nan), where=count > 0)
    return breadth
