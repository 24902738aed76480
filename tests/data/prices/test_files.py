"""Loading: what is kept, what is set aside in the open, and what is refused with file, row and value."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from pydantic import ValidationError

from data.errors import InputError, MissingDataError
from data.prices.settings import PriceFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data.prices.source import Prices

OHLC = "session,asset,open,high,low,close,split\n"


def _rows(*rows: str, header: str = "session,asset,close\n") -> str:
    return header + "".join(f"{row}\n" for row in rows)


def test_rows_come_sorted_with_every_column_and_without_foreign_ones(load_text: Callable[..., Prices]) -> None:
    """Mapped columns get our names, absent ones are null, others are ignored."""
    text = "date,symbol,adj,junk\n2024-01-03,B,3\t,x\n2024-01-02,B,2,\n2024-01-02,A,1,\n"
    prices = load_text(text, columns={"session": "date", "asset": "symbol", "close": "adj"})
    assert prices.frame.select("session", "asset", "close").rows() == [
        (date(2024, 1, 2), "A", 1.0),
        (date(2024, 1, 2), "B", 2.0),
        (date(2024, 1, 3), "B", 3.0),
    ]
    assert prices.frame["open"].null_count() == 3
    assert (prices.label, prices.simulated) == ("prices.csv", False)
    assert [finding.where for finding in prices.findings] == ["prices.csv row 3"]
    assert "stands after a later session" in prices.findings[0].problem


def test_the_order_of_rows_and_the_kind_of_file_do_not_change_the_content(
    load_text: Callable[..., Prices], load_path: Callable[..., Prices], tmp_path: Path
) -> None:
    """A shuffled CSV and a parquet of the same rows have one hash."""
    rows = ["2024-01-02,A,1.1", "2024-01-02,B,2.2", "2024-01-03,A,1.3"]
    frame = pl.DataFrame({"session": [date(2024, 1, 3), date(2024, 1, 2)], "asset": ["A", "B"], "close": [1.3, 2.2]})
    pl.concat([frame, frame[:1].with_columns(session=date(2024, 1, 2), close=1.1)]).write_parquet(
        tmp_path / "p.parquet"
    )
    hashes = {load_text(_rows(*order)).content_hash for order in (rows, rows[::-1])}
    assert hashes == {load_path(tmp_path / "p.parquet").content_hash}


def test_all_offences_are_reported_at_once_with_row_column_and_value(problems: Callable[..., list[str]]) -> None:
    """A bad number, a bad day, a negative and a zero price, a Saturday: five findings."""
    rows = ["2024-01-02,A,x", "2024-1-3,A,1", "2024-01-04,A,-1", "2024-01-05,A,0", "2024-01-06,A,1"]
    said = "\n".join(problems(_rows(*rows)))
    for expected in (
        "prices.csv row 2: close = 'x': is not a number",
        "prices.csv row 3: session = '2024-1-3': cannot be read as a day",
        "prices.csv row 4: close = '-1.0': is not positive",
        "prices.csv row 5: close = '0.0': is not positive",
        "prices.csv row 6: session = '2024-01-06': is no session of XNYS",
    ):
        assert expected in said
    assert said.count("\n") == 4


def test_identical_repeats_count_once_and_are_reported(load_text: Callable[..., Prices]) -> None:
    """The second of two equal rows is left out in the open."""
    prices = load_text(_rows("2024-01-02,A,1", "2024-01-02,A,1.0", "2024-01-03,A,2"))
    assert prices.frame.height == 2
    assert [finding.where for finding in prices.findings] == ["prices.csv row 3"]
    assert "counted once" in prices.findings[0].problem


def test_contradictory_repeats_are_refused_showing_both(problems: Callable[..., list[str]]) -> None:
    """Two closes for one session cannot both be true."""
    (said,) = problems(_rows("2024-01-02,A,1", "2024-01-02,A,2"))
    assert said.startswith("prices.csv row 3: '2024-01-02 A': contradicts prices.csv row 2: close 2.0 against 1.0")


def test_an_empty_close_is_a_gap_and_stays(load_text: Callable[..., Prices]) -> None:
    """A row without a close keeps its place, null."""
    prices = load_text(_rows("2024-01-02,A,1", "2024-01-03,A,", "2024-01-04,A,NaN"))
    assert prices.frame["close"].to_list() == [1.0, None, None]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2024-01-03,A,10,9,11,10,", "high is below low"),
        ("2024-01-03,A,10,11,9,11.01,", "close is outside [low, high]"),
        ("2024-01-03,A,8.9,11,9,10,", "open is outside [low, high]"),
    ],
)
def test_prices_that_contradict_each_other_are_set_aside(
    load_text: Callable[..., Prices], row: str, reason: str
) -> None:
    """The row leaves the frame and stands among the findings with its reason."""
    prices = load_text(_rows("2024-01-02,A,10,11,9,10,", row, header=OHLC), adjustment="raw")
    assert prices.frame["session"].to_list() == [date(2024, 1, 2)]
    assert [finding.where for finding in prices.findings] == ["prices.csv row 3"]
    assert prices.findings[0].problem.startswith(reason)


def test_a_close_beyond_a_high_that_was_rounded_to_cents_is_no_contradiction(load_text: Callable[..., Prices]) -> None:
    """25.004 rounds to 25.00, which is 1.6e-4 below it."""
    prices = load_text(_rows("2024-01-02,A,24.9,25.00,24.8,25.004,", header=OHLC), adjustment="raw")
    assert (prices.frame.height, prices.findings) == (1, ())


def test_a_split_is_never_lost_with_a_row_that_is_set_aside(problems: Callable[..., list[str]]) -> None:
    """A contradictory row that carries a split is an error, for the position would go wrong."""
    rows = ["2024-01-02,A,10,11,9,10,", "2024-01-03,A,1,0.9,1.1,1,10"]
    (said,) = problems(_rows(*rows, header=OHLC), adjustment="raw")
    assert "its dividend or split would be lost" in said


def test_a_split_of_zero_is_refused(problems: Callable[..., list[str]]) -> None:
    """Vendors write 0 for none, but a factor of 0 would wipe a position out."""
    (said,) = problems(_rows("2024-01-02,A,10,11,9,10,0", header=OHLC), adjustment="raw")
    assert "row 2: split = '0.0'" in said


def test_an_absent_asset_is_named_with_the_nearest(problems: Callable[..., list[str]]) -> None:
    """Every asked asset must be there; the spelling is suggested."""
    said = problems(_rows("2024-01-02,NVDA,1", "2024-01-02,AMD,1"), ["NVDA", "nvda", "NVDIA"])
    assert [("'nvda'" in said[1], "nearest: NVDA" in said[1]), "nearest: NVDA" in said[0]] == [(True, True), True]


def test_absent_assets_alone_are_missing_data(load_text: Callable[..., Prices]) -> None:
    """Nothing is wrong with the file but what it lacks: exit 3, as for a missing file."""
    with pytest.raises(MissingDataError):
        load_text(_rows("2024-01-02,NVDA,1"), ["AMD"])


def test_only_the_asked_assets_are_loaded_and_names_stay_text(load_text: Callable[..., Prices]) -> None:
    """TRUE and 0700 are names; a name with spaces around it is read without them, in the open."""
    prices = load_text(_rows("2024-01-02,TRUE,1", "2024-01-02, 0700,2", "2024-01-02,NA,3"), ["TRUE", "0700"])
    assert prices.frame["asset"].to_list() == ["0700", "TRUE"]
    assert "has spaces around it" in prices.findings[0].problem


def test_a_missing_column_names_those_found_and_the_mapping(problems: Callable[..., list[str]]) -> None:
    """The hint can be pasted into the config."""
    said = problems("Date,Ticker,close\n2024-01-02,A,1\n")
    assert "write columns: {session: Date}" in said[0]
    assert "columns found: Date, Ticker, close" in said[1]


def test_open_high_and_low_follow_the_close_onto_its_basis(load_text: Callable[..., Prices]) -> None:
    """An adjusted close 5 for a close of 10: everything is halved."""
    text = "session,asset,open,high,low,close,adj\n2024-01-02,A,8,12,6,10,5\n"
    prices = load_text(text, adjustment="total", columns={"close": "adj"}, basis_close="close")
    assert prices.frame.select("open", "high", "low", "close").row(0) == (4.0, 6.0, 3.0, 5.0)


def test_a_row_without_its_basis_cannot_be_scaled(problems: Callable[..., list[str]]) -> None:
    """The row is named rather than left on another basis."""
    text = "session,asset,open,close,adj\n2024-01-02,A,8,,5\n"
    said = problems(text, adjustment="total", columns={"close": "adj"}, basis_close="close")[0]
    assert "row 2: basis_close: is empty" in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"adjustment": "total", "columns": {"dividend": "div"}}, "counted twice"),
        ({"adjustment": "split", "columns": {"split": "ratio"}}, "counted twice"),
        ({"layout": "wide", "columns": {"close": "c"}}, "closes only"),
        ({"basis_close": "close"}, "nothing to scale"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(settings: dict[str, object], said: str) -> None:
    """An action is in the prices or in a column, never both."""
    with pytest.raises(ValidationError, match=said):
        PriceFiles.model_validate({"path": "p", "adjustment": "split", **settings})


def test_actions_that_are_in_the_prices_already_are_left_out_in_the_open(load_text: Callable[..., Prices]) -> None:
    """Total-return prices whose file also lists dividends: the column is not applied, and a finding says so."""
    prices = load_text("session,asset,close,dividend\n2024-01-02,A,1,0.5\n", adjustment="total")
    assert prices.frame["dividend"].to_list() == [None]
    assert "is not applied" in prices.findings[0].problem


def test_a_wide_table_is_the_long_one(load_text: Callable[..., Prices]) -> None:
    """A column per asset; an empty cell is no row."""
    wide = load_text("date,B,A\n2024-01-02,2,\n2024-01-03,4,3\n", layout="wide", columns={"session": "date"})
    tall = load_text(_rows("2024-01-02,B,2", "2024-01-03,B,4", "2024-01-03,A,3"))
    assert wide.content_hash == tall.content_hash
    assert wide.frame["open"].null_count() == 3


def test_a_wide_table_reports_row_and_asset(problems: Callable[..., list[str]]) -> None:
    """The column of an offence is the asset's; an absent asset is suggested."""
    said = problems("session,AMD,MU\n2024-01-02,x,1\n", ["AMD", "MUU"], layout="wide")
    assert "prices.csv row 2: AMD = 'x': is not a number" in said[0]
    assert any("nearest: MU" in line for line in said)


def test_a_folder_is_read_whole_in_any_order(load_path: Callable[..., Prices], tmp_path: Path) -> None:
    """Files of a folder are one table; other files are not looked at."""
    (tmp_path / "b.csv").write_text(_rows("2024-01-02,B,2"))
    (tmp_path / "a.csv").write_text(_rows("2024-01-02,A,1"))
    (tmp_path / "notes.txt").write_text("nothing")
    assert load_path(tmp_path).frame["asset"].to_list() == ["A", "B"]


def test_files_of_a_folder_must_share_their_columns(load_path: Callable[..., Prices], tmp_path: Path) -> None:
    """Opens must not vanish half way through history."""
    (tmp_path / "a.csv").write_text("session,asset,open,close\n2024-01-02,A,1,1\n")
    (tmp_path / "b.csv").write_text(_rows("2024-01-03,A,1"))
    with pytest.raises(InputError, match=r"b.csv: open: column is absent but a.csv has it"):
        load_path(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"<!DOCTYPE html><p>Too many requests", "a web page"), (b"", "torn"), (b"PAR1" + b"\0" * 40, "torn")],
)
def test_what_is_no_parquet_file_is_named_with_its_size(
    load_path: Callable[..., Prices], tmp_path: Path, content: bytes, said: str
) -> None:
    """A saved web page or half a download says so, and how to mend it."""
    path = tmp_path / "p.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"p.parquet.*: is no parquet file but {said}.*{len(content)} bytes.*fetch"):
        load_path(path)


@pytest.mark.parametrize("at", [0.05, 0.3, 0.6, 0.9, 0.97])
def test_a_damaged_parquet_file_never_gives_a_traceback(
    load_path: Callable[..., Prices], tmp_path: Path, at: float
) -> None:
    """Bytes overwritten in the middle or in the footer are an InputError that names the file."""
    path = tmp_path / "p.parquet"
    days = pl.date_range(date(2020, 1, 1), date(2023, 12, 31), "1d", eager=True)
    frame = pl.DataFrame({"session": days, "asset": "A", "close": [1.0 + n * 0.1 for n in range(len(days))]})
    frame.write_parquet(path)
    data = bytearray(path.read_bytes())
    start = max(4, int(len(data) * at))
    data[start : min(start + 60, len(data) - 4)] = b"\xff" * (min(start + 60, len(data) - 4) - start)
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"p.parquet"):
        load_path(path)


def test_a_missing_file_names_its_neighbours(load_path: Callable[..., Prices], tmp_path: Path) -> None:
    """A typing mistake in the path is answered with the nearest name, exit code 3."""
    (tmp_path / "universe.parquet").write_bytes(b"")
    with pytest.raises(MissingDataError, match=r"did you mean universe\.parquet\?"):
        load_path(tmp_path / "univers.parquet")


def test_rows_of_a_parquet_file_count_from_one_also_when_assets_are_chosen(
    load_path: Callable[..., Prices], tmp_path: Path
) -> None:
    """The third row of the file is row 3, whatever was filtered away before it."""
    frame = pl.DataFrame({"session": [date(2024, 1, 2)] * 3, "asset": ["C", "B", "A"], "close": [1.0, 2.0, -3.0]})
    frame.write_parquet(tmp_path / "p.parquet")
    with pytest.raises(InputError, match=r"p.parquet row 3: close = '-3.0'"):
        load_path(tmp_path / "p.parquet", ["A"])


def test_single_precision_is_widened_in_the_open(load_path: Callable[..., Prices], tmp_path: Path) -> None:
    """Seven digits stay seven digits; the finding says so."""
    days = [date(2024, 1, 2), date(2024, 1, 3)]
    frame = pl.DataFrame({"session": days, "asset": ["A", "A"], "close": pl.Series([0.1, 0.2], dtype=pl.Float32)})
    frame.write_parquet(tmp_path / "single.parquet")

    prices = load_path(tmp_path / "single.parquet")

    assert prices.frame["close"].to_list() == frame["close"].cast(pl.Float64).to_list()
    assert "Float32: seven digits" in prices.findings[0].problem
