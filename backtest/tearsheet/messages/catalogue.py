"""Look a text up in the table of the language that is spoken; an English text stands for itself."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING

from backtest.tearsheet.messages.en_one import ONE
from backtest.tearsheet.messages.ko import KOREAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["LANGUAGES", "TABLES", "language", "say", "speaking", "typeset", "understood"]

TABLES: dict[str, Mapping[str, str]] = {"en": {}, "ko": KOREAN}
LANGUAGES = tuple(TABLES)
PLACE = re.compile(r"\\\{(\w+)\\\}")
MOST_DEPTH = 3
# Words with their counts, as "jump 1, missing volume 2".
COUNT = re.compile(r"([A-Za-z][\w ?]*?) (\d[\d,]*)(?=, |$)")
COUNTED = re.compile(rf"{COUNT.pattern}(?:, {COUNT.pattern})*")
HYPHEN = re.compile(r"(?:(?<=[\s(\[,])|^)-(?=\d)")

_spoken: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """Give the language that is spoken, as the page's ``lang``."""
    return _spoken.get()


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak a language for as long as the block lasts."""
    token = _spoken.set(name)
    try:
        yield
    finally:
        _spoken.reset(token)


def say(template: str, **values: object) -> str:
    """Give a text of ours in the language spoken, its places filled; a ``count`` of one has its own English."""
    found = TABLES[language()].get(template, template)
    if language() == "en" and str(values.get("count")) == "1":
        found = ONE.get(template, template)
    return found.format(**values) if values else found


def understood(sentence: str, depth: int = 0) -> str:
    """Give a finished English sentence of another module in the language spoken; one that no template fits stays."""
    return typeset(_understood(sentence, depth))


def typeset(sentence: str) -> str:
    """Give a sentence with a true minus sign before every negative number; names and dates stay as they are."""
    return HYPHEN.sub("\u2212", sentence)


def _understood(sentence: str, depth: int) -> str:
    table = TABLES[language()]
    if not table or not sentence or depth > MOST_DEPTH:
        return sentence
    if sentence in table:
        return table[sentence]
    if COUNTED.fullmatch(sentence):
        return ", ".join(f"{table.get(word, word)} {count}" for word, count in COUNT.findall(sentence))
    for pattern, template in _patterns(language()):
        if found := pattern.fullmatch(sentence):
            parts = {name: _understood(part, depth + 1) for name, part in found.groupdict().items()}
            return template.format(**parts)
    return sentence


@lru_cache(maxsize=4)
def _patterns(name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Give every template with places as a pattern, those with the most words of their own first."""
    filled = [(english, other) for english, other in TABLES[name].items() if "{" in english]
    ordered = sorted(filled, key=lambda pair: (-len(re.sub(r"\{\w+\}", "", pair[0])), pair[0]))
    return tuple((re.compile(_pattern(english), re.DOTALL), other) for english, other in ordered if _own(english))


def _own(english: str) -> bool:
    """Say whether a template has enough words of its own to be told from others."""
    return len(re.sub(r"\{\w+\}|\W", "", english)) >= 6


def _pattern(english: str) -> str:
    seen: set[str] = set()

    def group(found: re.Match[str]) -> str:
        name = found[1]
        again = name in seen
        seen.add(name)
        return f"(?P={name})" if again else f"(?P<{name}>.+?)"

    return PLACE.sub(group, re.escape(english))
