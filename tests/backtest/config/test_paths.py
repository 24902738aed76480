"""Where a config's files are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backtest.config.paths import resolve
from data.errors import MissingDataError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    folder, here = tmp_path / "configs", tmp_path / "here"
    folder.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    return folder, here


def test_the_folder_of_the_config_comes_first(places: tuple[Path, Path]) -> None:
    """Both hold the file."""
    for place in places:
        (place / "p.csv").touch()
    assert resolve("p.csv", places[0]) == places[0] / "p.csv"


def test_the_working_directory_comes_second(places: tuple[Path, Path]) -> None:
    """Only it holds the file."""
    (places[1] / "p.csv").touch()
    assert resolve("p.csv", places[0]) == places[1] / "p.csv"


def test_a_missing_file_names_both_places_and_the_nearest(places: tuple[Path, Path]) -> None:
    """Exit code 3: the data is not there."""
    (places[0] / "prices.csv").touch()
    with pytest.raises(MissingDataError) as caught:
        resolve("price.csv", places[0])
    assert caught.value.exit_code == 3
    for named in (places[0] / "price.csv", places[1] / "price.csv", places[0] / "prices.csv"):
        assert str(named) in caught.value.message


def test_a_missing_folder_names_the_nearest_folder(places: tuple[Path, Path]) -> None:
    """The deepest folder that exists is searched."""
    (places[0] / "market").mkdir()
    with pytest.raises(MissingDataError, match="market"):
        resolve("markets/2020/p.csv", places[0])


def test_an_absolute_path_is_taken_as_is(places: tuple[Path, Path]) -> None:
    """There is one place only."""
    with pytest.raises(MissingDataError) as caught:
        resolve(str(places[0] / "no.csv"), places[1])
    assert "neither" not in caught.value.message
