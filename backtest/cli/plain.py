"""The plain form of ``backtest validate``, read without the command line library: editors run it at every save."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Asked", "asked", "check"]


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


def check(config: str, overrides: Sequence[str], as_json: bool) -> None:  # noqa: FBT001 - as it was asked
    """Check a config and report every mistake."""
    from backtest.cli.console import clean, note, write, write_json
    from backtest.config.reader import load

    loaded = load(config, overrides)
    if as_json:
        from backtest.config.normal import normal

        write_json({"valid": True, "path": loaded.path_label, "config": normal(loaded.config)})
        return
    for text in loaded.notes:
        note(clean(text))
    write(f"{clean(loaded.path_label)}: valid")
