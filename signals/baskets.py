"""How a basket is split over its members at each decision: only those listed by then, weights from the past alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator

from data.settings import Asset, NonNegative, Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from signals.shapes import Listing

__all__ = ["EQUAL", "Equal", "Exposure", "Given", "InverseVolatility"]

Table = Annotated[dict[Asset, NonNegative], Field(min_length=1)]


class Equal(Settings):
    """The same for every listed member."""

    kind: Literal["equal"] = "equal"

    def weights(self, context: Listing, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give 1 / listed members, shape (D, members)."""
        return _shares(context.listed(columns).astype(float))


class Given(Settings):
    """Fixed weights; those of members not listed go to the others in proportion."""

    kind: Literal["given"] = "given"
    weights_of: Table = Field(alias="weights", description="Asset: weight; a member that is not named has none.")

    @field_validator("weights_of")
    @classmethod
    def _sums_to_one(cls, table: dict[str, float]) -> dict[str, float]:
        if abs(sum(table.values()) - 1.0) > 1e-9:
            raise ValueError(f"the weights add up to {sum(table.values()):g}, expected 1")
        return table

    @property
    def named(self) -> dict[str, float]:
        """Give the table, by the assets it names."""
        return self.weights_of

    def weights(self, context: Listing, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give weight / sum over listed members, shape (D, members)."""
        return _by_table(self.weights_of, context, columns)


class Exposure(Settings):
    """In proportion to how exposed each member is, as the share of one customer in its backlog."""

    kind: Literal["exposure"] = "exposure"
    exposure: Table = Field(description="Asset: exposure, of any unit; a member that is not named has none.")

    @property
    def named(self) -> dict[str, float]:
        """Give the table, by the assets it names."""
        return self.exposure

    def weights(self, context: Listing, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give exposure / sum over listed members, shape (D, members)."""
        return _by_table(self.exposure, context, columns)


class InverseVolatility(Settings):
    """In proportion to 1 / the volatility of the sessions before; a member without enough returns waits outside."""

    kind: Literal["inverse_volatility"] = "inverse_volatility"
    lookback_sessions: int = Field(default=63, ge=2, le=2520, description="Sessions before a decision that count.")
    least_sessions: int = Field(default=20, ge=2, description="A member with fewer returns among them waits.")

    def weights(self, context: Listing, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give 1 / standard deviation, over its sum, shape (D, members)."""
        import numpy as np

        from signals.past import volatilities

        raw = np.zeros((len(context.decisions), len(columns)))
        for at, decision in enumerate(context.decisions.tolist()):
            past = context.past_returns(decision, self.lookback_sessions)[:, columns]
            spread = volatilities(past, self.least_sessions)
            np.divide(1.0, spread, out=raw[at], where=spread > 0.0)
        return _shares(np.where(context.listed(columns), raw, 0.0))


EQUAL = Equal.model_construct()


def _by_table(table: dict[str, float], context: Listing, columns: NDArray[np.int64]) -> NDArray[np.float64]:
    import numpy as np

    fixed = np.array([table.get(context.assets[column], 0.0) for column in columns.tolist()])
    return _shares(np.where(context.listed(columns), fixed, 0.0))


def _shares(raw: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    whole = np.cumsum(raw, axis=1)[:, -1:] if raw.shape[1] else np.zeros((len(raw), 1))
    return np.divide(raw, whole, out=np.zeros_like(raw), where=whole > 0.0)
