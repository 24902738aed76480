"""The strict config reader: every mistake at once, each with its line, its value and its remedy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from backtest.config.model import Config
from backtest.config.overrides import override
from backtest.config.shape import Shape, typed
from backtest.config.tree import Node, Place, Source
from backtest.config.variants import Chosen, alternatives, choose, switch
from data.counts import many
from data.errors import ConfigError, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from backtest.config.variants import Other

    Refusals = Callable[[Config, Path], Iterable[str]]

__all__ = ["Loaded", "load"]

MOST_BYTES = 1_000_000
STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".toml")


class Loaded(NamedTuple):
    """A config, the folder its paths are relative to, what to call its file, and what overrides left out of it."""

    config: Config
    folder: Path
    path_label: str
    notes: tuple[str, ...] = ()


def load(path: Path | str, overrides: Sequence[str] = (), refusals: Refusals | None = None) -> Loaded:
    """Read a YAML or TOML config (``-``: YAML from the standard input) with ``a.b=c`` overrides put over it.

    ``refusals`` gives what else is wrong with a config, as `backtest.config.refusals.refusals`.

    Raises
    ------
    ConfigError
        With one finding for every mistake.

    """
    label = "<stdin>" if str(path) == STDIN else str(path)
    folder = Path.cwd() if str(path) == STDIN else Path(path).parent
    source = Source(label, _text(_bytes(path, label), label))
    tree, findings = _read(source)
    if tree is None:
        raise _error(label, findings or [Finding(label, "", "", "is empty", "`backtest init` writes a config")])
    changed, wrong = override(tree, overrides)
    chosen = switch(tree, changed, Shape.of(Config)) if overrides else Chosen(tree, ())
    config, more = _validate(chosen.tree, source)
    findings += wrong + more
    if config is not None and not findings and refusals:
        findings += _refused(list(refusals(config, folder)), chosen.tree, source)
    if config is None or findings:
        raise _error(label, findings)
    return Loaded(config, folder, label, chosen.notes)


def _read(source: Source) -> tuple[Node | None, list[Finding]]:
    if source.label.endswith(".toml"):
        from backtest.config.toml_text import read_toml

        return read_toml(source)
    from backtest.config.yaml_text import read_yaml

    return read_yaml(source)


def _error(label: str, findings: list[Finding]) -> ConfigError:
    count = many(len(findings), "mistake")
    return ConfigError(f"{label} cannot be used as written: {count}", sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[str, int, int]:
    label, line, column = [*finding.where.rsplit(":", 2), "", ""][:3]
    return (label, int(line), int(column)) if line.isdigit() and column.isdigit() else (finding.where, 0, 0)


def _bytes(path: Path | str, label: str) -> bytes:
    try:
        if str(path) == STDIN:
            raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unopened(path, label, error) from error
    if len(raw) > MOST_BYTES:
        raise _error(
            label, [Finding(label, "", "", f"is larger than {MOST_BYTES:,} bytes; a config is a page of text")]
        )
    return raw


def _unopened(path: Path | str, label: str, error: Exception) -> ConfigError:
    folder = Path(path).parent
    if isinstance(error, FileNotFoundError):
        from difflib import get_close_matches

        entries = folder.iterdir() if folder.is_dir() else ()
        configs = sorted(entry.name for entry in entries if entry.suffix.lower() in SUFFIXES)
        near = get_close_matches(Path(path).name, configs, 1)
        hint = f"did you mean {folder / near[0]}?" if near else ""
        return _error(label, [Finding(label, "", "", "does not exist", hint)])
    problem = "is a folder, expected a file" if isinstance(error, IsADirectoryError) else f"cannot be read: {error}"
    return _error(label, [Finding(label, "", "", problem)])


def _text(raw: bytes, label: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8: byte 0x{raw[error.start]:02x}"
        raise _unreadable(raw[: error.start], label, problem) from error
    if "\0" in text:
        raise _unreadable(raw[: raw.index(b"\0")], label, "holds a NUL byte")
    return text


def _unreadable(before: bytes, label: str, problem: str) -> ConfigError:
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
    return _error(label, [Finding(f"{label}:{line}:{column}", "", "", problem, "save the file as UTF-8 text")])


def _validate(tree: Node, source: Source) -> tuple[Config | None, list[Finding]]:
    if not isinstance(tree.content, dict):
        place = tree.place if tree.place.line else Place(source.label, 1, 1)
        problem = "is empty" if tree.content is None else "expected a mapping, as key: value"
        return None, [source.finding(place, "", "", problem, "`backtest init` writes a config")]
    shape = Shape.of(Config)
    others = [finding for other in alternatives(tree, shape) for finding in _mistakes(other, source)]
    tree = choose(tree, shape)
    try:
        config = Config.model_validate(typed(tree, shape))
    except ValidationError as error:
        from backtest.config.problems import findings_of

        found = findings_of(error.errors(include_url=False), tree, shape, source)
        return None, list(dict.fromkeys([*found, *others]))
    return config, list(dict.fromkeys(others))


def _refused(problems: list[str], tree: Node, source: Source) -> list[Finding]:
    if not problems:
        return []
    from backtest.config.problems import judged

    shape = Shape.of(Config)
    return judged(problems, choose(tree, shape), shape, source)


def _mistakes(other: Other, source: Source) -> list[Finding]:
    """Give the mistakes of an alternative that is not chosen: it has to be right, too."""
    content = other.tree.content
    assert isinstance(content, dict)  # noqa: S101 - alternatives stand under a key
    try:
        other.shape.members[0].model_validate(typed(content[other.key].node, other.shape))
    except ValidationError as error:
        from backtest.config.problems import findings_of

        own = [{**one, "loc": (other.key, *one["loc"])} for one in error.errors(include_url=False)]
        return findings_of(own, other.tree, Shape.of(Config), source)
    return []
