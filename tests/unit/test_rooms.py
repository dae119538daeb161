"""The rooms of the house: no module is in an import circle, those inside functions and for types counted too."""

from __future__ import annotations

import ast
import graphlib

import pytest

from overtake import paths

PACKAGE = paths.ROOT / "overtake"


def modules() -> dict[str, ast.Module]:
    """Return the syntax trees of the package by dotted name."""
    return {
        ".".join(path.relative_to(paths.ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            path.read_text(encoding="utf-8")
        )
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def imports(tree: ast.Module, known: set[str]) -> set[str]:
    """Return the package's modules that a module imports anywhere; a room's face stands for what it takes itself."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in known}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found |= {inner} & known or {node.module} & known
    return found


def test_no_module_is_in_an_import_circle() -> None:
    trees = modules()
    graph = {name: imports(tree, set(trees)) - {name} for name, tree in trees.items()}
    assert sum(map(len, graph.values())) > 500
    graphlib.TopologicalSorter(graph).prepare()  # CycleError names the circle


def test_a_circle_is_seen() -> None:
    trees = {"a": ast.parse("def f():\n    import b"), "b": ast.parse("from a import f")}
    graph = {name: imports(tree, set(trees)) for name, tree in trees.items()}
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(graph).prepare()
