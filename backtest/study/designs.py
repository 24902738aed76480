"""Placebo events: what could have happened instead, as matrices of sessions, assets and signs per draw.

Pure functions of arrays: nothing here knows a study, so a whole backtest can be re-run on the same draws. Draw b uses
its own generator seeded by (seed, b), so a draw is the same however many are made, in whatever order or threads.

design           moves                                                          keeps
random_dates     every event to a random admissible session of its asset        assets
whole_dates      every date with all its events to a random session             assets, clusters
circular_shift   the whole calendar by one random number of sessions            assets, clusters, spacing
random_assets    every event to a random admissible asset of its session        sessions, clusters
stand_ins        all that a session's events are about, by one permutation      sessions, clusters, sizes
sign_flips       nothing: whole clusters change sign                            everything but direction

random_assets is the study's, whose events are about one asset each; stand_ins is the backtest's, whose events may move
whole baskets: every admissible asset is stood in for by another one, so that netting and gross exposure stay.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Floats: TypeAlias = NDArray[np.float64]

__all__ = [
    "admissible", "circular_shift", "every_choice", "every_session", "every_stand_in", "random_assets", "random_dates",
    "sign_flips", "stand_ins", "whole_dates",
]  # fmt: skip


def admissible(possible: Flags, asset: Ints, session: Ints, *, before: int, after: int) -> Flags:
    """Say where a placebo event may lie, shape (T, A): possible, and clear of the asset's own real events.

    Parameters
    ----------
    possible
        Sessions and assets with what an event needs (a price, an estimation window), shape (T, A).
    asset, session
        Real events, shape (E,).
    before, after
        A placebo event keeps this many sessions after a real event of its asset, and this many before the next.

    """
    allowed = possible.copy()
    for column, row in zip(asset.tolist(), session.tolist(), strict=True):
        allowed[max(0, row - after) : max(0, row + before + 1), column] = False
    return allowed


def _generators(seed: int, draws: int) -> Iterator[np.random.Generator]:
    return (np.random.default_rng([seed, draw]) for draw in range(draws))


def random_dates(allowed: Flags, asset: Ints, *, draws: int, seed: int) -> tuple[Ints, Ints]:
    """Move every event to a random admissible session of its asset; sessions and assets, each (B, E).

    An asset without an admissible session has no placebo: ValueError.
    """
    return _chosen(_of_assets(allowed, asset), draws, seed), _same(asset, draws)


def whole_dates(allowed: Flags, asset: Ints, session: Ints, *, draws: int, seed: int) -> tuple[Ints, Ints]:
    """Move every distinct session with all its events to one session that all its assets admit; each (B, E)."""
    position = np.unique(session, return_inverse=True)[1]
    return _chosen(_of_dates(allowed, asset, position), draws, seed)[:, position], _same(asset, draws)


def every_choice(allowed: Flags, asset: Ints, session: Ints, *, whole: bool, most: int) -> Ints | None:
    """Go through all placebos of ``whole_dates`` (whole) or ``random_dates``, each (B, E); None beyond ``most``."""
    position = np.unique(session, return_inverse=True)[1] if whole else np.arange(len(asset))
    choices = _of_dates(allowed, asset, position) if whole else _of_assets(allowed, asset)
    if math.prod(len(one) for one in choices) > most:
        return None
    return np.array(list(itertools.product(*choices)), dtype=np.int64).reshape(-1, len(choices))[:, position]


def _of_assets(allowed: Flags, asset: Ints) -> list[Ints]:
    of = {column: np.flatnonzero(allowed[:, column]).astype(np.int64) for column in np.unique(asset).tolist()}
    return _need([of[column] for column in asset.tolist()], "an asset has no admissible session")


def _of_dates(allowed: Flags, asset: Ints, position: Ints) -> list[Ints]:
    together = [np.unique(asset[position == at]) for at in range(int(position.max(initial=-1)) + 1)]
    choices = [np.flatnonzero(allowed[:, columns].all(axis=1)).astype(np.int64) for columns in together]
    return _need(choices, "a date has no session that all its assets admit")


def _chosen(choices: list[Ints], draws: int, seed: int) -> Ints:
    """Draw one of each list of choices, shape (B, lists)."""
    size = np.array([len(one) for one in choices], dtype=np.int64)
    first = np.cumsum(size) - size
    every = np.concatenate([np.zeros(0, dtype=np.int64), *choices])
    drawn = [first + rng.integers(0, size) for rng in _generators(seed, draws)]
    return every[np.array(drawn, dtype=np.int64).reshape(draws, len(choices))]


def circular_shift(session: Ints, asset: Ints, within: tuple[int, int], *, draws: int, seed: int) -> tuple[Ints, Ints]:
    """Turn the calendar of events inside the sessions ``within`` (first, last) by at least one; each (B, E)."""
    first, last = within
    length = last - first + 1
    if length < 2 or (len(session) and not first <= session.min() <= session.max() <= last):
        raise ValueError("the events must lie between first and last, and these apart")
    shifts = np.array([rng.integers(1, length) for rng in _generators(seed, draws)], dtype=np.int64)
    return first + (session[None, :] - first + shifts[:, None]) % length, _same(asset, draws)


def random_assets(
    allowed: Flags, asset: Ints, session: Ints, *, draws: int, seed: int, stratum: Ints | None = None
) -> tuple[Ints, Ints]:
    """Move every event to a random admissible asset of its session and stratum; each (B, E).

    Events of one session take different assets. stratum: code per asset, such as a size or beta decile; None: all one.
    """
    codes = np.zeros(allowed.shape[1], dtype=np.int64) if stratum is None else stratum
    cells = np.stack([session, codes[asset]])
    families, position = np.unique(cells, axis=1, return_inverse=True)
    members = [np.flatnonzero(position.ravel() == at) for at in range(families.shape[1])]
    choices = [np.flatnonzero(allowed[row] & (codes == code)) for row, code in zip(*families.tolist(), strict=True)]
    if any(len(one) < len(of) for one, of in zip(choices, members, strict=True)):
        raise ValueError("a session has fewer admissible assets than events")
    out = np.empty((draws, len(asset)), dtype=np.int64)
    for draw, rng in enumerate(_generators(seed, draws)):
        for one, of in zip(choices, members, strict=True):
            out[draw, of] = rng.permutation(one)[: len(of)]
    return _same(session, draws), out


def sign_flips(cluster: Ints, *, draws: int, seed: int) -> Floats:
    """Give a random sign per cluster, +1 or -1 for every event, shape (B, E)."""
    codes, position = np.unique(cluster, return_inverse=True)
    signs = [2.0 * rng.integers(0, 2, len(codes)) - 1.0 for rng in _generators(seed, draws)]
    return np.array(signs, dtype=np.float64).reshape(draws, len(codes))[:, position]


def stand_ins(allowed: Flags, draws: Iterable[int], *, seed: int) -> Ints:
    """Permute the admissible assets of every family of events, shape (B, F, N); the others stand for themselves.

    Parameters
    ----------
    allowed
        Which assets may stand in for each other in the events of a family, shape (F, N).
    draws
        Numbers of the draws.
    seed
        Draw b depends on it and on b alone.

    """
    families, assets = allowed.shape
    first = np.arange(assets) < allowed.sum(axis=1)[:, None]
    own, found = np.broadcast_to(np.arange(assets, dtype=np.int64), allowed.shape), []
    for draw in draws:
        key = np.random.default_rng([seed, draw]).random(allowed.shape)
        out = own.copy()
        out[allowed] = np.argsort(np.where(allowed, key, np.inf), axis=1, kind="stable")[first]
        found.append(out)
    return np.array(found, dtype=np.int64).reshape(-1, families, assets)


def every_stand_in(allowed: Flags, *, most: int) -> Ints | None:
    """Go through all permutations of ``stand_ins`` but the one that leaves all in place; None beyond ``most``."""
    if math.prod(math.factorial(min(count, 20)) for count in allowed.sum(axis=1).tolist()) - 1 > most:
        return None
    columns = [np.flatnonzero(row) for row in allowed]
    ways = itertools.product(*(itertools.permutations(each.tolist()) for each in columns))
    next(ways)
    found = []
    for way in ways:
        out = np.broadcast_to(np.arange(allowed.shape[1], dtype=np.int64), allowed.shape).copy()
        for family, (each, to) in enumerate(zip(columns, way, strict=True)):
            out[family, each] = to
        found.append(out)
    return np.array(found, dtype=np.int64).reshape(-1, *allowed.shape)


def every_session(allowed: Flags, asset: int) -> tuple[Ints, Ints]:
    """Enumerate all placebos of a single event: each admissible session of its asset once, shape (B, 1)."""
    rows = np.flatnonzero(allowed[:, asset]).astype(np.int64)
    return rows[:, None], np.full((len(rows), 1), asset, dtype=np.int64)


def _same(values: Ints, draws: int) -> Ints:
    return np.broadcast_to(values, (draws, len(values))).copy()


def _need(choices: list[Ints], sentence: str) -> list[Ints]:
    if any(len(one) == 0 for one in choices):
        raise ValueError(sentence)
    return choices
