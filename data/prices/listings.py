"""What Yahoo's suffixes say: the exchange of an asset and what its prices are quoted in."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Listing", "listing"]


class Listing(NamedTuple):
    """An exchange by its ISO 10383 code, and the units that prices there come in."""

    exchange: str
    units: tuple[str, ...]


SUFFIXES = {
    "AS": Listing("XAMS", ("EUR",)),
    "DE": Listing("XETR", ("EUR",)),
    "HK": Listing("XHKG", ("HKD", "CNY", "USD")),
    "KQ": Listing("XKRX", ("KRW",)),
    "KS": Listing("XKRX", ("KRW",)),
    "L": Listing("XLON", ("GBp", "GBP", "USD", "EUR")),
    "PA": Listing("XPAR", ("EUR",)),
    "T": Listing("XTKS", ("JPY",)),
    "TO": Listing("XTSE", ("CAD", "USD")),
    "TW": Listing("XTAI", ("TWD",)),
}


def listing(asset: str) -> Listing | None:
    """Give what the suffix of an asset says, None where it says nothing.

    Examples
    --------
    >>> listing("005930.KS")
    Listing(exchange='XKRX', units=('KRW',))

    """
    name, dot, suffix = asset.rpartition(".")
    return SUFFIXES.get(suffix) if dot and name else None
