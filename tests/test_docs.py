"""README and docs tell the truth: their commands, configs and tables are run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from datetime import date, datetime

import numpy as np
import pytest
import yaml
from differences import DIFFERENCES

from backtest.cli.main import main
from backtest.config.model import Config
from backtest.config.reader import load as load_config
from data.calendar import load
from data.rates import parts
from data.timing import read_stated, tradable_index


def blocks(text, language=""):
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_readme_commands_exist(root):
    """Every `make` target and every `backtest` command of the README is there."""
    text = (root / "README.md").read_text()
    targets = set(re.findall(r"^make ([a-z-]+)", text, flags=re.MULTILINE))
    rules = (root / "Makefile").read_text()
    assert targets == {"demo", "test"}
    assert all(f"\n{target}:" in rules for target in targets)
    verbs = set(re.findall(r"\.venv/bin/backtest ([a-z]+)", text))
    shown = subprocess.run([sys.executable, "-m", "backtest.cli", "--help"], capture_output=True, text=True, check=True)
    assert verbs <= set(re.findall(r"[a-z]+", shown.stdout))


COMMAND = re.compile(r"^(?:\.venv/bin/)?backtest ((?:[a-z]+ )+.*?)(?:  +#.*)?$", re.MULTILINE)
PAGES = ("README.md", "docs/signals.md", "docs/event-study.md", "docs/timing.md", "docs/accounting.md")


@pytest.mark.parametrize("page", PAGES)
def test_shown_commands_take_their_flags(root, page, capsys):
    """Every verb, and every flag beside it, stands in the help of that verb."""
    for line in COMMAND.findall((root / page).read_text()):
        words = shlex.split(line)
        verbs = words[: 2 if words[0] in {"events", "data", "runs"} else 1]
        assert main([*verbs, "--help"]) == 0, line
        shown = capsys.readouterr().out
        assert {word for word in words if word.startswith("--")} <= set(re.findall(r"--[a-z-]+", shown)), line


def test_the_readme_config_is_valid(root, tmp_path):
    """The config shown is accepted as it stands."""
    shown = blocks((root / "README.md").read_text(), "yaml")
    assert len(shown) == 1
    path = tmp_path / "shown.yaml"
    path.write_text(shown[0])
    assert load_config(path).config.name == "my-rotation"


def test_the_readme_example_runs(root, capsys):
    """The array example by hand: 9.99 for the buys; half gains 10 %; then both gain 10 % and the sale costs 6.04."""
    shown = blocks((root / "README.md").read_text(), "python")
    assert len(shown) == 1
    exec(shown[0], {})  # noqa: S102 - the README's own example
    assert capsys.readouterr().out == "[9990.01, 10489.51, 11532.42] ['scaled', 'scaled', 'filled']\n"


def test_the_page_on_arrays_prints_what_it_shows(root, capsys):
    """Every block of docs/arrays.md runs after the ones before it and prints what stands behind its prints."""
    names = {}
    for block in blocks((root / "docs/arrays.md").read_text(), "python"):
        exec(block, names)  # noqa: S102 - the page's own example
        shown = re.findall(r"^print\(.*\)  # (.*)$", block, flags=re.MULTILINE)
        assert capsys.readouterr().out.splitlines() == shown != []


def test_the_readme_lists_what_a_run_writes(root, small, tmp_path):
    """The table of files is the folder's content."""
    from backtest.store import write

    rows = [line for line in (root / "README.md").read_text().splitlines() if line.startswith("| `")]
    listed = set(re.findall(r"`([a-z_-]+\.[a-z]+)`", " ".join(rows)))
    whole = small.run(evidence={"placebo_draws": 20})
    assert listed == {path.name for path in write(whole, tmp_path).iterdir()}


def test_the_timing_table_is_what_the_code_does(root):
    """Each line of docs/timing.md's example table is computed anew."""
    calendar = load("XNYS")
    table = re.findall(
        r"^\| (\d{4}[^|]*) \| ([^|]*) \| ([^|]*) \|$", (root / "docs/timing.md").read_text(), re.MULTILINE
    )
    assert len(table) == 6
    for stated, known, trades in table:
        text, _, flag = stated.partition(" ")
        got = read_stated(text, flag, calendar, None).at
        assert got is not None
        assert got.replace(tzinfo=None) == datetime.fromisoformat(known)
        index = tradable_index(np.array([np.datetime64(got.replace(tzinfo=None))]), calendar, "open")[0]
        assert calendar.sessions[index].item() == date.fromisoformat(trades)


def test_the_table_of_exchanges_is_what_the_code_does(root):
    """Each line of docs/timing.md's table of exchanges is computed anew, the first to open among them."""
    places = ("XKRX", "XLON", "XNYS")
    cell = r" ([^|]*) \|"
    table = re.findall(rf"^\| (\d{{4}}[^|]*) \|{cell * 4}$", (root / "docs/timing.md").read_text(), re.MULTILINE)
    assert len(table) == 5
    for known, first, *days in table:
        at = np.array([np.datetime64(known, "us")])
        index = {place: tradable_index(at, load(place), "open")[0] for place in places}
        assert [str(load(place).sessions[index[place]]) for place in places] == days
        assert min(places, key=lambda place: load(place).open_at[index[place]]) == first


def test_the_configs_of_several_exchanges_and_currencies_are_valid(root):
    """The settings shown in the two pages are accepted, together."""
    shown = [blocks((root / f"docs/{page}.md").read_text(), "yaml") for page in ("timing", "accounting")]
    assert [len(each) for each in shown] == [1, 1]
    settings = {**yaml.safe_load(shown[0][0]), **yaml.safe_load(shown[1][0])}
    config = Config.model_validate(
        {
            "name": "shown",
            "prices": {"source": "files", "path": "p.csv", "adjustment": "raw"},
            "events": {"source": "curated"},
            "baskets": {"all": ["NVDA", "005930.KS", "ARM.L"]},
            "portfolio": {"base": {"all": 1.0}},
            **settings,
        },
    )
    assert config.listings == {"XNYS": ("NVDA",), "XKRX": ("005930.KS",), "XLON": ("ARM.L",)}


def test_the_parts_of_a_gain_are_as_the_page_says(root):
    """The table of docs/accounting.md, computed anew."""
    rows = re.findall(
        r"^\| (asset|currency|cross) \|[^|]*\| ([^|]*) \|$", (root / "docs/accounting.md").read_text(), re.MULTILINE
    )
    made = parts((2000.0, 2200.0), (1 / 1000, 1 / 1100))
    assert [float(shown) for _, shown in rows] == [round(250 * one, 2) for one in made]


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "docs/timing.md",
        "docs/accounting.md",
        "docs/arrays.md",
        "docs/peers.md",
        "docs/signals.md",
        "docs/event-study.md",
    ],
)
def test_links_lead_somewhere(root, path):
    """Every relative link of a page exists."""
    page = root / path
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_accounting_order_is_the_kernels(root):
    """The six phases stand in the same order in the page and in the kernel."""
    page = re.findall(r"^\d\. \*\*([A-Z][a-z]+)", (root / "docs/accounting.md").read_text(), re.MULTILINE)
    kernel = re.findall(r"^\d\. ([A-Z][a-z]+)", (root / "backtest/kernels/simulate.py").read_text(), re.MULTILINE)
    assert page == kernel == ["Corporate", "Accrual", "Trade", "Costs", "Mark", "Ruin"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(DIFFERENCES))
def test_the_differences_from_vectorbt_are_what_happens(root, name):
    """Each line of docs/peers.md's table is run in both engines; all cases stand in the table."""
    pytest.importorskip("vectorbt", reason="the extra `verify` is not installed")
    table = re.findall(
        r"^\| ([A-Z][^|]*?) \|[^|]*\| `([^|]*)` \| `([^|]*)` \|", (root / "docs/peers.md").read_text(), re.MULTILINE
    )
    shown = {title: (mine, other) for title, mine, other in table}
    assert set(shown) == set(DIFFERENCES)
    assert shown[name] == DIFFERENCES[name]()
    assert shown[name][0] != shown[name][1]
