"""The page under a real pointer and a real keyboard, in three widths, without script, in the theme of the system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backtest.tearsheet.render import render
from tests.backtest import samples, samples_evidence
from tests.backtest.chromium import Tab, binary, tab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

STATES = ("full", "without", "no_events", "one_event", "one_session", "two_sessions", "ruined", "no_benchmark")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    if binary() is None:
        pytest.skip("no chromium binary is installed")
    with tab(tmp_path_factory.mktemp("browser")) as one:
        yield one


def _page(folder: Path, name: str, lang: str = "en") -> str:
    made = getattr(samples if hasattr(samples, name) else samples_evidence, name)()
    path = folder / f"{name}-{lang}.html"
    path.write_text(render(made, lang=lang), encoding="utf-8")
    return path.as_uri()


HEIGHTS = "[...document.querySelectorAll('section')].map(one => Math.round(one.getBoundingClientRect().height))"


def test_the_page_is_whole_when_it_has_loaded(browser: Tab, tmp_path: Path) -> None:
    """What waited for the first paint is laid out then: every section is as high as without the delay."""
    browser.size(1280, 900)
    address = _page(tmp_path, "full")
    browser.open(address)
    heights, scroll = browser.run(HEIGHTS), browser.run("document.documentElement.scrollHeight")
    path = tmp_path / "full-en.html"
    at_once = path.read_text(encoding="utf-8").replace("content-visibility:auto", "")
    path.write_text(at_once, encoding="utf-8")
    browser.open(address)
    assert len(heights) > 10
    assert (heights, scroll) == (browser.run(HEIGHTS), browser.run("document.documentElement.scrollHeight"))


# Labels of a figure that touch, labels that leave the window, tables that do not fit where there is room for them.
LAID_OUT = """(() => {
  const seen = one => getComputedStyle(one).display !== "none" && one.textContent.trim();
  const aside = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1;
  const apart = (a, b) => aside(a, b) || a.bottom <= b.top + 3 || b.bottom <= a.top + 3;
  const out = { wide: document.documentElement.scrollWidth, touching: [], outside: [], cut: [] };
  for (const figure of document.querySelectorAll("figure")) {
    const texts = [...figure.querySelectorAll("svg text")].filter(seen);
    const boxes = texts.map(one => one.getBoundingClientRect());
    boxes.forEach((box, k) => {
      if (box.left < -1 || box.right > innerWidth + 1) out.outside.push(figure.id + " " + texts[k].textContent);
      for (let j = 0; j < k; j++)
        if (!apart(box, boxes[j])) out.touching.push(figure.id + " " + texts[j].innerHTML + " | " + texts[k].innerHTML);
    });
  }
  for (const wrap of document.querySelectorAll(".wrap"))
    if (wrap.scrollWidth > wrap.clientWidth + 1) out.cut.push(wrap.getAttribute("aria-label"));
  for (const card of document.querySelectorAll(".card"))
    if (card.scrollWidth > card.clientWidth + 1) out.cut.push(card.textContent);
  return out;
})()"""


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_overlaps_or_is_cut_at_three_widths(browser: Tab, tmp_path: Path, state: str, lang: str) -> None:
    """At 1440, 768 and 390 pixels; at 1440 every table fits, at the others it scrolls inside its own box."""
    address = _page(tmp_path, state, lang)
    for width in (1440, 768, 390):
        browser.size(width, 1000, mobile=width < 500)
        browser.open(address)
        found = browser.run(LAID_OUT)
        assert found["wide"] <= width
        assert found["touching"] == []
        assert found["outside"] == []
        assert width < 1440 or found["cut"] == []


def _shown(browser: Tab, selector: str) -> None:
    browser.run(f"document.querySelector({selector!r}).scrollIntoView({{ block: 'center' }})")


def _middle(browser: Tab, selector: str) -> tuple[float, float]:
    found = browser.run(
        f"(() => {{ const box = document.querySelector({selector!r}).getBoundingClientRect();"
        " return [box.left + box.width / 2, box.top + box.height / 2]; })()"
    )
    return found[0], found[1]


def _move(browser: Tab, x: float, y: float) -> None:
    browser.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)


def _over(browser: Tab, selector: str) -> bool:
    """Move onto an element as a hand does, in small steps, until the page has taken notice; a busy one misses some."""
    for step in range(20):
        x, y = _middle(browser, selector)
        _move(browser, x - step % 2, y)
        if browser.run(f"document.querySelector({selector!r}).matches(':hover')"):
            return True
    return False


def test_the_pointer_reaches_the_link_in_the_card_of_a_mark(browser: Tab, tmp_path: Path) -> None:
    """Hovering opens the card, moving into it keeps it open, its link is the event's source, leaving closes it."""
    browser.size(1440, 1000)
    browser.open(_page(tmp_path, "sample"))
    source = "https://www.example.com/press/2026?a=1&b=2"
    mark = browser.run(
        "[...document.querySelectorAll('.mark')].findIndex(one => one.getAttribute('aria-label').includes('https:'))"
    )
    browser.run(f"document.querySelectorAll('.mark')[{mark}].querySelector('path').id = 'chosen'")
    _shown(browser, "#chosen")
    assert _over(browser, "#chosen")
    assert browser.run("!document.getElementById('card').hidden")
    assert _over(browser, "#card a")
    assert browser.run("new Promise(done => setTimeout(() => done(!document.getElementById('card').hidden), 500))")
    assert browser.run("document.querySelector('#card a').href") == source
    _move(browser, 5, 5)
    assert browser.run("new Promise(done => setTimeout(() => done(document.getElementById('card').hidden), 500))")


def _key(browser: Tab, key: str, code: int) -> None:
    for kind in ("rawKeyDown", "keyUp"):
        browser.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)


def test_the_keyboard_reaches_the_link_and_comes_back(browser: Tab, tmp_path: Path) -> None:
    """Focus opens, Enter goes to the link, Escape goes back to the mark and closes."""
    browser.size(1440, 1000)
    browser.open(_page(tmp_path, "sample"))
    browser.run(
        "[...document.querySelectorAll('.mark')].find(one => one.getAttribute('aria-label').includes('https:')).focus()"
    )
    _key(browser, "Enter", 13)
    assert browser.run("document.activeElement.closest('#card') !== null")
    _key(browser, "Escape", 27)
    assert browser.run("document.activeElement.classList.contains('mark')")
    assert browser.run("document.getElementById('card').hidden")


def test_the_crosshair_stands_at_one_session_in_all_charts(browser: Tab, tmp_path: Path) -> None:
    """Under a real pointer: every chart over sessions shows its line at the same share and the same date."""
    browser.size(1440, 1000)
    browser.open(_page(tmp_path, "full"))
    _shown(browser, "#figure-growth .box > svg")
    x, y = _middle(browser, "#figure-growth .box > svg")
    _move(browser, x + 60, y)
    found = browser.run(
        "[...document.querySelectorAll('figure.on')].map(one => [one.querySelector('.cross').getAttribute('x1'),"
        " one.querySelector('output').textContent.slice(0, 10)].join())"
    )
    assert len(found) >= 6
    assert len(set(found)) == 1


def test_the_page_takes_the_theme_of_the_system_and_the_button_the_other(browser: Tab, tmp_path: Path) -> None:
    """Dark by the system, light by the button, and the button says what it would do."""
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.ask("Emulation.setEmulatedMedia", features=features)
    browser.open(_page(tmp_path, "sample"))
    shade = "getComputedStyle(document.body).backgroundColor"
    assert browser.run(f"[{shade}, theme.textContent]") == ["rgb(16, 20, 26)", "Light"]
    browser.run("theme.click()")
    assert browser.run(f"[{shade}, theme.textContent]") == ["rgb(255, 255, 255)", "Dark"]
    browser.ask("Emulation.setEmulatedMedia", features=[])


def test_without_script_all_is_there_and_no_dead_control_is_shown(browser: Tab, tmp_path: Path) -> None:
    """Figures, rows and hover titles stand in the page itself; the button, the filter and the hint stay hidden."""
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(_page(tmp_path, "full"))
    found = browser.run(
        """(() => ({
          figures: [...document.querySelectorAll("figure svg[role=img]")].filter(one => one.clientHeight > 20).length,
          all: document.querySelectorAll("figure").length,
          rows: document.querySelectorAll("table.events tbody tr").length,
          titles: [...document.querySelectorAll(".mark > title")].filter(one => one.textContent.includes("P&L")).length,
          controls: [...document.querySelectorAll("#theme, .filter, .brush")].filter(one => one.offsetHeight).length,
        }))()"""
    )
    browser.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert found["figures"] == found["all"] > 10
    assert found["rows"] == 24
    assert found["titles"] > 5
    assert found["controls"] == 0


def test_no_error_is_told_and_nothing_is_requested_while_a_person_plays(browser: Tab, tmp_path: Path) -> None:
    """Theme, sort, filter and keys: no log entry, no exception, no request but the file itself."""
    browser.told.clear()
    address = _page(tmp_path, "full")
    browser.open(address)
    browser.run(
        """theme.click();
        for (const head of document.querySelectorAll("table[data-sortable] th")) head.click();
        const field = document.querySelector(".filter input");
        field.value = "raised";
        field.dispatchEvent(new Event("input"));
        for (const key of ["Home", "+", "ArrowRight", "-", "0", "End", "Escape"])
          document.querySelector("#figure-growth .box > svg").dispatchEvent(new KeyboardEvent("keydown", { key }));"""
    )
    loud = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
    assert [found for found in browser.told if found["method"] in loud] == []
    asked = [
        found["params"]["request"]["url"] for found in browser.told if found["method"] == "Network.requestWillBeSent"
    ]
    assert {one for one in asked if not one.startswith("data:")} <= {address}
