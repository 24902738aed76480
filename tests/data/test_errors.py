"""What the user reads when something is wrong."""

from __future__ import annotations

from data.errors import ConfigError, Finding, InputError, MissingDataError, ResearchError, RunError


def test_a_finding_is_one_line_with_place_value_and_remedy() -> None:
    """Where, field, value, problem, hint, in this order."""
    finding = Finding("events.csv row 7", "value", "1,234", "is no number", "write 1234")

    assert str(finding) == "events.csv row 7: value = '1,234': is no number (write 1234)"


def test_a_finding_about_a_whole_file_has_no_field() -> None:
    """Empty parts leave no marks."""
    assert str(Finding("events.csv", "", "", "is empty")) == "events.csv: is empty"


def test_an_error_lists_twenty_findings_and_counts_the_rest() -> None:
    """The message stands first; nothing is hidden without a number."""
    error = InputError("bad file", [Finding(f"f row {row}", "id", "", "is bad") for row in range(1, 24)])

    lines = str(error).splitlines()

    assert lines[0] == "bad file"
    assert lines[20] == "f row 20: id: is bad"
    assert lines[21:] == ["... and 3 more"]
    assert len(error.findings) == 23


def test_exit_codes_tell_missing_data_from_mistakes() -> None:
    """3 for data that is not there, 2 for the rest."""
    codes = {kind: kind.exit_code for kind in (ResearchError, ConfigError, InputError, RunError, MissingDataError)}

    assert codes.pop(MissingDataError) == 3
    assert set(codes.values()) == {2}
