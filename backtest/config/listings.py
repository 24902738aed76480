"""Where assets trade and what they are quoted in: what of it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.prices.listings import listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.currencies import Currencies
    from data.prices.settings import PriceSource

__all__ = ["contradictions", "grouped"]

Exchanges = dict[str, tuple[str, ...]]


def grouped(main: str, assets: Sequence[str], exchanges: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Give the assets of every exchange that has any: the main one's first, then by name."""
    place = {asset: name for name, named in exchanges.items() for asset in named}
    groups: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys([main, *sorted(exchanges)]):
        members = tuple(asset for asset in assets if place.get(asset, main) == name)
        if members:
            groups[name] = members
    return groups


def contradictions(
    prices: PriceSource,
    assets: Sequence[str],
    exchanges: Exchanges,
    currencies: Currencies | None,
) -> Iterator[str]:
    """List names that no basket has, assets named twice, and what the source of the prices does not allow."""
    if prices.source == "simulated" and (exchanges or currencies):
        setting = "exchanges" if exchanges else "currencies"
        yield f"`{setting}` is set, but the simulated market is one exchange with one currency; leave it out"
        return
    yield from _unknown(assets, exchanges, currencies)
    yield from _twice(exchanges)
    if currencies:
        for asset in sorted(set(currencies.rates) & set(assets)):
            yield f"`currencies.rates.{asset}` is held in a basket too; a rate is no asset of the portfolio"
    if prices.source == "yfinance":
        if exchanges and currencies is None:
            yield "`exchanges` is set and `currencies` is not; say what the account and the assets there are kept in"
        yield from _suffixes(assets, exchanges, currencies)


def _unknown(assets: Sequence[str], exchanges: Exchanges, currencies: Currencies | None) -> Iterator[str]:
    known = set(assets)
    for exchange, named in exchanges.items():
        for at, asset in enumerate(named):
            if asset not in known:
                yield f"`exchanges.{exchange}.{at}` names {asset!r}, which is in no basket and no benchmark"
    for asset in currencies.of if currencies else ():
        if asset not in known:
            yield f"`currencies.of.{asset}` is in no basket and no benchmark"


def _twice(exchanges: Exchanges) -> Iterator[str]:
    owner: dict[str, str] = {}
    for exchange, named in exchanges.items():
        for at, asset in enumerate(named):
            if asset in owner:
                yield f"`exchanges.{exchange}.{at}` names {asset!r}, which {owner[asset]} has already"
            owner[asset] = exchange


def _suffixes(assets: Sequence[str], exchanges: Exchanges, currencies: Currencies | None) -> Iterator[str]:
    """Hold what the config says against the suffixes that Yahoo gives to exchanges."""
    place = {asset: exchange for exchange, named in exchanges.items() for asset in named}
    for asset in assets:
        known = listing(asset)
        if known and place.get(asset, known.exchange) != known.exchange:
            yield f"`exchanges` puts {asset!r} on {place[asset]}, and by its suffix it trades on {known.exchange}"
        said = currencies.of.get(asset) if currencies else None
        if known and said and said not in known.units:
            units = " or ".join(known.units)
            yield f"`currencies.of.{asset}` is {said}, and by its suffix it is quoted in {units}"
