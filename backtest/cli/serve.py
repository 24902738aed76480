"""``backtest serve``: the folder of runs on 127.0.0.1, for reading only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backtest.cli.options import Lang, Out  # noqa: TC001 - typer reads it

__all__ = ["serve"]


def serve(
    *,
    out: Out = "runs",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8377,
    lang: Lang = "en",
) -> None:
    """Serve the runs on 127.0.0.1, read-only, until Ctrl-C."""
    from backtest.cli.console import note
    from backtest.cli.runs import written_gallery
    from backtest.cli.serving import HOST, server
    from data.errors import RunError

    written_gallery(Path(out), lang)
    try:
        made = server(Path(out), port)
    except OSError as error:
        raise RunError(f"port {port} cannot be opened: {error.strerror}; try --port 0") from error
    note(f"http://{HOST}:{made.server_address[1]}/ (Ctrl-C stops)")
    with made:
        made.serve_forever()
