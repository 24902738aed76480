"""Expressions: values by hand, what is missing, mistakes with their column, and no way out of the grammar."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import RunError
from signals.evaluate import check_names, holds, value
from signals.expression import ExpressionError, names, parse

FACTS = {"a": 2.0, "b": None, "way": "cut", "over_prior": 0.05}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * a ** 2", 9.0),
        ("-a ** 2", -4.0),
        ("2 ** 3 ** 2", 512.0),
        ("2 ** -1", 0.5),
        ("(1 + 2) * 3 - 4 / 8", 8.5),
        ("10 - 3 - 2", 5.0),
        ("clip(over_prior / 0.1, -1, 0.25)", 0.25),
        ("min(3, a, 5) + max(1, a)", 4.0),
        ("abs(-3) + sign(-7)", 2.0),
        ("log(1)", 0.0),
        ("way == 'cut' and a >= 2", 1.0),
        ('way != "cut" or not a < 1', 1.0),
        ("known(b) + known(way)", 1.0),
        ("otherwise(b, 7)", 7.0),
        ("1.5e-3 + .5", 0.5015),
        ("1 < 2 == 1", None),
    ],
)
def test_values_by_hand(text, expected):
    """Precedence, associativity, functions and texts as the grammar says; comparisons do not chain."""
    if expected is None:
        with pytest.raises(ExpressionError, match="do not chain"):
            parse(text)
    else:
        assert value(text, FACTS) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    "text",
    ["b", "b + 1", "not b > 0", "b > 0", "b == 'x'", "a / 0", "log(-1)", "(-8) ** 0.5", "9 ** 9 ** 9", "0 ** -1"],
)
def test_what_is_missing_or_undefined_stays_missing(text):
    """No 0 and no infinity stands in for what is not known; a condition on it does not hold."""
    assert math.isnan(value(text, FACTS))
    assert not holds(text, FACTS)


def test_one_side_can_decide():
    """What is known to be false makes a conjunction false, what is true a disjunction true."""
    assert (value("b > 0 and a < 1", FACTS), value("b > 0 or a > 1", FACTS)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("a = 2", 3, "write == to compare"),
        ("a <", 4, "expected a number, a name or \\(, found the end"),
        ("1 + foo(2)", 5, "no function 'foo'; known: abs, clip"),
        ("clip(1, 2)", 1, "clip takes 3 values, got 2"),
        ("(a + 1", 7, "expected \\), found the end"),
        ("a b", 3, "expected an operator or the end, found 'b'"),
        ("way == 'cut", 8, "the text is not closed"),
        ("a.__class__", 2, "'.' means nothing here"),
        ("a[0]", 2, "means nothing here"),
        ("1e999", 1, "expected a finite number"),
        ("(" * 60 + "1" + ")" * 60, 41, "is nested deeper than 40"),
        ("1 +" * 300, 501, "is longer than 500 characters"),
    ],
)
def test_mistakes_have_a_column(text, column, problem):
    """The first mistake is named where it stands, counted from 1."""
    with pytest.raises(ExpressionError, match=problem) as caught:
        parse(text)
    assert caught.value.column == column


def test_an_unknown_fact_is_named_with_the_nearest():
    """A typo in a fact shows at the first event, with its column and what was meant."""
    with pytest.raises(RunError, match=r"column 5 of '1 \+ over_prio': 'over_prio' is no fact of the event; did you"):
        value("1 + over_prio", FACTS)
    with pytest.raises(ExpressionError, match="is no reading"):
        check_names("growht", ("growth",), "reading")


def test_a_text_is_no_number():
    """Arithmetic on a text is a mistake, not a missing value."""
    with pytest.raises(RunError, match=r"column 1 of 'way \* 2': is the text 'cut', expected a number"):
        value("way * 2", FACTS)


def test_names_are_found_where_they_first_stand():
    """Functions are no names."""
    assert names(parse("max(a, bb) + a")) == {"a": 5, "bb": 8}


@given(st.text(alphabet="ab1.()+-*/<>=! ',\"notrdclip", max_size=40))
def test_any_text_is_a_value_or_a_located_mistake(text):
    """Nothing else ever comes out of the parser or of what it reads (fuzzed)."""
    try:
        found = value(text, {"a": 1.0, "b": None})
    except (ExpressionError, RunError) as error:
        found, text = math.nan, str(error)
        if "column" not in text:
            pytest.fail(text)
    assert math.isnan(found) or math.isfinite(found)
