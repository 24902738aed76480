"""What a command is doing: shown on a terminal and gone when it is done, silent in a pipe and when asked to be."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest

from backtest.cli.progress import bar, steps


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    return Terminal()


def test_a_terminal_sees_the_step_and_then_a_clean_line(terminal: Terminal) -> None:
    """Foreign text in a step is neither markup nor a command to the terminal; the line is erased at the end."""
    with redirect_stderr(terminal), steps(quiet=False) as say:
        say("reading [red]prices[/red]\x1b]0;title\x07")
    shown = terminal.getvalue()
    assert "reading [red]prices[/red]" in shown
    assert "title" not in shown
    assert shown.rstrip("\n").endswith("\x1b[2K")


def test_a_terminal_sees_how_many_pieces_are_done(terminal: Terminal) -> None:
    """All pieces are given, in order."""
    with redirect_stderr(terminal):
        assert list(bar([3, 1, 2], "sweeping", quiet=False)) == [3, 1, 2]
    assert "sweeping" in terminal.getvalue()
    assert "100%" in terminal.getvalue()


@pytest.mark.parametrize("quiet", [True, False])
def test_nobody_watching_sees_nothing(capsys: pytest.CaptureFixture[str], *, quiet: bool) -> None:
    """In a pipe and with --quiet."""
    with steps(quiet=quiet) as say:
        say("reading prices")
    assert list(bar([1], "sweeping", quiet=quiet)) == [1]
    assert capsys.readouterr() == ("", "")


def test_a_mistake_goes_through(terminal: Terminal) -> None:
    """The line is gone before the error is shown."""

    def mistaken() -> None:
        with redirect_stderr(terminal), steps(quiet=False) as say:
            say("reading prices")
            raise ValueError("mistake")

    with pytest.raises(ValueError, match="mistake"):
        mistaken()
    assert terminal.getvalue().rstrip("\n").endswith("\x1b[2K")
