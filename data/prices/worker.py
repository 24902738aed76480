"""A process that asks a vendor for one asset after the other, as it is told; it ends when nobody tells it any more."""

from __future__ import annotations

import signal
import traceback
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from data.prices.answers import FetchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.prices.answers import Ask, Outcome

__all__ = ["serve"]


def serve(arguments: Sequence[str]) -> None:
    """Receive how to ask, say that we are there (None), then receive assets and send (asset, outcome) for each.

    An outcome that is a text is the traceback of a bug.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Connection(int(arguments[1])) as line:
        ask, opens = line.recv()
        session = opens() if opens else None
        line.send(None)
        try:
            while True:
                asset = line.recv()
                line.send((asset, _outcome(ask, asset, session)))
        except (EOFError, OSError):
            return


def _outcome(ask: Ask, asset: str, session: Any) -> Outcome | str:
    try:
        return ask(asset, session)
    except FetchError as failure:
        return failure
    except Exception:  # noqa: BLE001 - a bug keeps its traceback across the processes
        return traceback.format_exc()
