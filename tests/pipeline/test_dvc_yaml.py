"""dvc.yaml says what the stages really read: no missed module, no missed parameter, no idle dependency."""

import ast
import json
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from overtake import paths
from overtake.config.params import APART, Params
from overtake.pipeline.stages import stages
from overtake.publish.manifest import manifest

DVC = YAML(typ="safe", pure=True).load((paths.ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
NOTEBOOKS = {name: stage for name, stage in stages().items() if stage.notebooks}


def module_file(name: str) -> Path | None:
    stem = paths.ROOT.joinpath(*name.split("."))
    for candidate in (stem.with_suffix(".py"), stem / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def imports(source: str) -> set[str]:
    """Return every overtake module that `source` imports, at the top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "overtake" and module_file(name)}


@cache
def closure(names: frozenset[str]) -> frozenset[Path]:
    """Return the files of `names` and of all they import, packages' __init__ included."""
    files: set[Path] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        file = module_file(name)
        if file is None or file in files:
            continue
        files.add(file)
        waiting += imports(file.read_text(encoding="utf-8"))
        waiting += [".".join(name.split(".")[:length]) for length in range(1, name.count(".") + 1)]
    return frozenset(files)


def stage_files(stage: str) -> frozenset[Path]:
    """Return the package's files behind a stage: the notebook's imports, or the validate command's."""
    if stage == "validate":
        return closure(frozenset({"overtake.cli.validate"}))
    if stage == "economies":
        rooms = ("publish.economies", "cli.pipeline")
        return closure(frozenset(f"overtake.{room}" for room in rooms)) | notebook_files("economy.ipynb")
    beside = frozenset({"overtake.cli.pipeline"}) if stage == "brief" else frozenset()
    return closure(beside).union(*map(notebook_files, NOTEBOOKS[stage].notebooks))


def notebook_files(name: str) -> frozenset[Path]:
    """Return the package's files behind a notebook."""
    source = paths.NOTEBOOKS / name
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return closure(frozenset(imports(code) | {"overtake.pipeline.run"}))


def code_deps(stage: str) -> list[Path]:
    return [paths.ROOT / dep for dep in DVC[stage]["deps"] if dep.startswith("overtake")]


def covered(file: Path, deps: list[Path]) -> bool:
    return any(file == dep or dep in file.parents for dep in deps)


@pytest.mark.parametrize("stage", DVC)
def test_every_module_behind_a_stage_is_a_dependency(stage):
    missed = {str(file.relative_to(paths.ROOT)) for file in stage_files(stage) if not covered(file, code_deps(stage))}
    assert not missed - {"overtake/__init__.py"}


@pytest.mark.parametrize("stage", DVC)
def test_no_dependency_is_idle(stage):
    files = stage_files(stage)
    idle = [dep for dep in code_deps(stage) if not any(covered(file, [dep]) for file in files)]
    assert not idle
    assert not [
        dep
        for dep in DVC[stage]["deps"]
        if not (paths.ROOT / dep).exists() and not dep.startswith(("data/processed", "reports"))
    ]


def test_a_stage_is_read_from_dvc_yaml():
    found = stages()["balances"]
    assert found.notebooks == ("04_balances.ipynb",)
    sections = ("data", "run", "futures", "rulers", "scenario", "crossing", "balances", "scenarios")
    assert found.params == (*sections, "plans")
    assert stages()["skill"].params == ("run.seed", "futures", "balances", "skill")
    assert stages()["brief"].params == (*Params.model_fields, *APART)
    chapters = ("06_sensitivity.ipynb", "07_multiverse.ipynb")
    assert stages()["brief"].notebooks == (*chapters, "brief.ipynb", "annex.ipynb")
    assert "data/processed/crossings.parquet" in found.outs
    assert "reports/brief" in stages()["brief"].outs
    assert [name for name, stage in stages().items() if not stage.notebooks] == [
        "validate",
        "economies",
    ]


@pytest.mark.parametrize("stage", NOTEBOOKS)
def test_a_notebook_stage_calls_itself_by_its_name(stage):
    assert DVC[stage]["cmd"] == f"python -m overtake run {stage}"
    named = {f"notebooks/{notebook}" for notebook in NOTEBOOKS[stage].notebooks}
    assert named <= set(DVC[stage]["deps"]) or "notebooks" in DVC[stage]["deps"]


def test_dvc_writes_the_file_as_it_is(tmp_path):
    """What `dvc freeze` does to it then is one line."""
    from dvc.utils.serialize import modify_yaml

    path = paths.ROOT / "dvc.yaml"
    copy = tmp_path / "dvc.yaml"
    text = path.read_text(encoding="utf-8")
    copy.write_text(text, encoding="utf-8")
    with modify_yaml(str(copy)) as content:
        content["stages"]["skill"]["frozen"] = True
    changed = copy.read_text(encoding="utf-8").splitlines()
    before = text.splitlines()
    assert [line for line in changed if line not in before] == ["    frozen: true"]
    assert len(changed) == len(before) + 1


def test_the_lock_knows_no_stage_that_is_gone():
    locked = YAML(typ="safe", pure=True).load((paths.ROOT / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    assert set(locked) == set(DVC)  # DVC keeps the others, and reads and writes them at every stage


@pytest.mark.parametrize("stage", NOTEBOOKS)
def test_tables_a_notebook_reads_are_dependencies(stage):
    """Every data/processed table and data/raw file that the notebook names must be a dependency of its stage."""
    source = "".join((paths.NOTEBOOKS / name).read_text(encoding="utf-8") for name in NOTEBOOKS[stage].notebooks)
    for other in stages().values():
        for out in other.outs:
            if other.name != stage and out.endswith(".parquet") and Path(out).name in source:
                assert out in DVC[stage]["deps"], out
    for raw in (paths.RAW).glob("*.*"):
        if raw.name in source:
            assert f"data/raw/{raw.name}" in DVC[stage]["deps"], raw.name


def test_whatever_the_manifest_of_the_brief_tells_makes_the_brief_anew():
    told = manifest(paths.ROOT, Params().model_dump(mode="json"))
    deps = [paths.ROOT / dep for dep in DVC["brief"]["deps"]]
    files = [*told["code"], *(f"data/raw/{name}" for name in told["figures"])]
    assert [name for name in files if not covered(paths.ROOT / name, deps)] == []
    assert {name.split(".")[0] for name in told["parameters"]} | {*APART} == set(stages()["brief"].params)
    assert {"overtake/cli/main.py", "overtake/publish/templates/overtake_brief/brief.css"} <= set(files)


def test_stages_read_only_what_lies_left_of_them():
    order = list(DVC)
    made: dict[str, str] = {}
    for stage in order:
        for out in [*DVC[stage].get("outs", ()), *DVC[stage].get("metrics", ())]:
            made[next(iter(out)) if isinstance(out, dict) else out] = stage
    for stage in order:
        for dep in DVC[stage]["deps"]:
            if dep in made:
                assert order.index(made[dep]) < order.index(stage), f"{stage} reads {dep} of {made[dep]}"
