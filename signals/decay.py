"""How the view behind an event fades: a weight of 1 in the event's session, falling with the sessions since."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from data.errors import RunError
from data.one_of import OneOf
from data.settings import Fraction, Positive, Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LONGEST", "Decay", "Exponential", "Fitted", "Linear", "Power", "Step", "UntilNext", "table"]

LONGEST = 10_000  # sessions after which any view has ended


class Exponential(Settings):
    """Halve every ``half_life_sessions``; gone once below ``until``."""

    kind: Literal["exponential"] = "exponential"
    half_life_sessions: Positive = Field(description="Sessions in which half of the weight is gone.")
    until: Fraction = Field(default=0.02, description="A weight below it counts as 0.")

    @property
    def reach(self) -> int:
        """Give an age at which the weight is 0."""
        return _reach(self.half_life_sessions * -math.log2(self.until)) if self.until else LONGEST

    def weights(self, age: NDArray[np.int64], _to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give 0.5 ** (age / half_life_sessions), 0 once below ``until``."""
        import numpy as np

        weights = np.exp2(-age / self.half_life_sessions)
        faded: NDArray[np.float64] = np.where(weights < self.until, 0.0, weights)
        return faded


class Linear(Settings):
    """Fall in a straight line to 0 at ``sessions``."""

    kind: Literal["linear"] = "linear"
    sessions: int = Field(ge=1, le=LONGEST, description="Sessions after which the weight is 0.")

    def weights(self, age: NDArray[np.int64], _to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give max(0, 1 - age / sessions)."""
        import numpy as np

        return np.maximum(0.0, 1.0 - age / self.sessions)


class Power(Settings):
    """Fall fast first and slowly later; gone once below ``until``."""

    kind: Literal["power"] = "power"
    scale_sessions: Positive = Field(default=5.0, description="Age at which the weight is 2 ** -exponent.")
    exponent: Positive = Field(default=1.0, description="Larger falls faster.")
    until: Fraction = Field(default=0.02, description="A weight below it counts as 0.")

    @property
    def reach(self) -> int:
        """Give an age at which the weight is 0."""
        if not self.until or math.log(1 / self.until) / self.exponent > math.log(LONGEST):
            return LONGEST
        return _reach(self.scale_sessions * (self.until ** (-1.0 / self.exponent) - 1.0))

    def weights(self, age: NDArray[np.int64], _to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give (1 + age / scale_sessions) ** -exponent, 0 once below ``until``."""
        import numpy as np

        weights = (1.0 + age / self.scale_sessions) ** -self.exponent
        faded: NDArray[np.float64] = np.where(weights < self.until, 0.0, weights)
        return faded


class Step(Settings):
    """Stay whole for ``sessions``, then end."""

    kind: Literal["step"] = "step"
    sessions: int = Field(ge=1, le=LONGEST, description="Sessions after which the weight is 0.")

    def weights(self, age: NDArray[np.int64], _to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give 1 while age < sessions."""
        import numpy as np

        return np.where(age < self.sessions, 1.0, 0.0)


class UntilNext(Settings):
    """Stay whole until the next event of the same signal and group, at most ``sessions``."""

    kind: Literal["until_next"] = "until_next"
    sessions: int = Field(
        default=252, ge=1, le=LONGEST, description="Sessions after which the weight is 0 even without a next event."
    )

    def weights(self, age: NDArray[np.int64], to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give 1 while age < min(sessions, sessions to the next event); the future is not read: age stops there."""
        import numpy as np

        return np.where((age < self.sessions) & (age < to_next), 1.0, 0.0)


class Fitted(Settings):
    """Exponential, its half-life fitted to the abnormal returns after the signal's events known up to a day."""

    kind: Literal["fitted"] = "fitted"
    train_until: date = Field(description="Last day whose prices the fit may see; judge the run on what follows.")
    horizon_sessions: Annotated[int, Field(ge=5, le=252)] = Field(default=60, description="Sessions after an event.")
    least_events: Annotated[int, Field(ge=2)] = Field(default=8, description="Fewer complete events are an error.")
    until: Fraction = Field(default=0.02, description="A weight below it counts as 0.")

    @property
    def reach(self) -> int:
        """Refuse: the engine puts an exponential in its place before anything is scored."""
        raise _unfitted()

    def weights(self, _age: NDArray[np.int64], _to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Refuse: the engine puts an exponential in its place before anything is scored."""
        raise _unfitted()


def _unfitted() -> RunError:
    return RunError("decay.kind: fitted has no half-life yet; `backtest.engine` fits it, or give an exponential")


def _reach(sessions: float) -> int:
    return min(math.floor(sessions) + 2, LONGEST) if sessions < LONGEST else LONGEST


DECAYS = OneOf(
    "kind",
    {
        "exponential": "signals.decay.Exponential",
        "fitted": "signals.decay.Fitted",
        "linear": "signals.decay.Linear",
        "power": "signals.decay.Power",
        "step": "signals.decay.Step",
        "until_next": "signals.decay.UntilNext",
    },
)
if TYPE_CHECKING:
    Decay: TypeAlias = Exponential | Fitted | Linear | Power | Step | UntilNext
else:
    Decay = Annotated[Settings, DECAYS, Field(description="How the view behind an event fades.")]


def table(decay: Exponential | Fitted | Linear | Power | Step | UntilNext) -> NDArray[np.float64]:
    """Give the weights at ages 0, 1, ..., to the last that is not 0; shape (ages,)."""
    import numpy as np

    last = decay.sessions if isinstance(decay, Linear | Step | UntilNext) else decay.reach
    age = np.arange(last + 1, dtype=np.int64)
    weights = decay.weights(age, np.full(len(age), LONGEST + 2, dtype=np.int64))
    live = np.flatnonzero(weights)
    return weights[: live[-1] + 1] if len(live) else weights[:0]
