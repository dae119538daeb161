"""The vocabulary of economies: the rows of economies.csv decide who may stand in a balance, no line of code."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from overtake import paths
from overtake.errors import OvertakeError

CODE = re.compile(r"[A-Z]{3}")
#: In data/panel: the economies of a workbook of one's own, with SIPRI's groups.
PANEL = "economies.csv"
#: A side may name a group of SIPRI's: `region:south_east_asia`.
REGION = "region:"


def economies(folder: Path | None = None) -> tuple[str, ...]:
    """Return the sorted codes (ISO 3166-1 alpha-3) of economies.csv in `folder` (data/raw), read when it changes."""
    found = _rows((folder or paths.RAW) / "economies.csv")
    if found is None:
        raise OvertakeError("data/raw/economies.csv", "is missing", next_step="git checkout -- data/raw")
    return tuple(sorted(found))


def legal() -> tuple[str, ...]:
    """Return the sorted codes of data/raw and of one's own panel, where there is one: `data.panel` says which count."""
    return tuple(sorted({*economies(), *(_rows(paths.PANEL / PANEL) or {})}))


def regions() -> list[str]:
    """Return the names of SIPRI's groups in one's own panel, sorted; none without a panel."""
    panel = _rows(paths.PANEL / PANEL) or {}
    return sorted({name for row in panel.values() for name in _headings(row)} - {""})


def slug(name: str) -> str:
    """Return a heading of SIPRI's as a parameter names it: `South East Asia` as `south_east_asia`."""
    return re.sub(r"[^a-z]+", "_", name.lower()).strip("_")


def _headings(row: dict[str, str]) -> tuple[str, ...]:
    """Return the headings of SIPRI's that an economy of the panel stands under, as parameters name them."""
    return tuple(slug(row.get(key) or "") for key in ("region", "subregion"))


def expanded(shares: dict[str, Any], others: Iterable[str]) -> dict[str, Any]:
    """Return `shares` with each `region:NAME` as its economies in the panel, those named on either side left out."""
    named = {name for name in (*shares, *others) if not str(name).startswith(REGION)}
    found = {name: share for name, share in shares.items() if name in named}
    panel = _rows(paths.PANEL / PANEL) or {}
    for name, share in shares.items():
        if name in named:
            continue
        region = name.removeprefix(REGION)
        members = [code for code, row in panel.items() if region in _headings(row)]
        if not members:
            step = ", ".join(regions()) or "none; `overtake ingest sipri WORKBOOK --all-countries`"
            raise ValueError(f"no region {region:.40} in data/panel; known: {step}")
        found |= {code: share for code in members if code not in named}
    return found


def _rows(path: Path) -> dict[str, dict[str, str]] | None:
    """Return the rows of a table of economies by code, None where there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return _read(path, found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, *_: int) -> dict[str, dict[str, str]]:
    """Return what `_rows` does. What is wrong with a row is said by `overtake validate`, with the row's number."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return {str(row["iso3"]): row for row in csv.DictReader(file) if CODE.fullmatch(str(row.get("iso3")))}


def unknown(name: str) -> str:
    """Return what to say of an economy `name` that is none of the project's: how to add a real one, or the nearest."""
    import pycountry

    known = legal()
    try:
        country = pycountry.countries.lookup(name)
    except LookupError:
        close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.5)
        return f"unknown economy; {f'did you mean {close[0]}?' if close else 'allowed: ' + ', '.join(known)}"
    if country.alpha_3 in known:
        return f"unknown economy; did you mean {country.alpha_3}?"
    return (
        f"unknown economy: {country.name} ({country.alpha_3}) has no figures here yet; to add it: "
        f"`overtake economy add {country.alpha_3}`, then `overtake ingest sipri WORKBOOK` (docs/data.md)"
    )


def _known(iso3: str) -> str:
    """Return `iso3` where it is one of the project's economies."""
    if iso3 not in legal():
        raise ValueError(unknown(iso3))
    return iso3


class _Listed:
    """Tells editors which economies and regions there are when the schema is written."""

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": [*legal(), *(REGION + name for name in regions())]}


Economy = Annotated[str, AfterValidator(_known), _Listed()]
