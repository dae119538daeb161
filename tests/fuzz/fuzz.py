"""Fuzz the readers for as long as asked: `python -m tests.fuzz.fuzz --seconds 60`; a table of what came of it.

Each reader runs in a process of its own with an address space of MEMORY bytes. An input is *read* or *refused* (an
OvertakeError with a place); anything else is a crash, and its input is kept. The inputs follow from the seed alone.
`--guided`: atheris makes the inputs, guided by the lines that they reach (see tests/fuzz/guided.py).
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

from overtake.errors import OvertakeError

if __package__:
    from tests.fuzz import guided
    from tests.fuzz.targets import TARGETS, Target, spoil, spoil_archive
else:
    import guided
    from targets import TARGETS, Target, spoil, spoil_archive

MEMORY = 2_000_000_000
#: An input that takes longer than this is a finding, whatever it ends in.
SLOW_SECONDS = 10.0


class Tally:
    """What came of the inputs that one reader was given; a crash is counted each time, kept and told once."""

    def __init__(self, target: Target, kept: Path) -> None:
        self.target, self.kept = target, kept
        self.counts = {"inputs": 0, "read": 0, "refused": 0, "crashes": 0}
        self.slowest = 0.0
        self.crashes: dict[str, str] = {}
        self.before = peak()

    def give(self, data: bytes, path: Path) -> None:
        """Write `data` to `path` and let the reader read it."""
        path.write_bytes(data)
        start = time.process_time()
        outcome, said = attempt(self.target.read, path)
        self.slowest = max(self.slowest, time.process_time() - start)
        self.counts["inputs"] += 1
        self.counts[outcome] += 1
        if outcome == "crashes" and said not in self.crashes:
            self.crashes[said] = f"{self.target.name}_{len(self.crashes)}{self.target.suffix}"
            self.kept.mkdir(parents=True, exist_ok=True)
            (self.kept / self.crashes[said]).write_bytes(data)

    def result(self) -> dict[str, Any]:
        """Return inputs, read, refused, crashes (counts), slowest (CPU s), peak, base (KB), what crashed, once each."""
        memory = {"peak_kb": peak(), "base_kb": self.before}
        return {**self.counts, "slowest": self.slowest, **memory, "what": list(self.crashes)}


def peak() -> int:
    """Return the most memory that this process has held so far, KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def fuzz(name: str, seconds: float, seed: int, kept: Path, inputs: int | None = None) -> dict[str, Any]:
    """Return what came of spoiled seeds (see `Tally.result`), for `seconds` or until there were `inputs` of them."""
    target = TARGETS[name]
    seeds = target.seeds()
    rng = random.Random(f"{seed} {name}")
    tally = Tally(target, kept)
    end = time.process_time() + seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"case{target.suffix}"
        while time.process_time() < end and tally.counts["inputs"] != inputs:
            source = rng.choice(seeds)
            tally.give(spoil_archive(rng, source) if target.zipped else spoil(rng, source), path)
    return tally.result()


def attempt(read: Any, path: Path) -> tuple[str, str]:
    """Return "read", "refused" or "crashes", and for the last the error with its last frame in the package."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(path)
    except OvertakeError as error:
        return ("refused", "") if error.place.strip() and error.problem else ("crashes", "a refusal without place")
    except (Exception, MemoryError, RecursionError) as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/overtake/" in frame.filename]
        at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        return "crashes", f"{type(error).__name__} at {at}"
    return "read", ""


def main() -> int:
    """Fuzz every reader for its share of the seconds and print the table; return 1 where anything crashed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for all readers together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=TARGETS)
    parser.add_argument("--keep", type=Path, default=Path("tests/fuzz/crashes"))
    parser.add_argument("--guided", action="store_true", help="inputs by atheris, guided by coverage")
    parser.add_argument("--json", action="store_true", help="one reader, its counts as JSON")
    asked = parser.parse_args()
    if asked.json:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        print(json.dumps(fuzz(asked.only, asked.seconds, asked.seed, asked.keep)))
        return 0
    if asked.guided and not guided.available():
        print(guided.MISSING, file=sys.stderr)
        return 2
    names = [asked.only] if asked.only else list(TARGETS)
    bad = False
    heads = ["reader", "inputs", "read", "refused", "crashes", "slowest, s", "peak memory, MB (before)"]
    heads += ["reached new code"] * asked.guided
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for name in names:
        module = "tests.fuzz.guided" if asked.guided else "tests.fuzz.fuzz"
        command = [sys.executable, "-m", module, "--json", "--only", name, "--keep", str(asked.keep)]
        command += ["--seconds", str(asked.seconds / len(names)), "--seed", str(asked.seed)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print(f"| {name} | the process died: {done.stderr[-300:]} |")
            bad = True
            continue
        row = json.loads(done.stdout)
        cells = [name, *(f"{row[key]:,}" for key in ("inputs", "read", "refused", "crashes")), f"{row['slowest']:.2f}"]
        cells += [f"{row['peak_kb'] / 1024:.0f} ({row['base_kb'] / 1024:.0f})"]
        if asked.guided:
            cells.append(f"{row['kept'] - row['seeds']:,}")
        print(f"| {' | '.join(cells)} |", flush=True)
        for line in row["what"]:
            print(f"  {line}", file=sys.stderr)
        bad |= bool(row["crashes"]) or row["slowest"] > SLOW_SECONDS
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
