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

from backtest.tearsheet.beside import ALONE
from backtest.tearsheet.messages import language, say, speaking
from backtest.tearsheet.packed import packed
from backtest.tearsheet.sheet import sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from backtest.result import Result
    from backtest.tearsheet.beside import Beside
    from backtest.tearsheet.figures import Figure
    from backtest.tearsheet.whole import Sheet

__all__ = ["environment", "json_text", "policy", "readings", "render", "script_text"]

TEMPLATES = Path(__file__).parent / "templates"
MOST_READINGS = 2_600


def render(result: Result, *, beside: Beside = ALONE, redact: bool = False, lang: str = "en") -> str:
    """Give the tearsheet of a result as one complete HTML document; the same arguments give the same bytes.

    Parameters
    ----------
    result
        The run.
    beside
        Trials and sweeps on the same data.
    redact
        Leave out what tells the positions: assets, weights, exposure, turnover, orders and the config.
    lang
        ``en`` or ``ko``.

    """
    with speaking(lang):
        return _page(sheet(result, beside=beside, redact=redact))


def _page(page: Sheet) -> str:
    script = script_text()
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            sheet=page,
            lang=language(),
            policy=policy(script),
            # Safe: our own file, and JSON with every character that could end the element escaped.
            script=Markup(script),  # noqa: S704
            readings=Markup(json_text(readings(page.sessions, _read_out(page)))),  # noqa: S704
        )
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Give the template engine: everything escaped, nothing undefined allowed."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["say"] = say
    return made


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


def readings(sessions: Sequence[date], figures: Sequence[Figure]) -> dict[str, object]:
    """Give what the crosshair reads out: the sessions, thinned where there are many, and the numbers of each figure."""
    count = len(sessions)
    stride = max(-(-count // MOST_READINGS), 1)
    kept = [*range(0, count - 1, stride), count - 1] if count else []
    days = [(sessions[i] - sessions[0]).days for i in kept]
    return {
        "start": sessions[0].isoformat() if count else "2000-01-01",
        "days": packed(days, 0),
        "at": stride,
        "count": count,
        "figures": {figure.key: _reading(figure, kept) for figure in figures},
    }


def _read_out(page: Sheet) -> list[Figure]:
    parts = (*page.sections, *page.appendix)
    blocks = [leaf.figure for part in parts for leaf in part.leaves]
    return [*page.time_figures, *(figure for figure in blocks if figure is not None and figure.readings)]


def _reading(figure: Figure, kept: Sequence[int]) -> dict[str, object]:
    lines = [[name, packed([values[i] for i in kept], figure.decimals)] for name, values in figure.readings]
    return {"unit": figure.unit, "decimals": figure.decimals, "lines": lines}
