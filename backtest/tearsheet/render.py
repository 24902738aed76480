"""The page: finished strings into one HTML file that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from backtest.tearsheet.sheet import sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.result import Result
    from backtest.tearsheet.figures import Figure
    from backtest.tearsheet.sheet import Sheet

__all__ = ["environment", "json_text", "policy", "render", "script_text"]

TEMPLATES = Path(__file__).parent / "templates"
MOST_READINGS = 2_600


def render(result: Result, *, redact: bool = False) -> str:
    """Give the tearsheet of a result as one complete HTML document; the same result gives the same bytes.

    ``redact`` leaves out what tells the positions: baskets, weights by basket, assets and the config.
    """
    page = sheet(result, redact=redact)
    script = script_text()
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            sheet=page,
            policy=policy(script),
            # Safe: our own file, and JSON with every character that could end the element escaped.
            script=Markup(script),  # noqa: S704
            readings=Markup(json_text(_readings(page))),  # noqa: S704
        )
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Give the template engine: everything escaped, nothing undefined allowed."""
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def script_text() -> str:
    """Give the one script that may run."""
    return (TEMPLATES / "script.js").read_text(encoding="utf-8").strip()


def policy(script: str) -> str:
    """Give the content security policy under which only this one script may run and nothing may be fetched."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def json_text(value: object) -> str:
    """Write JSON that may stand inside a script element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _readings(page: Sheet) -> dict[str, object]:
    count = len(page.sessions)
    stride = -(-count // MOST_READINGS)
    kept = [*range(0, count - 1, stride), count - 1]
    days = [(page.sessions[i] - page.sessions[0]).days for i in kept]
    return {
        "start": page.sessions[0].isoformat(),
        "gaps": [later - sooner for sooner, later in zip([0, *days], days, strict=False)],
        "at": stride,
        "count": count,
        "figures": {figure.key: _reading(figure, kept) for figure in _read_out(page)},
    }


def _read_out(page: Sheet) -> list[Figure]:
    blocks = [block.figure for part in page.sections for block in part.blocks]
    return [*page.time_figures, *(figure for figure in blocks if figure is not None and figure.readings)]


def _reading(figure: Figure, kept: Sequence[int]) -> dict[str, object]:
    lines = [[name, _differences([values[i] for i in kept], figure.decimals)] for name, values in figure.readings]
    return {"unit": figure.unit, "decimals": figure.decimals, "lines": lines}


def _differences(values: Sequence[float | None], decimals: int) -> list[int | None]:
    """Write values as whole numbers of their last decimal, each as the difference to the one before: half the size."""
    before, written = 0, list[int | None]()
    for value in values:
        if value is None:
            written.append(None)
            continue
        whole = round(round(value, decimals) * 10**decimals)
        written.append(whole - before)
        before = whole
    return written
