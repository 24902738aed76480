"""Events as JSON: the same facts give the same frame and hash as their CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from polars.testing import assert_frame_equal

from data.errors import InputError

if TYPE_CHECKING:
    from tests.data.events.conftest import Loader

CSV = """event_id,kind,announced_at,session_flag,asset,value,note
b,rpo,2026-02-05,post,AMZN,244.10,"a ""note"", with a comma"
a,capex_guidance,2026-02-04T16:05:00-05:00,post,GOOGL,,
c,rpo,someday,post,MSFT,625,
"""
ROWS = r"""
{"event_id": "b", "kind": "rpo", "announced_at": "2026-02-05", "session_flag": "post", "asset": "AMZN", \
"value": 244.10, "note": "a \"note\", with a comma"}
{"kind": "capex_guidance", "event_id": "a", "announced_at": "2026-02-04T16:05:00-05:00", "session_flag": "post", \
"asset": "GOOGL", "value": null, "tags": ["not", "asked", "for"]}
{"event_id": "c", "kind": "rpo", "announced_at": "someday", "session_flag": "post", "asset": "MSFT", "value": "625", \
"note": ""}
""".replace("\\\n", "").split("\n")[1:-1]
ARRAY = f"[{','.join(ROWS)}]"


@pytest.mark.parametrize(
    ("name", "text", "row"),
    [
        ("e.json", ARRAY, "e.json row 3"),
        ("e.json", f'{{"source": "desk", "events": {ARRAY}}}', "e.json row 3"),
        ("e.ndjson", "\n\n".join(ROWS), "e.ndjson row 5"),
        ("e.jsonl", "\n".join(ROWS), "e.jsonl row 3"),
    ],
)
def test_the_same_events_as_json_and_as_csv_are_the_same(events_of: Loader, name: str, text: str, row: str) -> None:
    """Frame, hash and what is set aside, whose row is named as in its own file."""
    expected, found = events_of(CSV), events_of(text, name=name)

    assert found.frame.height == 2
    assert_frame_equal(found.frame, expected.frame)
    assert found.content_hash == expected.content_hash
    assert found.rejected["where"].to_list() == [row]
    assert found.rejected.drop("where").rows() == expected.rejected.drop("where").rows()


def test_every_bad_line_of_an_event_file_is_set_aside_and_the_others_stay(events_of: Loader) -> None:
    """Half lines before and after a whole one, and one that is no object: each is told with its line."""
    found = events_of("\n".join((ROWS[0][:40], ROWS[1], "[1]", ROWS[2][:-1])), name="e.ndjson")

    assert found.frame["event_id"].to_list() == ["a"]
    assert found.rejected.select("where", "stage", "reason").rows() == [
        (f"e.ndjson line {line}", "valid", "broken line") for line in (1, 3, 4)
    ]
    assert "is an array, expected an object" in found.rejected["detail"][1]
    assert "cut off" in found.rejected["detail"][2]
    assert found.read == 4


def test_a_file_without_a_whole_line_is_refused(events_of: Loader) -> None:
    """Nothing is left to load, and every line is told."""
    with pytest.raises(InputError) as caught:
        events_of("\n".join((ROWS[0][:40], ROWS[2][:-1])), name="e.ndjson")

    assert [fault.where for fault in caught.value.findings] == ["e.ndjson line 1", "e.ndjson line 2"]
