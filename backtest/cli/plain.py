"""The plain form of ``backtest validate``, read without the command line library: editors run it at every save."""

from __future__ import annotations

import gc
import sys
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Asked", "alone", "asked", "check"]


class Asked(NamedTuple):
    """What ``validate`` is asked for."""

    config: str
    overrides: tuple[str, ...]
    as_json: bool


def asked(words: Sequence[str]) -> Asked | None:
    """Read ``validate CONFIG [--set KEY=VALUE]... [--json]``; None for anything else, which the library reads."""
    if not words or words[0] != "validate":
        return None
    configs, overrides, left = list[str](), list[str](), list(words[:0:-1])
    as_json = False
    while left:
        word = left.pop()
        if word == "--json":
            as_json = True
        elif word == "--set" and left and not left[-1].startswith("-"):
            overrides.append(left.pop())
        elif word == "-" or not word.startswith("-"):
            configs.append(word)
        else:
            return None
    return Asked(configs[0], tuple(overrides), as_json) if len(configs) == 1 else None


def alone() -> None:
    """Spare a process that checks one config and ends what only others need: plugins of pydantic, and gathering waste.

    Nobody's plugin may change what a config means, so none is asked for; but the module that looks for them imports
    the readers of installed packages first, a twelfth of the time. In its place stands one that finds none.
    """
    gc.disable()
    none = ModuleType("pydantic.plugin._loader")
    vars(none)["get_plugins"] = tuple
    sys.modules.setdefault(none.__name__, none)


def check(config: str, overrides: Sequence[str], as_json: bool) -> None:  # noqa: FBT001 - as it was asked
    """Check a config and report every mistake."""
    from backtest.cli.console import clean, note, write, write_json
    from backtest.config.reader import load
    from backtest.config.refusals import refusals, unread

    loaded = load(config, overrides, refusals)
    left = unread(loaded.config)
    if as_json:
        from backtest.config.normal import normal

        told = {"valid": True, "path": loaded.path_label, "read_by_run": list(left), "config": normal(loaded.config)}
        write_json(told)
        return
    for text in loaded.notes:
        note(clean(text))
    if left:
        note(f"{' and '.join(left)} are read by run, not by validate")
    write(f"{clean(loaded.path_label)}: valid")
