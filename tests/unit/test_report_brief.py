"""The rendered brief over made-up tables: provenance, structure, publication, determinism."""

from __future__ import annotations

import csv
import html
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from overtake.brief import balance_tables, claim_tables, findings, gallery, record, robust, sentences
from overtake.brief.brief import Brief
from overtake.draws import folder_of, read_parquet, write_parquet
from overtake.errors import OvertakeError
from overtake.publish.files import write_all
from overtake.publish.trace import raw_lines, records, trace
from tests import synthetic
from tests.provenance import unrecorded


@pytest.fixture(scope="module")
def reports() -> Path:
    return synthetic.rendered()


@pytest.fixture(scope="module")
def brief_page(reports: Path) -> str:
    return (reports / "brief.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["brief", "annex"])
def folder(request: pytest.FixtureRequest, reports: Path) -> Path:
    return reports.with_name(request.param)


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / f"{folder.name}.html").read_text(encoding="utf-8")


def test_both_pages_together_hold_every_figure(reports):
    folders = [reports.with_name(name) for name in ("brief", "annex")]
    pages = [(each / f"{each.name}.html").read_text(encoding="utf-8") for each in folders]
    figures = [name for page in pages for name in re.findall(r'<figure id="fig-([\w-]+)"', page)]
    assert len(figures) == len(set(figures)) >= 10
    assert sum(len(re.findall(r'<svg class="(?:wide|narrow)"', page)) for page in pages) >= 20
    assert set(figures) == {path.stem for each in folders for path in (each / "figures").glob("*.svg")}


def test_the_brief_is_short(brief_page):
    """Words of prose, tables and captions; what is drawn, sources of numbers and data behind a summary not counted."""
    shown = re.sub(
        r"<(svg|style|details|nav).*?</\1>|<section class=\"no-print.*?</section>", " ", brief_page, flags=re.S
    )
    words = len(re.sub(r"<[^>]+>", " ", shown.split("<main", 1)[1]).split())
    tables = len(re.findall(r"<table", shown)) - len(re.findall(r'<table class="(?:data|sources)', shown))
    figures = shown.count('<figure id="fig-')
    print(f"{words} words, {figures} figures, {tables} tables")
    assert words <= 2500
    assert figures <= 8
    assert tables <= 5


@pytest.fixture(scope="module")
def numbers(folder: Path) -> dict:
    return json.loads((folder / "numbers.json").read_text(encoding="utf-8"))


def test_numbers_are_as_their_schema_says(reports, numbers):
    schema = json.loads((reports / "numbers.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(numbers)
    spoiled = {**numbers, "numbers": {"a": {"value": 1}}}
    assert not Draft202012Validator(schema).is_valid(spoiled)


def test_every_numeral_of_the_page_has_a_record(page, numbers):
    assert unrecorded(page, numbers) == []


def test_a_numeral_typed_into_the_page_is_found(brief_page, reports):
    numbers = json.loads((reports / "numbers.json").read_text(encoding="utf-8"))
    spoiled = brief_page.replace("A finding is worth", "By 2031 a finding is worth", 1)
    assert spoiled != brief_page
    assert len(unrecorded(spoiled, numbers)) == 1


def test_recorded_values_are_those_of_the_tables(reports, numbers):
    """A second way to the same values: straight from the parquet file, by the row's key."""
    checked = 0
    for id, entry in numbers["numbers"].items():
        path = reports.parents[1] / entry["table"]
        if path.suffix != ".parquet" or entry.get("how") or not entry["row"] or entry["value"] is None:
            continue
        frame = pd.read_parquet(path)
        if not set(entry["row"]) <= set(frame.columns) or entry["column"] not in frame or len(entry["row"]) < 2:
            continue
        mask = np.logical_and.reduce([frame[key].astype(str) == str(value) for key, value in entry["row"].items()])
        assert frame.loc[mask, entry["column"]].to_list() == pytest.approx([entry["value"]], rel=1e-9), id
        checked += 1
    assert checked > 40


def test_the_page_is_one_document_without_scripts_or_addresses_to_fetch(page):
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="en-GB">' in page
    assert page.count("<main") == page.count("<h1") == 1
    assert "<script" not in page
    assert "Content-Security-Policy" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!doi\.org)', page)
    assert not re.search(r"url\((?!data:|#)", page)
    assert 'class="input"' not in page
    assert "In [" not in page


def test_ids_are_unique_and_links_inside_the_page_arrive(page):
    ids = re.findall(r' id="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(ids)
    assert len(targets) > 100


def test_headings_descend_without_a_gap(page):
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page)]
    assert levels.count(1) == 1
    start = levels.index(1)
    assert all(after - before <= 1 for before, after in zip(levels[start:], levels[start + 1 :], strict=False))


def test_every_figure_has_title_alt_description_table_and_source(page, folder):
    figures = re.findall(r'<figure id="fig-([\w-]+)".*?</figure>', page, re.S)
    assert len(figures) >= 6
    for block in re.findall(r'<figure id="fig-[\w-]+".*?</figure>', page, re.S):
        name = re.search(r'id="fig-([\w-]+)"', block).group(1)
        alts = re.findall(r'<svg [^>]*aria-label="([^"]+)"', block)
        assert len(alts) == 2, name
        assert len(alts[0]) > 60, name
        assert "Source: " in block, name
        assert 'scope="col"' in block, name
        assert (folder / "figures" / f"{name}.svg").is_file()
        assert (folder / "tables" / f"{name}.csv").is_file()


def test_every_drawing_is_well_formed_for_readers_stricter_than_a_browser(page, folder):
    """WeasyPrint prints the alternative text in place of a drawing that is no XML."""
    drawings = re.findall(r'<svg class="(?:wide|narrow)".*?</svg>', page, re.S)
    assert len(drawings) >= 12
    for drawing in drawings:
        ElementTree.fromstring(drawing)
    for path in (folder / "figures").glob("*.svg"):
        ElementTree.parse(path)


def test_tables_have_captions_scopes_and_a_reachable_container(page):
    for table in re.findall(r'<div class="scroll[^>]*>\s*<table.*?</table>', page, re.S):
        assert 'tabindex="0" role="region" aria-label="' in table
        assert '<th scope="col"' in table
        assert '<th scope="row"' in table


def test_csv_files_hold_no_formula_and_as_many_rows_as_recorded(folder, numbers):
    for id, about in numbers["tables"].items():
        with (folder / about["file"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert len(rows) == about["rows"] + 1, id
        for row in rows:
            for value in row:
                assert not value.startswith(("=", "@", "+")), (id, value)
                assert not value.startswith("-") or re.fullmatch(r"-[\d.e+-]+", value), (id, value)


def test_projections_are_in_hubverse_long_form(reports):
    frame = pd.read_csv(reports / "tables" / "projections.csv", dtype={"output_type_id": str})
    assert list(frame.columns) == [
        "origin_date", "target", "horizon", "location", "output_type", "output_type_id", "value",
    ]  # fmt: skip
    quantiles = frame[frame["output_type"] == "quantile"]
    one = quantiles[(quantiles["location"] == "JPN") & (quantiles["horizon"] == 10)]
    futures = pd.read_parquet(reports.parents[1] / "data" / "processed" / "futures.parquet")
    drawn = futures.loc[futures["iso3"] == "JPN", str(synthetic.LAST + 10)]
    assert one.set_index("output_type_id")["value"].to_dict() == pytest.approx(
        {q: drawn.quantile(float(q)) for q in ("0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95")}, rel=1e-4
    )
    cdf = frame[(frame["output_type"] == "cdf") & (frame["location"] == "eleven@constant_usd")]
    assert cdf["value"].is_monotonic_increasing
    assert cdf["value"].between(0, 1).all()


def test_the_title_tells_the_state_of_the_headline_balance(brief_page):
    title = re.search(r"<title>(.*?)</title>", brief_page).group(1)
    assert title == "The eleven allies and partners still outspend China"


def test_trace_goes_down_to_the_figures(reports):
    chain = trace("surplus.eleven.2025.gap", reports.parents[1])
    assert "data/processed/rulers.parquet: iso3 = CHN" in chain
    assert "data/raw/milex.csv: edition = 2026-04, iso3 = CHN, year = 2025" in chain
    assert "fake.xlsx (sha256 000000000000...), Constant, cell B" in chain
    table = trace("curves", reports.parents[1])
    assert table.startswith("curves: table of a figure")
    assert (reports.parents[1] / re.match(r".*?, \d+ rows, (\S+)", table)[1]).is_file()
    found = records("surplus.eleven.2025.gap", reports.parents[1])
    assert [name for name in found if name not in chain] == []
    assert set(found) >= {"surplus.eleven.2025.gap", *found["surplus.eleven.2025.gap"]["parents"]}


def test_trace_refuses_an_unknown_id_with_the_nearest(reports):
    with pytest.raises(OvertakeError, match=r"crossings\.eleven\.constant_usd\.margin"):
        trace("crossing.eleven.constant_usd.margins", reports.parents[1])
    with pytest.raises(OvertakeError, match="allowed: an id that a number of the brief shows"):
        trace("§", reports.parents[1])


def test_trace_says_how_to_have_numbers_where_there_are_none(tmp_path):
    with pytest.raises(OvertakeError, match=r"numbers\.json: is missing\n  next:    run `make brief`"):
        records("x", tmp_path)
    (tmp_path / "reports" / "brief").mkdir(parents=True)
    (tmp_path / "reports" / "brief" / "numbers.json").write_text("{", encoding="utf-8")
    with pytest.raises(OvertakeError, match=r"numbers\.json: is not JSON(?s:.*)next:    run `dvc repro brief`"):
        records("x", tmp_path)


def test_figures_that_are_in_no_file_are_named_as_they_are(tmp_path):
    assert raw_lines("by hand", tmp_path) == ["by hand"]
    assert raw_lines("data/raw/none.csv[iso3=CHN]", tmp_path) == ["data/raw/none.csv[iso3=CHN]"]
    folder = tmp_path / "data" / "raw"
    folder.mkdir(parents=True)
    (folder / "milex.csv").write_text("edition,iso3,year,cell\n" + "".join(
        f"2026-04,CHN,{year},Constant!B{year}\n" for year in range(2020, 2026)), encoding="utf-8")  # fmt: skip
    assert raw_lines("data/raw/milex.csv[iso3=USA, year=2020]", tmp_path) == ["data/raw/milex.csv[iso3=USA, year=2020]"]
    assert raw_lines("data/raw/milex.csv[iso3=CHN, year<=2021]", tmp_path) == [
        "data/raw/milex.csv: edition = 2026-04, iso3 = CHN, year = 2020",
        "  workbook of edition 2026-04, Constant, cell B2020",
        "data/raw/milex.csv: edition = 2026-04, iso3 = CHN, year = 2021",
        "  workbook of edition 2026-04, Constant, cell B2021",
    ]
    # Of a long run the first and the last row.
    first, *rest = raw_lines("data/raw/milex.csv[iso3=CHN]", tmp_path)
    assert first == "data/raw/milex.csv[iso3=CHN]"
    assert [line.rsplit(" ", 1)[1] for line in rest] == ["2020", "B2020", "2025", "B2025"]


def publish(executed, out):
    """Publish as the stage does."""
    with folder_of(out) as fresh:
        write_all(executed, fresh)


def test_a_failed_publication_keeps_the_last_good_brief(reports, tmp_path):
    out = tmp_path / "reports"
    executed = reports.parents[1] / "data" / "processed" / "notebooks" / "brief.ipynb"
    publish(executed, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    notebook = json.loads(executed.read_text(encoding="utf-8"))
    notebook["cells"][2]["outputs"] = [{"output_type": "error", "ename": "E", "evalue": "broken", "traceback": []}]
    broken = tmp_path / "broken.ipynb"
    broken.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(OvertakeError, match="cell 2"):
        publish(broken, out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert not list(tmp_path.glob(".*new"))


def test_figures_of_an_earlier_brief_are_removed(reports, tmp_path):
    out = tmp_path / "reports"
    (out / "figures").mkdir(parents=True)
    (out / "figures" / "gone.svg").write_text("<svg/>")
    publish(reports.parents[1] / "data" / "processed" / "notebooks" / "brief.ipynb", out)
    assert not (out / "figures" / "gone.svg").exists()


CODE = '[{{"cell_type": "code", "metadata": {{}}, "source": "", "execution_count": null, "outputs": {}}}]'


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("nothing.ipynb", None),
        ("damaged.ipynb", "not json"),
        (
            "outputs.ipynb",
            '[{"cell_type": "code", "metadata": {}, "source": "", "execution_count": null, "outputs": ["x"]}]',
        ),
        (
            "number.ipynb",
            '[{"cell_type": "code", "metadata": {}, "source": "", "execution_count": null, "outputs": 1.5}]',
        ),
        ("text.ipynb", '["x"]'),
    ],
)
def test_a_missing_or_damaged_notebook_is_refused(tmp_path, name, cells):
    if cells:
        head = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
        (tmp_path / name).write_text(f"{head}{cells}}}", encoding="utf-8")
    with pytest.raises(OvertakeError, match=name):
        publish(tmp_path / name, tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


#: What is made of a table.
MADE = {
    "claims": [claim_tables.scorecard, claim_tables.would_change],
    "skill": [record.skill],
    "sensitivity": [gallery.tornado],
    "sobol": [gallery.sobol],
    "flips": [robust.flips, robust.searched],
    "multiverse": [robust.multiverse, gallery.specifications, gallery.options],
    "breakeven": [gallery.breakeven],
    "rulers": [gallery.surplus, gallery.stack],
    "futures": [gallery.multiples],
}


@pytest.mark.parametrize("absent", MADE, ids=lambda name: f"without-{name}")
def test_sections_without_their_table_are_left_out(tmp_path, absent):
    settings = synthetic.write_copy(tmp_path)
    (tmp_path / "data" / "processed" / f"{absent}.parquet").unlink()
    brief = Brief.open(settings, tmp_path)
    made = [brief.made(what) for what in MADE[absent]]
    assert not any(made)
    assert not any(map(brief.show, made))
    assert synthetic.said_by(brief, "b.finding(")


def crossing_row(root: Path, ahead_then: float, **changes: float) -> None:
    """Rewrite the headline's rows: the state on every ruler, and P(China leads) at the horizon."""
    path = root / "data" / "processed" / "crossings.parquet"
    frame = read_parquet(path)
    mask = frame["balance"] == "eleven"
    for column, value in changes.items():
        frame.loc[mask, column] = value
    write_parquet(frame, path)
    curves = read_parquet(path.with_name("curves.parquet"))
    last = (curves["balance"] == "eleven") & (curves["year"] == synthetic.HORIZON)
    curves.loc[last, ["p_ahead", "p_crossed_by"]] = ahead_then
    write_parquet(curves, path.with_name("curves.parquet"))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            {"ahead_then": 0.6, "margin": 0.07, "first_crossed": 2020},
            "China has outspent the eleven allies and partners since 2020",
        ),
        (
            {"ahead_then": 0.1, "margin": 0.07, "first_crossed": synthetic.FIRST},
            f"China has outspent the eleven allies and partners since {synthetic.FIRST} or before",
        ),
        (
            {"ahead_then": 0.5, "margin": 0.07, "first_crossed": np.nan},
            "China newly outspends the eleven allies and partners",
        ),
        (
            {
                "ahead_then": 0.5,
                "margin": -0.1,
                "first_crossed": np.nan,
                "p_crossing": 0.7,
                "median_year": 2031,
                "p_crossed_back": 0.0,
            },
            "The eleven allies and partners still outspend China",
        ),
        (
            {
                "ahead_then": 0.5,
                "margin": -0.1,
                "first_crossed": np.nan,
                "p_crossing": 0.3,
                "p_not_within": 0.7,
                "median_year": np.nan,
            },
            "The eleven allies and partners still outspend China",
        ),
        (
            {
                "ahead_then": 0.5,
                "margin": -0.1,
                "first_crossed": np.nan,
                "p_crossing": 0.01,
                "p_not_within": 0.99,
                "median_year": np.nan,
            },
            "The eleven allies and partners still outspend China",
        ),
        (
            {
                "ahead_then": 0.5,
                "margin": -0.1,
                "first_crossed": np.nan,
                "p_crossing": 0.1,
                "p_not_within": 0.1,
                "p_crossed_back": 0.8,
            },
            "The eleven allies and partners still outspend China",
        ),
        (
            {"ahead_then": 0.1, "margin": -0.1, "first_crossed": np.nan, "median_year": np.nan, "led_until": 2012},
            "The eleven allies and partners have regained the lead over China",
        ),
    ],
)
def test_the_headline_follows_the_state_in_grammar(tmp_path, row, told):
    settings, row = synthetic.write_copy(tmp_path), dict(row)
    led_until = row.pop("led_until", 0)
    path = tmp_path / "data" / "processed" / "rulers.parquet"
    observed = read_parquet(path)
    led = (observed["iso3"] == "CHN") & (observed["year"] <= led_until)
    write_parquet(observed.assign(value=observed["value"].where(~led, 50 * observed["value"])), path)
    crossing_row(tmp_path, **row)
    brief = Brief.open(settings, tmp_path)
    head = str(findings.head(brief.ctx))
    title = re.sub(r"<[^>]+>", "", re.search(r"<h1.*?</h1>", head, re.S).group())
    assert title == told
    assert len(title.split()) <= 14
    assert ("more than" in head) == (row["margin"] > 0)
    assert unrecorded(head + synthetic.said_by(brief, "b.finding("), brief.ctx.num.to_json()) == []


def test_a_lead_is_or_older_where_the_figures_of_that_balance_on_that_ruler_begin(tmp_path):
    """Not where the table of spending begins: a member's or a ruler's figures may come later."""
    settings = synthetic.write_copy(tmp_path)
    crossing_row(tmp_path, 0.6, margin=0.07, first_crossed=1993)
    path = tmp_path / "data" / "processed" / "curves.parquet"
    curves = read_parquet(path)
    later = curves[(curves["balance"] != "eleven") | (curves["ruler"] != "gdp_ppp") | (curves["year"] >= 1993)]
    write_parquet(later, path)
    ctx = Brief.open(settings, tmp_path).ctx
    said = {ruler: str(sentences.since(sentences.View(ctx, "eleven", ruler))) for ruler in ("constant_usd", "gdp_ppp")}
    plain = {ruler: re.sub(r"<[^>]+>", "", text) for ruler, text in said.items()}
    assert plain == {"constant_usd": "in 1993", "gdp_ppp": "in or before 1993"}


def test_a_label_with_markup_is_said_as_text_and_never_carried_out(tmp_path):
    """Neither a template, nor markdown, nor a formula, nor HTML."""
    settings = synthetic.write_copy(tmp_path)
    hostile = "{{ v }} {% raw %} **bold** [x](y) $x$ <b>tag</b> `code` of"
    settings["balances"]["eleven"]["label"] = hostile
    settings["balances"] = {"eleven": settings["balances"]["eleven"]}
    path = tmp_path / "data" / "processed" / "editions.parquet"
    row = {"kind": "crossing", "edition": "2020-04", "compared_with": "2026-04", "subject": "eleven"}
    row |= {"ruler": "constant_usd", "value": 2015.0, "compared_value": 2018.0, "moved": True}
    write_parquet(pd.DataFrame([row]), path)
    said = synthetic.said_by(Brief.open(settings, tmp_path), "Revisions alone")
    assert hostile in html.unescape(re.sub(r"</?(?:p|a|data)\b[^>]*>", "", said))
    assert not re.search(r"<(?:b|strong|code|em)>", said)


def test_no_title_and_no_count_rests_on_an_experimental_ruler(tmp_path):
    settings = synthetic.write_copy(tmp_path)
    path = tmp_path / "data" / "processed" / "crossings.parquet"
    frame = read_parquet(path)
    frame.loc[:, ["first_crossed", "margin"]] = [2020, 0.1]
    thin = frame["ruler"] == "symmetric"
    frame.loc[thin, ["first_crossed", "margin"]] = [np.nan, -0.1]
    write_parquet(frame, path)
    brief = Brief.open(settings, tmp_path)
    head, matrix = str(findings.head(brief.ctx)), str(brief.made(gallery.matrix).html())
    assert "symmetric" not in head
    assert "The other rulers agree" in synthetic.said_by(brief, "b.finding(")
    assert "Every balance stands the same way on every ruler that counts" in matrix
    assert "Symmetric accounting (experimental)" in brief.made(balance_tables.rulers)


@pytest.mark.parametrize(
    ("value", "compared", "told"),
    [
        (2015, np.nan, ("had led the eleven allies and partners since 2015", "it did not yet")),
        (2017, 2020, ("had led the eleven allies and partners since 2017", "it had since 2020")),
        (np.nan, 2018, ("did not lead the eleven allies and partners yet", "it had since 2018")),
        (2018, 2018, ()),
    ],
)
def test_what_revisions_alone_made_of_the_lead_is_told_where_they_made_anything(tmp_path, value, compared, told):
    settings = synthetic.write_copy(tmp_path)
    path = tmp_path / "data" / "processed" / "editions.parquet"
    row = {"kind": "crossing", "edition": "2020-04", "compared_with": "2026-04", "subject": "eleven"}
    row |= {"ruler": "constant_usd", "value": value, "compared_value": compared, "moved": value != compared}
    write_parquet(pd.DataFrame([row]), path)
    brief = Brief.open(settings, tmp_path)
    said = re.sub(r"<[^>]+>", "", synthetic.said_by(brief, "Revisions alone"))
    assert said.startswith("On the figures of April 2020, China ") if told else said == ""
    assert "; on those of April 2026, cut at the same last year, ".join(told) in said
