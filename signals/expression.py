"""Small expressions over named facts, as ``clip(over_prior / 0.1, -1, 1)``: arithmetic and logic, never code.

Numbers, 'texts' and names; ``+ - * / **``, ``< <= > >= == !=``, ``and or not``, ``min max abs log sign clip``,
``known(x)`` (1 where x is stated) and ``otherwise(x, y)`` (y where x is not). A truth is 1 or 0. What is missing stays
missing: every operation on it gives a missing value, save ``known``, ``otherwise``, and ``and``/``or`` where the other
side decides. Division by 0 and log of what is not positive are missing. The grammar, loosest first::

    or     = and {"or" and}                   sum    = term {("+" | "-") term}
    and    = not {"and" not}                  term   = unary {("*" | "/") unary}
    not    = "not" not | compare              unary  = "-" unary | power
    compare = sum [("<" | ... | "!=") sum]    power  = atom ["**" unary]
    atom   = number | text | name | name "(" or {"," or} ")" | "(" or ")"
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Annotated, NamedTuple, NoReturn

from pydantic import AfterValidator, Field

__all__ = ["FUNCTIONS", "Call", "Expression", "ExpressionError", "Literal", "Name", "Node", "names", "parse"]

MOST_DEPTH = 40
MOST_LETTERS = 500
# Functions and how many values they take, at least and at most.
FUNCTIONS = {
    "abs": (1, 1), "clip": (3, 3), "known": (1, 1), "log": (1, 1), "max": (1, 9), "min": (1, 9), "otherwise": (2, 2),
    "sign": (1, 1),
}  # fmt: skip
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")|(?P<sign>\*\*|<=|>=|==|!=|[-+*/<>(),]))",
)
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
WORDS = ("and", "or", "not")


class ExpressionError(ValueError):
    """A mistake in an expression, at a column counted from 1."""

    def __init__(self, text: str, column: int, problem: str) -> None:
        super().__init__(f"column {column} of {text!r}: {problem}")
        self.column = column


class Literal(NamedTuple):
    """A number or a text as written."""

    value: float | str
    column: int


class Name(NamedTuple):
    """A fact."""

    name: str
    column: int


class Call(NamedTuple):
    """An operator or a function with what it is applied to."""

    operator: str
    operands: tuple[Node, ...]
    column: int


Node = Literal | Name | Call


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


@lru_cache(maxsize=256)
def parse(text: str) -> Node:
    """Read an expression.

    Raises
    ------
    ExpressionError
        With the column of the first mistake.

    """
    if len(text) > MOST_LETTERS:
        raise ExpressionError(text[:20] + "...", MOST_LETTERS + 1, f"is longer than {MOST_LETTERS} characters")
    reader = _Reader(text, _tokens(text))
    node = reader.either()
    if reader.now.kind != "end":
        reader.fail("expected an operator or the end")
    return node


def names(node: Node) -> dict[str, int]:
    """Give the names that an expression reads, each with the column where it first stands."""
    if isinstance(node, Name):
        return {node.name: node.column}
    found: dict[str, int] = {}
    for operand in node.operands if isinstance(node, Call) else ():
        found = {**names(operand), **found}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            column = at + len(text[at:]) - len(text[at:].lstrip()) + 1
            letter = text[column - 1]
            problem = "the text is not closed" if letter in "'\"" else f"{letter!r} means nothing here"
            raise ExpressionError(text, column, "write == to compare" if letter == "=" else problem)
        kind = str(match.lastgroup)
        word = match[kind]
        tokens.append(_Token("sign" if word in WORDS else kind, word, match.start(kind) + 1))
        at = match.end()
    return [*tokens, _Token("end", "the end", len(text) + 1)]


class _Reader:
    """Read tokens from left to right, one method per rule of the grammar."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def fail(self, expected: str) -> NoReturn:
        found = self.now.text if self.now.kind == "end" else repr(self.now.text)
        raise ExpressionError(self.text, self.now.column, f"{expected}, found {found}")

    def take(self, *signs: str) -> _Token | None:
        token = self.now
        if token.kind != "sign" or token.text not in signs:
            return None
        self.at += 1
        return token

    def either(self) -> Node:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise ExpressionError(self.text, self.now.column, f"is nested deeper than {MOST_DEPTH}")
        node = self.both()
        while token := self.take("or"):
            node = Call("or", (node, self.both()), token.column)
        self.depth -= 1
        return node

    def both(self) -> Node:
        node = self.negated()
        while token := self.take("and"):
            node = Call("and", (node, self.negated()), token.column)
        return node

    def negated(self) -> Node:
        denials = []
        while token := self.take("not"):
            denials.append(token.column)
        node = self.compared()
        for column in reversed(denials):
            node = Call("not", (node,), column)
        return node

    def compared(self) -> Node:
        node = self.added()
        if token := self.take(*COMPARISONS):
            node = Call(token.text, (node, self.added()), token.column)
            if self.now.text in COMPARISONS:
                self.fail("comparisons do not chain, join them by `and`")
        return node

    def added(self) -> Node:
        node = self.multiplied()
        while token := self.take("+", "-"):
            node = Call(token.text, (node, self.multiplied()), token.column)
        return node

    def multiplied(self) -> Node:
        node = self.signed()
        while token := self.take("*", "/"):
            node = Call(token.text, (node, self.signed()), token.column)
        return node

    def signed(self) -> Node:
        minus = []
        while token := self.take("-"):
            minus.append(token.column)
        node = self.raised()
        for column in reversed(minus):
            node = Call("negative", (node,), column)
        return node

    def raised(self) -> Node:
        node = self.atom()
        if token := self.take("**"):
            self.depth += 1
            if self.depth > MOST_DEPTH:
                self.fail(f"is nested deeper than {MOST_DEPTH}")
            node = Call("**", (node, self.signed()), token.column)
            self.depth -= 1
        return node

    def atom(self) -> Node:
        token = self.now
        if token.kind == "number":
            if not math.isfinite(float(token.text)):
                self.fail("expected a finite number")
            self.at += 1
            return Literal(float(token.text), token.column)
        if token.kind == "text":
            self.at += 1
            return Literal(token.text[1:-1], token.column)
        if token.kind == "name":
            self.at += 1
            return self.call(token) if self.take("(") else Name(token.text, token.column)
        if self.take("("):
            node = self.either()
            self.close()
            return node
        return self.fail("expected a number, a name or (")

    def call(self, name: _Token) -> Node:
        if name.text not in FUNCTIONS:
            raise ExpressionError(self.text, name.column, f"no function {name.text!r}; known: {', '.join(FUNCTIONS)}")
        operands = [self.either()]
        while self.take(","):
            operands.append(self.either())
        self.close()
        least, most = FUNCTIONS[name.text]
        if not least <= len(operands) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise ExpressionError(self.text, name.column, f"{name.text} takes {wanted} values, got {len(operands)}")
        return Call(name.text, tuple(operands), name.column)

    def close(self) -> None:
        if not self.take(")"):
            self.fail("expected )")


def _readable(text: str) -> str:
    parse(text)
    return text


Expression = Annotated[str, Field(min_length=1, max_length=MOST_LETTERS), AfterValidator(_readable)]
