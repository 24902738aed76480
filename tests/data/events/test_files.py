"""Loading events: mapping, typing, order, hash, folders, parquet; whole-file faults stop with every offence."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from data.calendar import load as load_calendar
from data.errors import ConfigError, InputError, MissingDataError
from data.events.files import load
from data.events.settings import EventFiles
from data.schema import EVENTS, offences

if TYPE_CHECKING:
    from pathlib import Path

    from tests.data.events.conftest import Loader

HEAD = "event_id,kind,announced_at,"
ROWS = (
    "b,rpo,2026-02-05,post,AMZN,244",
    "a,capex_guidance,2026-02-04T16:05:00-05:00,post,GOOGL,",
    "c,rpo,2026-02-05,post,MSFT,625",
)
CSV = "\n".join(["event_id,kind,announced_at,session,company,value", *ROWS])
MAPPED = {"asset": "company", "session_flag": "session"}


def test_rows_become_events_under_the_mapping(events_of: Loader) -> None:
    """Types, grades, instants and the source's own words; sorted by known_at, then event_id."""
    found = events_of(CSV, columns=MAPPED)

    assert offences(found.frame, EVENTS, "x") == []
    assert found.frame["event_id"].to_list() == ["a", "b", "c"]
    assert found.frame["asset"].to_list() == ["GOOGL", "AMZN", "MSFT"]
    assert found.frame["timing"].to_list() == ["A", "B", "B"]
    assert found.frame["stated"].to_list() == ["2026-02-04T16:05:00-05:00 post", "2026-02-05 post", "2026-02-05 post"]
    assert found.frame["known_at"][0] == datetime(2026, 2, 4, 21, 5, tzinfo=UTC)
    assert found.frame["value"].to_list() == [None, 244.0, 625.0]
    assert (found.read, found.rejected.height, found.label) == (3, 0, "events.csv")


def test_columns_without_a_meaning_here_are_ignored(events_of: Loader) -> None:
    """An extra column changes nothing, not even the hash."""
    wider = "\n".join(f"{line},{extra}" for line, extra in zip(CSV.split("\n"), "wxyz", strict=True))

    assert events_of(wider, columns=MAPPED).content_hash == events_of(CSV, columns=MAPPED).content_hash


def test_the_definition_is_the_metric_unless_stated(events_of: Loader) -> None:
    """Values compare only within one definition, so it is never empty when a metric is there."""
    found = events_of(HEAD + "metric,definition\na,k,2026-02-05,capex,gross\nb,k,2026-02-05,capex,")
    without = events_of(HEAD + "metric\na,k,2026-02-05,capex")

    assert found.frame["definition"].to_list() == ["gross", "capex"]
    assert without.frame["definition"].to_list() == ["capex"]


def test_a_prior_range_keeps_both_ends_and_no_midpoint(events_of: Loader) -> None:
    """META's guide was 66-72 before it became 70-72: one number cannot say that."""
    found = events_of(HEAD + "low,high,prior,period_end\na,g,2025-10-29,70,72,66-72,2025-12-31\nb,g,2025-10-30,,,105,")

    columns = ("low", "high", "prior", "prior_low", "prior_high", "period_end")
    assert found.frame.select(columns).rows() == [
        (70.0, 72.0, None, 66.0, 72.0, date(2025, 12, 31)),
        (None, None, 105.0, None, None, None),
    ]


def test_known_at_may_be_later_and_brings_its_worse_grade(events_of: Loader) -> None:
    """A restated value: announced to the second, its vintage known by date only; a better grade does not help."""
    found = events_of(
        HEAD + "known_at\n"
        "a,k,2026-02-05T16:05-05:00,2026-02-09\n"
        "b,k,2026-02-05,2026-02-05T17:00-05:00\n"
        "c,k,2026-02-05T16:05-05:00,\n",
    ).frame.sort("event_id")

    assert found["timing"].to_list() == ["C", "C", "A"]
    assert found["known_at"].to_list() == [
        datetime(2026, 2, 10, 4, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 2, 6, 4, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 2, 5, 21, 5, tzinfo=UTC),
    ]
    assert found["stated"][0] == "2026-02-05T16:05-05:00, known 2026-02-09"


def test_titles_are_stored_as_they_are(events_of: Loader) -> None:
    """Markup, control characters, right-to-left marks, a megabyte and emoji pass; spaces at the ends stay."""
    notes = [
        "<script>alert(1)</script>",
        " \x1b[31mred\x07 ",
        "\u202eevil\u202c",
        "x" * 10**6,
        "🚀 é, 한글",
        "two\nlines",
    ]
    quoted = "".join(f'e{number},k,2026-02-05,"{note}"\n' for number, note in enumerate(notes))

    assert events_of(HEAD + "note\n" + quoted).frame["note"].to_list() == notes


def test_assets_and_ids_are_texts(events_of: Loader) -> None:
    """Real names that other readers turn into booleans, numbers or nothing."""
    names = ["NA", "NAN", "NULL", "TRUE", "ON", "INF", "0700", "1E5"]

    found = events_of(HEAD + "asset\n" + "".join(f"{name},k,2026-02-05,{name}\n" for name in names)).frame

    assert sorted(found["asset"].to_list()) == sorted(found["event_id"].to_list()) == sorted(names)


def test_bom_crlf_and_blank_lines_are_accepted(events_of: Loader) -> None:
    """The content, and so the hash, is that of the plain file."""
    dressed = b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n\r\n").encode()

    assert events_of(dressed, columns=MAPPED).content_hash == events_of(CSV, columns=MAPPED).content_hash


def test_parquet_gives_what_the_csv_gives(events_of: Loader, tmp_path: Path) -> None:
    """Typed columns of a parquet file are read like the texts of the CSV."""
    typed = pl.read_csv(CSV.encode()).with_columns(pl.lit([1]).alias("extra list"))
    typed.write_parquet(tmp_path / "typed.parquet")

    settings = EventFiles(path="typed.parquet", columns=MAPPED, timezone="America/New_York")
    found = load(settings, tmp_path / "typed.parquet", load_calendar())

    assert found.content_hash == events_of(CSV, columns=MAPPED).content_hash


def test_parquet_timestamps_are_instants_and_dates_are_dates(tmp_path: Path) -> None:
    """A zoned column is grade A; a naive one at midnight is what pandas makes of dates: grade C."""
    path = tmp_path / "events.parquet"
    at = datetime(2026, 2, 5, 21, 1, tzinfo=UTC)
    zoned = pl.DataFrame({"event_id": ["a"], "kind": ["k"], "announced_at": [at]})
    naive = zoned.with_columns(announced_at=pl.lit(datetime(2026, 2, 5)).cast(pl.Datetime("ns")))  # noqa: DTZ001

    grades = []
    for frame in (zoned, naive):
        frame.write_parquet(path)
        grades.append(load(EventFiles(path="events.parquet"), path, load_calendar()).frame["timing"][0])

    assert grades == ["A", "C"]


def test_a_folder_is_read_whole_and_the_files_order_does_not_matter(events_of: Loader, tmp_path: Path) -> None:
    """Two files in either naming give the frame and hash of one file."""
    lines = CSV.split("\n")
    hashes = set()
    for first, second in (("1.csv", "2.csv"), ("2.csv", "1.csv")):
        folder = tmp_path / f"folder{first}"
        folder.mkdir()
        (folder / first).write_text("\n".join(lines[:2]))
        (folder / second).write_text("\n".join([lines[0], *lines[2:]]))
        found = load(EventFiles(path="f", columns=MAPPED, timezone="America/New_York"), folder, load_calendar())
        hashes.add(found.content_hash)

    assert found.read == 3
    assert hashes == {events_of(CSV, columns=MAPPED).content_hash}


def messy_rows() -> list[str]:
    """Give rows with every kind of repetition, in no order."""
    facts = [
        f"e{number},k,2026-02-{number % 20 + 1:02},Q{number % 7},{number % 3},g{number % 30}" for number in range(80)
    ]
    twice = [f"e{number},k,2026-02-{number % 5 + 1:02},Q1,{number},other" for number in range(10)]
    same_time = [f"t,k,2026-02-05,Q{number},{number},g{number + 100}" for number in range(10)]
    return [*facts, *twice, *same_time, *facts[:5]]


def test_shuffled_rows_give_the_same_events(events_of: Loader) -> None:
    """Frame, hash and the counts of reasons do not depend on the order of rows."""
    rows, head = messy_rows(), HEAD + "period,value,group_id\n"
    shuffler = random.Random(7)  # noqa: S311
    plain = events_of(head + "\n".join(rows))
    assert plain.rejected.height > 20

    for _ in range(5):
        shuffler.shuffle(rows)
        found = events_of(head + "\n".join(rows))
        assert found.frame.equals(plain.frame)
        assert found.content_hash == plain.content_hash
        assert sorted(found.rejected["reason"]) == sorted(plain.rejected["reason"])
        assert found.read == found.frame.height + found.rejected.height


def test_the_machines_time_zone_and_locale_do_not_matter(events_of: Loader, tmp_path: Path, root: Path) -> None:
    """Another process in Seoul with a C locale finds the same hash."""
    here = events_of(CSV, columns=MAPPED).content_hash
    code = (
        "import sys; from pathlib import Path; from data.calendar import load as calendar;"
        "from data.events.files import load; from data.events.settings import EventFiles;"
        f"settings = EventFiles(path='x', columns={MAPPED!r}, timezone='America/New_York');"
        "print(load(settings, Path(sys.argv[1]), calendar()).content_hash)"
    )
    elsewhere = {**os.environ, "TZ": "Asia/Seoul", "LC_ALL": "C"}

    there = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "events.csv")],
        env=elsewhere, cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert there.stdout.strip() == here


def test_a_missing_required_column_names_the_nearest_one(events_of: Loader) -> None:
    """All missing columns at once, also optional ones that the mapping promises."""
    with pytest.raises(InputError) as caught:
        events_of("event_idd,kind,company\nx,k,A\n", columns={"note": "notes"})

    problems = {finding.problem: finding.hint for finding in caught.value.findings}
    assert set(problems) == {
        "the column of `event_id` is missing",
        "the column of `announced_at` is missing",
        "the column of `note` is missing",
    }
    assert "did you mean 'event_idd'?" in problems["the column of `event_id` is missing"]
    assert "columns found: event_idd, kind, company" in problems["the column of `announced_at` is missing"]


def test_the_faults_of_all_files_are_reported_together(tmp_path: Path) -> None:
    """One file has a short row, the other no rows: both are named."""
    (tmp_path / "a.csv").write_text(HEAD + "note\nx,k\n")
    (tmp_path / "b.csv").write_text(HEAD + "note\n")

    with pytest.raises(InputError) as caught:
        load(EventFiles(path="x"), tmp_path, load_calendar())

    assert [finding.where for finding in caught.value.findings] == ["a.csv row 2", "b.csv"]


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    """Exit code 3, and the likely misspelling, which a file of another kind is not."""
    for name in ("events.csv", "event.csv.html"):
        (tmp_path / name).write_text(CSV)

    with pytest.raises(MissingDataError, match=r"did you mean events\.csv\?$"):
        load(EventFiles(path="x"), tmp_path / "event.csv", load_calendar())


@pytest.mark.parametrize("zone", ["New York", "America", "../../etc/passwd", "EST5EDTX"])
def test_a_zone_that_does_not_exist_is_a_mistake_of_the_config(events_of: Loader, zone: str) -> None:
    """It is named before any row is judged by it."""
    with pytest.raises(ConfigError, match="timezone"):
        events_of(CSV, timezone=zone)


@pytest.mark.full
def test_a_hundred_thousand_rows_are_read_whole(tmp_path: Path) -> None:
    """Instants, dates, groups (two of three rows are later in theirs) and notes."""
    minutes = [f"{hour:02}:{minute:02}" for hour in range(1, 9) for minute in range(60)]
    with (tmp_path / "many.csv").open("w") as file:
        file.write(HEAD + "session_flag,value,period,group_id,note\n")
        for number in range(100_000):
            day = f"{2000 + number % 25}-{number // 25 % 12 + 1:02}-{number // 300 % 28 + 1:02}"
            time = f"T{minutes[number % 480]}-05:00" if number % 2 else ""
            file.write(f'e{number},k,{day}{time},,{number}.5,Q{number % 4},g{number // 3},"a, note"\n')

    found = load(EventFiles(path="x"), tmp_path / "many.csv", load_calendar())
    assert (found.read, found.frame.height) == (100_000, 33_334)
