"""Constant mix, a control: the same tilt at every decision, whatever the news."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from data.settings import Label, Name, Settings

if TYPE_CHECKING:
    from signals.base import Context, Event, Scores

__all__ = ["ConstantMix"]


class ConstantMix(Settings):
    """Hold fixed tilts of baskets over the base mix."""

    kind: Literal["constant_mix"] = "constant_mix"
    name: Label = "constant_mix"
    tilts: Annotated[dict[Name, Annotated[float, Field(ge=-1, le=1)]], Field(min_length=1)] = Field(
        description="Basket: fraction of equity over, or under, its base."
    )

    @property
    def baskets(self) -> dict[str, str]:
        """Give the baskets it names."""
        return {f"tilts.{basket}": basket for basket in self.tilts}

    def selects(self, _event: Event) -> bool:
        """Respond to no event."""
        return False

    def scores(self, context: Context) -> Scores:
        """Give tilt x weight within the basket, at every decision."""
        import numpy as np

        from signals.control import plain

        values = np.zeros((len(context.decisions), len(context.assets)))
        for basket, tilt in sorted(self.tilts.items()):
            columns, weights = context.split(basket)
            values[:, columns] += tilt * weights
        return plain(values, np.arange(len(context.assets), dtype=np.int64))
