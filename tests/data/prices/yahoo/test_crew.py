"""Several processes ask at once: they give what one gives, and nothing that happens to one of them is lost or mixed."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from offline_yahoo import Deadly, Through, mounted, reply, served

from data import calendar
from data.clocks import Clock
from data.errors import MissingDataError
from data.prices import vintages
from data.prices.answers import FetchError
from data.prices.crew import Crew
from data.prices.fetching import Interrupted, failed
from data.prices.settings import PriceYahoo
from data.prices.yahoo import fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from data.prices.fetching import Line

NEW_YORK = calendar.load()
EIGHT = list("ABCDEFGH")
SPEED = 20.0


def closes(level: float) -> dict[str, float]:
    """Give three closes."""
    return {"2024-01-02": level, "2024-01-03": level + 1, "2024-01-04": level + 2}


@pytest.fixture
def server(yahoo: Any) -> Iterator[str]:
    """Serve eight assets to other processes."""
    yahoo.answers |= {asset: reply(asset, closes(10.0 + at)) for at, asset in enumerate(EIGHT)}
    with served(yahoo) as address:
        yield address


@pytest.fixture
def crewed(server: str, line: Callable[..., Line]) -> Line:
    """Give a way on which two processes ask; its seconds are short."""
    quick = Clock(lambda: time.monotonic() * SPEED, lambda seconds: time.sleep(seconds / SPEED), line().clock.today)
    return replace(line(), opens=partial(mounted, Through(server)), clock=quick, workers=4)


def test_several_workers_give_what_one_gives_byte_for_byte(
    yahoo: Any, crewed: Line, settings: PriceYahoo, tmp_path: Path
) -> None:
    """Objects, manifest and results, with one asset unknown and one that is refused at first."""
    del yahoo.answers["C"]
    yahoo.answers["B"] = [(429, b"Too Many Requests")] * 2 + [yahoo.answers["B"]]
    several = fetch(settings, tmp_path / "several", EIGHT, NEW_YORK, line=crewed)
    alone = fetch(settings, tmp_path / "alone", EIGHT[::-1], NEW_YORK, line=replace(crewed, workers=1))

    assert several == alone
    assert [one.asset for one in several if one.problem] == ["C"]
    assert _bytes(tmp_path / "several") == _bytes(tmp_path / "alone")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.shared
def test_real_replies_come_the_same_through_several_workers(
    yahoo: Any, crewed: Line, shared: Path, tmp_path: Path
) -> None:
    """Seven verbatim replies, and an asset of three sessions."""
    for file in sorted((shared / "reference" / "yahoo_v8").glob("*.json")):
        yahoo.answers[file.stem] = (200, file.read_bytes())
    names = [*(name for name in yahoo.answers if len(name) > 1), "A"]
    settings = PriceYahoo(start=date(2016, 7, 14), end=date(2026, 7, 13))
    later = replace(crewed, clock=replace(crewed.clock, today=lambda: datetime(2026, 7, 14, 12, tzinfo=UTC)))
    several = fetch(settings, tmp_path / "several", names, NEW_YORK, line=later)
    alone = fetch(settings, tmp_path / "alone", names, NEW_YORK, line=replace(later, workers=1))

    assert (len(several), [one.problem for one in several]) == (8, [None] * 8)
    assert several == alone
    assert _bytes(tmp_path / "several") == _bytes(tmp_path / "alone")


def test_bad_answers_of_every_kind_are_named_and_the_others_stay(
    yahoo: Any, crewed: Line, settings: PriceYahoo, store: Path
) -> None:
    """Empty, another asset's, a page, half a JSON, an error of the server; a part is what it is."""
    part = {"2024-01-02": 10.0, "2024-01-04": 12.0}
    yahoo.answers |= {"A": reply("A", {}), "B": reply("B", closes(1.0), named="C"), "D": reply("D", part)}
    yahoo.answers |= {"E": (200, b"<!DOCTYPE html>"), "F": (200, b'{"chart": {"res'), "G": (500, b"{}")}

    fetched = fetch(settings, store, EIGHT, NEW_YORK, line=crewed)

    said = {one.asset: one.problem.problem for one in fetched if one.problem}
    assert said["A"] == "came back empty"
    assert said["B"] == "was answered with 'C'"
    assert "a consent, login or error page" in said["E"]
    assert sorted(said) == ["A", "B", "E", "F", "G"]
    assert [(one.asset, one.rows) for one in vintages.listed(store)[0]] == [("C", 3), ("D", 2), ("H", 3)]
    with pytest.raises(MissingDataError, match=r"5 of 8 assets could not be fetched; the other 3 are stored"):
        failed(fetched, 8)


def test_a_worker_that_dies_takes_only_its_own_asset_with_it(
    server: str, crewed: Line, settings: PriceYahoo, store: Path
) -> None:
    """It is asked for once more, by another; that one dies as well."""
    fetched = fetch(settings, store, EIGHT, NEW_YORK, line=replace(crewed, opens=partial(mounted, Deadly(server, "C"))))

    (lost,) = [one for one in fetched if one.problem]
    assert lost.asset == "C"
    assert lost.problem is not None
    assert lost.problem.problem == "has no answer: the process that asked ended with signal SIGKILL"
    assert [one.asset for one in vintages.listed(store)[0]] == list("ABDEFGH")


def test_after_a_lasting_refusal_nobody_asks_on(yahoo: Any, crewed: Line, settings: PriceYahoo, store: Path) -> None:
    """The first asks four times, the second was under way; the others are not asked for at all."""
    yahoo.answers = dict.fromkeys(EIGHT, (429, b"Too Many Requests"))

    fetched = fetch(settings, store, EIGHT, NEW_YORK, line=crewed)

    assert all(one.problem for one in fetched)
    assert set(yahoo.charts) <= {"A", "B"}
    assert all("was not tried" in str(one.problem) for one in fetched[2:])
    assert not store.exists()


@pytest.fixture
def listening() -> Iterator[None]:
    """Hear Ctrl-C also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_ctrl_c_keeps_what_came_and_names_the_rest(yahoo: Any, crewed: Line, settings: PriceYahoo, store: Path) -> None:
    """Pressed while the fifth asset is being asked for: the workers end, nothing is asked for any more."""

    def press(step: str) -> None:
        if "(5 of 8)" in step:
            time.sleep(1.0)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted) as stop:
        fetch(settings, store, EIGHT, NEW_YORK, line=replace(crewed, say=press))

    fetched = stop.value.fetched
    kept = [one.asset for one in fetched if one.problem is None]
    assert [one.asset for one in fetched] == EIGHT
    assert kept == [one.asset for one in vintages.listed(store)[0]]
    assert len(kept) >= 2
    assert set(kept) <= set("ABCD")
    assert [one.problem and one.problem.problem for one in fetched[4:]] == [
        "has no answer: interrupted",
        *["was not tried: interrupted"] * 3,
    ]
    assert "H" not in yahoo.charts


def _ask(asset: str, session: Any) -> Any:
    """Misbehave in the way that the name of the asset says."""
    del session
    if asset == "hang":
        time.sleep(60)
    if asset == "bug":
        raise KeyError("a column that is not there")
    raise FetchError(f"{asset} in {os.getpid()}")


def _no_session() -> Any:
    raise OSError("no room")


def _until_heard(crew: Crew, *, count: int) -> list[tuple[str, Any]]:
    heard: list[tuple[str, Any]] = []
    while len(heard) < count:
        heard += crew.receive(None)
    return heard


def test_assets_are_asked_for_in_processes_of_their_own() -> None:
    """Three assets at once: three processes, none of them ours; a fourth asset goes to one of them."""
    crew = Crew(_ask, None, 3)
    for asset in ("one", "two", "three"):
        crew.send(asset)
    heard = dict(_until_heard(crew, count=3))
    crew.send("four")
    heard |= dict(_until_heard(crew, count=1))
    crew.close()

    homes = {asset: failure.problem.split(" in ")[1] for asset, failure in heard.items()}
    assert sorted(homes) == ["four", "one", "three", "two"]
    assert len({homes[asset] for asset in ("one", "two", "three")} | {str(os.getpid())}) == 4
    assert homes["four"] in {homes["one"], homes["two"], homes["three"]}


def test_a_worker_that_hangs_is_ended() -> None:
    """A minute is not waited for."""
    crew = Crew(_ask, None, 1, most_seconds=3.0)
    crew.send("hang")
    ((asset, failure),) = _until_heard(crew, count=1)
    crew.close()

    assert (asset, failure.problem, failure.attempts) == ("hang", "gave no answer within 3 s", 2)


def test_a_bug_in_a_worker_keeps_its_traceback() -> None:
    """It is not taken for a failure of the vendor."""
    crew = Crew(_ask, None, 1)
    crew.send("bug")
    with pytest.raises(RuntimeError, match=r"about bug:(.|\n)*in _ask(.|\n)*a column that is not there"):
        _until_heard(crew, count=1)
    crew.close()


def test_when_no_worker_starts_nobody_is_tried() -> None:
    """The reason is the last line that it wrote."""
    crew = Crew(_ask, _no_session, 1)
    crew.send("A")
    ((_, failure),) = _until_heard(crew, count=1)
    crew.close()

    assert failure.problem == "could not be asked for: no process starts that asks (status 1: OSError: no room)"
    assert failure.stops == "no process starts that asks"
