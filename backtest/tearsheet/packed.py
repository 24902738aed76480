"""Series as short text for the script: differences of whole numbers, near ones in few bits, six bits to a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LETTERS", "packed", "unpacked"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BITS = 6
HIGHEST = 24
GAP = 1


def packed(values: Sequence[float | None], decimals: int) -> str:
    """Write each value, in units of its last decimal, as the difference to the one before.

    A difference d becomes u = 2 |d| + (d < 0); no difference is minus 0, so 1 is free to say that a value is missing.
    The exponential Golomb code of an order k (Teuhola 1978) writes u + 2^k in binary after as many zeros as it is
    longer than k + 1 bits. The first letter is the order under which the whole is shortest.
    """
    found = _codes(values, decimals)
    order = _order(found)
    bits = "".join(_bits(code + (1 << order), order) for code in found)
    bits += "0" * (-len(bits) % BITS)
    return LETTERS[order] + "".join(LETTERS[int(bits[k : k + BITS], 2)] for k in range(0, len(bits), BITS))


def _codes(values: Sequence[float | None], decimals: int) -> list[int]:
    before, found = 0, list[int]()
    for value in values:
        if value is None:
            found.append(GAP)
            continue
        whole = round(round(value, decimals) * 10**decimals)
        found.append(2 * abs(whole - before) + (whole < before))
        before = whole
    return found


def _order(codes: Sequence[int]) -> int:
    """Give the order that needs the fewest bits, the lower of equals."""
    known = np.asarray(codes, dtype=np.float64)
    # The exponent of a double is the number of bits of its whole part.
    sizes = [float((2 * np.frexp(known + 2.0**order)[1] - 1 - order).sum()) for order in range(HIGHEST)]
    return int(np.argmin(sizes))


def _bits(number: int, order: int) -> str:
    digits = f"{number:b}"
    return "0" * (len(digits) - 1 - order) + digits


def unpacked(text: str, decimals: int) -> list[float | None]:
    """Read what `packed` wrote."""
    order, bits = LETTERS.index(text[0]), "".join(f"{LETTERS.index(letter):06b}" for letter in text[1:])
    values, whole, at = list[float | None](), 0, 0
    while (one := bits.find("1", at)) >= 0:
        at = 2 * one - at + order + 1
        code = int(bits[one:at], 2) - (1 << order)
        if code == GAP:
            values.append(None)
            continue
        whole += -(code // 2) if code % 2 else code // 2
        values.append(whole / 10**decimals)
    return values
