"""What is fuzzed: each reader as a function of bytes, with sound files to start from and tokens to spoil them with."""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

import workbook_case

from overtake import paths
from overtake.config.load import parse, read_yaml
from overtake.config.multiverse import Axes
from overtake.config.params import Params
from overtake.publish.files import read_notebook
from overtake.scenarios.compare import read_all
from overtake.sensitivity.axes import read_axes
from overtake.sources import own, package, raw, regions, sipri, weo

#: A multiverse as `overtake multiverse --axes` takes it.
AXES = b'editions: ["2026-04"]\nmodels: [combined, gdp_share]\nus_shares: [0, 0.3]\nyears: [2030, 2035]\ndraws: 100\n'
#: Pieces of text that break readers, pages, terminals and spreadsheets.
TOKENS = (
    b"=cmd|' /C calc'!A0", b"@SUM(1+1)", b"<script>alert(1)</script>", b"\xe2\x80\xae", b"\x00", b"\x07",
    b"\x1b[2J", b"NaN", b"-inf", b"1e999", b"9" * 400, b"-1", b"..", b"../../etc/passwd", b"&a ", b"*a",
    b"!!python/object:os.system", b"<<: *a", b"- - - - -", b"{{{{{{{{", b"[" * 60, b"\"", b",", b"\t", b"\n", b"\r",
    b"\xff\xfe", b"\xef\xbb\xbf", b"&lol;", b"<!DOCTYPE x [<!ENTITY lol 'x'>]>", b"<f>HYPERLINK(\"http://x\")</f>",
    b"2026-13", b"0x1F", b"1_000", b"\xed\xa0\x80",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A reader: `read` a file, from `seeds`; `suffix` of the file; `zipped`: spoil the parts of an archive."""

    name: str
    read: Callable[[Path], object]
    seeds: Callable[[], list[bytes]]
    suffix: str
    zipped: bool = False


def spoil(rng: random.Random, seed: bytes) -> bytes:
    """Return `seed` with one to eight changes: tokens put in, bytes changed, pieces cut, doubled or moved."""
    data = bytearray(seed)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) + 1)
        length = min(rng.choice((1, 2, 8, 64, 1024)), len(data) - at)
        match rng.randrange(6):
            case 0:
                data[at:at] = rng.choice(TOKENS)
            case 1:
                data[at : at + length] = rng.choice(TOKENS)
            case 2:
                data[at : at + length] = rng.randbytes(length)
            case 3:
                del data[at : at + length]
            case 4:
                data[at:at] = data[at : at + length] * rng.randint(1, 20)
            case _:
                if rng.random() < 0.2:
                    del data[at:]
    return bytes(data)


def spoil_archive(rng: random.Random, seed: bytes) -> bytes:
    """Return the archive `seed` with one or two of its parts spoiled, so that the parsers behind it are reached."""
    if rng.random() < 0.2:
        return spoil(rng, seed)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = archive.namelist()
        chosen = rng.sample(names, k=rng.randint(1, 2))
        for name in names:
            content = archive.read(name)
            target.writestr(name, spoil(rng, content) if name in chosen else content)
    return out.getvalue()


def _workbooks() -> list[bytes]:
    seeds = []
    for book in (workbook_case.build(), workbook_case.build(header_row=8, first_column=5, years_as_floats=True)):
        workbook_case.colour(book, workbook_case.CONSTANT, "China", 2020, workbook_case.BLUE)
        out = io.BytesIO()
        book.save(out)
        seeds.append(out.getvalue())
    return seeds


def _read_workbook(path: Path) -> object:
    """Read the file as `overtake ingest sipri` does: its countries, then its sums of regions."""
    return regions.read(path, sipri.read(path))


def _weo() -> list[bytes]:
    import test_figures_weo as case

    texts = (case.database_text(), case.wide_text(), case.portal_text("observations"), case.portal_text("series"))
    return [text.encode() for text in texts]


def _read_weo(path: Path) -> object:
    return weo.read(path, ("CHN", "JPN"), "2026-04")


def _some_lines(name: str, lines: int) -> bytes:
    return b"".join((paths.RAW / name).read_bytes().splitlines(keepends=True)[:lines])


def _read_csv(path: Path) -> object:
    """Read the file as milex.csv: its schema has texts, numbers, enumerations and patterns."""
    return raw.check("milex.csv", raw.read_text(path), package.resource(package.load(paths.RAW), "milex.csv"))


def _read_package(path: Path) -> object:
    """Read the file as the folder's datapackage.json."""
    (path.parent / package.NAME).write_bytes(path.read_bytes())
    resource = package.resource(package.load(path.parent), "milex.csv")
    return raw.check("milex.csv", _some_lines("milex.csv", 5).decode(), resource)


def _read_params(path: Path) -> object:
    return parse(read_yaml(path), path.name)


def _own_tables() -> list[bytes]:
    import test_own as case

    return [text.encode() for text in (case.long(), case.long("constant_usd_m"), case.world_bank(), case.portal())]


def _read_own(path: Path) -> object:
    """Read the file as `overtake ingest table` does, and set it beside SIPRI's figures."""
    read = own.read(path, ("CHN", "JPN", "KOR", "USA"))
    return own.compared(read, raw.milex(), "2026-04")


def _read_scenario(path: Path) -> object:
    """Read the file as the one scenario of a folder."""
    alone = path.parent / "one"
    alone.mkdir(exist_ok=True)
    (alone / "fuzzed.yaml").write_bytes(path.read_bytes())
    return read_all(alone, Params())


def _read_axes(path: Path) -> object:
    return read_axes(path, Axes())


TARGETS = {
    target.name: target
    for target in (
        Target("workbook", _read_workbook, _workbooks, ".xlsx", zipped=True),
        Target("weo", _read_weo, _weo, ".txt"),
        Target("csv", _read_csv, lambda: [_some_lines("milex.csv", 40)], ".csv"),
        Target("parameters", _read_params, lambda: [paths.PARAMS.read_bytes()], ".yaml"),
        Target("claims", read_yaml, lambda: [_some_lines("claims.yaml", 60)], ".yaml"),
        Target("datapackage", _read_package, lambda: [_descriptor()], ".json"),
        Target("own table", _read_own, _own_tables, ".csv"),
        Target(
            "scenario",
            _read_scenario,
            lambda: [path.read_bytes() for path in sorted(paths.SCENARIOS.glob("*"))],
            ".yaml",
        ),
        Target("axes", _read_axes, lambda: [AXES], ".yaml"),
        Target("notebook", read_notebook, lambda: [_notebook()], ".ipynb"),
    )
}


def _descriptor() -> bytes:
    """Return the data package's descriptor with the schema of milex.csv alone."""
    item = package.resource(package.load(paths.RAW), "milex.csv")
    return json.dumps({"name": "overtake", "resources": [item]}, indent=1).encode()


def _notebook() -> bytes:
    """Return the clean stage's notebook, as small as it gets."""
    return json.dumps(json.loads((paths.NOTEBOOKS / "01_clean.ipynb").read_text(encoding="utf-8"))).encode()
