"""How the view behind an event fades: a weight of 1 in the event's session, falling with the sessions since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from data.settings import Fraction, Positive, Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Decay", "Exponential", "Linear", "Step", "UntilNext"]


class Exponential(Settings):
    """Halve every ``half_life_sessions``; gone once below ``until``."""

    kind: Literal["exponential"] = "exponential"
    half_life_sessions: Positive
    until: Fraction = 0.02

    def weights(self, age: NDArray[np.int64], _to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give 0.5 ** (age / half_life_sessions), 0 once below ``until``."""
        import numpy as np

        weights = np.exp2(-age / self.half_life_sessions)
        faded: NDArray[np.float64] = np.where(weights < self.until, 0.0, weights)
        return faded


class Linear(Settings):
    """Fall in a straight line to 0 at ``sessions``."""

    kind: Literal["linear"] = "linear"
    sessions: Annotated[int, Field(ge=1)]

    def weights(self, age: NDArray[np.int64], _to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give max(0, 1 - age / sessions)."""
        import numpy as np

        return np.maximum(0.0, 1.0 - age / self.sessions)


class Step(Settings):
    """Stay whole for ``sessions``, then end."""

    kind: Literal["step"] = "step"
    sessions: Annotated[int, Field(ge=1)]

    def weights(self, age: NDArray[np.int64], _to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give 1 while age < sessions."""
        import numpy as np

        return np.where(age < self.sessions, 1.0, 0.0)


class UntilNext(Settings):
    """Stay whole until the next event of the same signal, at most ``sessions``."""

    kind: Literal["until_next"] = "until_next"
    sessions: Annotated[int, Field(ge=1)] = 252

    def weights(self, age: NDArray[np.int64], to_next: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give 1 while age < min(sessions, sessions to the next event); the future is not read: age stops there."""
        import numpy as np

        return np.where((age < self.sessions) & (age < to_next), 1.0, 0.0)


Decay = Annotated[Exponential | Linear | Step | UntilNext, Field(discriminator="kind")]
