"""The config reader: texts stay as written, every mistake is located, nothing dangerous is read."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from backtest.config.reader import load
from data.errors import ConfigError, Finding

if TYPE_CHECKING:
    from pathlib import Path

    from backtest.config.model import Config

MINIMAL = """\
name: base
prices: {source: simulated}
events: {source: simulated}
baskets:
  semis: [SEM1, SEM2]
  clouds: [HYP1]
portfolio:
  base: {semis: 0.5, clouds: 0.5}
"""

# Names of simulated assets are checked; these configs name whatever they like.
FILES = MINIMAL.replace("prices: {source: simulated}", "prices: {source: files, path: p.csv, adjustment: raw}").replace(
    "events: {source: simulated}", "events: {source: files, path: e.csv}"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "a.yaml"


def read(path: Path, text: str | bytes, *overrides: str) -> Config:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, overrides).config


def mistakes(path: Path, text: str | bytes, *overrides: str) -> list[Finding]:
    with pytest.raises(ConfigError) as caught:
        read(path, text, *overrides)
    assert caught.value.exit_code == 2
    return list(caught.value.findings)


def place(path: Path, line: int, column: int) -> str:
    return f"{path}:{line}:{column}"


def test_a_minimal_config_loads_with_its_folder(config: Path) -> None:
    """The folder is the one that the config's paths are relative to."""
    config.write_text(MINIMAL)
    loaded = load(config)
    assert loaded.config.name == "base"
    assert (loaded.folder, loaded.path_label) == (config.parent, str(config))


def test_scalars_arrive_as_written(config: Path) -> None:
    """YAML 1.1 would make True, False, 448, 750 and a float of these."""
    text = FILES.replace("[SEM1, SEM2]", "[ON, NO, TRUE, 0700, 12:30, 1e-3, NULL, yes, .5, 2024-01-05, =, 1_000]")
    assert read(config, text).baskets["semis"] == (
        "ON", "NO", "TRUE", "0700", "12:30", "1e-3", "NULL", "yes", ".5", "2024-01-05", "=", "1_000",
    )  # fmt: skip


def test_numbers_are_typed_by_their_field(config: Path) -> None:
    """1e-3 is a number where a number is wanted, whatever YAML thinks of it; 0700 is seven hundred, not octal."""
    read_config = read(config, MINIMAL + "risk_free_per_year: 1e-3\nseed: 0700\nversion: 1\n")
    assert (read_config.risk_free_per_year, read_config.seed, read_config.version) == (0.001, 700, 1)


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_a_plain_null_is_nothing(config: Path, nothing: str) -> None:
    """An optional field may be written out as empty."""
    assert read(config, MINIMAL + f"benchmark: {nothing}\n").benchmark is None


def test_a_quoted_null_is_text(config: Path) -> None:
    """Quotes make a text of anything."""
    assert read(config, FILES + 'benchmark: "null"\n').benchmark == "null"


def test_duplicate_keys_and_wrong_values_are_told_together(config: Path) -> None:
    """A second `name`, a second basket and a bad seed: three findings in the order of the file."""
    text = MINIMAL.replace("  clouds: [HYP1]", "  clouds: [HYP1]\n  semis: [X]") + "name: again\nseed: five\n"
    found = mistakes(config, text)
    assert [(one.where, one.field) for one in found] == [
        (place(config, 7, 3), "baskets.semis"),
        (place(config, 10, 1), "name"),
        (place(config, 11, 7), "seed"),
    ]
    assert "first in line 5" in found[0].problem
    assert "first in line 1" in found[1].problem


def test_an_unknown_key_gets_the_nearest_one(config: Path) -> None:
    """The caret stands under the key, the suggestion comes from the right model."""
    found = mistakes(config, MINIMAL + "costs:\n  comission_bps: 1\n")
    assert [(one.where, one.field) for one in found] == [(place(config, 10, 3), "costs.comission_bps")]
    assert found[0].hint == "did you mean `commission_bps`?"
    assert found[0].excerpt == "   10 |   comission_bps: 1\n      |   ^"


def test_a_misspelt_required_key_is_one_mistake(config: Path) -> None:
    """The missing key is not told a second time."""
    found = mistakes(config, MINIMAL.replace("name:", "nam:"))
    assert [(one.field, one.hint) for one in found] == [("nam", "did you mean `name`?")]


def test_a_missing_key_is_located_at_its_parent(config: Path) -> None:
    """`adjustment` is missing from the mapping that `prices` opens in line 2."""
    found = mistakes(config, MINIMAL.replace("{source: simulated}", "{source: files, path: x.csv}", 1))
    assert [(one.where, one.field, one.problem) for one in found] == [
        (place(config, 2, 1), "prices.adjustment", "is required and missing"),
    ]


def test_an_unknown_union_tag_gets_the_nearest_one(config: Path) -> None:
    """The finding points at the tag's value and names the field without pydantic's tags."""
    found = mistakes(config, MINIMAL.replace("simulated", "simulatd", 1))
    assert (found[0].where, found[0].field, found[0].value) == (place(config, 2, 18), "prices.source", "simulatd")
    assert found[0].hint == "did you mean `simulated`?"


def test_a_misspelt_union_key_is_found(config: Path) -> None:
    """`sorce` is named, not only the absence of `source`."""
    found = mistakes(config, MINIMAL.replace("{source", "{sorce", 1))
    assert [(one.where, one.hint) for one in found] == [
        (place(config, 2, 10), "did you mean `source` instead of `sorce`?"),
    ]


def test_an_unknown_choice_gets_the_nearest_one(config: Path) -> None:
    """Choices of a Literal are listed."""
    found = mistakes(config, MINIMAL + "account: {fill: opne}\n")
    assert (found[0].problem, found[0].hint) == ("expected one of open, close", "did you mean `open`?")


@pytest.mark.parametrize(
    ("line", "problem", "hint"),
    [
        ("portfolio: {base: {semis: 50}}", "expected a number <= 1", "a fraction, not percent: 50 % is 0.5"),
        ("costs: {commission_bps: -1}", "expected a number >= 0", "Commission, in bps"),
        ("costs: {commission_bps: five}", "expected a number", "Commission, in bps"),
        ("account: {capital: '1,000,000'}", "expected a number", "write 1000000"),
        ("account: {turnover_cap: '0,25'}", "expected a number", "write 0.25"),
        ("costs: {commission_bps: 1,5}", "is not a known key", "a comma begins the next key: decimals take a point"),
        ("account: {capital: nan}", "expected a finite number", "Cash before"),
        ("risk_free_per_year: 2%", "expected a number", "write a fraction: 0.02"),
        ("seed: 1.5", "expected a whole number", "Seed of everything random"),
        ("period: {start: 2020-02-30}", "expected a day as 2019-01-31", ""),
        ("period: {start: 1577836800}", "expected a day as 2019-01-31", ""),
        ("baskets: {semis: SEM1}", "expected a list, as [a, b]", "write [SEM1]"),
        ("baskets: {semis: []}", "expected at least 1 item", ""),
        ("signals: {kind: rotation}", "is a mapping, expected a list, as [a, b]", "Without signals"),
        ("costs: 5", "expected a mapping, as key: value", ""),
        ("calendar:", "is empty, expected a text", "give a value, or leave the key out for the default"),
        ("version: 2", "expected 1", ""),
    ],
)
def test_wrong_values_are_told_in_plain_words(config: Path, line: str, problem: str, hint: str) -> None:
    """Each says what was expected and, where it can, the remedy; pydantic's own words never show."""
    key = line.split(":", maxsplit=1)[0]
    rest = "".join(part for part in _blocks(MINIMAL) if not part.startswith(f"{key}:"))
    found = mistakes(config, rest + line + "\n")
    assert [one.problem for one in found] == [problem]
    assert found[0].hint.startswith(hint)
    assert found[0].where.startswith(f"{config}:{rest.count(chr(10)) + 1}:")


def _blocks(text: str) -> list[str]:
    blocks: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith(" "):
            blocks[-1] += line
        else:
            blocks.append(line)
    return blocks


@pytest.mark.parametrize(
    "name",
    ["../../x", "/etc/x", "CON", '""', "a" * 300, "has space", "..hidden", "ünicode"],
)
def test_names_that_could_leave_the_folder_are_refused(config: Path, name: str) -> None:
    """A run's folder is made of the name."""
    found = mistakes(config, MINIMAL.replace("name: base", f"name: {name}"))
    assert [(one.field, one.where) for one in found] == [("name", place(config, 1, 7))]


def test_start_after_end_is_located(config: Path) -> None:
    """A judgement over two fields points at the first of them."""
    found = mistakes(config, MINIMAL + "period:\n  start: 2021-01-01\n  end: 2020-01-01\n")
    assert [(one.where, one.field) for one in found] == [(place(config, 10, 3), "period.start")]


def test_an_undefined_basket_is_located_where_it_is_used(config: Path) -> None:
    """The message quotes the basket; the finding stands on it."""
    found = mistakes(config, MINIMAL.replace("base: {semis: 0.5, clouds", "base: {semis: 0.5, cluods"))
    assert found[0].where == place(config, 8, 22)
    assert found[0].field == "portfolio.base.cluods"


def test_errors_inside_lists_and_unions_have_plain_fields(config: Path) -> None:
    """Paths count list items from 0 and carry no union tags; a list with refused items is not also too short."""
    signal = "signals:\n  - {kind: rotation, from: semis, to: clouds, triggers: [{kind: a, size: x}], "
    signal += "decay: {kind: step}}\n"
    found = mistakes(config, MINIMAL + signal)
    assert [one.field for one in found] == ["signals.0.triggers.0.size", "signals.0.decay.sessions"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("# only a comment\n", "is empty"),
        ("- a\n- b\n", "expected a mapping, as key: value"),
        ("name: !!python/object:os.system x\n", "tags are not read"),
        ("name: !!str x\n", "tags are not read"),
        ("baskets:\n\tsemis: [A]\n", "is indented with a tab"),
        ("thesis: a\n\tb\nname: x\n", "is indented with a tab"),
        ("name: [a\n", "is not YAML"),
        ("name: a: b\n", "is not YAML"),
        ("name: a\n---\nname: b\n", "begins a second document"),
        ("? [a, b]\n: c\n", "keys are texts"),
        ("a: &a [*a]\n", "refers to `&a`"),
        ("a: *missing\n", "refers to `&missing`"),
        ("a: &a {name: x}\n<<: *a\n", "is a merge key"),
        ('name: "a\\0b"\n', "holds a NUL character"),
        ("name: a\x07b\n", "is not YAML"),
        (b"name: caf\xe9\n", "is not UTF-8: byte 0xe9"),
        ("name: x\n".encode("utf-16"), "is not UTF-8"),
        (b"name: a\0b\n", "holds a NUL byte"),
    ],
)
def test_what_is_no_plain_config_is_refused(config: Path, text: str | bytes, problem: str) -> None:
    """Each has its own sentence and stands in the file."""
    found = mistakes(config, text)
    assert any(problem in one.problem for one in found)
    assert all(one.where.startswith(str(config)) for one in found)


def test_non_utf8_is_located_by_line_and_column(config: Path) -> None:
    """The column counts characters, not bytes."""
    assert mistakes(config, b"name: a\nthesis: \xc3\xa9\xff\n")[0].where == place(config, 2, 10)


def test_deep_nesting_is_refused_quickly(config: Path) -> None:
    """A hundred thousand brackets overflow a recursive parser."""
    assert "nested deeper than 20" in mistakes(config, "name: " + "[" * 100_000)[0].problem


def test_twenty_levels_are_read(config: Path) -> None:
    """The limit itself is allowed, so the complaint is about the value."""
    assert mistakes(config, MINIMAL + "seed: " + "[" * 19 + "]" * 19)[0].problem == "is a list, expected a whole number"


def test_a_billion_laughs_are_refused(config: Path) -> None:
    """Nine levels of nine aliases would make a billion items."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert "aliases" in mistakes(config, "\n".join(lines))[0].problem


def test_a_few_aliases_are_read(config: Path) -> None:
    """An anchor saves writing a list twice."""
    text = MINIMAL.replace("[SEM1, SEM2]", "&s [SEM1, SEM2]").replace("[HYP1]", "*s")
    assert read(config, text).baskets["clouds"] == ("SEM1", "SEM2")


def test_large_files_are_refused(config: Path) -> None:
    """A config is a page of text."""
    assert "1,000,000 bytes" in mistakes(config, MINIMAL + "#" * 1_000_000)[0].problem


def test_tabs_inside_a_block_text_are_kept(config: Path) -> None:
    """Only indentation may not hold tabs."""
    assert read(config, MINIMAL + "thesis: |\n  a\n  \tb\n").thesis == "a\n\tb\n"


def test_a_byte_order_mark_and_crlf_are_read(config: Path) -> None:
    """Editors of another system add both; places stay right."""
    text = b"\xef\xbb\xbf" + (MINIMAL + "seed: x\n").replace("\n", "\r\n").encode()
    assert mistakes(config, text)[0].where == place(config, 9, 7)


def test_the_caret_stands_under_wide_letters(config: Path) -> None:
    """Wide letters take two cells: 6 for 日本語, 3 more for `: ` and the quote-free brace."""
    found = mistakes(config, MINIMAL + "costs: {日本語: 1, margin_bps_per_year: x}\n")
    before = "costs: {" + "日本語" + ": 1, margin_bps_per_year: "
    assert found[1].excerpt.splitlines()[1] == "      | " + " " * (len(before) + 3) + "^"


@pytest.mark.parametrize("there", ["quickstart.yaml", "quickstart.yml", "Quickstart.YAML"])
def test_a_missing_config_names_the_nearest(tmp_path: Path, there: str) -> None:
    """A typo in the file name is a usage error; the nearest name may be that of a page, and is not meant."""
    for name in (there, "quikstart.html", "quikstart.yaml.log"):
        (tmp_path / name).write_text(MINIMAL)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "quikstart.yaml")
    assert caught.value.findings[0].hint == f"did you mean {tmp_path / there}?"


def test_no_file_of_another_kind_is_meant(tmp_path: Path) -> None:
    """Beside a page of almost the same name there is no hint."""
    (tmp_path / "phone.html").write_text("")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "phones.yaml")
    assert (caught.value.findings[0].problem, caught.value.findings[0].hint) == ("does not exist", "")


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    """Its finding says so."""
    with pytest.raises(ConfigError, match="is a folder"):
        load(tmp_path)


def test_loading_imports_neither_polars_nor_numba(root: Path) -> None:
    """Validation must stay quick."""
    code = (
        "import sys; from backtest.config.reader import load; load('configs/quickstart.yaml');"
        "print(sorted({'polars', 'numba', 'pandas', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
