"""The rooms of the house: no module is in an import circle, those inside functions and for types counted too."""

from __future__ import annotations

import graphlib

import pytest

from overtake import paths
from tests.pipeline.test_dvc_yaml import imports, module_file


def modules() -> dict[str, str]:
    """Return the sources of the package by dotted name."""
    return {
        ".".join(path.relative_to(paths.ROOT).with_suffix("").parts).removesuffix(".__init__"): path.read_text("utf-8")
        for path in sorted((paths.ROOT / "overtake").rglob("*.py"))
    }


def graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """Return what each module imports; a room's own face, empty but for what it passes on, stands for no module."""
    faces = {name for name in sources if (found := module_file(name)) and found.name == "__init__.py"}
    return {name: imports(source) - {name} - faces for name, source in sources.items()}


def test_no_module_is_in_an_import_circle() -> None:
    found = graph(modules())
    assert sum(map(len, found.values())) > 500
    graphlib.TopologicalSorter(found).prepare()  # CycleError names the circle


def test_a_circle_is_seen() -> None:
    one, other = "overtake.alike", "overtake.draws"
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter(
            graph({one: f"def f():\n    from {other} import Draws", other: f"from {one} import exp"})
        ).prepare()
