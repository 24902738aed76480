"""Announcers that look like a slip of the pen: not named in the config, and one edit away from a name that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtest.config.model import Config

__all__ = ["named", "near", "slips"]

LEAST_LETTERS = 4  # shorter names are one edit apart by nature


def named(config: Config) -> frozenset[str]:
    """Give every asset that a config names: those that are priced, and those of its signals and its event study."""
    told = [config.study.model_dump(mode="json")["suppliers"], [one.model_dump(mode="json") for one in config.signals]]
    return frozenset({*config.assets, *(text for text in _texts(told) if text.isupper())})


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def slips(announcers: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Give the name that is probably meant, by announcer; most announcers have none."""
    names = sorted(known)
    strange = sorted(set(announcers) - set(names))
    meant = {one: next((name for name in names if near(one, name)), None) for one in strange}
    return {one: name for one, name in meant.items() if name is not None}


def near(one: str, other: str) -> bool:
    """Say whether case or one edit tells two names apart: a letter more, less, or another, or two neighbours swapped.

    Names of fewer than four letters have to hold the same letters.
    """
    a, b = sorted((one.casefold(), other.casefold()), key=len)
    at = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return len(b) >= LEAST_LETTERS and a[at:] == b[at + 1 :]
    if a[at + 1 :] == b[at + 1 :]:
        return at == len(a) or len(a) >= LEAST_LETTERS
    return a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :]
