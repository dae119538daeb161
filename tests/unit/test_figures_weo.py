"""The IMF reader: the database file, a long and a wide extract; what cannot be right is refused by name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from overtake.errors import OvertakeError
from overtake.sources import weo
from overtake.sources.weo_layouts import CONCEPTS, UNITS

ECONOMIES = ("CHN", "JPN")
LEVELS = {"NGDP_RPCH": 4.0, "NGDPD": 1000.0, "NGDP": 7000.0, "NGDP_D": 100.0, "PCPI": 110.0, "PPPEX": 3.5, "GGX": 90.0,
          "LP": 50.0}  # fmt: skip


def wide_text(bend: dict[tuple[str, int, str], str] | None = None, drop: str = "") -> str:
    lines = [",".join(["iso3", "year", *[concept.lower() for concept in LEVELS]])]
    for iso3 in ECONOMIES:
        for year in range(2020, 2032):
            if iso3 == drop:
                continue
            cells = [(bend or {}).get((iso3, year, concept), str(value + year)) for concept, value in LEVELS.items()]
            lines.append(",".join([iso3, str(year), *(f'"{cell}"' for cell in cells)]))
    return "\n".join(lines) + "\n"


def database_text(last: str = "International Monetary Fund, World Economic Outlook Database, April 2026") -> str:
    years = [str(year) for year in range(2020, 2032)]
    lines = ["\t".join(["WEO Country Code", "ISO", "WEO Subject Code", "Units", *years, "Estimates Start After"])]
    for iso3 in ECONOMIES:
        for concept, value in LEVELS.items():
            cells = ["n/a" if year == "2020" else f"{value + int(year):,.3f}" for year in years]
            lines.append("\t".join(["1", iso3, concept, "x", *cells, "2024"]))
    return "\n".join([*lines, "", last]) + "\n"


def write(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "weo.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig", "latin-1"])
def test_the_database_names_its_edition_and_its_forecasts(tmp_path: Path, encoding: str) -> None:
    table = weo.read(write(tmp_path, database_text(), encoding), ECONOMIES)
    assert set(table["edition"]) == {"2026-04"}
    row = table[(table["iso3"] == "CHN") & (table["year"] == 2025)].iloc[0]
    assert row["gdp_lcu_bn"] == 7000 + 2025
    assert row["is_forecast"] == "true"
    assert table[(table["iso3"] == "CHN") & (table["year"] == 2024)]["is_forecast"].iloc[0] == "false"
    assert 2020 not in set(table["year"])  # n/a is missing


def test_an_extract_is_told_its_edition(tmp_path: Path) -> None:
    path = write(tmp_path, wide_text())
    table = weo.read(path, ECONOMIES, "2026-04")
    assert list(table.columns) == ["edition", "iso3", "year", *weo.MEASURES, "is_forecast"]
    assert table.loc[table["year"] == 2021, "ppp_lcu_per_intl_usd"].tolist() == [2024.5, 2024.5]
    with pytest.raises(OvertakeError, match="does not say its edition") as caught:
        weo.read(path, ECONOMIES)
    assert "--edition 2026-04" in str(caught.value)


def test_a_long_extract_keeps_editions_apart(tmp_path: Path) -> None:
    rows = [(edition, iso3, concept, 2021, value, "2020") for edition in ("2020-10", "2026-04") for iso3 in ECONOMIES
            for concept, value in LEVELS.items()]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["edition", "iso3", "concept", "year", "value", "lastactualdate"])
    table = weo.read(write(tmp_path, frame.to_csv(index=False)), ECONOMIES)
    assert len(table) == 4
    assert set(table["edition"]) == {"2020-10", "2026-04"}


def test_an_edition_of_growth_alone_is_not_full(tmp_path: Path) -> None:
    table = weo.read(write(tmp_path, wide_text()), ECONOMIES, "2026-04")
    many = pd.concat([table.assign(iso3=f"X{number:02d}") for number in range(weo.FULL_ECONOMIES)])
    assert weo.is_full(many)
    assert not weo.is_full(many.assign(gdp_lcu_bn=float("nan")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (wide_text({("CHN", 2024, "NGDP"): "about 7"}), "line 6: 2026-04 CHN NGDP 2024: found about 7"),
        (database_text().replace("NGDPD\tx", "NGDPD", 1), "line 3: 16 cells"),
        (database_text().replace("NGDPD\tx", "NGDPD\tx\t1", 1), "line 3: 18 cells"),
        (database_text().replace("CHN\tLP", 'CHN\t"LP'), "line 19: 3 cells"),  # a quotation mark left open
        (wide_text() + "CHN,2032\n", "line 26: 2 cells"),
        (wide_text().replace("ngdpd", "ngdp"), "columns that stand twice"),
        (database_text().replace("Estimates Start After", "x"), "columns that are missing"),
        (wide_text().replace("2031", "20x1"), "2026-04 CHN NGDP_RPCH 20x1"),
        (b"PK\x03\x04" + b"x" * 100, "save its sheet `Countries` as CSV"),
        (wide_text({("CHN", 2024, "NGDP"): "inf"}), "2026-04 CHN NGDP 2024: found inf"),
        (wide_text() + wide_text().split("\n")[1] + "\n", "stand twice"),
        (wide_text().replace("CHN", "FRA").replace("JPN", "DEU"), "economies without figures"),
        (database_text(last=""), "truncated?"),
        ("a,b,c\n1,2,3\n", "is no WEO file that is known"),
        (b"\x00\x01\x02" * 50, "is not text"),
        (b"", "is empty"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(OvertakeError) as caught:
        weo.read(write(tmp_path, text), ECONOMIES, "2026-04")
    assert told in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OvertakeError, match="no such file") as caught:
        weo.read(tmp_path / "absent.txt", ECONOMIES)
    assert "overtake fetch weo" in str(caught.value)


def portal_text(layout: str, units: float = 1.0) -> str:
    """Return the data portal's file: observations in single units, or a row a series with its scale in words."""
    years = range(2020, 2032)
    words = {1e9: "Billions", 1e6: "Millions", 1.0: "Units"}
    frames = []
    for iso3 in ECONOMIES:
        for concept, value in LEVELS.items():
            unit = UNITS.get(concept, 1.0)
            code = {"DATAFLOW": "IMF.RES:WEO(9.0.0)", "COUNTRY": iso3, "INDICATOR": concept, "FREQUENCY": "A"}
            about = {"LATEST_ACTUAL_ANNUAL_DATA": "FY2024/25", "PUBLICATION_DATE": "2026-04-14T13:00:00Z"}
            if layout == "observations":
                frames += [
                    {**code, "TIME_PERIOD": year, "OBS_VALUE": (value + year) * unit * units, "SCALE": 9, **about}
                    for year in years
                ]
            else:
                series = {"SERIES_CODE": f"{iso3}.{concept}.A", "COUNTRY": "name", "SCALE": words[unit], **about}
                frames.append(series | {str(year): (value + year) * units for year in years})
    return pd.DataFrame(frames).to_csv(index=False)


@pytest.mark.parametrize("layout", ["observations", "series"])
def test_the_portals_layouts_give_what_the_database_gives(tmp_path: Path, layout: str) -> None:
    portal = weo.read(write(tmp_path, portal_text(layout)), ECONOMIES)
    database = weo.read(write(tmp_path, database_text()), ECONOMIES)
    portal = portal[portal["year"] > 2020].reset_index(drop=True)  # the database marks 2020 as missing
    pd.testing.assert_frame_equal(portal, database, rtol=1e-12)


def test_a_scale_that_is_no_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OvertakeError, match="scales that are not known"):
        weo.read(write(tmp_path, portal_text("series").replace("Billions", "Zillions")), ECONOMIES)


def test_an_edition_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OvertakeError, match="is no edition"):
        weo.read(write(tmp_path, wide_text()), ECONOMIES, "2026-05")


def sound() -> pd.DataFrame:
    """Return two economies of three years whose every ratio is an ordinary one."""
    rows = []
    for iso3, rate, ppp, people in (("USA", 1.0, 1.0, 340.0), ("CHN", 7.0, 3.5, 1400.0)):
        for year in (2023, 2024, 2025):
            usd = people * (80.0 if iso3 == "USA" else 13.0)
            rows.append([iso3, year, 4.0, usd, usd * rate, 100.0, 110.0, ppp, 0.3 * usd * rate, people])
    return pd.DataFrame(rows, columns=["iso3", "year", *CONCEPTS.values()]).assign(edition="2026-04")


def test_sound_figures_are_plausible() -> None:
    assert weo.implausible(sound()) == []


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("factor", [0.001, 1000.0, -1.0, 0.0])
@pytest.mark.parametrize("measure", [name for name in weo.MEASURES[1:] if not name.endswith("index")])
def test_a_wrong_unit_or_sign_is_named_in_one_year_or_in_all(measure: str, factor: float, whole: bool) -> None:
    table = sound()
    bad = (table["iso3"] == "CHN") & ((table["year"] == 2024) | whole)
    table.loc[bad, measure] *= factor
    lines = weo.implausible(table)
    assert lines
    assert all(line.startswith("2026-04 CHN") for line in lines)
    assert any("CHN 2024" in line for line in lines)


@pytest.mark.parametrize("factor", [0.001, 1000.0, -1.0])
@pytest.mark.parametrize("measure", ["gdp_deflator_index", "cpi_index"])
def test_an_index_in_another_unit_is_named(measure: str, factor: float) -> None:
    table = sound()
    table.loc[table["iso3"] == "CHN", measure] *= factor
    assert any(measure in line for line in weo.implausible(table))


def test_the_us_accounts_agree() -> None:
    table = sound()
    table.loc[table["iso3"] == "USA", "gdp_usd_bn"] *= 1.02
    assert "US GDP, local over US$" in weo.implausible(table)[0]


@pytest.mark.parametrize("growth", [-51.0, 51.0])
def test_absurd_growth_is_named(growth: float) -> None:
    assert "real_growth_pct" in weo.implausible(sound().assign(real_growth_pct=growth))[0]
