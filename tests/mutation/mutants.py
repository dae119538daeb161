"""Choose some of mutmut's changes by chance, and tell what came of them: `tests/mutation/run.sh` calls both."""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

MADE = Path("mutants") / "overtake"
#: Exit code of a mutant's tests -> what it means; any other is a death of its own: noticed.
SURVIVED, UNTESTED = 0, 33
TEXT = re.compile(r"(['\"])(?:(?!\1).)*\1")


def sample(count: int, seed: int) -> list[str]:
    """Return the names of `count` mutants of every room, all where it has fewer, the same for the same seed."""
    by_room = defaultdict(list)
    for file in sorted(MADE.rglob("*.py")):
        module = ".".join(file.relative_to(MADE.parent).with_suffix("").parts).removesuffix(".__init__")
        for name in re.findall(r"def (x[_ǁ][^\s(]*__mutmut_\d+)", file.read_text(encoding="utf-8")):
            by_room[module.split(".")[1]].append(f"{module}.{name}")
    chance = random.Random(seed)
    return [name for names in by_room.values() for name in chance.sample(names, min(count, len(names)))]


def changed(name: str) -> tuple[str, str]:
    """Return the lines that a mutant takes out and puts in."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # type: ignore[import-not-found]

    lines = get_diff_for_mutant(name).splitlines()
    old, new = (
        [line[1:].strip() for line in lines if line[:1] == sign and line[:3] != 3 * sign] for sign in ("-", "+")
    )
    return " ".join(old), " ".join(new)


def kind(old: str, new: str) -> str:
    """Return whether a change is of words, of what a refusal says, or of what is computed."""
    if TEXT.sub("''", old) == TEXT.sub("''", new):
        return "words"
    return "refusal" if re.search(r"OvertakeError|raise_all|found=|allowed=|next_step=", old) else "code"


def main() -> int:
    """Print names, or the table and every change of the code that no test noticed."""
    if sys.argv[1] == "sample":
        print("\n".join(sample(*map(int, sys.argv[2:]))))
        return 0
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    unseen = []
    for file in sorted(MADE.rglob("*.meta")):
        for name, code in json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            if code is None:
                continue
            came = kind(*changed(name)) if code == SURVIVED else "untested" if code == UNTESTED else "noticed"
            counts[name.split(".")[1]][came] += 1
            unseen += [name] if came == "code" else []
    print("| room | tried | noticed | share | not noticed: words | refusals | code | in no test |\n|" + "---|" * 8)
    for room, came in [*counts.items(), ("all", sum(counts.values(), Counter()))]:
        cells = [came.total(), came["noticed"], f"{came['noticed'] / came.total():.0%}"]
        cells += [came[each] for each in ("words", "refusal", "code", "untested")]
        print(f"| {room} | {' | '.join(map(str, cells))} |")
    for name in unseen:
        print(f"\n{name}\n- {changed(name)[0]}\n+ {changed(name)[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
