"""``backtest report``: draw the tearsheet of a finished run anew."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer

from backtest.cli.options import Lang, Out  # noqa: TC001 - typer reads it
from backtest.cli.runs import RunName, folder_of

__all__ = ["pdf", "report"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PDF_SECONDS = 120


def report(
    run: RunName,
    *,
    out: Out = "runs",
    to: Annotated[str, typer.Option("--to", metavar="FILE", help="Where to write; beside the run by default.")] = "",
    as_pdf: Annotated[bool, typer.Option("--pdf", help="Also print a PDF with the installed Chromium.")] = False,
    redact: Annotated[
        Literal["positions"] | None, typer.Option("--redact", help="Leave out assets, events, weights and the config.")
    ] = None,
    lang: Lang = "en",
) -> None:
    """Draw the tearsheet of a finished run anew."""
    from backtest.cli.console import write
    from backtest.cli.files import put
    from backtest.store import beside, read
    from backtest.tearsheet.render import render

    folder = folder_of(run, Path(out))
    result = read(folder)
    page = render(result, beside=beside(result, folder.parent), redact=redact is not None, lang=lang)
    name = "report" + ("-redacted" if redact else "") + (f"-{lang}" if lang != "en" else "")
    target = Path(to) if to else folder / f"{name}.html"
    write(str(put(target, page)))
    if as_pdf:
        write(str(pdf(target)))


def pdf(page: Path) -> Path:
    """Print a page to a PDF beside it.

    Raises
    ------
    MissingDataError
        When no Chromium is installed.
    RunError
        When it did not print.

    """
    from data.errors import MissingDataError, RunError

    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise MissingDataError(f"--pdf needs one of {', '.join(BROWSERS)}; or print {page} from any browser")
    target = page.with_suffix(".pdf")
    with tempfile.TemporaryDirectory(prefix="backtest-") as profile:
        command = [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--no-pdf-header-footer",
            f"--user-data-dir={profile}", f"--print-to-pdf={target.resolve()}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=PDF_SECONDS, check=False)  # noqa: S603
        except subprocess.TimeoutExpired as error:
            raise RunError(f"{browser} did not print {page} within {PDF_SECONDS} seconds") from error
    if done.returncode or not target.is_file():
        raise RunError(f"{browser} could not print {page} (exit code {done.returncode})")
    return target
