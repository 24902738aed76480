"""Plain pages beside the tearsheet: a title, a lead, then tables, figures and remarks, under the same policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from backtest.tearsheet.render import environment, policy, script_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtest.tearsheet.figures import Figure
    from backtest.tearsheet.tables import Table

__all__ = ["Row", "render_page"]


@dataclass(frozen=True, slots=True)
class Row:
    """A table, a figure or a sentence; ``notice`` frames the sentence."""

    table: Table | None = None
    figure: Figure | None = None
    note: str = ""
    notice: bool = False


def render_page(title: str, lead: str, rows: Sequence[Row]) -> str:
    """Give a complete page."""
    script = script_text()
    template = environment().get_template("plain.html.j2")
    return template.render(
        title=title,
        lead=lead,
        rows=rows,
        policy=policy(script),
        script=Markup(script),  # noqa: S704 - our own file
    )
