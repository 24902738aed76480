"""``backtest events edgar``: tables, files, exit codes."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from backtest.cli.main import main
from data.calendar import load
from data.events.files import load as load_events
from data.events.settings import EventFiles

PPE = "PaymentsToAcquirePropertyPlantAndEquipment"
CONTACT = "Example Research research@example.org"


def answer(cik, *values):
    """Give companyfacts with one calendar quarter's capex per value, in millions, of 2024."""
    days = (("01-01", "03-31", "04-25"), ("04-01", "06-30", "07-25"), ("07-01", "09-30", "10-25"))
    rows = [
        {
            "start": f"2024-{start}",
            "end": f"2024-{end}",
            "val": value * 1_000_000,
            "accn": f"{cik:010d}-24-00000{number}",
            "form": "10-Q",
            "filed": f"2024-{filed}",
        }
        for number, (value, (start, end, filed)) in enumerate(zip(values, days, strict=False))
    ]
    return {"cik": cik, "facts": {"us-gaap": {PPE: {"units": {"USD": rows}}}}}


@pytest.fixture
def saved(tmp_path):
    """Give a folder with META's companyfacts and a damaged file of ORCL's."""
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "CIK0001326801.json").write_text(json.dumps(answer(1326801, 100, 150)))
    (folder / "orcl_companyfacts.json").write_text('{"cik": 13414')
    return folder


@pytest.fixture
def sec(monkeypatch, tmp_path):
    """Give a server on 127.0.0.1 that the command asks instead of the SEC's: path to (status, body)."""
    told, asked = {}, []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, body = told.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("Content-Length", f"{len(body)}")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setenv("EVENTFOLIO_EDGAR_TEST_SERVER", f"http://127.0.0.1:{running.server_address[1]}")
    monkeypatch.setenv("EVENTFOLIO_CONTACT", CONTACT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield told, asked
    running.shutdown()
    running.server_close()
    thread.join()


def test_saved_answers_become_a_table_and_a_file(saved, tmp_path, capsys):
    """The table counts quarters and vintages; the loader of files reads what was written."""
    out = tmp_path / "events.csv"
    assert main(["events", "edgar", "META", "--from-dir", str(saved), "--out", str(out)]) == 0
    row = capsys.readouterr().out.splitlines()[1].split()
    assert row == ["META", "capex_actual", f"us-gaap:{PPE}", "(USD)", "2", "2", "2024-03-31", "2024-06-30", "-"]
    loaded = load_events(EventFiles(path="events.csv"), out, load("XNYS"))
    assert loaded.frame.select("asset", "period", "value", "unit").rows() == [
        ("META", "CY2024Q1", 100.0, "USD_mn"),
        ("META", "CY2024Q2", 150.0, "USD_mn"),
    ]


def test_what_is_damaged_or_absent_is_listed_and_the_rest_kept(saved, capsys):
    """A torn file and a company without one: both named, exit 3, META still there."""
    assert main(["events", "edgar", "ORCL", "META", "CRWV", "--from-dir", str(saved), "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert [one["asset"] for one in told["companies"]] == ["META"]
    assert [one["where"] for one in told["missing"]] == ["ORCL (CIK 1341439)", "CRWV (CIK 1769628)"]


def test_a_file_that_cannot_be_written_is_a_mistake(saved, capsys):
    """A folder in the file's place: exit 2 and one sentence."""
    assert main(["events", "edgar", "META", "--from-dir", str(saved), "--out", str(saved)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_since_leaves_earlier_quarters_out(saved, capsys):
    """Only quarters that end on the day or later."""
    assert main(["events", "edgar", "META", "--from-dir", str(saved), "--since", "2024-06-30", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["periods"] for one in told["companies"][0]["definitions"]] == [1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["XYZ", "META", "META"], "XYZ"),
        (["META", "--since", "soon"], "expected 2019 or 2019-03-31"),
        (["META", "--cik", "EX:12"], "is no NAME=NUMBER"),
        (["META"], "no contact"),
        (["META", "--contact", "nobody"], "no contact"),
    ],
)
def test_a_mistake_is_told_before_anything_is_asked(words, sentence, monkeypatch, capsys):
    """Unknown names, dates, numbers and a missing contact end with exit 2."""
    monkeypatch.delenv("EVENTFOLIO_CONTACT", raising=False)
    assert main(["events", "edgar", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_company_of_ones_own_is_asked_for_by_its_number(sec, capsys):
    """--cik names a company that is not in the table; without submissions it is kept, dated by day, and exit is 3."""
    told, asked = sec
    told["/api/xbrl/companyfacts/CIK0000000012.json"] = (200, json.dumps(answer(12, 7, 8, 9)).encode())
    assert main(["events", "edgar", "EX", "--cik", "EX=12"]) == 3
    out, err = capsys.readouterr()
    assert "EX     capex_actual" in out
    assert "/submissions/CIK0000000012.json: there is no such answer" in err
    assert asked == ["/api/xbrl/companyfacts/CIK0000000012.json", "/submissions/CIK0000000012.json"]


def test_a_refusal_is_explained_and_ends_the_asking(sec, capsys):
    """403 for the first company: the others are listed and not asked for, nothing is written."""
    told, asked = sec
    told["/api/xbrl/companyfacts/CIK0001769628.json"] = (403, b"<html>")
    assert main(["events", "edgar", "CRWV", "ORCL", "META"]) == 3
    err = capsys.readouterr().err
    assert "check the contact" in err
    assert err.count("not asked for") == 2
    assert len(asked) == 1
