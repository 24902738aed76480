"""Series as short text for the script: differences of whole numbers in the 64 letters of base 64, six bits a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["GAP", "LETTERS", "packed", "unpacked"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
GAP = "."
MORE = 32


def packed(values: Sequence[float | None], decimals: int) -> str:
    """Write each value, in units of its last decimal, as the difference to the one before; a gap is one point.

    A difference d becomes 2 |d| + (d < 0), written five bits a letter from the lowest, the sixth bit says that more
    follow: the variable-length quantity of source maps.
    """
    before, written = 0, list[str]()
    for value in values:
        if value is None:
            written.append(GAP)
            continue
        whole = round(round(value, decimals) * 10**decimals)
        written.append(_letters(whole - before))
        before = whole
    return "".join(written)


def _letters(difference: int) -> str:
    rest = 2 * abs(difference) + (difference < 0)
    found = ""
    while rest >= MORE:
        found += LETTERS[rest % MORE + MORE]
        rest //= MORE
    return found + LETTERS[rest]


def unpacked(text: str, decimals: int) -> list[float | None]:
    """Read what `packed` wrote."""
    values, whole, rest, place = list[float | None](), 0, 0, 1
    for letter in text:
        if letter == GAP:
            values.append(None)
            continue
        code = LETTERS.index(letter)
        rest += code % MORE * place
        place *= MORE
        if code < MORE:
            whole += -(rest // 2) if rest % 2 else rest // 2
            values.append(whole / 10**decimals)
            rest, place = 0, 1
    return values
