"""Mistakes in signals, combination and portfolio: each located where it stands, with what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backtest.config.model import Config
from backtest.config.normal import dump
from backtest.config.reader import load
from data.errors import ConfigError
from tests.signals.test_union import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

BASE = """\
name: mistakes
prices: {source: simulated}
events: {source: simulated}
baskets: {semis: [SEM1, SEM2], clouds: [HYP1, HYP2]}
"""
ROTATION = "{kind: rotation, name: rot, from: semis, to: clouds, triggers: [{kind: a, size: 0.1}]}"
END = "portfolio: {base: {semis: 0.5, clouds: 0.5}}\n"


def read(tmp_path: Path, body: str):
    path = tmp_path / "a.yaml"
    path.write_text(BASE + body)
    return load(path).config


def mistakes(tmp_path: Path, body: str):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, body)
    return [(one.field, one.where.rsplit(":", 2)[1:], one.problem) for one in caught.value.findings]


@pytest.mark.parametrize(
    ("body", "field", "line", "problem"),
    [
        ("signals: [{kind: rotatoin}]\n" + END, "signals.0.kind", "5", "expected one of capex_guidance"),
        (
            "signals:\n  - {kind: custom, events: [rpo], size: 0.1, score: value +}\n" + END,
            "signals.0.score", "6", "column 8 of 'value +': expected a number, a name or (, found the end",
        ),
        (
            "signals:\n  - {kind: capex_trend, companies: [A], from: semis, to: clouds, strength: growht}\n" + END,
            "signals.0.strength", "6", "did you mean 'growth'?",
        ),
        (
            "signals:\n  - {kind: constant_mix, tilts: {simis: 0.1}}\n" + END,
            "signals.0.tilts.simis", "6", "names a basket that is not defined; defined: semis, clouds",
        ),
        (
            "signals:\n  - {kind: capex_guidance, suppliers: {size: 0.1, links: {A: [SEM1, SEM5]}}}\n" + END,
            "signals.0.suppliers.links.A.1", "6", "is in no basket",
        ),
        (
            f"signals: [{ROTATION}]\ncombination:\n  - {{kind: gate, when: rto > 0}}\n" + END,
            "combination.0.when", "7", "column 1: 'rto' is no signal; defined: rot",
        ),
        (
            f"signals: [{ROTATION}]\ncombination:\n  - {{kind: weights, of: {{rto: 1}}}}\n" + END,
            "combination.0", "7", "names the signal rto, which is not defined; defined: rot",
        ),
        (
            "weighting: {semis: {kind: given, weights: {SEM1: 0.5, HYP1: 0.5}}}\n" + END,
            "weighting.semis.weights.HYP1", "5", "is no member of basket semis",
        ),
        (
            "portfolio: {base: {semis: 1}, neutral: {with: smis}, long_only: false}\n",
            "portfolio.neutral.with", "5", "names a basket that is not defined",
        ),
        ("portfolio: {base: {semis: 1}, net: {least: 1, most: 0}}\n", "portfolio.net", "5", "least 1.0 is above most"),
    ],
)  # fmt: skip
def test_a_mistake_is_located(tmp_path: Path, body: str, field: str, line: str, problem: str) -> None:
    """One finding, at its field and line."""
    (found,) = mistakes(tmp_path, body)
    assert problem in found[2]
    assert found[0].startswith(field.rsplit(".", 1)[0])
    assert found[1][0] == line


def test_every_signal_loads_back_from_its_normal_form(tmp_path: Path) -> None:
    """A config with all kinds, combination, weighting and bounds is a fixed point of writing and reading."""
    value = {
        "name": "all",
        "prices": {"source": "files", "path": "p.csv", "adjustment": "raw"},
        "events": {"source": "files", "path": "e.csv"},
        "baskets": {"chips": ["A", "B"], "clouds": ["C", "D"], "rest": ["E", "F"], "all": list("ABCDEF")},
        "signals": [{"kind": kind} | sample for kind, sample in SAMPLES.items()],
        "combination": [
            {"kind": "weights", "of": {"random": 0.5}}, {"kind": "gate", "when": "rpo_change > 0"},
            {"kind": "rank", "size": 0.2}, {"kind": "cap", "most": 0.3}, {"kind": "volatility_target", "per_year": 0.1},
        ],
        "weighting": {"chips": {"kind": "inverse_volatility"}, "clouds": {"kind": "exposure", "exposure": {"C": 3}}},
        "portfolio": {
            "base": {"chips": 0.5}, "neutral": {"to": "beta", "with": "rest"}, "long_only": False, "gross": {"most": 2},
        },
    }  # fmt: skip
    config = Config.model_validate(value)
    (tmp_path / "a.yaml").write_text(dump(config))
    assert load(tmp_path / "a.yaml").config == config
    assert len(config.signals) == len(SAMPLES)
