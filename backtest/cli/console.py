"""What the command line writes: data to stdout, diagnostics to stderr, nothing that a terminal would obey."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Literal, TextIO

from data.counts import many
from data.errors import MOST_SHOWN

if TYPE_CHECKING:
    from data.errors import Finding, ResearchError

__all__ = ["SCHEMA_VERSION", "clean", "colored", "note", "show_error", "unicode_ok", "write", "write_json"]

SCHEMA_VERSION = 1
Colour = Literal["red", "green", "yellow", "bold"]
CODES: dict[Colour, str] = {"red": "31;1", "green": "32", "yellow": "33", "bold": "1"}
# Terminal sequences (CSI; OSC and the other strings, ended by BEL or ST or the line; two-letter ones), then what is
# left of C0, DEL and C1, and the marks that reorder text.
SEQUENCES = r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b.?|\x9b[0-?]*[ -/]*[@-~]"
CONTROLS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]"
# What our own texts use beyond ASCII, for streams that cannot show it.
PLAIN = {0x2212: "-", 0x2013: "-", 0x2026: "...", 0xB7: "."}


def clean(text: object) -> str:
    """Strip terminal sequences and control characters; tabs and line feeds stay."""
    shown = str(text)
    return shown if shown.isprintable() else _stripped(shown)


def _stripped(text: str) -> str:
    # Only what needs it waits for the patterns to be compiled.
    import re

    return re.sub(CONTROLS, "", re.sub(SEQUENCES, "", text))


def colored(stream: TextIO) -> bool:
    """Say whether a stream may be coloured: a terminal that nobody asked to be plain."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: Colour, stream: TextIO) -> str:
    """Colour a text where the stream allows it."""
    return f"\x1b[{CODES[colour]}m{text}\x1b[0m" if colored(stream) else text


def unicode_ok(stream: TextIO) -> bool:
    """Say whether a stream can show block characters and dashes."""
    try:
        "▁█\N{EN DASH}".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def write(text: str) -> None:
    """Write to stdout; a reader that went away (``| head``) is no error."""
    _put(text, sys.stdout)


def write_json(value: dict[str, Any]) -> None:
    """Write one JSON object, carrying the version of its schema."""
    import json

    versioned = {"schema_version": SCHEMA_VERSION, **value}
    write(json.dumps(versioned, indent=2, ensure_ascii=True, allow_nan=False))


def note(text: str) -> None:
    """Write a line of diagnostics to stderr."""
    _put(text, sys.stderr)


def _put(text: str, stream: TextIO) -> None:
    encoding = stream.encoding or "utf-8"
    if not unicode_ok(stream):
        text = text.translate(PLAIN)
    try:
        stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        stream.flush()
    except BrokenPipeError:
        silence(stream)


def silence(stream: TextIO) -> None:
    """Send the rest of a stream to nowhere, so that closing it raises nothing."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def show_error(error: ResearchError, *, as_json: bool) -> None:
    """Show a mistake with all its findings, on stderr, and as JSON on stdout when that was asked for."""
    lines = [f"{paint('error:', 'red', sys.stderr)} {clean(error.message)}"]
    for finding in error.findings[:MOST_SHOWN]:
        lines += _finding_lines(finding)
    if len(error.findings) > MOST_SHOWN:
        lines.append(f"... and {len(error.findings) - MOST_SHOWN} more")
    if error.findings:
        lines.append(many(len(error.findings), "error"))
    note("\n".join(lines))
    if as_json:
        findings = [_finding_json(finding) for finding in error.findings]
        write_json({"error": {"message": error.message, "findings": findings}})


def _finding_lines(finding: Finding) -> list[str]:
    value = repr(finding.value) if finding.value and not finding.excerpt else ""
    subject = " = ".join(text for text in (finding.field, value) if text)
    said = ": ".join(text for text in (finding.where, subject, finding.problem) if text)
    lines = [clean(said).replace("\n", " ")]
    lines += clean(finding.excerpt).split("\n") if finding.excerpt else []
    if finding.hint:
        lines.append(f"      hint: {clean(finding.hint)}")
    return lines


def _finding_json(finding: Finding) -> dict[str, str]:
    names = ("where", "field", "value", "problem", "hint", "excerpt")
    return {name: getattr(finding, name) for name in names}
