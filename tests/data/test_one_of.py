"""Settings of several kinds: as pydantic's own union of the same models, without importing or building them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Union

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from backtest.portfolio.settings import STEPS
from data.events.settings import EVENTS
from data.prices.settings import PRICES
from data.settings import Settings
from signals import SIGNALS
from signals.decay import DECAYS, Linear, Step
from signals.reach import SIGNS
from signals.weighting import WEIGHTINGS

if TYPE_CHECKING:
    from data.one_of import OneOf

UNIONS = {
    "decays": DECAYS, "events": EVENTS, "prices": PRICES, "signals": SIGNALS, "signs": SIGNS, "steps": STEPS,
    "weightings": WEIGHTINGS,
}  # fmt: skip


@pytest.fixture(params=sorted(UNIONS))
def union(request: pytest.FixtureRequest) -> OneOf:
    """Give every union of the settings."""
    return UNIONS[request.param]


def ours(union: OneOf) -> TypeAdapter[Any]:
    """Give a list of the union."""
    return TypeAdapter(list[Annotated[Settings, union]])


def pydantics(union: OneOf) -> TypeAdapter[Any]:
    """Give the same, as pydantic has it."""
    models: Any = tuple(union.model(tag) for tag in union.homes)
    return TypeAdapter(list[Annotated[Union[models], Field(discriminator=union.key)]])  # noqa: UP007 - of a tuple


def complaints(adapter: TypeAdapter[Any], value: object) -> list[tuple[str, Any]]:
    """Give the sort and the input of every error."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    return [(error["type"], error["msg"], error["input"]) for error in caught.value.errors()]


def test_each_kind_is_at_home_under_its_own_name(union: OneOf) -> None:
    """A slip in the table would take one for another."""
    for tag in union.homes:
        assert union.model(tag).model_fields[union.key].default == tag


def test_it_is_described_as_pydantic_describes_it(union: OneOf) -> None:
    """The schema for editors knows all kinds."""
    assert ours(union).json_schema() == pydantics(union).json_schema()


@pytest.mark.parametrize("value", ["text", 3, None, {}, {"kind": "nothing", "source": "nothing"}])
def test_it_complains_as_pydantic_does(union: OneOf, value: object) -> None:
    """What is no mapping, names no kind, or one that is not known."""
    assert complaints(ours(union), [value]) == complaints(pydantics(union), [value])


def test_a_kind_that_is_no_text_is_not_known(union: OneOf) -> None:
    """It is no reason to fail otherwise."""
    (found,) = complaints(ours(union), [{union.key: ["a"]}])
    assert found[0] == "union_tag_invalid"


def test_mistakes_inside_keep_their_place() -> None:
    """As deep as they stand."""
    with pytest.raises(ValidationError) as caught:
        ours(DECAYS).validate_python([{"kind": "step", "sessions": 3}, {"kind": "linear", "sessions": 0}])
    assert [error["loc"] for error in caught.value.errors()] == [(1, "sessions")]


def test_what_is_read_is_written_with_all_its_fields() -> None:
    """Not with those of the common base alone."""
    read = ours(DECAYS).validate_python([{"kind": "linear", "sessions": 9}])
    assert ours(DECAYS).dump_python(read, mode="json") == [{"kind": "linear", "sessions": 9}]


def test_settings_made_already_are_taken_as_they_are() -> None:
    """When they are of the union; others are refused."""
    step = Step(sessions=4)
    assert ours(DECAYS).validate_python([step])[0] is step
    assert complaints(ours(SIGNS), [step])[0][0] == "union_tag_invalid"


def test_settings_that_only_bear_the_name_of_a_kind_are_refused() -> None:
    """The class decides."""
    posing = Linear.model_construct(kind="step", sessions=4)
    assert complaints(ours(DECAYS), [posing])[0][0] == "model_type"
