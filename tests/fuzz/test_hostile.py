"""Hostile files: bombs, entities, formulas, markup, paths. Bounded in time and memory, refused, nothing runs."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz import attempt, fuzz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from targets import TARGETS, workbook_case
from workbook_case import CONSTANT, CURRENT, LOCAL, SHARE, Book, build, cell_of, saved

from overtake import paths
from overtake.cli import main as cli
from overtake.config.load import load
from overtake.config.text import unsafe
from overtake.errors import OvertakeError
from overtake.pipeline.run import run_stage
from overtake.sources import fetch, raw, sipri

LAUGHS = (
    b"".join(
        [
            b'<!DOCTYPE lolz [<!ENTITY a "ha">',
            *(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)),
        ]
    )
    + b"]>"
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
SECONDS, MEMORY_MB = 10.0, 700


def bounded(path: Path, folder: Path) -> tuple[str, str]:
    """Read the workbook `path` in a process that may not start, connect or write; return outcome and error text.

    The process has MEMORY_MB of address space above what importing takes, and SECONDS of processor time: a busy
    machine is no failure.
    """
    code = f"""
import resource, sys
sys.path[:0] = {[str(paths.ROOT), str(Path(__file__).parent)]!r}
import openpyxl, pandas, pycountry
from overtake.sources import sipri
from overtake.errors import OvertakeError
from overtake.sources.names import iso3
iso3("Japan")
def watch(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.fork", "socket.connect", "pickle.find_class", "exec"):
        if event != "exec" or "overtake" in str(arguments):
            raise SystemExit(f"did {{event}}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"wrote {{arguments[0]}}")
    if event == "open" and "hostname" in str(arguments[0]):
        raise SystemExit("read another file")
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
resource.setrlimit(resource.RLIMIT_CPU, (int(used + {SECONDS}) + 1,) * 2)
resource.setrlimit(resource.RLIMIT_AS, (size + {MEMORY_MB * 1_000_000},) * 2)
sys.addaudithook(watch)
try:
    sipri.read(__import__("pathlib").Path({str(path)!r}))
    print("read")
except OvertakeError as error:
    print("refused", error)
"""
    # Counting which lines run would be most of what is bounded here.
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, env=bare)
    assert done.returncode == 0, (done.returncode, done.stderr[-800:])
    outcome, _, said = done.stdout.partition(" ")
    return outcome.strip(), said


def rezipped(path: Path, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> Path:
    """Write the workbook at `path` anew with every part through `change`, and `more` parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in archive.namelist():
            target.writestr(name, change(name, archive.read(name)))
        for name, content in (more or {}).items():
            target.writestr(name, content)
    path.write_bytes(out.getvalue())
    return path


SST = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>x</t></si>'


def with_strings(name: str, content: bytes) -> bytes:
    """Announce a table of shared strings, which openpyxl does not write by itself."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind
    return content.replace(b"</Types>", part) if name == "[Content_Types].xml" else content


#: What is done to a workbook, the parts it is done to, and what may come of it.
BOMBS: dict[str, tuple[Callable[[str, bytes], bytes], dict[str, bytes], str]] = {
    "a part of 500 MB": (lambda n, c: c, {"xl/sharedStrings.xml.bin": b"\x00" * 500_000_000}, "refused"),
    "ten thousand parts": (lambda n, c: c, {f"xl/media/{i}.png": b"" for i in range(10_000)}, "refused"),
    "7 MB of shared strings": (
        lambda n, c: with_strings(n, c),
        {"xl/sharedStrings.xml": SST + b"<si><t>x</t></si>" * 400_000 + b"</sst>"},
        "read",
    ),
    "450,000 columns in a row": (
        lambda n, c: c.replace(b"</row>", b"<c><v>1</v></c>" * 450_000 + b"</row>", 1) if "sheet2" in n else c,
        {},
        "read",
    ),
    "a million rows": (
        lambda n, c: c.replace(b"</sheetData>", b"<row/>" * 1_000_000 + b"</sheetData>") if "sheet2" in n else c,
        {},
        "read",
    ),
    "a row number beyond all": (
        lambda n, c: c.replace(b'<row r="8"', b'<row r="99999999999"') if "sheet2" in n else c,
        {},
        "any",
    ),
    "a column beyond all": (
        lambda n, c: c.replace(b'r="C8"', b'r="ZZZZZZ8"') if "sheet2" in n else c,
        {},
        "refused",
    ),
    "an integer of 100,000 digits": (
        lambda n, c: c.replace(b"<v>", b"<v>" + b"9" * 100_000, 1) if "sheet2" in n else c,
        {},
        "refused",
    ),
    "a member that leaves the folder": (lambda n, c: c, {"../../../evil.txt": b"x"}, "read"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_bounded(tmp_path: Path, name: str) -> None:
    change, more, expected = BOMBS[name]
    outcome, said = bounded(rezipped(saved(tmp_path), change, more), tmp_path)
    assert expected in (outcome, "any"), said
    assert not list(tmp_path.parent.glob("evil.txt"))


PARTS = ("[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet2.xml",
         "xl/_rels/workbook.xml.rels", "docProps/core.xml")  # fmt: skip


@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE], ids=["billion laughs", "external entity"])
@pytest.mark.parametrize("part", PARTS)
def test_entities_are_refused(tmp_path: Path, part: str, doctype: bytes) -> None:
    def change(name: str, content: bytes) -> bytes:
        if name != part:
            return with_strings(name, content)
        at = content.index(b"?>") + 2 if content.startswith(b"<?xml") else 0
        end = content.rindex(b"</")
        entity = b"&j;" if doctype is LAUGHS else b"&a;"
        return content[:at] + doctype + content[at:end] + entity + content[end:]

    strings = {"xl/sharedStrings.xml": change("xl/sharedStrings.xml", SST + b"</sst>")}
    path = rezipped(saved(tmp_path), change, strings)
    start = time.process_time()
    with pytest.raises(OvertakeError, match="is not a readable"):
        sipri.read(path)
    assert time.process_time() - start < SECONDS


def test_formulas_count_as_their_last_values_and_links_are_not_followed(tmp_path: Path) -> None:
    formula = b"<f>HYPERLINK(\"http://127.0.0.1:9/\")+[1]Sheet1!A1+cmd|' /C calc'!A0</f>"
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'

    def change(name: str, content: bytes) -> bytes:
        return content.replace(b"<v>", formula + b"<v>") if name == "xl/worksheets/sheet3.xml" else content

    path = rezipped(saved(tmp_path), change, {"xl/externalLinks/externalLink1.xml": link})
    assert bounded(path, tmp_path)[0] == "read"


def test_a_formula_without_a_value_is_a_blank_by_cell(tmp_path: Path) -> None:
    book = sipri.read(
        saved(tmp_path, bend=lambda book: setattr(cell_of(book, CURRENT, "Japan", 2019), "value", "=1+1"))
    )
    assert [(code, "Japan 2019" in said) for code, said in book.blanks] == [("JPN", True)]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eanihC", "Chi\u200bna"])
def test_a_country_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    def bend(book: Book) -> None:
        for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
            page = book[sheet]
            cell = next(row for row in page.iter_rows() if row[0].value == "Japan")[0]
            cell.value, cell.data_type = name, "s"

    with pytest.raises(OvertakeError, match="countries that are not known"):
        sipri.read(saved(tmp_path, bend=bend))


def test_notes_and_titles_bring_no_text_into_the_excerpt(tmp_path: Path) -> None:
    """Only the marks of a note are kept; a sheet whose title is more than words is no sheet of SIPRI's."""

    def notes(book: Book) -> None:
        page = book[CONSTANT]
        cell = next(row for row in page.iter_rows() if row[0].value == "China")[1]
        cell.value, cell.data_type = "=cmd() <b>† 12 ‡</b> [3]", "s"

    table = sipri.read(saved(tmp_path, bend=notes)).table
    assert set(table.loc[table["iso3"] == "CHN", "marks"]) == {"†12‡[3]"}
    path = rezipped(saved(tmp_path), lambda n, c: c.replace(b"US$", b"US$&lt;b&gt;") if n == "xl/workbook.xml" else c)
    with pytest.raises(OvertakeError, match="is missing"):
        sipri.read(path)


values = st.one_of(
    st.floats(), st.integers(-(10**30), 10**30), st.booleans(), st.dates(), st.none(),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12),
    st.sampled_from(["NaN", "inf", "1e999", "#REF!", "=1+1", "٣", "1,5", "1 000"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=st.lists(st.tuples(st.sampled_from([CONSTANT, CURRENT, LOCAL, SHARE]), st.integers(1, 16),
                                st.integers(1, 16), values), min_size=1, max_size=4))  # fmt: skip
def test_any_value_in_any_cell_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, cells: list) -> None:
    def bend(book: Book) -> None:
        for sheet, row, column, value in cells:
            book[sheet].cell(row, column).value = value

    path = saved(tmp_path_factory.mktemp("cells"), build(), bend)
    try:
        table = sipri.read(path).table
    except OvertakeError:
        return
    assert (table[list(sipri.MEASURES)].fillna(0.0) >= 0).all(axis=None)
    assert (table[list(sipri.MEASURES)].fillna(0.0) < float("inf")).all(axis=None)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), max_size=13), max_size=6))
def test_any_csv_is_checked_or_refused(rows: list) -> None:
    header = (paths.RAW / "milex.csv").read_text(encoding="utf-8").split("\n", 1)[0]
    text = "\n".join([header, *(",".join(row) for row in rows)])
    resource_of = raw.package.resource(raw.package.load(paths.RAW), "milex.csv")
    try:
        table = raw.check("milex.csv", text, resource_of)
    except OvertakeError:
        return
    assert not any(unsafe(cell) for cell in table["marks"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a]\n" for n in range(30)), "anchors"),
        ("run: !!python/object/apply:os.system ['touch evil']", "tags"),
        ("[" * 5000, "nested too deeply"),
        ("a: " + "{a: " * 5000, "nested too deeply"),
        ("run: {draws: " + "9" * 6000 + "}", "params.yaml"),
        ("run: {draws: .inf}", "run.draws"),
        ("run: {draws: 1e999}", "run.draws"),
        ("run: {draws: 2020-01-01}", "run.draws"),
        ("run: {draws: 2020-99-99}", "params.yaml"),
        ("? [a, b]\n: 1", "key must be text"),
        ("x: " + "y" * 300_000, "too large"),
        ("balances: {../../evil: {label: x, side: {JPN: 1.0}}}", "balances"),
        ("balances: {five: {label: '=cmd()', side: {JPN: 1.0}}}", "a spreadsheet takes for a formula"),
        ('balances: {five: {label: "a\\u202eb", side: {JPN: 1.0}}}', "control character U+202E"),
        ('balances: {five: {label: "a\\e[2Jb", side: {JPN: 1.0}}}', "control character U+001B"),
        ("data: {edition: ../../etc}", "data.edition"),
        ("\x00", "YAML"),
    ],
)
def test_hostile_parameters(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(OvertakeError) as caught:
        load(path)
    assert told in str(caught.value)
    assert time.process_time() - start < 5
    assert len(str(caught.value)) < 5000
    assert not Path("evil").exists()


@pytest.mark.parametrize("key", ["format", "schema", "name", "type"])
def test_a_table_is_checked_whatever_format_it_says(tmp_path: Path, key: str) -> None:
    """The crashes that guided fuzzing found: without `format: csv`, a table's fields went unchecked to the reader."""
    item = json.loads(json.dumps(raw.package.resource(raw.package.load(paths.RAW), "milex.csv")))
    item["format"] = "c&lol;sv"
    (item if key in item and key != "name" else item["schema"]["fields"][2]).pop(key)
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [item]}), encoding="utf-8")
    if key == "format":
        assert raw.package.load(tmp_path)
        return
    with pytest.raises(OvertakeError, match=r"milex\.csv"):
        raw.package.load(tmp_path)


@pytest.mark.parametrize("stage", ["../../etc/passwd", "/etc/passwd", "notebooks/01_clean", "clean/../clean", ""])
def test_a_notebook_from_outside_is_no_stage(stage: str) -> None:
    with pytest.raises(OvertakeError, match="no such stage"):
        run_stage(stage)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "../brief"],
        ["scenarios", "--only", "../../params"],
        ["fetch", "sipri", "--url", "file:///etc/passwd"],
        ["fetch", "weo", "--url", "ftp://127.0.0.1/x"],
        ["ingest", "sipri", "/dev/null"],
        ["ingest", "weo", "/etc/passwd"],
        ["balance", "--side", "../../x", "--against", "CHN"],
    ],
)
def test_commands_refuse_paths_and_addresses(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = cli.main(arguments)
    except SystemExit as error:
        code = int(error.code or 0)
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x.org/a/SIPRI-2026_v1.2.xlsx?x=../../y", "SIPRI-2026_v1.2.xlsx"),
        ("https://x.org/..", "usual"),
        ("https://x.org/", "usual"),
        ("https://x.org/=cmd().xlsx", "usual"),
        ("https://x.org/%2e%2e", "usual"),
    ],
)
def test_a_download_keeps_a_plain_name(url: str, name: str) -> None:
    assert fetch.file_name(url, "usual") == name


@pytest.mark.parametrize("name", TARGETS)
def test_spoiled_files_never_crash_a_reader(name: str, tmp_path: Path) -> None:
    """The short form of `python -m tests.fuzz.fuzz`: the same inputs in every run."""
    inputs = {"workbook": 60, "parameters": 15, "claims": 40}.get(name, 150)
    found = fuzz(name, 60.0, 7, tmp_path / "kept", inputs)
    assert found["crashes"] == 0, found["what"]
    assert found["slowest"] < SECONDS
    assert found["inputs"] == inputs
    assert found["read"] > 0, "nothing was read: the seeds are not sound"
    assert found["refused"] > 0
    assert found["peak_kb"] - found["base_kb"] < MEMORY_MB * 1000


def test_a_crash_would_be_seen(tmp_path: Path) -> None:
    def crash(path: Path) -> None:
        raise KeyError(path.name)

    assert attempt(crash, tmp_path)[0] == "crashes"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0
    assert workbook_case.LAST > workbook_case.FIRST
