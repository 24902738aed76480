"""Who is looked at around an event: the announcer, its suppliers, its peers, and every basket without it.

Suppliers, peers and baskets are one equally weighted portfolio each, so an event is one row of a group however many
assets the group has, and the assets' common moves are inside the portfolio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from backtest.study.models import average, matched, peers_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Rows", "Universe", "grouped"]

ANNOUNCER = "announcer"


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Events by group: which event, which group, which column of the universe (-1: none, with the reason)."""

    event: tuple[int, ...]
    group: tuple[str, ...]
    column: tuple[int, ...]
    label: tuple[str, ...]
    reason: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Universe:
    """Series of assets and of the portfolios made of them: total returns and matched returns, shape (T, A)."""

    returns: Floats
    matches: Floats


def grouped(
    returns: Floats,
    assets: Sequence[str],
    announcers: Sequence[str],
    *,
    baskets: Mapping[str, Sequence[str]],
    suppliers: Mapping[str, Sequence[str]],
    elsewhere: Container[str] = (),
) -> tuple[Universe, Rows]:
    """Give one row per event and group, and the series that the rows point at.

    A group of assets that are all studied ``elsewhere`` has no row.
    """
    place = {asset: column for column, asset in enumerate(assets)}
    portfolios: dict[tuple[int, ...], int] = {}
    found = []
    for event, announcer in enumerate(announcers):
        column = place.get(announcer, -1)
        reason = "" if column >= 0 else f"{announcer or 'the announcer'} has no prices"
        if announcer not in elsewhere:
            found.append((event, ANNOUNCER, column, announcer, reason))
        for group, members in _others(announcer, baskets, suppliers):
            if members and all(one in elsewhere for one in members):
                continue
            columns = tuple(place[one] for one in members if one in place)
            at = portfolios.setdefault(columns, len(assets) + len(portfolios)) if columns else -1
            why = "" if columns else f"no priced {group.split(':')[0]} beside {announcer or 'the announcer'}"
            found.append((event, group, at, f"{len(columns)} {group.removeprefix('basket:')}", why))
    universe = _universe(returns, assets, baskets, tuple(portfolios))
    return universe, Rows(*zip(*found, strict=True)) if found else Rows((), (), (), (), ())


def _others(
    announcer: str, baskets: Mapping[str, Sequence[str]], suppliers: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if suppliers:
        yield "suppliers", tuple(one for one in suppliers.get(announcer, ()) if one != announcer)
    if baskets:
        yield "peers", peers_of(announcer, baskets)
    for basket, members in _differing(baskets):
        yield f"basket:{basket}", tuple(one for one in members if one != announcer)


def _differing(baskets: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Sequence[str]]]:
    """Give baskets in the order of their names; those of the same assets are one portfolio, under the first name."""
    seen = set[frozenset[str]]()
    for basket, members in sorted(baskets.items()):
        if frozenset(members) not in seen:
            seen.add(frozenset(members))
            yield basket, members


def _universe(
    returns: Floats, assets: Sequence[str], baskets: Mapping[str, Sequence[str]], portfolios: Sequence[tuple[int, ...]]
) -> Universe:
    everyone = range(len(assets))
    made = [average(returns, columns) for columns in portfolios]
    beside = [_outside(returns, [one for one in everyone if one not in columns]) for columns in portfolios]
    return Universe(np.column_stack([returns, *made]), np.column_stack([matched(returns, assets, baskets), *beside]))


def _outside(returns: Floats, columns: Sequence[int]) -> Floats:
    return average(returns, columns) if columns else np.full(len(returns), np.nan)
