"""The configs of the theses: they load, run on real data, keep their golden numbers, and their books balance."""

from __future__ import annotations

import json
import math
import re
import shlex
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import thesis_runs

from backtest.config.reader import load
from backtest.engine import run
from signals import SIGNALS
from tools.golden import CONFIGS, FOLDER, WITHOUT, differences, measured

ROOT = Path(__file__).resolve().parents[2]
NAMES = [path.stem for path in CONFIGS]
OFFLINE = {"quickstart", "null_control"}
THESES = {
    "capex_shock", "regional_bets_and_power", "aggregate_capex_and_backlog", "compute_resale",
    "rotate_semis_to_hyperscalers",
}  # fmt: skip


@pytest.fixture(scope="module", params=NAMES)
def ran(request):
    """Give the name and the run of each config; those on real data need the folder of it."""
    if request.param not in OFFLINE:
        request.getfixturevalue("shared")
    return request.param, thesis_runs.ran(request.param)[1]


def test_every_thesis_has_its_config():
    """Five theses, the quickstart and the control."""
    assert set(NAMES) == THESES | OFFLINE


@pytest.mark.parametrize("name", NAMES)
def test_the_header_says_thesis_refutation_and_data(name):
    """In comments above, and the schema for editors in the first line."""
    lines = (ROOT / "configs" / f"{name}.yaml").read_text().splitlines()
    head = "\n".join(line for line in lines if line.startswith("#"))
    assert lines[0] == "# yaml-language-server: $schema=./backtest.schema.json"
    if name != "quickstart":
        assert all(word in head for word in ("Refuted by:", "Data:"))
    assert load(ROOT / "configs" / f"{name}.yaml").config.thesis


@pytest.mark.parametrize("name", sorted(THESES))
def test_one_set_switches_the_prices_to_yahoo(name):
    """The rest stays."""
    path = ROOT / "configs" / f"{name}.yaml"
    files, yahoo = load(path), load(path, ["prices.source=yfinance"])
    assert (files.config.prices.source, yahoo.config.prices.source) == ("files", "yfinance")
    assert yahoo.config.signals == files.config.signals


@pytest.mark.shared
def test_the_golden_numbers_hold(ran):
    """To 1e-9; a change needs a reason: make golden REASON=..."""
    name, result = ran
    golden = json.loads((FOLDER / f"{name}.json").read_text())
    assert golden["why"]
    assert list(differences(golden["numbers"], json.loads(json.dumps(measured(result))))) == []


@pytest.mark.shared
def test_events_signals_base_and_costs_make_the_equity_change(ran):
    """By event, by signal and by rotation, to 1e-9 of equity; costs are in every part's P&L."""
    _, result = ran
    change, scale = result.daily["equity"][-1] - result.config.account.capital, result.daily["equity"].max()
    rest = result.attribution.filter(pl.col("event_id").is_in(["base", "cash"]))["pnl"].to_list()
    traded = result.events["pnl"].drop_nulls().to_list()
    rotations = result.rotations["pnl"].drop_nulls().to_list()
    for parts in (result.attribution["pnl"].to_list(), [*traded, *rest], [*rotations, *rest],
                  [*result.signals["pnl"].to_list(), *rest]):  # fmt: skip
        assert math.fsum(parts) == pytest.approx(change, rel=0, abs=1e-9 * scale)
    paid = [cost for name in ("half_spread", "slippage", "commission", "impact") for cost in result.trades[name]]
    assert math.fsum(result.attribution["cost"]) == pytest.approx(math.fsum(paid), rel=1e-9)


@pytest.mark.shared
def test_every_event_and_every_company_is_left_out_once(ran):
    """Each event that a signal selects in the run, and its announcer."""
    _, result = ran
    selected = result.events.filter(pl.col("stage").is_in(["tradable", "traded"]))
    events, companies = (result.leave_out.filter(by=by)["left_out"].to_list() for by in ("event", "company"))
    assert sorted(events) == sorted(selected["event_id"].to_list())
    assert sorted(companies) == sorted(selected["asset"].fill_null("none").unique().to_list())


@pytest.mark.shared
def test_nothing_is_found_where_nothing_is(ran):
    """The interval of the control holds 0."""
    name, result = ran
    if name != "null_control":
        pytest.skip("a thesis")
    (active,) = [metric for metric in result.metrics if metric.name == "active_return"]
    assert active.lower < 0.0 < active.upper


@pytest.mark.shared
def test_the_scenarios_of_the_header_run_as_written(shared):
    """Low, base and high of the regional bets: each line of the header is taken, and each gives another result."""
    path = ROOT / "configs" / "regional_bets_and_power.yaml"
    written = dict(re.findall(r"^#   (low|high) +(--set .+)$", path.read_text(), flags=re.MULTILINE))
    sets = {name: [word for word in shlex.split(line) if word != "--set"] for name, line in written.items()}
    assert {name: len(found) for name, found in sets.items()} == {"low": 3, "high": 3}
    low, high = (load(path, [*sets[name], *WITHOUT]) for name in ("low", "high"))
    results = [run(low.config, low.folder), thesis_runs.ran(path.stem)[1], run(high.config, high.folder)]
    active = [metric.value for result in results for metric in result.metrics if metric.name == "active_return"]
    assert active == sorted(active)
    assert len(set(active)) == 3


def test_validate_is_light():
    """It imports none of the heavy libraries, nor those of the command line and of the page, whatever the config."""
    code = (
        "import sys\n"
        "from backtest.cli.main import main\n"
        f"for name in {NAMES}:\n"
        "    assert main(['validate', f'configs/{name}.yaml']) == 0\n"
        "heavy = {'polars', 'numba', 'numpy', 'pandas', 'typer', 'rich', 'jinja2', 'difflib', 'tomllib', 'traceback'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)


def test_validate_imports_no_signal_unasked():
    """And neither what only messages need, nor what looks for plugins."""
    config = ROOT / "configs" / "rotate_semis_to_hyperscalers.yaml"
    words = [sys.executable, "-X", "importtime", "-m", "backtest.cli", "validate", str(config)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    asked = {signal.kind for signal in load(config).config.signals}
    others = {home.rpartition(".")[0] for kind, home in SIGNALS.homes.items() if kind not in asked}
    assert "backtest.config.model" in imported
    assert not imported & (others | {"difflib", "importlib.metadata", "json", "tomllib", "traceback"})
