"""pydantic's errors in plain words: what was expected, and the remedy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from data.counts import many

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["hint_of", "sentence"]

EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "date": "a day as 2019-01-31",
    "string": "a text",
    "tuple": "a list, as [a, b]",
    "list": "a list, as [a, b]",
    "dict": "a mapping, as key: value",
    "model": "a mapping, as key: value",
}
LENGTHS = ("too_short", "too_long")
BOUNDS = {"greater_than": ">", "greater_than_equal": ">=", "less_than": "<", "less_than_equal": "<="}
BOUND_KEYS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
# A pattern says little to a reader: what the ones in use mean.
PATTERNS = {
    r"^[a-z0-9][a-z0-9._-]{0,63}$": "lower-case letters, digits, `.`, `_` and `-`, at most 64, beginning with "
    "a letter or digit",
    r"^[A-Z0-9_]{3,12}$": "an exchange code as XNYS",
    r"^\d{4}-\d{2}-\d{2}$": "a day as 2019-01-31",
    r"^[A-Z]{3}$": "a currency of three capital letters as USD",
    r"^([A-Z]{3}|GBp|ZAc)$": "a currency of three capital letters as KRW, or GBp for pence",
}
PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
DECIMALS = re.compile(r"[+-]?\d+,\d+")


def sentence(kind: str, context: Mapping[str, Any], value: object, message: str) -> str:
    """Say what is wrong.

    Parameters
    ----------
    kind, context, message
        Type, context and text of pydantic's error.
    value
        The value as read.

    """
    if isinstance(value, str) and kind in {"too_short", "too_long"}:
        kind = f"string_{kind}"
    expected = _expected(kind, context)
    if expected is None:
        return message.removeprefix("Value error, ").strip()
    got = "" if kind in LENGTHS else _got(value)
    return f"{got}expected {expected}"


def _expected(kind: str, context: Mapping[str, Any]) -> str | None:
    if kind in BOUNDS:
        return f"a number {BOUNDS[kind]} {_number(context[BOUND_KEYS[kind]])}"
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(context["pattern"], f"a text of the pattern {context['pattern']}")
    if kind in {"too_short", "string_too_short"}:
        return f"at least {_counted(context['min_length'], kind)}"
    if kind in {"too_long", "string_too_long"}:
        return f"at most {_counted(context['max_length'], kind)}"
    return EXPECTED.get(kind.split("_", maxsplit=1)[0]) if kind.endswith(_TYPE_ENDINGS) else None


_TYPE_ENDINGS = ("_type", "_parsing", "_parsing_size", "_from_float", "_number")


def _counted(number: int, kind: str) -> str:
    noun = "character" if kind.startswith("string") else "item"
    return many(number, noun)


def _number(bound: float) -> str:
    return f"{bound:g}" if abs(bound) < 1e6 else f"{bound:.0f}"


def _got(value: object) -> str:
    if value is None:
        return "is empty, "
    if isinstance(value, (dict, list)):
        return "is a mapping, " if isinstance(value, dict) else "is a list, "
    return ""


def hint_of(kind: str, context: Mapping[str, Any], value: object) -> str:
    """Give the remedy that the value itself suggests, empty when it suggests none."""
    text = value if isinstance(value, str) else ""
    if value is None:
        return "give a value, or leave the key out for the default"
    if kind in {"tuple_type", "list_type"} and text:
        return f"write [{text}]"
    percent = PERCENT.fullmatch(text)
    if percent:
        return f"write a fraction: {float(percent[1]) / 100:g}"
    if THOUSANDS.fullmatch(text) or DECIMALS.fullmatch(text):
        return f"write {text.replace(',', '' if THOUSANDS.fullmatch(text) else '.')}"
    if kind in {"less_than", "less_than_equal"} and context[BOUND_KEYS[kind]] == 1 and _is_percent(text):
        return f"a fraction, not percent: {text} % is {float(text) / 100:g}"
    return ""


def _is_percent(text: str) -> bool:
    try:
        return 1 < float(text) <= 100
    except ValueError:
        return False
