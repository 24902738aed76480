"""Plain pages beside the tearsheet: a title, a lead, then tables, figures and remarks, under the same policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from backtest.tearsheet.messages import language
from backtest.tearsheet.render import environment, json_text, policy, readings, script_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from backtest.tearsheet.figures import Figure
    from backtest.tearsheet.tables import Table

__all__ = ["Row", "render_page"]


@dataclass(frozen=True, slots=True)
class Row:
    """A table, a figure or a sentence; ``filterable`` puts a field over the table, ``notice`` frames the sentence."""

    table: Table | None = None
    figure: Figure | None = None
    note: str = ""
    notice: bool = False
    filterable: bool = False


def render_page(title: str, lead: str, rows: Sequence[Row], sessions: Sequence[date] = ()) -> str:
    """Give a complete page in the language spoken; ``sessions`` are those that its figures read out."""
    script = script_text()
    template = environment().get_template("plain.html.j2")
    return template.render(
        title=title,
        lead=lead,
        rows=rows,
        lang=language(),
        # Safe: JSON with every character that could end the element escaped.
        readings=Markup(json_text(readings(sessions, [row.figure for row in rows if row.figure]))),  # noqa: S704
        policy=policy(script),
        script=Markup(script),  # noqa: S704 - our own file
    )
