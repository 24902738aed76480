"""``validate`` without the command line library: the plain form means what the library would read."""

from __future__ import annotations

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from backtest.cli.check import validate
from backtest.cli.groups import HEADINGS, Verbs
from backtest.cli.plain import Asked, asked

WORDS = ["a.yaml", "-", "--json", "--set", "--set=a=1", "seed=1", "--help", "-h", "--jsn", "--", "", "-x", "validate"]
alone = typer.Typer(add_completion=False)
alone.command()(validate)


def _read(words):
    """Give what typer makes of the words, None when it refuses them or shows a help."""
    try:
        with typer.main.get_command(alone).make_context("validate", list(words)) as context:
            given = context.params
    except (typer.TyperException, typer.Exit):
        return None
    return Asked(given["config"], tuple(given["overrides"] or ()), given["as_json"])


@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_the_plain_form_means_what_typer_reads(words):
    """Or it is left to typer."""
    plainly = asked(["validate", *words])
    assert plainly is None or plainly == _read(words)


@pytest.mark.parametrize(
    "words",
    [["a.yaml"], ["-"], ["a.yaml", "--json"], ["--json", "a.yaml", "--set", "seed=1", "--set", "b=c"]],
)
def test_what_editors_type_is_plain(words):
    """Config, overrides and --json, in any order."""
    assert asked(["validate", *words]) == _read(words)
    assert asked(["validate", *words]) is not None


@pytest.mark.parametrize("words", [[], ["run", "a.yaml"], ["validate"], ["validate", "a.yaml", "-h"], ["--version"]])
def test_everything_else_is_left_to_typer(words):
    """Other verbs, the help, and whatever is wrong."""
    assert asked(words) is None


def test_a_verb_is_imported_when_it_is_looked_up():
    """And one that no heading names is no verb."""
    verbs = Verbs()
    assert list(verbs) == [verb for each in HEADINGS.values() for verb in each]
    assert not verbs.made
    assert verbs["schema"].name == "schema"
    assert list(verbs.made) == ["schema"]
    assert verbs.get("nothing") is None
