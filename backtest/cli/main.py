"""The command `backtest`: exit codes, and what happens to everything that goes wrong.

Exit codes: 0 ok, 1 a gate or check failed, 2 usage or config, 3 data missing, 70 a bug, 130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

from backtest.cli.console import note, show_error, silence
from backtest.cli.plain import alone, asked, check
from data.errors import ResearchError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

USAGE, BUG, INTERRUPTED = 2, 70, 130
# What only a path that somebody typed can be: too long, or a circle of links.
NO_PATH = {errno.ENAMETOOLONG, errno.ELOOP}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code."""
    # Nobody's plugin may change what a config means, and looking for plugins opens every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "--no-color" in words:
        words.remove("--no-color")
        os.environ["NO_COLOR"] = "1"
    is_alone = arguments is None and asked(words) is not None
    if is_alone:
        alone()
    code = _guarded(words)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            silence(stream)
    if is_alone:
        # Nothing was opened that must be closed, and taking the interpreter apart is a sixth of the time.
        os._exit(code)
    return code


def _guarded(words: list[str]) -> int:
    as_json = "--json" in words
    try:
        return _invoke(words)
    except ResearchError as error:
        show_error(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        silence(sys.stdout)
        return 0
    except Exception as error:  # noqa: BLE001 - the last door: a bug keeps its traceback and has its own exit code
        return _unforeseen(error, as_json=as_json)


def _invoke(words: list[str]) -> int:
    if plainly := asked(words):
        check(*plainly)
        return 0
    from backtest.cli.app import invoke

    return invoke(words)


def _unforeseen(error: Exception, *, as_json: bool) -> int:
    if isinstance(error, OSError) and error.errno in NO_PATH:
        show_error(ResearchError(f"{str(error.filename)[:60]}... is no path: {error.strerror}"), as_json=as_json)
        return USAGE
    import traceback

    note(f"{traceback.format_exc()}\nThis is a bug in backtest, not in your config; please report the lines above.")
    return BUG
