"""The grid of a sweep: which settings take which values, and the configs that come of it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backtest.config.reader import STDIN, load
from backtest.research.trials import trial_id
from data.errors import ConfigError, Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from backtest.config.model import Config

__all__ = ["MOST_CELLS", "Cell", "Grid", "cells", "parse"]

MOST_CELLS = 2_000
SHORT_ID = 12
HINT = "for example --grid account.capital=10000,50000"
OPEN, CLOSED, QUOTES = "[{(", "]})", "\"'"


@dataclass(frozen=True, slots=True)
class Grid:
    """Settings in the order given, each with its values as texts."""

    axes: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def count(self) -> int:
        """Give the number of cells."""
        return math.prod(len(values) for _, values in self.axes)


@dataclass(frozen=True, slots=True)
class Cell:
    """One config of the grid: its id (of the trial, shortened), what was set, and the folder its paths start from."""

    id: str
    trial: str
    settings: tuple[tuple[str, str], ...]
    config: Config
    folder: Path


def parse(texts: Sequence[str], most: int = MOST_CELLS) -> Grid:
    """Read ``key=a,b,c`` once per setting; commas inside brackets and quotes separate nothing.

    Raises
    ------
    ConfigError
        With every mistake, and when the grid has more than ``most`` cells.

    """
    axes: list[tuple[str, tuple[str, ...]]] = []
    findings = []
    for text in texts:
        key, equals, rest = text.partition("=")
        values = tuple(value.strip() for value in _parts(rest)) if equals else ()
        problem = _problem(key.strip(), values, [known for known, _ in axes])
        if problem:
            findings.append(Finding(f"--grid {text}", key.strip(), "", problem, HINT))
        axes.append((key.strip(), values))
    if not texts:
        findings.append(Finding("--grid", "", "", "is missing: a sweep varies at least one setting", HINT))
    if findings:
        raise ConfigError("the grid cannot be used as written", findings)
    grid = Grid(tuple(axes))
    if grid.count > most:
        sizes = " x ".join(str(len(values)) for _, values in axes)
        raise ConfigError(
            f"the grid has {sizes} = {grid.count:,} cells, more than {most:,}; take fewer values, or raise --most: "
            "every cell is a trial, and the best of so many must be the better to mean anything",
        )
    return grid


def _problem(key: str, values: tuple[str, ...], known: list[str]) -> str:
    if not key or not values or not all(values):
        return "cannot be read, expected `key.key=value,value`"
    if key in known:
        return "is set twice"
    return "repeats a value" if len(set(values)) < len(values) else ""


def _parts(text: str) -> list[str]:
    """Split at the commas that stand outside brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in QUOTES:
            quote = letter
        else:
            depth += (letter in OPEN) - (letter in CLOSED)
        if letter == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def cells(path: str, overrides: Sequence[str], grid: Grid) -> list[Cell]:
    """Give every config of the grid, checked, ascending by id.

    Raises
    ------
    ConfigError
        With the mistakes of all cells, and when two cells are the same research.

    """
    if path == STDIN:
        raise ConfigError("a sweep reads its config once per cell, so it needs a file, not the standard input")
    found: dict[str, Cell] = {}
    mistakes: dict[Finding, None] = {}
    keys = [key for key, _ in grid.axes]
    for values in itertools.product(*(values for _, values in grid.axes)):
        settings = tuple(zip(keys, values, strict=True))
        try:
            loaded = load(path, [*overrides, *(f"{key}={value}" for key, value in settings)])
        except ConfigError as error:
            mistakes.update(dict.fromkeys(error.findings))
            continue
        trial = trial_id(loaded.config)
        if trial in found:
            mistakes[_same(settings, found[trial].settings)] = None
        found[trial] = Cell(trial[:SHORT_ID], trial, settings, loaded.config, loaded.folder)
    if mistakes:
        raise ConfigError(f"{path} cannot be swept as asked", list(mistakes))
    return [found[trial] for trial in sorted(found)]


def _same(one: tuple[tuple[str, str], ...], other: tuple[tuple[str, str], ...]) -> Finding:
    first, second = (", ".join(f"{key}={value}" for key, value in settings) for settings in (one, other))
    return Finding("--grid", "", "", f"makes the same research of {first} as of {second}", "leave one of them out")
