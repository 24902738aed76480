"""Faults of disks and processes: no wrong data, no lost object, a clear sentence."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.errors import InputError, ResearchError, RunError
from data.prices import vintages
from data.store import objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from data.prices.vintages import Vintage

WRITER = Path(__file__).with_name("writer.py")


def start(folder: Path, asset: str, count: int, root: Path) -> subprocess.Popen[str]:
    """Start a process that stores histories."""
    command = [sys.executable, str(WRITER), str(folder), asset, str(count)]
    environment = {**os.environ, "PYTHONPATH": str(root), "POLARS_MAX_THREADS": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def firsts(folder: Path, asset: str) -> list[float]:
    """Read every vintage of an asset; give the first close of each, after checking the others against it."""
    found = []
    for one in vintages.listed(folder)[0]:
        if one.asset == asset:
            closes = vintages.history(folder, one)["close"].to_list()
            assert closes == [closes[0] + at for at in range(500)]
            found.append(closes[0])
    return found


@pytest.mark.parametrize("seed", [0, 1])
def test_1000_of_1000_flipped_bits_are_found(tmp_path: Path, save: Callable[..., Vintage], seed: int) -> None:
    """In objects and in the manifest: an error, or a torn line that is reported; never other data in silence."""
    for closes in ([1.0, 2.0], [1.0, 2.5]):
        save([close * at for close in closes for at in range(1, 200)])
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    rng = random.Random(seed)  # noqa: S311 - faults at seeded places
    found = 0
    for _ in range(500):
        path = rng.choice(files)
        whole = path.read_bytes()
        at, bit = rng.randrange(len(whole)), rng.randrange(8)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
        found += _notices(tmp_path)
        path.write_bytes(whole)
    assert found == 500
    assert not _notices(tmp_path)


def _notices(folder: Path) -> bool:
    try:
        listed, torn = vintages.listed(folder)
        for one in listed:
            vintages.history(folder, one)
    except InputError:
        return True
    return bool(torn)


def test_every_truncation_of_an_object_is_found(tmp_path: Path, save: Callable[..., Vintage]) -> None:
    """From nothing to the last byte but one."""
    one = save([1.0, 2.0, 3.0])
    path = objects.path_of(tmp_path, one.object)
    whole = path.read_bytes()
    for size in range(0, len(whole), 13):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="is damaged"):
            vintages.history(tmp_path, one)


def test_two_writers_and_a_reader_do_not_disturb_each_other(tmp_path: Path, root: Path) -> None:
    """Each of 60 histories is stored once, in order, and a reader sees only whole ones meanwhile."""
    writers = [start(tmp_path, asset, 30, root) for asset in ("A", "B")]
    reads = 0
    while any(writer.poll() is None for writer in writers):
        for asset in ("A", "B"):
            seen = firsts(tmp_path, asset)
            assert seen == [float(at) for at in range(1, len(seen) + 1)]
            reads += 1
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert [firsts(tmp_path, asset) for asset in ("A", "B")] == [[float(at) for at in range(1, 31)]] * 2
    assert reads > 2


def _kill_while_writing(folder: Path, root: Path, count: int) -> None:
    """Stop a writer at a random moment, again and again; what it acknowledged must be there, whole."""
    rng = random.Random(7)  # noqa: S311 - stops at seeded moments
    for turn in range(count):
        asset = f"A{turn}"
        process = start(folder, asset, 10_000, root)
        assert process.stdout is not None
        acknowledged = [process.stdout.readline()]
        time.sleep(rng.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        acknowledged += process.communicate()[0].splitlines()
        stored = firsts(folder, asset)
        sure = [float(text) for text in acknowledged if text.strip()]
        assert stored[: len(sure)] == sure
        assert len(stored) <= len(sure) + 1
    _, errors, _ = vintages.check(folder)
    assert errors == []


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path, root: Path) -> None:
    """Six kills at random moments."""
    _kill_while_writing(tmp_path, root, 6)


@pytest.mark.full
def test_200_killed_writers_lose_nothing_that_they_acknowledged(tmp_path: Path, root: Path) -> None:
    """200 kills at random moments into one store."""
    _kill_while_writing(tmp_path, root, 200)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of 64 kB, or skip where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False) if mount else None
    if done is None or done.returncode != 0:
        pytest.skip(f"no small file system can be mounted: {done.stderr.strip() if done else 'there is no mount'}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _until_full(store: Callable[[int], Vintage]) -> tuple[list[Vintage], RunError]:
    stored: list[Vintage] = []
    for at in range(1, 200):
        try:
            stored.append(store(at))
        except RunError as error:
            return stored, error
    pytest.fail("the disk took everything")


def test_a_full_disk_is_said_and_everything_stored_before_stays(small_disk: Path, save: Callable[..., Vintage]) -> None:
    """Histories are stored until the disk is full; all of them are whole, no draft stays, and room makes it go on."""
    stored, error = _until_full(lambda at: save([at + 1 / (day + 3) for day in range(500)], folder=small_disk))
    said = r"could not be written: No space left on device \(\d,\d+ bytes are needed\); .* is untouched"
    assert re.search(said, str(error))
    assert stored
    assert vintages.listed(small_disk) == (stored, ())
    assert vintages.check(small_disk)[1:] == ([], [])


def test_a_full_manifest_is_cut_back_to_its_last_line(small_disk: Path, save: Callable[..., Vintage]) -> None:
    """The object fits, its line does not: the line is taken back."""
    (small_disk / "filler").write_bytes(b"x" * 4096 * 10)
    stored, error = _until_full(lambda at: save([float(at)], folder=small_disk))
    assert "No space left" in str(error)
    assert stored
    assert vintages.listed(small_disk) == (stored, ())
    (small_disk / "filler").unlink()
    stored.append(save([0.5], folder=small_disk))
    assert vintages.listed(small_disk) == (stored, ())


@pytest.mark.parametrize("name", ["objects", "manifest.jsonl"])
def test_something_else_in_the_way_is_said(tmp_path: Path, save: Callable[..., Vintage], name: str) -> None:
    """A file in the place of the folder of objects, a folder in the place of the manifest."""
    place = tmp_path / name
    place.mkdir() if name.endswith("jsonl") else place.write_text("in the way")

    with pytest.raises(ResearchError, match=rf"{name}.* could not be written|{name}: .*cannot be read"):
        save([1.0])


def test_a_file_in_the_place_of_the_store_is_said(tmp_path: Path, save: Callable[..., Vintage]) -> None:
    """No traceback, and the file stays."""
    (tmp_path / "store").write_text("mine")

    with pytest.raises(RunError, match=r"could not be written: (Not a directory|File exists)"):
        save([1.0], folder=tmp_path / "store")
    assert (tmp_path / "store").read_text() == "mine"


def test_a_store_that_cannot_be_written_can_still_be_read(tmp_path: Path, save: Callable[..., Vintage]) -> None:
    """A read-only mount, which root has to obey as well."""
    one = save([1.0, 2.0])
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "--bind", str(tmp_path), str(tmp_path)], capture_output=True, check=False)
    if not done or done.returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run([str(mount), "-o", "remount,ro,bind", str(tmp_path)], check=True)
        assert vintages.history(tmp_path, one)["close"].to_list() == [1.0, 2.0]
        with pytest.raises(RunError, match="could not be written: Read-only file system"):
            save([3.0])
        assert vintages.listed(tmp_path) == ([one], ())
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
