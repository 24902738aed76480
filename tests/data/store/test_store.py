"""The store: what was said to be stored stays and comes back exactly; a changed history stands beside the old one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from data.errors import InputError, MissingDataError
from data.prices import vintages
from data.store import manifest, objects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data.prices.vintages import Vintage


def test_bytes_are_stored_once_under_their_hash(tmp_path: Path) -> None:
    """The name is the SHA-256; storing again changes nothing."""
    digest = objects.put(tmp_path, b"abc")
    again = objects.put(tmp_path, b"abc")

    assert digest == again == hashlib.sha256(b"abc").hexdigest()
    assert [path.name for path in (tmp_path / "objects").iterdir()] == [f"{digest}.parquet"]
    assert objects.get(tmp_path, digest) == b"abc"


def test_a_damaged_object_is_mended_by_storing_its_bytes_again(tmp_path: Path) -> None:
    """Fetching again is the remedy that the message names."""
    digest = objects.put(tmp_path, b"abc")
    objects.path_of(tmp_path, digest).write_bytes(b"abd")
    with pytest.raises(InputError, match=r"is damaged: 3 bytes"):
        objects.get(tmp_path, digest)

    objects.put(tmp_path, b"abc")

    assert objects.get(tmp_path, digest) == b"abc"


def test_a_lost_object_is_named_with_its_remedy(tmp_path: Path) -> None:
    """Exit code 3: it can be fetched again."""
    with pytest.raises(MissingDataError, match=r"lost an object.*backtest data fetch"):
        objects.get(tmp_path, "0" * 64)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63])
def test_only_a_hash_names_an_object(tmp_path: Path, name: str) -> None:
    """No path leads out of the store."""
    with pytest.raises(InputError, match="is no SHA-256"):
        objects.path_of(tmp_path, name)


def test_a_changed_history_is_a_new_vintage_and_the_old_one_stays(tmp_path: Path, save: Callable[..., Vintage]) -> None:
    """Both can be read, in the order in which they came; the same history again adds nothing."""
    save([1.0, 2.0])
    save([1.0, 2.5])
    save([1.0, 2.5])

    listed, torn = vintages.listed(tmp_path)
    assert torn == ()
    assert [vintages.history(tmp_path, one)["close"].to_list() for one in listed] == [[1.0, 2.0], [1.0, 2.5]]


def test_the_newest_vintage_of_each_asset_is_found(tmp_path: Path, save: Callable[..., Vintage]) -> None:
    """Assets do not hide each other."""
    save([1.0], "A")
    save([5.0], "B")
    second = save([2.0], "A")

    listed, _ = vintages.listed(tmp_path)

    assert vintages.newest(listed, "test", "A") == second
    assert vintages.newest(listed, "test", "C") is None


@pytest.mark.parametrize("keep", range(1, 60, 7))
def test_a_torn_last_line_is_left_out_and_reported_and_the_one_before_counts(
    tmp_path: Path, save: Callable[..., Vintage], keep: int
) -> None:
    """Cut anywhere, the manifest says what it said before the line; the next writer starts clean and loses nothing."""
    first = save([1.0])
    path = tmp_path / "manifest.jsonl"
    size = path.stat().st_size
    save([2.0])
    whole = path.read_bytes()
    path.write_bytes(whole[: size + keep])

    listed, torn = vintages.listed(tmp_path)
    assert listed == [first]
    assert f"ends in {keep} bytes of a line that was never finished" in torn[0].problem

    third = save([3.0])
    listed, torn = vintages.listed(tmp_path)
    assert (listed, torn) == ([first, third], ())
    (aside,) = tmp_path.glob("manifest.jsonl.torn-*")
    assert aside.read_bytes() == whole[size : size + keep]


def test_a_damaged_line_in_the_middle_is_never_passed_over(tmp_path: Path, save: Callable[..., Vintage]) -> None:
    """An older vintage must not come back as the newest."""
    for close in (1.0, 2.0, 3.0):
        save([close])
    path = tmp_path / "manifest.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b'"rows":1', b'"rows":2') + lines[2])

    with pytest.raises(InputError, match=r"manifest.jsonl line 2: is damaged"):
        vintages.listed(tmp_path)


def test_a_lost_line_is_noticed(tmp_path: Path, save: Callable[..., Vintage]) -> None:
    """Lines are numbered."""
    for close in (1.0, 2.0, 3.0):
        save([close])
    path = tmp_path / "manifest.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])

    with pytest.raises(InputError, match=r"line 2: is damaged or stands in the wrong place"):
        manifest.read(path)


def test_a_store_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """Looking makes no folder."""
    assert vintages.listed(tmp_path / "none") == ([], ())
    assert not (tmp_path / "none").exists()


def test_the_check_verifies_every_object_and_lists_what_nobody_names(
    tmp_path: Path, save: Callable[..., Vintage]
) -> None:
    """One damaged, one without a line, one draft."""
    damaged = objects.path_of(tmp_path, save([1.0]).object)
    save([2.0])
    damaged.write_bytes(damaged.read_bytes()[:-1])
    lone = objects.put(tmp_path, b"lone")
    (tmp_path / "objects" / ".draft-x").write_bytes(b"half")

    count, errors, notes = vintages.check(tmp_path)

    assert count == 2
    assert [damaged.name in error.where for error in errors] == [True]
    assert [lone in notes[0].where, ".draft-x" in notes[1].where] == [True, True]
