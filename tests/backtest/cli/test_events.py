"""``backtest events``: findings with their exit code, what was known, which session and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "event_id,kind,announced_at,known_at,company,period,metric,value,unit,direction,confidence,note\n"
GOOD = "a,capex_actual,2023-04-26T16:05-04:00,,META,2023Q1,capex,6842,USD_mn,,high,\n"
LATER = "a,capex_actual,2023-04-26T16:05-04:00,2024-04-25T06:00-04:00,META,2023Q1,capex,6823,USD_mn,,high,\n"
DOUBTFUL = "b,rpo,2026-07-29,,MSFT,FY26Q4,rpo_total,684,USD_bn,sideways,high,\n"
FAULTY = "c,rpo,2026-13-29,,MSFT,FY26Q4,rpo_total,684,USD_bn,up,high,\n"
NEGATIVE = "d,rpo,2026-07-29,,ORCL,FY26Q4,rpo_total,-5,USD_bn,up,high,\n"
LOW = "e,rpo,2026-07-29,,ORCL,FY26Q4,rpo_total,638,USD_bn,up,low,\n"
MAPPED = ("--column", "asset=company")


@pytest.fixture
def written(tmp_path: Path):
    """Give a function that writes a file of events and names it."""

    def write(*rows: str) -> str:
        (tmp_path / "events.csv").write_text(HEAD + "".join(rows))
        return "events.csv"

    return write


def test_check_lists_every_finding_and_exits_1(backtest, written) -> None:
    """Two faults, one doubt, two rows set aside on purpose, each with its row."""
    done = backtest("events", "check", written(GOOD, LATER, DOUBTFUL, FAULTY, NEGATIVE, LOW), *MAPPED)

    assert done.returncode == 1
    lines = [line.split()[:3] for line in done.stdout.splitlines() if "events.csv row" in line and "error" in line]
    assert lines == [["error", "events.csv", "row"]] * 2
    for said in ("unreadable time", "not above zero", "unknown direction", "later vintage of an event"):
        assert said in done.stdout
    assert "events.csv: 6 rows, 2 events; 2 errors, 1 warning, 2 notes" in done.stdout


def test_check_of_sound_events_exits_0(inside, written) -> None:
    """A doubt and a note are no fault."""
    done = inside("events", "check", written(GOOD, LATER, DOUBTFUL), *MAPPED)

    assert (done.returncode, done.stderr) == (0, "")
    assert "0 errors, 1 warning, 1 note" in done.stdout


def test_check_as_json(inside, written) -> None:
    """The same findings as objects."""
    done = inside("events", "check", written(GOOD, NEGATIVE), *MAPPED, "--json")

    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"], found["read"], found["valid"]) == (1, False, 2, 1)
    (finding,) = found["findings"]
    assert (finding["level"], finding["where"], finding["reason"]) == ("error", "events.csv row 3", "not above zero")


def test_the_curated_events_have_no_fault(inside) -> None:
    """What is shipped passes its own check."""
    done = inside("events", "check", "curated")

    assert done.returncode == 0
    assert "curated events: 400 rows, 381 events; 0 errors, 0 warnings, 19 notes" in done.stdout


def test_text_of_a_file_cannot_command_the_terminal(inside, written) -> None:
    """Escapes in a value are not printed."""
    done = inside("events", "check", written(GOOD.replace("capex_actual", "\x1b[31mk\x07")))

    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "nowhere.csv"), "no such file"),
        (("check", "curated", "--column", "asset=company"), "are for files"),
        (("preview", "nowhere.yaml"), "nowhere.yaml"),
        (("show", "--at", "yesterday"), "cannot be read as a time"),
        (("show", "--at", "2026-02-30"), "is not a day of the calendar"),
    ],
)
def test_mistakes_are_told_in_a_sentence(inside, arguments: tuple[str, ...], said: str) -> None:
    """No traceback for a user's mistake."""
    done = inside("events", *arguments)

    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode in {2, 3}


def test_a_mapping_to_no_field_is_a_mistake(inside, written) -> None:
    """The known fields are named."""
    done = inside("events", "check", written(GOOD), "--column", "asset", "--column", "colour=red")

    assert done.returncode == 2
    assert done.stderr.count("expected FIELD=COLUMN") == 2


@pytest.mark.parametrize(
    ("at", "known", "vintage"), [("2024-04-24", 6842.0, 1), ("2024-04-25", 6823.0, 2), ("2024-04-25T09:59Z", 6842.0, 1)]
)
def test_show_gives_what_was_known_then(inside, written, at: str, known: float, vintage: int) -> None:
    """The restated quarter of META, with first print and latest vintage beside it; a day means its end."""
    done = inside("events", "show", written(GOOD, LATER), *MAPPED, "--at", at, "--json")

    (fact,) = json.loads(done.stdout)["facts"]
    assert (fact["known"]["number"], fact["vintage"], fact["vintages"]) == (known, vintage, 2)
    assert (fact["first_print"]["number"], fact["latest"]["number"]) == (6842.0, 6823.0)


def test_show_prints_ranges_and_dollars(inside) -> None:
    """The guides of 2026 as known on 2026-02-06, from the curated events."""
    done = inside("events", "show", "--at", "2026-02-06", "--asset", "GOOGL", "--kind", "capex_guidance")

    (row,) = [line for line in done.stdout.splitlines() if "FY2026" in line]
    assert "175 to 185 bn" in row
    assert "2 of 4" in row
    assert row.endswith("2026-02-04 23:59  issued")
    assert "2 facts known at 2026-02-07T04:59:59Z" in done.stdout


def test_preview_gives_the_session_and_the_rule(inside, written) -> None:
    """After the close of Wednesday: Thursday; a date alone: the day after; a half day's afternoon: the next session."""
    half = "h,other,2025-11-28T14:00-05:00,,X,,,,,,high,\n"

    done = inside("events", "preview", written(GOOD, DOUBTFUL, half), *MAPPED, "--json")

    found = json.loads(done.stdout)
    assert [(row["event_id"], row["session"], row["grade"]) for row in found["events"]] == [
        ("a", "2023-04-27", "A"),
        ("h", "2025-12-01", "A"),
        ("b", "2026-07-30", "C"),
    ]
    assert found["rules"] == {
        "at or after the close: next session": 2,
        "date only: known at the end of that day, next session": 1,
    }


def test_preview_lists_the_first_and_counts_all(inside) -> None:
    """Twenty unless asked otherwise; the rules sum to the events."""
    done = inside("events", "preview", "curated", "--first", "3")

    lines = done.stdout.splitlines()
    assert "... and 378 more (--first and --json list them)" in lines
    counts = [int(line.split()[0]) for line in lines[lines.index("events  rule") + 1 : -1]]
    assert sum(counts) == 381


def test_preview_tells_the_rows_that_are_no_event(inside, written) -> None:
    """One fault and one later vintage of four rows; of sound rows nothing is told."""
    path = written(GOOD, LATER, DOUBTFUL, FAULTY)

    done = inside("events", "preview", path, *MAPPED)
    how = "`backtest events check events.csv --column asset=company`"
    assert f"2 of 4 rows set aside; {how} lists each" in done.stdout.splitlines()
    told = json.loads(inside("events", "preview", path, *MAPPED, "--json").stdout)
    assert (told["read"], told["set_aside"], len(told["events"])) == (4, 2, 2)

    assert "set aside" not in inside("events", "preview", written(GOOD, DOUBTFUL), *MAPPED).stdout


def test_preview_of_a_config_uses_its_fill(inside, tmp_path: Path, root: Path) -> None:
    """The quickstart's events are those of its simulated market."""
    text = (root / "configs" / "quickstart.yaml").read_text()
    (tmp_path / "q.yaml").write_text(text)

    done = inside("events", "preview", "q.yaml")

    assert done.returncode == 0
    assert "fill at the open of XNYS" in done.stdout


def test_help_loads_no_polars(inside) -> None:
    """The group's help stays light."""
    import subprocess
    import sys

    code = (
        "import sys\nfrom backtest.cli.main import main\nmain(['events', '--help'])\n"
        "assert not {'polars', 'numba', 'pandas'} & set(sys.modules), 'heavy'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_what_nobody_can_know_yet_is_an_error(inside, written) -> None:
    """The last sessions of the calendar lie ahead: a year that was mistyped."""
    done = inside("events", "check", written(GOOD.replace("2023-04-26T16:05-04:00", "2027-12-29")), *MAPPED)

    assert done.returncode == 1
    assert "lies in the future: nobody can know it yet" in done.stdout


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("MTEA", "META", True),  # two letters swapped
        ("MET", "META", True),
        ("METAA", "META", True),
        ("MEXA", "META", True),
        ("meta", "META", True),
        ("ADM", "AMD", True),
        ("META", "MSFT", False),
        ("EMTA", "METX", False),  # a swap and another letter
        ("AMD", "AMX", False),  # short names are near by nature
        ("MU", "MUX", False),
        ("ATEM", "META", False),
        ("005930.KS", "005935.KS", True),
    ],
)
def test_one_edit_is_near(one: str, other: str, is_near: bool) -> None:  # noqa: FBT001
    """A letter more, less, another, or two swapped; both ways round."""
    from backtest.cli.event_names import near

    assert (near(one, other), near(other, one)) == (is_near, is_near)


def test_a_misspelt_announcer_is_remarked_upon_with_a_config(inside, written, tmp_path: Path) -> None:
    """No error: it may be a company that nobody trades, as DDOG is. Without a config nobody can tell."""
    swapped = GOOD.replace("META", "MTEA")
    again = "b" + swapped[1:].replace("2023-04", "2023-07").replace("2023Q1", "2023Q2")
    file = written(swapped, again, "c" + GOOD[1:].replace("META", "DDOG"))
    (tmp_path / "a.yaml").write_text(
        "name: a\nprices: {source: yfinance, start: 2020-01-01}\nbaskets: {all: [META, NVDA]}\n"
        f"events: {{source: files, path: {file}, columns: {{asset: company}}, group: all}}\n"
        "portfolio: {base: {all: 1}}\n"
    )
    done = inside("events", "check", "a.yaml", "--json")
    found = [one for one in json.loads(done.stdout)["findings"] if one["reason"] == "unknown asset"]
    assert done.returncode == 0
    assert [one["level"] for one in found] == ["warning"]
    assert found[0]["detail"] == "asset 'MTEA' (2 events) is in no basket: did you mean META?"
    assert "unknown asset" not in inside("events", "check", file, *MAPPED).stdout
