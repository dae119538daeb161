"""Change the code of `balances` and `skill` a little, many times, and count the changes that no unit test notices.

`python -m tests.mutation.mutate balances` prints the share killed and every survivor with its line. Each mutant runs in
a forked child of a process that has imported the libraries already; a mutant that loops is killed. What was found is
kept in `.mutants/`, so that a run that was stopped goes on where it was; `--again` tries those that survived once more.
"""

from __future__ import annotations

import argparse
import ast
import copy
import hashlib
import io
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: The package's folder -> the tests that speak of it.
TESTS = {
    "balances": (
        "test_balances_contract.py",
        "test_balances.py",
        "test_balances_second_route.py",
        "test_balances_command.py",
    ),
    "skill": (
        "test_skill_comparison.py",
        "test_skill_realtime.py",
        "test_skill_commands.py",
        "test_skill_scores.py",
    ),
}
#: Tests that are asked first for a module, since they speak of it: most mutants need no others.
FIRST = {
    "overtake.skill.commands": "test_skill_commands.py",
    "overtake.skill.evaluate": "test_skill_realtime.py",
    "overtake.skill.realtime": "test_skill_realtime.py",
    "overtake.skill.rolling": "test_skill_scores.py",
    "overtake.skill.scores": "test_skill_scores.py",
    "overtake.skill.split": "test_skill_scores.py",
    "overtake.skill.tables": "test_skill_scores.py",
    "overtake.balances.adhoc": "test_balances_command.py",
}
#: Seconds that the tests of one mutant may take.
SECONDS = 90
#: Where a package's results are kept, one JSON line a mutant.
KEPT = ROOT / ".mutants"

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot,
    ast.IsNot: ast.Is, ast.USub: ast.UAdd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: module, line, what was changed, and the source with it."""

    module: str
    line: int
    what: str
    source: str

    @property
    def key(self) -> str:
        """Return what names the change from one run to the next, as long as its module stays as it is."""
        return hashlib.sha256(f"{self.module} {self.source}".encode()).hexdigest()


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module: operators swapped, numbers moved by one, booleans turned, returns emptied."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    silent = _without_effect(tree)
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in silent:
            continue
        for what, change in _changes(node):
            fresh = copy.deepcopy(tree)
            target = next(item for number, item in enumerate(ast.walk(fresh)) if number == index)
            change(target)
            yield Mutant(module, getattr(node, "lineno", 0), what, ast.unparse(ast.fix_missing_locations(fresh)))


def _without_effect(tree: ast.AST) -> set[int]:
    """Return the nodes of annotations and decorators: a change there is none of what the code computes."""
    roots: list[ast.AST | None] = []
    for node in ast.walk(tree):
        roots += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        roots += getattr(node, "decorator_list", [])
    return {id(inner) for root in roots if root is not None for inner in ast.walk(root)}


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], None]]]:
    operator = getattr(node, "op", None)
    if operator is not None and type(operator) in SWAPS:
        swapped = SWAPS[type(operator)]
        yield f"{type(operator).__name__} -> {swapped.__name__}", lambda item: setattr(item, "op", swapped())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        other = SWAPS[type(node.ops[0])]
        yield f"{type(node.ops[0]).__name__} -> {other.__name__}", lambda item: item.ops.__setitem__(0, other())
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value} -> {not node.value}", lambda item: setattr(item, "value", not item.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield f"{node.value} -> {node.value + 1}", lambda item: setattr(item, "value", item.value + 1)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "condition turned", lambda item: setattr(item, "test", ast.UnaryOp(ast.Not(), item.test))
    if isinstance(node, ast.Return) and node.value is not None:
        yield "return None", lambda item: setattr(item, "value", ast.Constant(None))


def killed(mutant: Mutant | None, tests: list[str]) -> bool:
    """Run `tests` against the mutant in a forked child; tell whether one failed, or the child did not end in time.

    Without a mutant the tests run against the code as it is.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setsid()
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                code = _attempt(mutant, tests)
        finally:
            os._exit(code)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _attempt(mutant: Mutant | None, tests: list[str]) -> int:
    """Put the mutant's code into its module before anything else imports from it, then run the tests."""
    import pytest

    if mutant is not None:
        tests = sorted(tests, key=lambda path: Path(path).name != FIRST.get(mutant.module))
        module = import_module(mutant.module)
        exec(compile(mutant.source, str(module.__file__), "exec"), module.__dict__)
        for name in [name for name in sys.modules if name.startswith("overtake.") and name != mutant.module]:
            _rebind(sys.modules[name], module)
    return int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-W", "ignore", *tests]))


def _rebind(user: object, module: object) -> None:
    """Give a module that imported names from the mutant the mutant's own."""
    for name, value in list(vars(user).items()):
        if getattr(value, "__module__", None) == module.__name__ and name in vars(module):  # type: ignore[attr-defined]
            setattr(user, name, vars(module)[name])


def main() -> int:
    """Print survivors and the share killed; return 1 where it is below the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", choices=TESTS)
    parser.add_argument("--sample", type=int, default=0, help="this many, drawn at random; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--goal", type=float, default=0.9, help="least share killed")
    parser.add_argument("--again", action="store_true", help="try once more those that survived, after a new test")
    parser.add_argument("--skip", nargs="*", default=[], help="files left out")
    asked = parser.parse_args()
    import numpy  # noqa: F401
    import pandas  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401

    # A failure is all that is asked for, not the smallest example that fails.
    os.environ["OVERTAKE_NO_SHRINKING"] = "1"

    files = [path for path in sorted((ROOT / "overtake" / asked.package).glob("*.py")) if path.name not in asked.skip]
    for path in files:
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    found = [mutant for path in files for mutant in mutants(path)]
    chosen = random.Random(asked.seed).sample(found, min(asked.sample or len(found), len(found)))
    tests = [str(ROOT / "tests" / "unit" / name) for name in TESTS[asked.package]]
    kept = KEPT / f"{asked.package}.jsonl"
    known = {key: dead for key, dead in _kept(kept).items() if dead or not asked.again}
    print(f"{asked.package}: {len(chosen)} mutants, {sum(mutant.key in known for mutant in chosen)} known", flush=True)
    if killed(None, tests):
        print("the tests fail without any change", flush=True)
        return 2
    for number, mutant in enumerate(chosen, 1):
        if mutant.key not in known:
            known[mutant.key] = killed(mutant, tests)
            _keep(kept, mutant.key, known[mutant.key])
            if not number % 20:
                print(f"{number} of {len(chosen)}", flush=True)
    alive = [mutant for mutant in chosen if not known[mutant.key]]
    for mutant in alive:
        print(f"survived: {mutant.module} line {mutant.line}: {mutant.what}")
    share = 1 - len(alive) / len(chosen)
    print(f"{asked.package}: {len(chosen)} of {len(found)} mutants, {len(chosen) - len(alive)} killed ({share:.1%})")
    return int(share < asked.goal)


def _kept(path: Path) -> dict[str, bool]:
    """Return by key whether a mutant was killed when it was last tried."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return dict(json.loads(line) for line in lines)


def _keep(path: Path, key: str, dead: bool) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps([key, dead]) + "\n")


if __name__ == "__main__":
    sys.exit(main())
