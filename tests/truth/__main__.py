"""Run the truth checker: `python -m tests.truth [--sets 300] [--seed 1] [--from 0]`; prints each fault with its set."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import traceback
from pathlib import Path

from overtake.config.load import parse
from overtake.errors import OvertakeError
from tests.truth.predicates import faults
from tests.truth.rendered import rendered
from tests.truth.sets import chosen


def main() -> int:
    """Check the sets; return 1 where a sentence is not true of one."""
    parser = argparse.ArgumentParser(prog="python -m tests.truth")
    parser.add_argument("--sets", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="start", type=int, default=0)
    arguments = parser.parse_args()
    bad = refused = 0
    for number, one in enumerate(chosen(arguments.sets, arguments.seed)):
        if number < arguments.start:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = faults(rendered(parse(one), Path(folder)))
            except OvertakeError as error:
                refused += 1
                print(f"set {number}: refused: {' '.join(str(error).split())[:300]}", flush=True)
                continue
            except Exception:
                found = [traceback.format_exc(limit=-3)]
        bad += bool(found)
        for said in found:
            print(f"set {number}: {said[:500]}", flush=True)
        if found:
            short = {key: one[key] for key in ("data", "futures", "rulers", "scenario", "crossing", "brief")}
            print(f"set {number}: {json.dumps(short)}", flush=True)
        print(f"set {number}: {len(found)} faults", file=sys.stderr, flush=True)
    print(f"{arguments.sets - arguments.start} sets, {bad} with a fault, {refused} refused late")
    return 1 if bad or refused else 0


if __name__ == "__main__":
    raise SystemExit(main())
