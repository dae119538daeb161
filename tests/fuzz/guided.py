"""Fuzz one reader with inputs that atheris makes, guided by the lines that they reach; `fuzz --guided` starts this.

Atheris is no dependency of the project: `pip install --no-deps --target .fuzz atheris` puts it beside. It starts from
the same seeds, knows the same tokens, and changes the parts of an archive, not the archive.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import zipfile
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / ".fuzz"))
MISSING = "atheris is not installed: python -m pip install --no-deps --target .fuzz atheris"
#: Packages whose lines guide: ours, and the parsers that stand between a file and us.
GUIDING = ["overtake", "openpyxl", "ruamel"]
#: How large an input becomes: as many times the largest seed, or what such a part of an archive was before.
GROWTH = 2


def available() -> bool:
    """Tell whether atheris is here."""
    return importlib.util.find_spec("atheris") is not None


def mutate_archive(data: bytes, limit: int, seed: int) -> bytes:
    """Return the archive `data` with one of its parts changed by atheris; what is no archive is changed as bytes."""
    import atheris

    rng = random.Random(seed)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, KeyError):
        return bytes(atheris.Mutate(data, limit))
    if not parts or rng.random() < 0.02:
        return bytes(atheris.Mutate(data, limit))
    chosen = rng.choice(sorted(parts))
    parts[chosen] = bytes(atheris.Mutate(parts[chosen], GROWTH * len(parts[chosen]) + 64))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue() if len(out.getvalue()) <= limit else data


def main() -> int:
    """Fuzz the reader for the seconds asked; print its counts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("tests/fuzz/crashes"))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not available():
        print(MISSING, file=sys.stderr)
        return 2
    import atheris

    with atheris.instrument_imports(include=GUIDING):
        from tests.fuzz.fuzz import MEMORY, Tally
        from tests.fuzz.targets import TARGETS, TOKENS

        target = TARGETS[asked.only]
        seeds = target.seeds()
    folder = Path(tempfile.mkdtemp())
    (folder / "corpus").mkdir()
    for number, seed in enumerate(seeds):
        (folder / "corpus" / str(number)).write_bytes(seed)
    words = ("".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS)
    (folder / "words").write_text("".join(f'"{word}"\n' for word in words), encoding="ascii")
    limit = GROWTH * max(map(len, seeds))
    path = folder / f"case{target.suffix}"
    tally = Tally(target, asked.keep)
    told = os.fdopen(os.dup(1), "w")
    end = time.process_time() + asked.seconds

    def one(data: bytes) -> None:
        if tally.counts["inputs"] % 1000 == 0:
            _room(MEMORY)
        tally.give(data, path)
        if time.process_time() > end:  # libFuzzer ends the process without a word to Python; so the word comes first
            kept = len(list((folder / "corpus").iterdir()))  # those that reached lines that none had reached
            print(json.dumps({**tally.result(), "seeds": len(seeds), "kept": kept}), file=told, flush=True)
            shutil.rmtree(folder)
            os._exit(0)

    options = [sys.argv[0], str(folder / "corpus"), f"-dict={folder / 'words'}", f"-max_len={limit}"]
    options += [f"-seed={asked.seed}", "-timeout=60", "-rss_limit_mb=0", "-verbosity=0", "-len_control=0"]
    options += [f"-artifact_prefix={folder}/"]
    atheris.Setup(options, one, **({"custom_mutator": mutate_archive} if target.zipped else {}))
    atheris.Fuzz()
    return 1


def _room(more: int) -> None:
    """Bound the address space to what is taken and `more` bytes: the fuzzer's own grows with every input."""
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + more, resource.RLIM_INFINITY))


if __name__ == "__main__":
    sys.exit(main())
