"""``backtest validate``: read a config, run nothing."""

from __future__ import annotations

from backtest.cli.options import ConfigPath, Json, Set  # noqa: TC001 - typer reads it

__all__ = ["validate"]


def validate(config: ConfigPath, *, overrides: Set = None, as_json: Json = False) -> None:
    """Check a config and report every mistake."""
    from backtest.cli.console import clean, note, write, write_json
    from backtest.config.reader import load

    loaded = load(config, overrides or ())
    if as_json:
        from backtest.config.normal import normal

        write_json({"valid": True, "path": loaded.path_label, "config": normal(loaded.config)})
    else:
        for text in loaded.notes:
            note(clean(text))
        write(f"{clean(loaded.path_label)}: valid")
