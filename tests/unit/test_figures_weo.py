"""The IMF reader: the database file, a long and a wide extract; what cannot be right is refused by name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from overtake.errors import OvertakeError
from overtake.figures import weo

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
        (wide_text({("CHN", 2024, "NGDP"): "about 7"}), "2026-04 CHN NGDP 2024: found about 7"),
        (wide_text({("CHN", 2024, "NGDP"): "inf"}), "2026-04 CHN NGDP 2024: found inf"),
        (wide_text() + wide_text().split("\n")[1] + "\n", "stand twice"),
        (wide_text(drop="JPN"), "economies without figures"),
        (database_text(last=""), "truncated?"),
        ("a,b,c\n1,2,3\n", "is no WEO file that is known"),
        (b"\x00\x01\x02" * 50, "is not text"),
        (b"", "is no WEO file"),
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
