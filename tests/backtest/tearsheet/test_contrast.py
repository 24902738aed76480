"""Contrast in both themes by the formula of WCAG 2.2: text at least 4.5, lines and bars at least 3."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backtest.tearsheet import returns

TEMPLATES = Path(returns.__file__).parent / "templates"
STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
LIGHT = STYLE[: STYLE.index("}")]
DARK = (TEMPLATES / "palette.css").read_text(encoding="utf-8")

Colour = tuple[float, ...]


def _palette(css: str) -> dict[str, Colour]:
    found = {name: _hex(value) for name, value in re.findall(r"--([\w-]+):#([0-9a-f]{6})", css)}
    for name, value in re.findall(r"--([\w-]+):(\d+ \d+ \d+)", css):
        found[name] = tuple(float(part) for part in value.split())
    return found


def _hex(text: str) -> Colour:
    return tuple(float(int(text[k : k + 2], 16)) for k in (0, 2, 4))


def _luminance(colour: Colour) -> float:
    parts = [v / 255 for v in colour]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: Colour, two: Colour) -> float:
    low, high = sorted((_luminance(one), _luminance(two)))
    return (high + 0.05) / (low + 0.05)


def _mixed(front: Colour, back: Colour, share: float) -> Colour:
    return tuple(f * share + b * (1 - share) for f, b in zip(front, back, strict=True))


@pytest.mark.parametrize("css", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_a_contrast_of_four_and_a_half(css: str) -> None:
    """On the page, on cards and in notices."""
    palette = _palette(css)
    pairs = [(text, back) for text in ("fg", "muted", "link") for back in ("bg", "soft")]
    pairs.append(("notice-fg", "notice-bg"))
    assert {
        pair: _contrast(palette[pair[0]], palette[pair[1]])
        for pair in pairs
        if _contrast(palette[pair[0]], palette[pair[1]]) < 4.5
    } == {}


@pytest.mark.parametrize("css", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_and_bars_have_a_contrast_of_three(css: str) -> None:
    """Series and signed bars against the page."""
    palette = _palette(css)
    assert [name for name in ("a", "b", "c", "d", "up", "down") if _contrast(palette[name], palette["bg"]) < 3] == []


@pytest.mark.parametrize("css", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("sign", ["up", "down"])
def test_the_strongest_cell_of_the_heat_map_is_readable(css: str, sign: str) -> None:
    """Text on the deepest blue and the deepest orange."""
    palette = _palette(css)
    assert _contrast(palette["fg"], _mixed(palette[sign], palette["bg"], returns.STRONGEST)) >= 4.5


def test_both_dark_switches_use_one_palette() -> None:
    """The media query and the button include the same file, and it names every colour of the light theme."""
    assert STYLE.count('{% include "palette.css" %}') == 2
    assert set(_palette(DARK)) == set(_palette(LIGHT))
