"""One browser for all tests of pages in a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from chromium import binary, tab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chromium import Tab


@pytest.fixture(scope="session")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """Give a browser with one page, or skip."""
    if binary() is None:
        pytest.skip("no chromium binary is installed")
    with tab(tmp_path_factory.mktemp("browser")) as one:
        yield one
