"""Open a spreadsheet that may be damaged or hostile: bounded in size and time, every failure in one voice."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from overtake.errors import OvertakeError
from overtake.sources.kinds import head_of, kind

#: What is read here.
WANTED = "SIPRI's workbook of all years and countries, such as SIPRI-Milex-data-1949-2025.xlsx"
DOWNLOAD = "download the workbook again: overtake fetch sipri"
SAVE = "open it in a spreadsheet and save it as an open .xlsx workbook"
#: A table of the workbook lies within these rows and columns; what a spreadsheet left beyond is not read.
MAX_ROWS, MAX_COLUMNS = 400, 120
#: The publisher's workbooks have 1 MB in some fifty parts, unpack to 5 MB and to 1 MB at most in a part: what is ten
#: times larger is none of them, and a zip bomb is refused before a byte of it is unpacked.
MAX_BYTES, MAX_UNPACKED, MAX_PART, MAX_PARTS = 20_000_000, 40_000_000, 8_000_000, 500


def open_book(path: Path, wanted: str = WANTED, again: str = DOWNLOAD) -> Any:
    """Return the openpyxl workbook at `path`, formulas as their last values, links to other files dropped.

    Raise OvertakeError for what is missing, encrypted, truncated, too large when unpacked, or no workbook; it says what
    is `wanted` and how to come by it `again`.
    """
    import openpyxl

    _check_size(path, wanted, again)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive, path, wanted, again)
        return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except OvertakeError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise on a damaged file
        raise _unreadable(path, error, again) from error


def rows(sheet: Any, path: Path, most: int = MAX_ROWS, again: str = DOWNLOAD) -> Iterator[tuple[Any, ...]]:
    """Yield the `most` first rows of `sheet` within MAX_COLUMNS; a damaged sheet is refused by name."""
    try:
        sheet.reset_dimensions()
        yield from sheet.iter_rows(max_row=most, max_col=MAX_COLUMNS)
    except OvertakeError:
        raise
    except Exception as error:  # the cells are parsed as they are asked for
        raise _unreadable(path, error, again, f"sheet '{sheet.title[:60]}'") from error


def _check_size(path: Path, wanted: str, again: str) -> None:
    if not path.is_file():
        raise OvertakeError(str(path), "no such file", next_step=again)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise OvertakeError(str(path), "is too large for such a workbook", found=f"{size} bytes", allowed=MAX_BYTES)
    head = head_of(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise OvertakeError(
            str(path), "is password-protected or in the old xls format", next_step="save it as an open .xlsx workbook"
        )
    what = kind(head)
    if what.endswith(("(.ods)", "(MHTML)")) or "spreadsheet" in what or "saved as .xls" in what:
        raise OvertakeError(str(path), f"is {what}", allowed=wanted, next_step=f"{SAVE}, or {again}")
    if not head.startswith(b"PK"):
        raise OvertakeError(str(path), f"is {what}", allowed=wanted, next_step=again)


def _check_parts(archive: zipfile.ZipFile, path: Path, wanted: str, again: str) -> None:
    """Refuse an archive of too many or too large parts; zipfile unpacks no more of a part than is announced here."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    largest = max((part.file_size for part in parts), default=0)
    for found, allowed, what in (
        (len(parts), MAX_PARTS, "parts"),
        (unpacked, MAX_UNPACKED, "bytes"),
        (largest, MAX_PART, "bytes in one part"),
    ):
        if found > allowed:
            raise OvertakeError(
                str(path),
                "unpacks to more than any such workbook",
                found=f"{found} {what}",
                allowed=f"up to {allowed}",
                next_step=again,
            )
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise OvertakeError(str(path), "is a binary workbook (.xlsb)", allowed=wanted, next_step=SAVE)
    if names and "[Content_Types].xml" not in names:
        raise OvertakeError(str(path), "is a zip archive without a workbook", found=", ".join(sorted(names))[:120],
                            allowed=wanted, next_step="unpack it and ingest the file inside")  # fmt: skip


def _unreadable(path: Path, error: Exception, again: str, part: str = "") -> OvertakeError:
    said = " ".join(str(error).split())[:120]
    return OvertakeError(
        f"{path}, {part}" if part else str(path),
        "is not a readable .xlsx workbook (truncated, damaged or another kind of file)",
        found=f"{type(error).__name__}: {said}",
        next_step=again,
    )
