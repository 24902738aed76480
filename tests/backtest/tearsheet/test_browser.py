"""The page in a real Chromium: no console message, no request, nothing wider than a phone, working controls."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from chromium import binary

from backtest.cli.report_command import pdf
from backtest.tearsheet.comparison import render_comparison
from backtest.tearsheet.gallery import render_gallery
from backtest.tearsheet.render import render
from tests.backtest import samples, samples_evidence

if TYPE_CHECKING:
    from pathlib import Path

    from chromium import Tab

pytestmark = pytest.mark.browser

STATES = (
    "ten_years", "no_events", "one_event", "no_benchmark", "one_session", "two_sessions", "ruined", "full", "without",
)  # fmt: skip

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--window-size=1280,2000",
)  # fmt: skip
TOLD = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")

# Runs beside the page, not in it: the page's own policy would refuse it.
PROBE = """
const frame = document.querySelector("iframe"), out = {};
frame.addEventListener("load", () => {
  const page = frame.contentDocument, root = page.documentElement, view = frame.contentWindow;
  out.width = root.scrollWidth;
  out.marks = page.querySelectorAll(".mark").length;
  out.figures = page.querySelectorAll("figure svg[role=img]").length;
  const growth = page.querySelector("#figure-growth .box > svg"), readout = page.querySelector("#figure-growth output");
  const press = key => growth.dispatchEvent(new view.KeyboardEvent("keydown", { key }));
  press("Home"); out.home = readout.textContent;
  press("End"); out.end = readout.textContent;
  press("ArrowLeft"); out.left = readout.textContent;
  out.drawdown = page.querySelector("#figure-drawdown output").textContent;
  press("Escape"); out.hidden = readout.textContent;
  page.getElementById("theme").click(); out.theme = root.dataset.theme;
  out.dark = view.getComputedStyle(page.body).backgroundColor;
  const table = page.querySelector("table.events");
  const heads = [...table.tHead.rows[0].cells], at = heads.findIndex(head => head.textContent === "P&L");
  const cells = () => [...table.tBodies[0].rows].map(row => row.cells[at].textContent);
  heads[at].click(); out.falling = cells();
  heads[at].dispatchEvent(new view.KeyboardEvent("keydown", { key: "Enter" })); out.rising = cells();
  const field = page.querySelector(".filter input");
  field.value = "rpo"; field.dispatchEvent(new view.Event("input"));
  out.filtered = [...table.tBodies[0].rows].filter(row => !row.hidden).map(row => row.cells[2].textContent);
  out.count = page.querySelector(".filter output").textContent;
  field.value = ""; field.dispatchEvent(new view.Event("input"));
  out.unfiltered = [...table.tBodies[0].rows].filter(row => !row.hidden).length;
  page.querySelector(".mark").dispatchEvent(new view.FocusEvent("focus"));
  const card = page.getElementById("card");
  out.card = card.hidden ? "" : card.textContent;
  page.querySelector(".mark").dispatchEvent(new view.FocusEvent("blur"));
  out.closed = card.hidden;
  const seen = text => view.getComputedStyle(text).display !== "none";
  const texts = [...page.querySelectorAll("svg text")].filter(seen);
  out.font = Math.min(...texts.map(text => parseFloat(view.getComputedStyle(text).fontSize) * text.getScreenCTM().a));
  const growthLabels = [...page.querySelectorAll("#figure-growth text.mid")].filter(seen)
    .map(text => text.getBoundingClientRect()).sort((a, b) => a.left - b.left);
  out.overlaps = growthLabels.slice(1).filter((box, k) => box.left < growthLabels[k].right + 3).length;
  document.body.dataset.out = JSON.stringify(out);
});
frame.srcdoc = PAGE;
"""


@pytest.fixture
def browser(one_browser: Tab) -> Tab:
    """Give the browser at the size of a desk, with nothing told so far."""
    one_browser.size(1280, 2000)
    one_browser.told.clear()
    return one_browser


def _open(browser: Tab, folder: Path, page: str) -> None:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    browser.open(path.as_uri())


# Resolves when the script beside the page has written what it found.
DONE = """new Promise(done => {
  const look = () => document.body.dataset.out ? done(document.body.dataset.out) : setTimeout(look, 10);
  look();
})"""


def _probe(browser: Tab, folder: Path, page: str, width: int, probe: str = PROBE) -> dict[str, Any]:
    script = probe.replace("PAGE", json.dumps(page).replace("</", "<\\/"))
    outer = f'<!doctype html><body><iframe width="{width}" height="1500"></iframe><script>{script}</script></body>'
    _open(browser, folder, outer)
    return dict(json.loads(browser.run(DONE)))


def _keep(browser: Tab, folder: Path, page: str, picture: Path, width: int, height: int) -> None:
    """Write a picture of a page for people to look at."""
    picture.parent.mkdir(exist_ok=True)
    browser.size(width, height)
    _open(browser, folder, page)
    picture.write_bytes(base64.b64decode(browser.ask("Page.captureScreenshot", format="png")["data"]))
    assert picture.read_bytes().startswith(b"\x89PNG")


@cache
def _full(lang: str = "en") -> str:
    return render(samples_evidence.full(2_500, 60), lang=lang)


@pytest.fixture(scope="module")
def phone(one_browser: Tab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return _probe(one_browser, tmp_path_factory.mktemp("phone"), render(samples.ten_years()), 390)


@pytest.mark.parametrize("state", STATES)
def test_the_console_stays_silent_and_the_script_runs(browser: Tab, tmp_path: Path, state: str) -> None:
    """No message on the console, and the script has unhidden the theme button."""
    page = render(getattr(samples if hasattr(samples, state) else samples_evidence, state)())
    _open(browser, tmp_path, page)
    assert browser.run("document.getElementById('theme').textContent") in {"Dark", "Light"}
    assert browser.run("document.getElementById('theme').hidden") is False
    assert [told for told in browser.told if told["method"] in TOLD] == []


def test_the_console_would_be_heard(browser: Tab, tmp_path: Path) -> None:
    """An error, a message and what a page's policy refuses are told."""
    policy = '<meta http-equiv="Content-Security-Policy" content="img-src \'none\'">'
    _open(browser, tmp_path, f"<!doctype html>{policy}<script>console.log(1); nothing()</script><img src='a.png'>")
    browser.run("1")
    assert {told["method"] for told in browser.told} >= set(TOLD)


def test_nothing_is_requested(tmp_path: Path) -> None:
    """The own network log of a browser that shows nothing else holds no http request."""
    chromium = binary()
    if chromium is None:
        pytest.skip("no chromium binary is installed")
    log, path = tmp_path / "net.json", tmp_path / "page.html"
    path.write_text(render(samples.sample()), encoding="utf-8")
    command = [chromium, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--log-net-log={log}", "--dump-dom"]
    subprocess.run([*command, path.as_uri()], capture_output=True, timeout=600, check=True)
    text = log.read_text(encoding="utf-8")
    assert "URL_REQUEST" in text
    assert "example.com" not in text


def test_a_phone_shows_the_page_without_sideways_scrolling(phone: dict[str, Any]) -> None:
    """390 pixels wide, all figures there, labels of at least 11 pixels that do not touch."""
    assert phone["width"] <= 390
    assert phone["figures"] >= 7
    assert phone["font"] >= 11
    assert phone["overlaps"] == 0


def test_arrow_keys_read_every_chart_at_one_session(phone: dict[str, Any]) -> None:
    """Home, End and the arrows move one crosshair through all charts; Escape hides it."""
    result = samples.ten_years()
    days = result.daily["session"]
    last = result.daily["equity"][-1] / samples.CAPITAL
    assert phone["home"].startswith(f"{days[0]}")
    assert phone["end"].startswith(f"{days[-1]}\u2003Strategy {last:.4f}")
    assert phone["left"].startswith(f"{days[-2]}")
    assert phone["drawdown"].startswith(f"{days[-2]}\u2003Strategy")
    assert phone["hidden"] == ""


def test_the_button_changes_the_theme(phone: dict[str, Any]) -> None:
    """The other theme is dark when the system is light."""
    assert (phone["theme"], phone["dark"]) == ("dark", "rgb(16, 20, 26)")


def test_tables_sort_by_number_with_the_undefined_last(phone: dict[str, Any]) -> None:
    """P&L falls, then rises; events without one stay at the end."""
    for shown, sign in ((phone["falling"], -1), (phone["rising"], 1)):
        numbers = [float(text.replace(",", "").replace("\u2212", "-")) for text in shown if text != "\u2013"]
        assert numbers == sorted(numbers, key=lambda v: sign * v)
        assert set(shown[len(numbers) :]) == {"\u2013"}


def test_desk_labels_do_not_touch(browser: Tab, tmp_path: Path) -> None:
    """At 1,100 pixels all years are labelled."""
    assert _probe(browser, tmp_path, render(samples.ten_years()), 1_100)["overlaps"] == 0


def test_the_filter_keeps_the_rows_with_the_word(phone: dict[str, Any]) -> None:
    """Only events of the kind stay, and how many of all is said; an empty field shows all again."""
    assert set(phone["filtered"]) == {"rpo"}
    assert phone["count"] == f"{len(phone['filtered'])} / 60"
    assert phone["unfiltered"] == 60


def test_a_mark_opens_a_card_that_tells_the_event(phone: dict[str, Any]) -> None:
    """Who, what, value against prior, session and P&L; leaving closes it."""
    for word in (": ", "session 20", "P&L ", "(before 72.5)"):
        assert word in phone["card"]
    assert phone["closed"] is True


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_main_part_prints_on_four_pages_and_the_appendix_begins_a_new_one(
    browser: Tab, tmp_path: Path, lang: str
) -> None:
    """Ten years, sixty events and all evidence; without the appendix at most four pages, with it more."""
    whole = _full(lang)
    main = whole.replace("</head>", "<style>.appendix{display:none}</style></head>")
    counts = [_printed(browser, tmp_path, page) for page in (whole, main)]
    assert counts[1] <= 4
    assert counts[1] < counts[0] <= 9


def test_the_report_prints_as_the_browser_does(browser: Tab, tmp_path: Path) -> None:
    """`backtest report --pdf` has as many pages."""
    assert _printed(browser, tmp_path, _full()) == _count(pdf(tmp_path / "page.html").read_bytes())


def _printed(browser: Tab, folder: Path, page: str) -> int:
    """Give on how many pages of paper a page prints."""
    _open(browser, folder, page)
    asked = browser.ask("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
    return _count(base64.b64decode(asked["data"]))


def _count(content: bytes) -> int:
    assert content.startswith(b"%PDF-")
    return len(re.findall(rb"/Type\s*/Page[^s]", content))


# On A4 less its margins, at the zoom of print: 273 mm are 1,032 pixels.
PAGE_HEIGHT = 1_032
PRINTED = """
const frame = document.querySelector("iframe"), out = {};
frame.addEventListener("load", () => {
  const page = frame.contentDocument, view = frame.contentWindow;
  const figures = [...page.querySelectorAll("figure")].filter(one => one.getBoundingClientRect().height);
  out.highest = Math.max(...figures.map(one => one.getBoundingClientRect().height));
  out.breaks = [...new Set(figures.map(one => view.getComputedStyle(one).breakInside))];
  out.wide = figures.filter(one => one.getBoundingClientRect().right > view.innerWidth + 1).length;
  document.body.dataset.out = JSON.stringify(out);
});
frame.srcdoc = PAGE;
"""


def test_no_figure_is_split_in_print(browser: Tab, tmp_path: Path) -> None:
    """Under the rules of print every figure avoids a break, fits into a page and into its width."""
    page = _full().replace("@media print", "@media screen")
    found = _probe(browser, tmp_path, page, 711, PRINTED)
    assert found["breaks"] == ["avoid"]
    assert found["highest"] < PAGE_HEIGHT
    assert found["wide"] == 0


BRUSHED = """
const frame = document.querySelector("iframe"), out = {};
frame.addEventListener("load", () => {
  const page = frame.contentDocument, view = frame.contentWindow;
  const svg = page.querySelector("#figure-growth .box > svg"), box = svg.getBoundingClientRect();
  const point = (type, share) => svg.dispatchEvent(new view.PointerEvent(type, {
    clientX: box.left + share * box.width, clientY: box.top + 20, pointerType: "mouse", bubbles: true }));
  const said = page.querySelector("#figure-growth output");
  const first = () => { point("pointermove", 0); return said.textContent.slice(0, 10); };
  const boxes = () => [...page.querySelectorAll(".times svg.plot")].map(plot => plot.getAttribute("viewBox"));
  out.before = first();
  const whole = boxes();
  point("pointerdown", 0.5); point("pointermove", 0.75);
  out.picked = page.querySelectorAll(".pick").length;
  point("pointerup", 0.75);
  out.near = first();
  out.boxes = new Set(boxes().map(text => text.split(" ")[0] + " " + text.split(" ")[2])).size;
  out.left = page.querySelectorAll(".pick").length;
  svg.dispatchEvent(new view.MouseEvent("dblclick"));
  out.after = first();
  out.same = JSON.stringify(boxes()) === JSON.stringify(whole);
  document.body.dataset.out = JSON.stringify(out);
});
frame.srcdoc = PAGE;
"""


def test_a_brush_looks_closer_at_every_chart_and_a_double_click_lets_go(browser: Tab, tmp_path: Path) -> None:
    """From one half to three quarters: the left edge is the middle session, in all charts alike."""
    result = samples.ten_years()
    days = result.daily["session"].to_list()
    found = _probe(browser, tmp_path, render(result), 1_100, BRUSHED)
    middle = days.index(date.fromisoformat(found["near"]))
    assert abs(middle - len(days) / 2) <= 3
    assert (found["picked"], found["left"], found["boxes"], found["same"]) == (1, 0, 1, True)
    assert found["before"] == found["after"] == str(days[0])


@pytest.mark.parametrize("width", [1440, 768, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screenshots_are_kept(browser: Tab, tmp_path: Path, root: Path, width: int, theme: str) -> None:
    """For people to look at: three widths in both themes."""
    page = _full().replace("<html ", f'<html data-theme="{theme}" ', 1)
    _keep(browser, tmp_path, page, root / "artifacts" / f"tearsheet-{width}-{theme}.png", width, 6000)


PLAIN = """
const frame = document.querySelector("iframe"), out = {};
frame.addEventListener("load", () => {
  const page = frame.contentDocument, root = page.documentElement, view = frame.contentWindow;
  out.width = root.scrollWidth;
  const growth = page.querySelector("#figure-growth .box > svg"), readout = page.querySelector("#figure-growth output");
  if (growth) growth.dispatchEvent(new view.KeyboardEvent("keydown", { key: "End" }));
  out.end = readout && readout.textContent;
  const table = page.querySelector("table"), field = page.querySelector(".filter input");
  const shown = () => [...table.tBodies[0].rows].filter(row => !row.hidden).map(row => row.cells[0].textContent);
  if (field) {
    table.tHead.rows[0].cells[6].click(); out.sorted = shown();
    field.value = "run-1"; field.dispatchEvent(new view.Event("input")); out.filtered = shown();
  }
  page.getElementById("theme").click(); out.button = page.getElementById("theme").textContent;
  document.body.dataset.out = JSON.stringify(out);
});
frame.srcdoc = PAGE;
"""


@cache
def _other_pages(lang: str) -> dict[str, str]:
    runs = [(f"run-{at}", samples.sample(sessions=200 + at)) for at in range(12)]
    ruined = (f"ruined-{'with-a-long-name-' * 4}", samples.ruined())
    return {
        "comparison": render_comparison([*runs[:4], ruined], lang=lang),
        "gallery": render_gallery([*runs, ruined], [("torn", "the run folder is damaged")], lang=lang),
    }


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", ["comparison", "gallery"])
def test_pages_of_several_runs_work_on_a_phone(browser: Tab, tmp_path: Path, name: str, lang: str) -> None:
    """No message on the console, nothing wider than 390 pixels, the theme in the page's language."""
    page = _other_pages(lang)[name]
    _open(browser, tmp_path, page)
    assert [told for told in browser.told if told["method"] in TOLD] == []
    found = _probe(browser, tmp_path, page, 390, PLAIN)
    assert found["width"] <= 390
    assert found["button"] == {"en": "Light", "ko": "밝게"}[lang]


def test_a_comparison_is_read_by_keyboard_and_a_gallery_is_sorted_and_filtered(browser: Tab, tmp_path: Path) -> None:
    """End reads the growth of every drawn run at the last shared session; a heading sorts; a word filters."""
    pages = _other_pages("en")
    read = _probe(browser, tmp_path, pages["comparison"], 1_100, PLAIN)["end"]
    first = samples.sample(sessions=200)
    assert read.startswith(f"{first.daily['session'][-1]}\u2003A {first.daily['equity'][-1] / samples.CAPITAL:.4f}")
    found = _probe(browser, tmp_path, pages["gallery"], 1_100, PLAIN)
    assert len(found["sorted"]) == 13
    assert set(found["filtered"]) == {"run-1", "run-10", "run-11"}


@pytest.mark.parametrize("width", [1440, 768, 390])
@pytest.mark.parametrize("name", ["comparison", "gallery"])
def test_screenshots_of_the_other_pages_are_kept(
    browser: Tab, tmp_path: Path, root: Path, width: int, name: str
) -> None:
    """For people to look at, in Korean: three widths."""
    picture = root / "artifacts" / f"{name}-{width}-ko.png"
    _keep(browser, tmp_path, _other_pages("ko")[name], picture, width, 2000)
