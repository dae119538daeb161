"""A file of another kind than the wanted one is refused with what it is and what is wanted."""

import io
import zipfile
from pathlib import Path

import pytest

from overtake.errors import OvertakeError
from overtake.sources import sipri, weo
from overtake.sources.kinds import kind

ARCHIVE = io.BytesIO()
with zipfile.ZipFile(ARCHIVE, "w") as made:
    made.writestr("a.txt", "a")

PDF, PAGE, PICTURE = b"%PDF-1.7\n\x00", b"\n<!DOCTYPE html>\n<html>", b"\x89PNG\r\n\x1a\n\x00"
CSV = "edition,iso3\n2026-04,JPN\n"
GROUPS = "WEO Country Group Code\tWEO Subject Code\tCountry Group Name\t2024\n001\tNGDP_RPCH\tWorld\t3.1\n"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (CSV.encode(), "is CSV"),
        (b"\xef\xbb\xbf" + CSV.encode(), "is CSV"),
        (CSV.encode("utf-16"), "is CSV"),
        (CSV.replace(",", ";").encode(), "is CSV with semicolons"),
        (GROUPS.encode(), "is text with tabs between"),
        (PDF, "is a PDF document"),
        (PAGE, "is a web page (HTML)"),
        (PICTURE, "is a picture (PNG)"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\xff\xfe", "is empty"),
        (b"\xfe\xff\x00\n", "is empty"),
        (b'<?xml version="1.0"?>\n', "is empty"),
    ],
)
def test_what_is_given_for_a_workbook_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "given.xlsx"
    path.write_bytes(content)
    with pytest.raises(OvertakeError) as caught:
        sipri.read(path)
    assert what in str(caught.value)
    assert "allowed: SIPRI's workbook of all years and countries" in str(caught.value)
    assert "zip" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "what", "wanted"),
    [
        (GROUPS.encode(), "is the IMF's file of country groups", "that of countries"),
        (GROUPS.encode("utf-16"), "is the IMF's file of country groups", "that of countries"),
        (CSV.encode(), "is no WEO file that is known, but CSV", "the WEO database"),
        (PDF, "is a PDF document", "the WEO database of countries"),
        (PAGE, "is a web page (HTML)", "the WEO database of countries"),
        (PICTURE, "is a picture (PNG)", "the WEO database of countries"),
        (b"", "is empty", "the WEO database of countries"),
        (b"\xff\xfe", "is empty", "the WEO database of countries"),
        (b"\xef\xbb\xbf\n", "is empty", "the WEO database of countries"),
        (ARCHIVE.getvalue(), "is a workbook", "the tab-separated database, or CSV"),
    ],
)
def test_what_is_given_for_the_outlook_is_named(tmp_path: Path, content: bytes, what: str, wanted: str) -> None:
    path = tmp_path / "given.xls"
    path.write_bytes(content)
    with pytest.raises(OvertakeError) as caught:
        weo.read(path, ("JPN",))
    assert what in str(caught.value)
    assert wanted in str(caught.value)


def test_bytes_that_tell_nothing_are_another_kind_of_file() -> None:
    assert kind(b"\x01\x00\x02") == "another kind of file"
