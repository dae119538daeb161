"""Change the code of `balances` and `skill` a little, many times, and count the changes that no unit test notices.

`python -m tests.mutation.mutate balances` prints the share killed and every survivor with its line. Each mutant runs in
a forked child of a process that has run the tests once, so nothing is imported twice; a mutant that loops is killed.
What was found is kept in `.mutants/`, so that a run that was stopped goes on where it was; `--again` tries those that
survived once more.
"""

from __future__ import annotations

import argparse
import ast
import copy
import gc
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
from types import FrameType

import pytest

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
    file: str
    #: First lines of the functions that hold it, decorators included; none at the module's own level.
    functions: tuple[int, ...]

    @property
    def key(self) -> str:
        """Return what names the change from one run to the next, as long as its module stays as it is."""
        return hashlib.sha256(f"{self.module} {self.source}".encode()).hexdigest()


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of a module: operators swapped, numbers moved by one, booleans turned, returns emptied."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    silent, holders = _without_effect(tree), _holders(tree)
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in silent:
            continue
        for what, change in _changes(node):
            fresh = copy.deepcopy(tree)
            target = next(item for number, item in enumerate(ast.walk(fresh)) if number == index)
            change(target)
            source = ast.unparse(ast.fix_missing_locations(fresh))
            yield Mutant(module, getattr(node, "lineno", 0), what, source, str(path), holders.get(id(node), ()))


def _without_effect(tree: ast.AST) -> set[int]:
    """Return the nodes of annotations and decorators: a change there is none of what the code computes."""
    roots: list[ast.AST | None] = []
    for node in ast.walk(tree):
        roots += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        roots += getattr(node, "decorator_list", [])
    return {id(inner) for root in roots if root is not None for inner in ast.walk(root)}


def _holders(tree: ast.AST) -> dict[int, tuple[int, ...]]:
    """Return, by node, the first lines of the functions around it."""
    found: dict[int, tuple[int, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
            for inner in ast.walk(node):
                found[id(inner)] = (*found.get(id(inner), ()), first)
    return found


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


class Runner:
    """A pytest plugin that takes the place of its loop: what was collected once is run against every mutant.

    Each mutant lives in a forked child, so nothing is imported, collected or set up twice by the parent.
    """

    def __init__(self, package: str, use: Callable[[Runner], None]) -> None:
        self.package, self.use = str(ROOT / "overtake" / package), use
        self.items: list[pytest.Item] = []
        self.seconds: dict[str, float] = {}
        #: (file, first line of a function) -> the tests that called it.
        self.calls: dict[tuple[str, int], set[str]] = {}
        self.failed = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests once without a change, then hand over."""
        self.items = session.items
        self._learn()
        if self.failed:
            print("the tests fail without any change", flush=True)
        else:
            gc.collect()
            gc.freeze()
            self.use(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test failed."""
        self.failed |= report.failed

    def _learn(self) -> None:
        """Note how long each test takes and which functions of the package it calls."""
        for item, following in zip(self.items, [*self.items[1:], None], strict=True):
            begin = time.process_time()
            sys.settrace(lambda frame, *_, test=item.nodeid: self._called(frame, test))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            sys.settrace(None)
            self.seconds[item.nodeid] = time.process_time() - begin

    def _called(self, frame: FrameType, test: str) -> None:
        code = frame.f_code
        if code.co_filename.startswith(self.package):
            self.calls.setdefault((code.co_filename, code.co_firstlineno), set()).add(test)

    def chosen(self, mutant: Mutant) -> list[pytest.Item]:
        """Return the tests that may see the mutant, quick ones that call its function first.

        With a test its whole file, since a fixture made for the file is made in the first test that asks for it.
        """
        callers = {test for at in mutant.functions for test in self.calls.get((mutant.file, at), ())}
        files = {test.split("::")[0] for test in callers}
        seen = [item for item in self.items if not mutant.functions or item.nodeid.split("::")[0] in files]
        return sorted(seen, key=lambda item: (item.nodeid not in callers, self.seconds[item.nodeid]))

    def killed(self, mutant: Mutant) -> bool:
        """Run the tests against the mutant; tell whether one failed, or the child did not end in time."""
        items = self.chosen(mutant)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.setsid()
                with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                    code = self._attempt(mutant, items)
            finally:
                os._exit(code)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return status != 0
            time.sleep(0.01)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        print(f"did not end: {mutant.module} line {mutant.line}: {mutant.what}", flush=True)
        return True

    def _attempt(self, mutant: Mutant, items: list[pytest.Item]) -> int:
        """Put the mutant's code into its module, and into all that imported from it; run the tests up to a failure."""
        module = import_module(mutant.module)
        exec(compile(mutant.source, mutant.file, "exec"), module.__dict__)
        for name in [name for name in sys.modules if name.startswith(("overtake.", "test_")) and name != mutant.module]:
            _rebind(sys.modules[name], module)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return 1
        return 0


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
    # A failure is all that is asked for, not the smallest example that fails.
    os.environ |= {"OVERTAKE_NO_SHRINKING": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    files = [path for path in sorted((ROOT / "overtake" / asked.package).glob("*.py")) if path.name not in asked.skip]
    found = [mutant for path in files for mutant in mutants(path)]
    chosen = random.Random(asked.seed).sample(found, min(asked.sample or len(found), len(found)))
    kept = KEPT / f"{asked.package}.jsonl"
    known = {key: dead for key, dead in _kept(kept).items() if dead or not asked.again}
    print(f"{asked.package}: {len(chosen)} mutants, {sum(mutant.key in known for mutant in chosen)} known", flush=True)

    def use(runner: Runner) -> None:
        for number, mutant in enumerate(chosen, 1):
            if mutant.key not in known:
                known[mutant.key] = runner.killed(mutant)
                _keep(kept, mutant.key, known[mutant.key])
            if not number % 20:
                print(f"{number} of {len(chosen)}", flush=True)

    tests = [str(ROOT / "tests" / "unit" / name) for name in TESTS[asked.package]]
    options = ["-o", "addopts=", "-s", "-p", "no:cacheprovider", "-p", "no:terminal", "-W", "ignore"]
    pytest.main([*options, *tests], plugins=[Runner(asked.package, use)])
    if any(mutant.key not in known for mutant in chosen):
        return 2
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
