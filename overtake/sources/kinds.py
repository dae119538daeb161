"""What kind of file was given, told from its first bytes, for whoever is refused because it is another than wanted."""

from __future__ import annotations

import codecs
from pathlib import Path

#: First bytes -> what the file is.
HEADS = {
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Office file (.xls) or one with a password",
    b"PK\x03\x04": "a zip archive or an Office file",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"PAR1": "a parquet table",
    b"{": "JSON",
}


def kind(head: bytes) -> str:
    """Return what a file is that begins with the bytes `head`; "another kind of file" where they do not tell."""
    if not head.strip():
        return "empty"
    bare = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for start, name in HEADS.items():
        if bare.startswith(start):
            return name
    if bare[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML), perhaps of a download that failed"
    if b"\x00" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "another kind of file"
    line = head.replace(b"\x00", b"").splitlines()[0]
    for sign, name in ((b"\t", "text with tabs between (TSV)"), (b";", "CSV with semicolons"), (b",", "CSV")):
        if sign in line:
            return name
    return "text"


def head_of(path: Path) -> bytes:
    """Return the first bytes of the file at `path`."""
    with path.open("rb") as file:
        return file.read(2048)
