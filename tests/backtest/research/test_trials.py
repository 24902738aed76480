"""The ledger of trials: counted once, whatever crashes, whoever writes at the same time."""

from __future__ import annotations

import math
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from markets import SETTINGS

from backtest.inference.deflation import dsr, expected_maximum
from backtest.inference.effective import RULES
from backtest.inference.haircut import haircut
from backtest.inference.overfitting import pbo, splittable
from backtest.research.tally import tallies, tally
from backtest.research.trials import LEDGER, Trial, excess, fingerprint, read, record, trial_id, trial_of
from backtest.store import write
from data.errors import InputError
from data.store import manifest

WRITER = Path(__file__).with_name("ledger_writer.py")


def trial(number, fingerprint="data", sharpe=0.05):
    """Give a trial."""
    return Trial(fingerprint, f"config-{number}", f"run-{number}", 500, sharpe, 0.0, 3.0, 0.0, 252.0)


def test_what_was_recorded_is_read_back(tmp_path):
    """In order, whole."""
    assert record(tmp_path, [trial(1), trial(2)]) == 2
    assert record(tmp_path, [trial(3)]) == 1
    assert read(tmp_path).trials == (trial(1), trial(2), trial(3))


def test_the_same_trial_counts_once(tmp_path):
    """On the same data; on other data it is another trial."""
    assert record(tmp_path, [trial(1), trial(1)]) == 1
    before = (tmp_path / LEDGER).read_bytes()
    assert record(tmp_path, [trial(1)]) == 0
    assert (tmp_path / LEDGER).read_bytes() == before
    assert record(tmp_path, [trial(1, "other")]) == 1


@pytest.mark.parametrize("keep", [1, 40, 200])
def test_a_torn_line_is_reported_and_the_next_writer_starts_clean(tmp_path, keep):
    """What was acknowledged stays."""
    record(tmp_path, [trial(1)])
    path = tmp_path / LEDGER
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:keep])
    ledger = read(tmp_path)
    assert ledger.trials == (trial(1),)
    assert "never finished" in ledger.torn[0]
    record(tmp_path, [trial(2)])
    assert read(tmp_path).trials == (trial(1), trial(2))


def test_a_damaged_line_is_an_error_of_the_ledger(tmp_path):
    """A changed number is never passed over, for reading and for writing."""
    record(tmp_path, [trial(1), trial(2)])
    path = tmp_path / LEDGER
    path.write_bytes(path.read_bytes().replace(b"config-1", b"config-9"))
    for call in (lambda: read(tmp_path), lambda: record(tmp_path, [trial(3)])):
        with pytest.raises(InputError, match="ledger of trials is damaged"):
            call()


def started(root, folder, name, count):
    """Start a process that records so many trials."""
    command = [sys.executable, str(WRITER), str(folder), name, str(count)]
    return subprocess.Popen(command, cwd=root, env={"PYTHONPATH": str(root)}, stdout=subprocess.PIPE, text=True)


def test_two_writers_lose_nothing(root, tmp_path):
    """Each adds thirty trials while the other does; ten of them are the same."""
    writers = [started(root, tmp_path, name, 30) for name in ("a", "b")]
    told = [writer.communicate(timeout=600)[0].split() for writer in writers]
    assert [(writer.returncode, len(lines)) for writer, lines in zip(writers, told, strict=True)] == [(0, 30), (0, 30)]
    trials = [one.trial for one in read(tmp_path).trials]
    assert len(trials) == len(set(trials)) == 30 + 30 - 10


@pytest.mark.parametrize("lines", [1, 5, 12])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(root, tmp_path, lines):
    """Killed after some lines: all of them are there, and the ledger takes the next trial."""
    writer = started(root, tmp_path, "a", 5_000)
    told = [writer.stdout.readline().strip() for _ in range(lines)]
    time.sleep(0.003 * lines)
    writer.send_signal(signal.SIGKILL)
    told += writer.stdout.read().split()
    writer.wait(10)
    writer.stdout.close()
    assert {one.trial for one in read(tmp_path).trials} >= set(told)
    assert record(tmp_path, [trial(1)]) == 1


def test_words_about_a_config_make_no_new_trial(small):
    """The name and the thesis do not; a cap does."""
    config = small.config()
    assert trial_id(config.model_copy(update={"name": "other", "thesis": "new"})) == trial_id(config)
    assert trial_id(small.config(risk_free_per_year=0.01)) != trial_id(config)


@pytest.mark.parametrize(
    "changes",
    [{"evidence": {"placebo_draws": 7, "placebo_design": "sign_flips"}}, {"study": {"model": "mean"}}, {"seed": 5}],
)
def test_what_a_run_is_set_against_makes_no_new_trial(small, changes):
    """Draws, event study and seed: no return of the portfolio changes by a bit, so it was not tried again."""
    one, other = small.run(), small.run(**changes)
    assert other.daily["equity"].to_list() == one.daily["equity"].to_list()
    assert trial_id(other.config) == trial_id(one.config)


def test_a_trial_whose_run_was_not_stored_is_found_once_it_is(small, tmp_path):
    """Seen among its placebos under another name, then run: still one trial, and its returns are there."""
    cheap, dear = small.run(), small.run(costs={"slippage_bps": 40})
    write(dear, tmp_path)
    assert record(tmp_path, [trial_of(cheap, "seen-only"), trial_of(dear)]) == 2
    (before,) = tallies(read(tmp_path).trials, tmp_path)
    assert (before.trials, before.effective, "gone" in before.pbo_reason) == (2, 2.0, True)
    write(cheap, tmp_path)
    assert record(tmp_path, [trial_of(cheap)]) == 0
    (after,) = tallies(read(tmp_path).trials, tmp_path)
    assert [one.run_id for one in read(tmp_path).trials] == [cheap.run_id, dear.run_id]
    assert (after.trials, after.pbo_reason) == (2, "")
    assert record(tmp_path, [trial_of(cheap, "seen-again")]) == 0
    assert read(tmp_path).trials[0].run_id == cheap.run_id


def test_a_run_gives_its_moments(small):
    """The Sharpe ratio per session is that of the metrics, annualised."""
    result = small.run()
    found = trial_of(result)
    shown = next(metric.value for metric in result.metrics if metric.name == "sharpe")
    assert found.sharpe * math.sqrt(found.per_year) == pytest.approx(shown, rel=1e-12)
    assert (found.sessions, found.run_id) == (result.daily.height, result.run_id)


def test_the_fingerprint_knows_prices_events_assets_and_period(small):
    """Another config on the same data has the same one; fewer sessions another."""
    one = fingerprint(small.run())
    assert fingerprint(small.run(risk_free_per_year=0.01)) == one
    assert fingerprint(small.run(period={"end": str(small.sessions[-5])})) != one
    assert fingerprint(replace(small.run(), provenance=replace(small.run().provenance, events_hash="x"))) != one


def test_the_tally_deflates_the_best(tmp_path):
    """Three trials whose returns are gone count as three; DSR by its formula."""
    record(tmp_path, [trial(at, sharpe=sharpe) for at, sharpe in enumerate((0.01, 0.05, 0.09))])
    (found,) = tallies(read(tmp_path).trials, tmp_path)
    expected = dsr(trial(0, sharpe=0.09).moments, 3, 1.0 / 499.0)  # their variance, .0016, is below that of chance
    assert (found.trials, found.effective, found.best) == (3, 3.0, "run-2")
    assert found.deflated == pytest.approx(expected, rel=1e-12)


def test_trials_with_the_same_returns_are_worth_one(small, tmp_path):
    """A run whose change has no effect adds a trial, not an independent one."""
    for changes in ({}, {"portfolio": {**SETTINGS["portfolio"], "max_weight": 10}}):
        result = small.run(**changes)
        write(result, tmp_path)
        record(tmp_path, [trial_of(result)])
    (found,) = tallies(read(tmp_path).trials, tmp_path)
    assert (found.trials, found.effective) == (2, 1.0)
    assert (found.pbo, found.pbo_reason) == (None, "all trials have the same returns")


def test_a_trial_knows_its_return_over_the_mix(small):
    """The Sharpe ratio of the active returns per session, annualised the one of the metrics; and the risk-free rate."""
    result = small.run(risk_free_per_year=0.02)
    found = trial_of(result)
    shown = next(metric.value for metric in result.metrics if metric.name == "active_ratio")
    assert found.active_sharpe * math.sqrt(found.per_year) == pytest.approx(shown, rel=1e-12)
    assert (1.0 + found.rate) ** found.per_year == pytest.approx(1.02, rel=1e-12)


def test_lines_of_an_older_ledger_are_read(tmp_path):
    """Without the Sharpe ratio over the mix: not known, and not taken part."""
    entry = {key: value for key, value in asdict(trial(1)).items() if key not in {"active_sharpe", "rate"}}
    with manifest.writing(tmp_path / LEDGER) as writer:
        writer.append(entry)
    assert read(tmp_path).trials == (trial(1),)
    assert tally(read(tmp_path).trials, tmp_path).tried.active_sharpes == ()


def test_the_ledger_gives_its_probability_of_overfitting(small, tmp_path):
    """That of the excess returns of all trials whose folders are there; of one that is gone, the reason."""
    results = [small.run(**changes) for changes in ({}, {"risk_free_per_year": 0.03}, {"costs": {"slippage_bps": 40}})]
    for result in results:
        write(result, tmp_path)
        record(tmp_path, [trial_of(result)])
    matrix = np.column_stack([excess(result)[1:] for result in results])
    (found,) = tallies(read(tmp_path).trials, tmp_path)
    assert found.pbo == pbo(matrix, splittable(len(matrix))).probability
    shutil.rmtree(tmp_path / results[0].run_id)
    (found,) = tallies(read(tmp_path).trials, tmp_path)
    assert (found.pbo, found.effective) == (None, 3.0)
    assert "gone" in found.pbo_reason


@pytest.mark.parametrize("rule", ["average_correlation", "clusters", "all"])
def test_the_rule_of_effective_trials_is_the_callers(small, tmp_path, rule):
    """As the config or the command says; the convention tells which."""
    for changes in ({}, {"costs": {"slippage_bps": 40}}):
        result = small.run(**changes)
        write(result, tmp_path)
        record(tmp_path, [trial_of(result)])
    (found,) = tallies(read(tmp_path).trials, tmp_path, rule)
    assert found.effective_convention == RULES[rule]


def test_what_a_run_needs_to_be_judged_is_in_the_tally(tmp_path):
    """Sharpe ratios per session of all trials, the best of them a year, haircut and length of the best."""
    record(tmp_path, [trial(at, sharpe=sharpe) for at, sharpe in enumerate((-0.01, 0.05, 0.09))])
    (found,) = tallies(read(tmp_path).trials, tmp_path)
    year = 0.09 * math.sqrt(252.0)
    assert found.tried.sharpes == (-0.01, 0.05, 0.09)
    assert (found.sharpe_per_year, found.tried.best) == (pytest.approx(year), pytest.approx(year))
    assert found.min_btl_years == pytest.approx((expected_maximum(3.0) / year) ** 2)
    assert found.haircut_per_year == haircut(year, 500, 252.0, 3, seed=0)["average"].sharpe
    assert "tried" not in found.told()


def test_trials_without_a_sharpe_ratio_are_counted(tmp_path):
    """They were tried."""
    record(tmp_path, [replace(trial(1), sharpe=None, skewness=None, kurtosis=None, autocorrelation=None)])
    (found,) = tallies(read(tmp_path).trials, tmp_path)
    assert (found.trials, found.best, found.deflated) == (1, None, None)
