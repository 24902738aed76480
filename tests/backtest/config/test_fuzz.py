"""Any text at all is a config or a ConfigError with findings, never another exception."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st

from backtest.config.reader import load
from data.errors import ConfigError

if TYPE_CHECKING:
    import pytest

    from data.errors import Finding

QUICKSTART = (Path(__file__).resolve().parents[3] / "configs" / "quickstart.yaml").read_text()
TOML = 'name = "a"\n[prices]\nsource = "simulated"\n[[signals]]\ntriggers = [{kind = "a"}]\ndecay.kind = "step"\n'
BITS = ["{", "}", "[", "]", ":", "\n", "\t", " ", "- ", "'", '"', "&a ", "*a ", "!x ", "#", ",", "=", "\\", "?", "|",
        "%", "~", "---", "<<", "a", "0", '"""', "[[", ".", "\x85", "\ufeff", "\U0001f680"]  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, text: str) -> str:
    """Give a text with a few stretches replaced."""
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + "".join(draw(st.lists(st.sampled_from(BITS), max_size=5))) + text[end:]
    return text


def check(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
    findings: tuple[Finding, ...] | None = None
    try:
        load(path)
    except ConfigError as error:
        findings = error.findings
    assert findings is None or (findings and all(finding.problem and finding.where for finding in findings))


@settings(deadline=None, max_examples=150)
@given(spoilt(QUICKSTART))
@example("a: &a\n  b: *a\n")
@example("*a\n")
@example("&a a: *a\n")
@example("[]\n")
@example("...\n")
def test_any_yaml_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Spoilt copies of the quickstart."""
    check(tmp_path_factory.getbasetemp() / "fuzz.yaml", text)


@settings(deadline=None, max_examples=150)
@given(spoilt(TOML))
@example("a = {b = 1\n")
@example("[[a]]\n[a]\n")
@example("a = [1, {b.c = 2}]\na = 3\n")
@example("a = {b = 1, b = 2}\n")
@example('"\\ud800" = 1\n')
def test_any_toml_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Spoilt copies of a small one."""
    check(tmp_path_factory.getbasetemp() / "fuzz.toml", text)
