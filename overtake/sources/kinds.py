"""What kind of file was given, told from its first bytes, for whoever is refused because it is another than wanted."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

#: First bytes -> what the file is. A spreadsheet in another format says so, to be saved in the one that is wanted.
HEADS = {
    b"<?mso-application": "an XML spreadsheet of 2003",
    b"MIME-Version:": "a web archive (MHTML)",
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
    if head.startswith(b"PK") and b"opendocument.spreadsheet" in head[:200]:
        return "an OpenDocument spreadsheet (.ods)"
    if (found := encoding(head)) is not None and found.startswith("utf-16"):
        head = head[: len(head) // 2 * 2].decode(found, "replace").encode()
    bare = re.sub(rb"^<\?xml[^>]*>\s*", b"", head.removeprefix(codecs.BOM_UTF8).lstrip())
    if not bare.strip():
        return "empty"
    for start, name in HEADS.items():
        if bare.startswith(start):
            return name
    if re.match(rb"<(!doctype html|html|head|table|body|meta)", bare[:14].lower()):
        return "a web page (HTML), perhaps a table saved as .xls or a download that failed"
    if b"\x00" in head:
        return "another kind of file"
    line = bare.splitlines()[0]
    for sign, name in ((b"\t", "text with tabs between (TSV)"), (b";", "CSV with semicolons"), (b",", "CSV")):
        if sign in line:
            return name
    return "text"


def encoding(content: bytes) -> str | None:
    """Return the encoding of text, told from its bytes; None for what is no text.

    UTF-8 and UTF-16 with a mark at the beginning or without: in UTF-16 every other byte of a table is nought. What is
    none of them is of Western Europe.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:2048]
    if b"\x00" in head:
        even, odd = (head[at::2].count(0) / len(head[at::2] or b" ") for at in (0, 1))
        if len(head) < 16:  # too little to tell
            return None
        return "utf-16-le" if odd > 0.7 and even < 0.2 else "utf-16-be" if even > 0.7 and odd < 0.2 else None
    if b"\x00" in content:  # no other text has one
        return None
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for name in ("utf-8", "cp1252"):
        try:
            content.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"


def head_of(path: Path) -> bytes:
    """Return the first bytes of the file at `path`."""
    with path.open("rb") as file:
        return file.read(2048)
