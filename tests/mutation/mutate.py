"""Change the code of `balances` and `skill` a little, many times, and count the changes that no unit test notices.

`python -m tests.mutation.mutate balances --sample 120` prints the share killed and every survivor with its line. Each
mutant runs in a forked child of a process that has imported the libraries already; a mutant that loops is killed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import io
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
    "skill": ("test_skill_scores.py",),
}
SECONDS = 120

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


def killed(mutant: Mutant, tests: list[str]) -> bool:
    """Run `tests` against the mutant in a forked child; tell whether one failed, or the child did not end in time."""
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


def _attempt(mutant: Mutant, tests: list[str]) -> int:
    """Put the mutant's code into its module before anything else imports from it, then run the tests."""
    import pytest

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
    parser.add_argument("--goal", type=float, default=0.9)
    parser.add_argument("--skip", nargs="*", default=[], help="files left out")
    asked = parser.parse_args()
    import numpy  # noqa: F401
    import pandas  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401

    files = [path for path in sorted((ROOT / "overtake" / asked.package).glob("*.py")) if path.name not in asked.skip]
    for path in files:
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    found = [mutant for path in files for mutant in mutants(path)]
    chosen = random.Random(asked.seed).sample(found, min(asked.sample or len(found), len(found)))
    tests = [str(ROOT / "tests" / "unit" / name) for name in TESTS[asked.package]]
    alive = []
    for mutant in chosen:
        if not killed(mutant, tests):
            alive.append(mutant)
            print(f"survived: {mutant.module} line {mutant.line}: {mutant.what}", flush=True)
    share = 1 - len(alive) / len(chosen)
    print(f"{asked.package}: {len(chosen)} of {len(found)} mutants, {len(chosen) - len(alive)} killed ({share:.0%})")
    return int(share < asked.goal)


if __name__ == "__main__":
    sys.exit(main())
