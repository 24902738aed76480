"""What a user's mistake looks like: findings that name the place, the value, what was expected and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SHOWN = 20


class Finding(NamedTuple):
    """One offence in an input.

    Parameters
    ----------
    where
        ``path``, ``path:line:column`` or ``path row 7`` (rows count from 1, the header is row 1 of a CSV).
    field
        Column or config key, empty when the file as a whole is meant.
    value
        What was found, as text.
    problem
        What is wrong and what was expected, one sentence without the full stop.
    hint
        How to mend it.
    excerpt
        Source line and caret of a config error, ready to print.

    """

    where: str
    field: str
    value: str
    problem: str
    hint: str = ""
    excerpt: str = ""

    def __str__(self) -> str:
        """Give the finding in one line."""
        subject = " = ".join(text for text in (self.field, repr(self.value) if self.value else "") if text)
        hint = f" ({self.hint})" if self.hint else ""
        return ": ".join(text for text in (self.where, subject, self.problem) if text) + hint


class ResearchError(Exception):
    """A mistake of the user or of the data; the command line prints it without a traceback."""

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """Give the sentence and the first findings."""
        lines = [self.message, *(str(finding) for finding in self.findings[:MOST_SHOWN])]
        if len(self.findings) > MOST_SHOWN:
            lines.append(f"... and {len(self.findings) - MOST_SHOWN} more")
        return "\n".join(lines)


class ConfigError(ResearchError):
    """A config that cannot be used as written."""


class InputError(ResearchError):
    """A file whose content breaks its schema."""


class MissingDataError(ResearchError):
    """Data that is not there: a missing file, a source that cannot be reached."""

    exit_code: ClassVar[int] = 3


class RunError(ResearchError):
    """A run that cannot go on: infeasible weights, an empty period, a folder that exists."""
