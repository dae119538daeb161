"""data/raw: every bad cell is named by file, row, column and value; nothing is overwritten by what fails."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError
from workbook_case import CONSTANT, CURRENT, FIRST, LAST, LOCAL, SHARE, TOTALS, Book, build, cell_of, saved, total

from overtake import paths as project
from overtake.cli import figures_commands as commands
from overtake.config.balances import Balance
from overtake.errors import OvertakeError
from overtake.sources import package, raw
from overtake.sources.checks import check_all


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of data/raw with the newest edition alone, sealed anew: checks of it are quick."""
    copy = tmp_path_factory.mktemp("small") / "raw"
    shutil.copytree(project.RAW, copy)
    for name in ("milex.csv", "macro.csv"):
        header, *lines = (copy / name).read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.startswith("2026-04,")]
        (copy / name).write_text("\n".join([header, *kept, ""]), encoding="utf-8")
    package.seal(copy, ["milex.csv", "macro.csv"])
    return copy


@pytest.fixture
def folder(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of data/raw, which the commands use in place of the real one."""
    copy = tmp_path / "raw"
    shutil.copytree(small, copy)
    monkeypatch.setattr(project, "RAW", copy)
    monkeypatch.setattr(project, "ROOT", tmp_path)
    monkeypatch.setattr(project, "REPORTS", tmp_path / "reports")
    for name in ("load", "milex"):
        original = getattr(raw, name)
        monkeypatch.setattr(raw, name, _on(original, copy))
    return copy


def _on(function: Callable[..., object], folder: Path) -> Callable[..., object]:
    def called(*arguments: object) -> object:
        return function(*arguments) if isinstance(arguments[-1] if arguments else None, Path) else function(
            *arguments, folder
        )  # fmt: skip

    return called


def edit(path: Path, old: str, new: str, row: int | None = None) -> None:
    """Replace `old` in the given row (1 is the header), or in the first row that has it."""
    lines = path.read_text(encoding="utf-8").split("\n")
    at = row - 1 if row else next(index for index, line in enumerate(lines) if old in line)
    assert old in lines[at]
    lines[at] = lines[at].replace(old, new, 1)
    path.write_text("\n".join(lines), encoding="utf-8")


def milex_row(folder: Path, edition: str, iso3: str, year: int) -> tuple[int, list[str]]:
    lines = (folder / "milex.csv").read_text(encoding="utf-8").split("\n")
    at = next(index for index, line in enumerate(lines) if line.startswith(f"{edition},{iso3},{year},"))
    return at + 1, lines[at].split(",")


def put(folder: Path, edition: str, iso3: str, year: int, column: int, text: str) -> int:
    """Write `text` into one cell of milex.csv; return its row."""
    row, cells = milex_row(folder, edition, iso3, year)
    before = ",".join(cells)
    cells[column] = text
    edit(folder / "milex.csv", before, ",".join(cells), row)
    return row


def test_the_tables_in_place_are_sound() -> None:
    assert set(check_all(project.RAW)) >= {"milex.csv", "macro.csv", "editions.csv", "economies.csv"}


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        (3, "many", "milex_constant_usd_m='many': is not a finite number"),
        (3, "-5.0", "milex_constant_usd_m='-5.0': is below 0"),
        (3, "inf", "is not a finite number"),
        (4, "1e12", "(a unit error?)"),
        (6, "171", "gdp_share_pct='171': is above"),
        (7, "guessed", "status='guessed': is unknown; allowed: reported"),
        (2, "2019.5", "year='2019.5': is not a whole number"),
        (2, "", "year='': must not be empty"),
        (1, "China", "iso3='China': does not match"),
    ],
)
def test_bad_cells_of_milex(folder: Path, column: int, text: str, told: str) -> None:
    row = put(folder, "2026-04", "CHN", 2019, column, text)
    with pytest.raises(OvertakeError) as caught:
        check_all(folder)
    assert "data/raw/milex.csv" in str(caught.value)
    assert f"row {row}" in str(caught.value)
    assert told in str(caught.value)


def test_a_unit_error_by_a_thousand_is_seen(folder: Path) -> None:
    _, cells = milex_row(folder, "2026-04", "NZL", 2019)
    put(folder, "2026-04", "NZL", 2019, 3, str(float(cells[3]) * 1000))
    with pytest.raises(OvertakeError, match=r"2026-04 NZL 2019 milex_constant_usd_m.*unit error"):
        check_all(folder)


def test_a_country_year_that_stands_twice(folder: Path) -> None:
    _, cells = milex_row(folder, "2026-04", "JPN", 2019)
    text = (folder / "milex.csv").read_text(encoding="utf-8")
    (folder / "milex.csv").write_text(text + ",".join(cells) + "\n", encoding="utf-8")
    with pytest.raises(OvertakeError, match="2026-04 JPN 2019 stands twice"):
        check_all(folder)


def test_a_year_that_is_left_out(folder: Path) -> None:
    row, _ = milex_row(folder, "2026-04", "JPN", 2019)
    lines = (folder / "milex.csv").read_text(encoding="utf-8").split("\n")
    del lines[row - 1]
    (folder / "milex.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(OvertakeError, match="2026-04 JPN: no row for 2019"):
        check_all(folder)


def missing(folder: Path) -> None:
    (folder / "macro.csv").unlink()


def truncated(folder: Path) -> None:
    text = (folder / "macro.csv").read_text(encoding="utf-8")
    (folder / "macro.csv").write_text(text[: len(text) // 2], encoding="utf-8")


def other_header(folder: Path) -> None:
    edit(folder / "macro.csv", "real_growth_pct", "growth", 1)


def not_text(folder: Path) -> None:
    (folder / "macro.csv").write_bytes(b"\xff\xfe\x00\x01")


def stranger(folder: Path) -> None:
    edit(folder / "macro.csv", ",CHN,2005,", ",FRA,2005,")


def undescribed(folder: Path) -> None:
    (folder / "more.csv").write_text("a\n1\n", encoding="utf-8")


def unsealed(folder: Path) -> None:
    edit(folder / "economies.csv", "Japan", "Nippon")


def broken_descriptor(folder: Path) -> None:
    (folder / "datapackage.json").write_text('{"resources": [', encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (missing, "data/raw/macro.csv: is missing"),
        (truncated, "data/raw/macro.csv"),
        (other_header, "has another header"),
        (not_text, "is not UTF-8 text"),
        (stranger, "data/raw/macro.csv: unknown economy FRA"),
        (undescribed, "more.csv: is not described in datapackage.json"),
        (unsealed, "data/raw/economies.csv: differs from its hash"),
        (broken_descriptor, "is not valid JSON"),
    ],
)
def test_bad_tables(folder: Path, spoil: Callable[[Path], None], told: str) -> None:
    spoil(folder)
    with pytest.raises(OvertakeError) as caught:
        check_all(folder)
    assert told in str(caught.value)
    assert "next:" in str(caught.value)


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    parsed = parser.parse_args(arguments)
    return int(parsed.func(parsed))


def whole(book: Book) -> Book:
    """Return the workbook with every economy of the project in it."""
    names = {"Australia": (35e3, 1.5), "Indonesia": (15e3, 16e3), "India": (92e3, 85.0), "Malaysia": (5e3, 4.5),
             "New Zealand": (3e3, 1.7), "Philippines": (6e3, 57.0), "Russia": (60e3, 80.0), "Singapore": (17e3, 1.3),
             "Thailand": (6e3, 34.0), "Taiwan": (18e3, 32.0)}  # fmt: skip
    for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
        page = book[sheet]
        header = next(row for row in page.iter_rows() if row[0].value == "Country")
        for name, (level, rate) in names.items():
            row = page.max_row + 1
            page.cell(row, 1, name)
            for cell in header[2:]:
                page.cell(row, cell.column, {SHARE: 0.02, LOCAL: level * rate}.get(sheet, level))
    return book


def test_ingest_writes_sums_of_regions_and_ranks_and_keeps_other_editions(folder: Path, tmp_path: Path) -> None:
    before = {name: raw.load(f"{name}.csv") for name in ("regions", "ranks")}
    assert run("ingest", "sipri", str(saved(tmp_path, whole(build())))) == 0
    after = {name: raw.load(f"{name}.csv") for name in ("regions", "ranks")}
    for name, table in before.items():
        others = [each[each["edition"] != f"{LAST + 1}-04"].reset_index(drop=True) for each in (table, after[name])]
        pd.testing.assert_frame_equal(*others)
        assert after[name]["edition"].nunique() == 5
    sums = after["regions"].set_index(["edition", "region", "year"])["milex_constant_usd_bn"][f"{LAST + 1}-04"]
    assert len(sums) == 6 * (LAST - FIRST + 1)
    assert sums["asia_oceania", 2020] == pytest.approx(total("Asia & Oceania", 2020), abs=1e-6)
    ranks = after["ranks"].query("edition == '2026-04'").groupby("scope")["iso3"].agg(list)
    assert ranks["world"][:4] == ["USA", "CHN", "IND", "GBR"]
    assert [len(ranks[scope]) for scope in ("world", "asia_oceania")] == [10, 16]
    assert check_all(folder)


def with_canada(book: Book) -> Book:
    """Return the workbook with an economy more, that no IMF file at hand knows."""
    for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
        page = book[sheet]
        header = next(row for row in page.iter_rows() if row[0].value == "Country")
        row = page.max_row + 1
        page.cell(row, 1, "Canada")
        for cell in header[2:]:
            page.cell(row, cell.column, {SHARE: 0.014, LOCAL: 40e3}.get(sheet, 30e3))
    return book


def test_an_economy_is_added_by_data_alone(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "ROOT", tmp_path)
    balance = {"label": "North", "side": {"CAN": 1.0}}
    with pytest.raises(ValidationError, match="overtake economy add CAN"):
        Balance.model_validate(balance)
    assert run("economy", "add", "CAN") == 0
    assert Balance.model_validate(balance).side == {"CAN": 1.0}
    assert '"CAN"' in (tmp_path / "params.schema.json").read_text(encoding="utf-8")
    with pytest.raises(OvertakeError, match=r"CAN has no figures in milex\.csv; `overtake ingest sipri"):
        check_all(folder)
    with pytest.raises(OvertakeError, match="has this economy"):
        run("economy", "add", "CAN")
    capsys.readouterr()
    assert run("ingest", "sipri", str(saved(tmp_path, with_canada(whole(build()))))) == 0
    told = capsys.readouterr().out
    assert f"new economy CAN: {LAST - FIRST + 1} figures, {FIRST}-{LAST}" in told
    assert "note: no IMF figures of CAN (the WEO of 2026-04): no future on the rulers current_usd" in told
    assert check_all(folder)


def test_a_row_added_by_hand_is_sealed_with_its_figures(folder: Path, tmp_path: Path) -> None:
    with (folder / "economies.csv").open("a", encoding="utf-8") as file:
        file.write("CAN,Canada,,,other\n")
    run("ingest", "sipri", str(saved(tmp_path, with_canada(whole(build())))))
    assert check_all(folder)


def test_a_file_that_would_take_the_imf_s_figures_from_an_economy(folder: Path, tmp_path: Path) -> None:
    before = (folder / "macro.csv").read_bytes()
    path = tmp_path / "weo.csv"
    path.write_text("iso3,year,ngdp_rpch\nCHN,2024,5.0\nCHN,2025,4.0\n", encoding="utf-8")
    with pytest.raises(OvertakeError, match=r"economies without figures[^$]*JPN: has figures of this edition"):
        run("ingest", "weo", str(path), "--edition", "2026-04")
    assert (folder / "macro.csv").read_bytes() == before


def no_totals(book: Book) -> None:
    del book[TOTALS]


def test_a_workbook_without_sums_of_regions_is_taken_and_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    others = len(raw.load("regions.csv").query("edition != '2026-04'"))
    assert run("ingest", "sipri", str(saved(tmp_path, whole(build()), no_totals))) == 0
    assert "no sheet of sums of regions: this edition has none, and no ranks" in capsys.readouterr().out
    assert len(raw.load("regions.csv")) == others
    assert set(raw.load("ranks.csv")["edition"]) == set(raw.load("regions.csv")["edition"])
    assert check_all(folder)


def totals_in_millions(book: Book) -> None:
    for row in book[TOTALS].iter_rows(min_row=5, min_col=2, max_col=2):
        row[0].value *= 1000


@pytest.mark.parametrize(
    ("bend", "told"),
    [
        (totals_in_millions, r"cell B5 \(world 2015\): found '.*', expected a figure up to 10,000 US\$ bn"),
    ],
)
def test_a_workbook_without_sound_sums_of_regions_overwrites_nothing(
    folder: Path, tmp_path: Path, bend: Callable[[Book], None], told: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(OvertakeError, match=told):
        run("ingest", "sipri", str(saved(tmp_path, whole(build()), bend)))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "regions.csv",
            "2026-04,east_asia,2025,460.",
            "2026-04,east_asia,2025,160.",
            "2026-04 2025: China 335.018 above",
        ),
        ("regions.csv", "2026-04,world,2025,2771.", "2026-04,world,2025,2.", "asia_oceania 677.649 above world"),
        ("regions.csv", "2026-04,oceania,2025,", "2027-04,oceania,2025,", "edition 2027-04 is not in editions.csv"),
        ("ranks.csv", "2026-04,world,2,China", "2026-04,world,9,China", "world 9 stands twice"),
        ("ranks.csv", "China,CHN,2025,335524.", "China,CHN,2025,3.", "2026-04 asia_oceania: is no ranking of one year"),
        ("ranks.csv", "China,CHN,2025,", "China,CHN,2024,", "2026-04 asia_oceania: is no ranking of one year"),
    ],
)
def test_sums_and_ranks_that_contradict_themselves(folder: Path, file: str, old: str, new: str, told: str) -> None:
    edit(folder / file, old, new)
    package.seal(folder, [file])
    with pytest.raises(OvertakeError) as caught:
        check_all(folder)
    assert told in str(caught.value)


def test_ingest_says_what_changed_and_writes_only_when_asked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "milex.csv").read_bytes()
    path = saved(tmp_path, whole(build()))
    assert run("ingest", "sipri", str(path), "--dry-run") == 0
    out = capsys.readouterr().out
    assert f"edition {LAST + 1}-04, data 2015-{LAST}, constant 2024 US$" in out
    assert "figures revised by more than 1%" in out
    assert (folder / "milex.csv").read_bytes() == before
    assert run("ingest", "sipri", str(path)) == 0
    table = raw.load("milex.csv")
    new = table[table["edition"] == f"{LAST + 1}-04"]
    assert set(new["source"].str.extract(r", (\d{4}-\d{4})")[0]) == {f"2015-{LAST}"}
    assert (
        package.resource(package.load(folder), "milex.csv")["hash"] == f"sha256:{package.sha256(folder / 'milex.csv')}"
    )
    capsys.readouterr()
    run("ingest", "sipri", str(path), "--dry-run")
    assert "new years: none" in capsys.readouterr().out


def test_a_refused_workbook_overwrites_nothing(folder: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def bend(book: Book) -> None:
        cell_of(book, CONSTANT, "Japan", 2019).value = "about 50"

    with pytest.raises(OvertakeError, match="Japan 2019"):
        run("ingest", "sipri", str(saved(tmp_path, whole(build()), bend)))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda value: value / 1000, "JPN 2019 milex_constant_usd_m.*unit error"),
        (lambda value: None, "JPN: no figure in constant US"),
        (lambda value: value * 50, "JPN milex_constant_usd_m: .* times current US.*unit error"),
    ],
)
def test_an_excerpt_that_validate_would_refuse_is_not_written(
    folder: Path, tmp_path: Path, spoil: Callable[[float], float | None], told: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def bend(book: Book) -> None:
        years = [2019] if spoil(1.0) == 0.001 else range(FIRST, LAST + 1)
        for year in years:
            cell = cell_of(book, CONSTANT, "Japan", year)
            cell.value = spoil(cell.value)

    with pytest.raises(OvertakeError, match=told):
        run("ingest", "sipri", str(saved(tmp_path, whole(build()), bend)))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(("sheet", "measure"), [(CURRENT, "milex_current_usd_m"), (LOCAL, "milex_lcu_m")])
def test_a_unit_error_in_a_whole_series_is_refused(folder: Path, tmp_path: Path, sheet: str, measure: str) -> None:
    """No year stands apart from its neighbours: GDP tells, by the share of GDP."""

    def bend(book: Book) -> None:
        for year in range(FIRST, LAST + 1):
            cell = cell_of(book, sheet, "Korea, South", year)
            cell.value /= 1000

    with pytest.raises(OvertakeError, match=rf"KOR {measure}.*unit error"):
        run("ingest", "sipri", str(saved(tmp_path, whole(build()), bend)))


def test_a_blank_inside_a_series_is_refused_by_cell(folder: Path, tmp_path: Path) -> None:
    def bend(book: Book) -> None:
        cell_of(book, CURRENT, "Japan", 2019).value = None
        cell_of(book, CURRENT, "Japan", FIRST).value = None  # before the first figure nothing is owed
        cell_of(book, CURRENT, "Japan", 2021).value = ". ."  # said to be missing

    with pytest.raises(OvertakeError) as caught:
        run("ingest", "sipri", str(saved(tmp_path, whole(build()), bend)))
    assert "1 problem\n" in str(caught.value)
    assert "sheet 'Current US$', cell G10 (Japan 2019): found a blank, expected a figure or a mark" in str(caught.value)


def test_a_blank_of_another_country_is_only_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def bend(book: Book) -> None:
        for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
            page = book[sheet]
            row = page.max_row + 1
            page.cell(row, 1, "France")
            for column in range(3, 3 + LAST - FIRST + 1):
                page.cell(row, column, 0.02 if sheet == SHARE else 50e3)
            page.cell(row, 6).value = None

    assert run("ingest", "sipri", str(saved(tmp_path, whole(build()), bend)), "--dry-run") == 0
    assert "(France 2018): found a blank" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["=cmd()|' A0'!A0.xlsx", "\u202exslx.xlsx", "+1.xlsx", "a\nb.xlsx"])
def test_a_file_with_a_name_that_a_spreadsheet_would_run_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    saved(tmp_path, whole(build())).rename(path)
    with pytest.raises(OvertakeError, match="the file's name"):
        run("ingest", "sipri", str(path))


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "a\x07b", "\u202eabc"])
def test_text_that_a_spreadsheet_would_run_is_refused(folder: Path, text: str) -> None:
    edit(folder / "economies.csv", "Japan", text)
    with pytest.raises(OvertakeError, match=r"economies.csv.*\n.*name="):
        raw.load("economies.csv", folder)


def test_a_mark_of_utf8_at_the_beginning_of_any_file_is_taken(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    shutil.copytree(project.RAW, folder)
    before = check_all(folder)
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert check_all(folder) == before
    assert len(before) > 15
    assert raw.load("milex.csv", folder).equals(raw.load("milex.csv"))


def own_table(folder: Path) -> str:
    """Write a table of one's own, Japan's figures of the newest edition and a tenth more each; return its path."""
    milex = raw.load("milex.csv")
    figures = milex[(milex["edition"] == "2026-04") & (milex["iso3"] == "JPN") & (milex["year"] >= 2015)]
    lines = [f"JPN,{row.year},{row.milex_current_usd_m * 1.1}" for row in figures.itertuples()]
    (folder / "mine.csv").write_text("\n".join(["iso3,year,value", *lines, ""]), encoding="utf-8")
    return str(folder / "mine.csv")


def test_a_series_of_ones_own_is_compared_and_written_only_when_asked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "series.csv").read_bytes()
    asked = ("ingest", "table", own_table(tmp_path), "--source", "Ministry of Defence", "--unit", "usd_m")
    assert run(*asked, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "mine.csv: 11 figures, milex_current_usd_m; beside SIPRI's edition 2026-04:" in told
    assert (folder / "series.csv").read_bytes() == before
    assert run(*asked, "--economies", "jpn, ") == 0
    assert "to use it: data.series: [ministry_of_defence] in params.yaml." in capsys.readouterr().out
    series, editions = raw.load("series.csv"), raw.load("editions.csv")
    assert set(series["series"]) == {"ministry_of_defence"}
    assert series["year"].tolist() == list(range(2015, 2026))
    row = editions.set_index(["publisher", "edition"]).loc[("own", "ministry_of_defence")]
    assert (row["first_year"], row["last_year"], row["file"]) == (2015, 2025, "mine.csv")
    assert check_all(folder)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ((), "--source: is missing"),
        (("--source", "x", "--unit", "usd_m", "--base", "2020"), "--base: is for constant prices alone"),
        (("--source", "x", "--unit", "constant_usd_m", "--base", "1990"), "--base: is no price base of an edition"),
        (("--source", "x", "--unit", "usd_m", "--economies", "KOR"), "no figure"),
    ],
)
def test_a_series_of_ones_own_that_cannot_be_placed_is_refused(
    folder: Path, tmp_path: Path, more: tuple[str, ...], told: str
) -> None:
    with pytest.raises(OvertakeError, match=told):
        run("ingest", "table", own_table(tmp_path), *more)


def described(**field: object) -> str:
    """Return a descriptor of one table with one field."""
    schema = {"fields": [{"name": "iso3", "type": "string", **field}]}
    return json.dumps({"resources": [{"path": "milex.csv", "format": "csv", "schema": schema}]})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not valid JSON"),
        ("[" * 100_000, "is not valid JSON"),
        ("[]", "has no list of resources"),
        ('{"resources": {}}', "has no list of resources"),
        ('{"resources": [3]}', "resources.0: needs a path that is a file's name"),
        ('{"resources": [{"path": "../milex.csv"}]}', "resources.0: needs a path that is a file's name"),
        ('{"resources": [{"path": "milex.csv"}]}', r"resources.0 \(milex.csv\): has no schema with fields"),
        ('{"resources": [{"path": "x", "format": "csv", "schema": {"fields": []}}]}', "has no schema with fields"),
        (described(name=3), "names of fields stand twice"),
        (described(type="money"), "a field needs a name and a type of"),
        (described(constraints=[]), r"milex.csv\), iso3: constraints of the wrong kind"),
        (described(constraints={"pattern": "("}), "constraints of the wrong kind"),
        (described(constraints={"pattern": 3}), "constraints of the wrong kind"),
        (described(constraints={"minimum": "1"}), "constraints of the wrong kind"),
        (described(constraints={"enum": "AB"}), "constraints of the wrong kind"),
        (described(constraints={"enum": [1]}), "constraints of the wrong kind"),
    ],
)
def test_a_descriptor_that_describes_no_tables_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / package.NAME).write_text(text, encoding="utf-8")
    with pytest.raises(OvertakeError, match=told):
        package.load(tmp_path)


def test_a_descriptor_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(OvertakeError, match=r"is missing\n  next:    git checkout -- data/raw"):
        package.load(tmp_path)
    (tmp_path / package.NAME).write_text(described(constraints={"pattern": "[A-Z]+", "enum": ["CHN"]}), "utf-8")
    assert package.resource(package.load(tmp_path), "milex.csv")["format"] == "csv"
    with pytest.raises(OvertakeError, match=r"describes no macro\.csv"):
        package.resource(package.load(tmp_path), "macro.csv")


def test_a_file_that_is_described_and_not_there_and_one_that_is_there_and_not_described(folder: Path) -> None:
    (folder / "claims.yaml").rename(folder / "more.yaml")
    with pytest.raises(OvertakeError) as caught:
        check_all(folder)
    assert "data/raw/claims.yaml: is missing" in str(caught.value)
    assert f"data/raw/more.yaml: is not described in {package.NAME}" in str(caught.value)


def test_a_sealed_file_that_no_longer_parses_is_named_all_the_same(folder: Path) -> None:
    (folder / "claims.yaml").write_text("claims: to: one\n", encoding="utf-8")
    (folder / "references.json").write_text("[", encoding="utf-8")
    with pytest.raises(OvertakeError) as caught:
        check_all(folder)
    assert "claims.yaml: is not valid YAML 1.2" in str(caught.value)
    assert "data/raw/references.json: is not JSON" in str(caught.value)
