"""Settings of money: what assets are quoted in, what the account counts in, which prices are rates of exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from data.settings import Asset, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Currencies", "Rate", "Way"]

# Prices quoted in a hundredth of a currency: pence, cents, agorot.
MINOR = {"GBp": ("GBP", 100), "GBX": ("GBP", 100), "ILA": ("ILS", 100), "ZAc": ("ZAR", 100)}

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Unit = Annotated[str, Field(pattern=r"^([A-Z]{3}|GBp|ZAc)$")]


class Way(NamedTuple):
    """How a price becomes one in account currency.

    It is divided by ``per``, then goes through the steps: an asset, and whether its price multiplies (else it divides).
    """

    per: int
    steps: tuple[tuple[str, bool], ...]


class Rate(Settings):
    """A rate of exchange: one unit of ``base`` costs so many units of ``quote``."""

    base: Currency = Field(description="What one unit of is priced, as EUR in EUR/USD.")
    quote: Currency = Field(description="What it is priced in, as USD in EUR/USD.")

    @model_validator(mode="after")
    def _of_two(self) -> Rate:
        for name in (self.base, self.quote):
            if name in MINOR:
                raise ValueError(f"{name} is a hundredth of {MINOR[name][0]}; name the currency itself")
        if self.base == self.quote:
            raise ValueError(f"base and quote are both {self.base}; a rate is between two currencies")
        return self


class Currencies(Settings):
    """The account's currency, those of the assets that differ, and the rates between them."""

    account: Currency = Field(default="USD", description="Currency of capital, costs and results.")
    of: dict[Asset, Unit] = Field(
        default_factory=dict,
        description="Asset: currency of its prices and dividends where it is not the account's; GBp is pence.",
    )
    rates: dict[Asset, Rate] = Field(
        default_factory=dict,
        description="Asset of the prices: the pair it is the rate of, as `KRW=X: {base: USD, quote: KRW}` for won per "
        "dollar. A currency may be reached through others, in one way only.",
    )
    zone: str = Field(
        default="Europe/London", description="Where the day of a rate ends: its close is known then, and not before."
    )

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no time zone, expected a name as Europe/London") from error
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> Currencies:
        found = [*self._minor_account(), *self._two_ways(), *self._unreachable()]
        if found:
            raise ValueError("\n".join(found))
        return self

    def unit(self, asset: str) -> str:
        """Give what the prices of an asset are in."""
        return self.of.get(asset, self.account)

    def way(self, unit: str) -> Way:
        """Give the way from a unit to the account's currency."""
        currency, per = MINOR.get(unit, (unit, 1))
        steps = self._steps(currency, ())
        assert steps is not None  # noqa: S101 - the validator keeps out what cannot be reached
        return Way(per, steps)

    def _steps(self, start: str, used: tuple[str, ...]) -> tuple[tuple[str, bool], ...] | None:
        if start == self.account:
            return ()
        for asset in sorted(set(self.rates) - set(used)):
            rate = self.rates[asset]
            if start in {rate.base, rate.quote}:
                forward = rate.base == start
                rest = self._steps(rate.quote if forward else rate.base, (*used, asset))
                if rest is not None:
                    return ((asset, forward), *rest)
        return None

    def _minor_account(self) -> Iterator[str]:
        if self.account in MINOR:
            yield f"`account` is {self.account}, a hundredth of {MINOR[self.account][0]}; name the currency itself"

    def _two_ways(self) -> Iterator[str]:
        """Name rates that close a ring: two ways between two currencies could contradict each other."""
        group: dict[str, str] = {}
        for asset, rate in sorted(self.rates.items()):
            one, two = _root(group, rate.base), _root(group, rate.quote)
            if one == two:
                yield (
                    f"`rates.{asset}` is a second way between {rate.base} and {rate.quote}, and two could contradict "
                    "each other; take one rate out"
                )
            group[one] = two

    def _unreachable(self) -> Iterator[str]:
        for asset, unit in sorted(self.of.items()):
            currency = MINOR.get(unit, (unit, 1))[0]
            if self._steps(currency, ()) is None:
                known = ", ".join(sorted({name for rate in self.rates.values() for name in (rate.base, rate.quote)}))
                yield (
                    f"`of.{asset}` is {unit}, and no rate leads from {currency} to {self.account}; name one under "
                    f"`rates` (currencies there: {known or 'none'})"
                )


def _root(group: dict[str, str], name: str) -> str:
    while group.get(name, name) != name:
        name = group[name]
    return name
