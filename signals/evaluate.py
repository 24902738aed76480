"""The value of an expression for given facts; a missing fact is NaN, and what is missing stays missing."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from data.errors import RunError
from signals.expression import Call, ExpressionError, Literal, Name, Node, names, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ["check_names", "holds", "value"]

Value = float | str


def value(text: str, facts: Mapping[str, float | str | None]) -> float:
    """Give the number of an expression, NaN where a fact it needs is missing.

    Raises
    ------
    RunError
        When a name is unknown, or a text stands where a number belongs; with its column.

    Examples
    --------
    >>> value("clip(over_prior / 0.1, -1, 1)", {"over_prior": 0.05})
    0.5
    >>> value("(direction == 'cut') * -1", {"direction": "cut"})
    -1.0

    """
    node = parse(text)
    try:
        return _number(text, _of(text, node, facts), node.column)
    except ExpressionError as error:
        raise RunError(str(error)) from error


def holds(text: str, facts: Mapping[str, float | str | None]) -> bool:
    """Say whether a condition is met; not, when a fact it needs is missing."""
    found = value(text, facts)
    return not math.isnan(found) and found != 0.0


def check_names(text: str, known: Collection[str], what: str) -> None:
    """Refuse an expression that names what is not there.

    Raises
    ------
    ExpressionError
        With the column and the nearest known name.

    """
    for name, column in names(parse(text)).items():
        if name not in known:
            raise ExpressionError(text, column, _unknown(name, known, what))


def _unknown(name: str, known: Collection[str], what: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"
    return f"{name!r} is no {what}; {hint}"


def _of(text: str, node: Node, facts: Mapping[str, float | str | None]) -> Value:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Name):
        return _fact(text, node, facts)
    found = [_of(text, operand, facts) for operand in node.operands]
    if node.operator in {"==", "!="} and any(isinstance(one, str) for one in found):
        return _same_text(node.operator, found)
    if node.operator == "known" and isinstance(found[0], str):
        return 1.0
    if node.operator == "otherwise" and isinstance(found[0], str):
        return found[0]
    numbers = [_number(text, one, operand.column) for one, operand in zip(found, node.operands, strict=True)]
    return _applied(node, numbers)


def _fact(text: str, node: Name, facts: Mapping[str, float | str | None]) -> Value:
    if node.name not in facts:
        raise ExpressionError(text, node.column, _unknown(node.name, facts, "fact of the event"))
    fact = facts[node.name]
    return math.nan if fact is None else fact if isinstance(fact, str) else float(fact)


def _same_text(sign: str, found: list[Value]) -> float:
    if any(isinstance(one, float) and math.isnan(one) for one in found):
        return math.nan
    return float((found[0] == found[1]) == (sign == "=="))


def _number(text: str, found: Value, column: int) -> float:
    if isinstance(found, str):
        raise ExpressionError(
            text, column, f"is the text {found!r}, expected a number; texts compare by == and != only"
        )
    return found


def _applied(node: Call, numbers: list[float]) -> float:
    match node.operator:
        case "and" | "or":
            return _joined(node.operator, *numbers)
        case "known":
            return float(not math.isnan(numbers[0]))
        case "otherwise":
            return numbers[1] if math.isnan(numbers[0]) else numbers[0]
    if any(math.isnan(number) for number in numbers):
        return math.nan
    applied = PAIRED.get(node.operator) or CALLED[node.operator]
    return _finite(applied(*numbers))


def _joined(word: str, left: float, right: float) -> float:
    """Decide as far as one side can alone: 0 for ``and``, 1 for ``or``."""
    deciding = word == "or"
    for side in (left, right):
        if not math.isnan(side) and (side != 0.0) == deciding:
            return float(deciding)
    return math.nan if math.isnan(left) or math.isnan(right) else float(not deciding)


def _finite(found: float) -> float:
    return float(found) if math.isfinite(found) else math.nan


def _power(left: float, right: float) -> float:
    try:
        found = left**right
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return found if isinstance(found, float) else math.nan  # a root of what is negative


PAIRED: dict[str, Callable[..., float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
    "/": lambda left, right: left / right if right else math.nan,
    "**": _power,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
CALLED: dict[str, Callable[..., float]] = {
    "negative": operator.neg, "not": lambda one: one == 0.0, "abs": abs, "min": min, "max": max,
    "sign": lambda one: (one > 0) - (one < 0),
    "log": lambda one: math.log(one) if one > 0 else math.nan,
    "clip": lambda one, least, most: min(max(one, least), most),
}  # fmt: skip
