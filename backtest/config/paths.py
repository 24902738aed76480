"""Where the files that a config names are: beside the config, else in the working directory."""

from __future__ import annotations

from pathlib import Path

from data.errors import MissingDataError

__all__ = ["resolve"]


def resolve(text: str, folder: Path) -> Path:
    """Find a file or folder.

    Raises
    ------
    MissingDataError
        When it is in neither place; it names both and what lies near.

    """
    places = [folder / text] if Path(text).is_absolute() else [folder / text, Path.cwd() / text]
    for place in places:
        if place.exists():
            return place
    tried = " nor ".join(dict.fromkeys(str(place) for place in places))
    near = [name for place in dict.fromkeys(places) for name in _near(place)]
    hint = f"; nearest: {', '.join(dict.fromkeys(near))}" if near else ""
    raise MissingDataError(f"{text} is not there: {'neither ' if len(places) > 1 else ''}{tried}{hint}")


def _near(place: Path) -> list[str]:
    """Give the existing names closest to a missing one, in its deepest existing folder."""
    from difflib import get_close_matches

    missing = place
    while not missing.parent.is_dir() and missing.parent != missing:
        missing = missing.parent
    try:
        names = sorted(entry.name for entry in missing.parent.iterdir())
    except OSError:
        return []
    return [str(missing.parent / name) for name in get_close_matches(missing.name, names, 3)]
