"""Price momentum, a control: last year's winners of a basket against its losers, from prices before the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from data.settings import Fraction, Label, Name, Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from data.panel import Panel
    from signals.base import Context, Event, Scores

__all__ = ["PriceMomentum"]


class PriceMomentum(Settings):
    """Tilt towards the best of a basket and away from the worst, by past return."""

    kind: Literal["price_momentum"] = "price_momentum"
    name: Label = "price_momentum"
    of: Name = Field(description="Basket to choose from.")
    lookback_sessions: int = Field(default=252, ge=2, le=2520, description="Sessions whose return ranks the assets.")
    skip_sessions: Annotated[int, Field(ge=0, le=252)] = Field(default=21, description="Latest sessions left out.")
    part: Annotated[Fraction, Field(gt=0, le=0.5)] = Field(default=0.3, description="Part of the basket on each side.")
    size: Annotated[float, Field(ge=-1, le=1)] = Field(default=0.1, description="Fraction of equity on each side.")

    @property
    def baskets(self) -> dict[str, str]:
        """Give the basket it names."""
        return {"of": self.of}

    def selects(self, _event: Event) -> bool:
        """Respond to no event."""
        return False

    def scores(self, context: Context) -> Scores:
        """Give +size split over the best and -size over the worst, at each decision with enough past."""
        import numpy as np

        from signals.control import plain

        columns = context.members(self.of)
        values = np.zeros((len(context.decisions), len(columns)))
        for at, decision in enumerate(context.decisions.tolist()):
            values[at] = self._tilts(self._growth(context.past(decision))[columns])
        return plain(np.where(context.listed(columns), values, 0.0), columns)

    def _growth(self, past: Panel) -> NDArray[np.float64]:
        """Give the total return of the lookback less the skipped sessions, NaN where a session is missing; (N,)."""
        from dataclasses import replace

        import numpy as np

        from signals.past import returns

        last = len(past.sessions) - self.skip_sessions
        first = last - self.lookback_sessions
        if first < 1:
            return np.full(len(past.assets), np.nan)
        cut = {name: getattr(past, name)[first - 1 : last] for name in ("close", "dividend", "split")}
        growth: NDArray[np.float64] = np.cumprod(1.0 + returns(replace(past, **cut))[1:], axis=0)[-1] - 1.0
        return growth

    def _tilts(self, growth: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the tilts of one decision; ties go by the order of the assets, fewer than two known give none."""
        import numpy as np

        known = np.flatnonzero(~np.isnan(growth))
        side = int(len(known) * self.part)
        tilts = np.zeros(len(growth))
        if side:
            order = known[np.argsort(growth[known], kind="stable")]
            tilts[order[:side]] = -self.size / side
            tilts[order[len(order) - side :]] = self.size / side
        return tilts
