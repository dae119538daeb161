"""Notebooks are documents: they run when opened, from any folder, teach, and write nothing by hand."""

import ast
import json
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner
from papermill.cli import papermill

from overtake import paths
from overtake.config.params import APART
from overtake.pipeline.stages import stages

CHAPTERS = sorted(path.name for path in paths.NOTEBOOKS.glob("0*.ipynb"))
STAGE_OF = {notebook: name for name, stage in stages().items() for notebook in stage.notebooks}
#: What every chapter has, in this order.
SECTIONS = ("What goes in", "What is assumed, and where to change it", "Do", "Read the result",
            "What would make this wrong", "What goes out")  # fmt: skip


def cells(name, kind):
    content = json.loads((paths.NOTEBOOKS / name).read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == kind]


def test_there_are_seven_chapters():
    assert [name[:2] for name in CHAPTERS] == ["01", "02", "03", "04", "05", "06", "07"]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_its_length_and_its_sections(name):
    prose = "\n".join(cells(name, "markdown"))
    assert 600 <= len(prose.split()) <= 1200
    headings = re.findall(r"^## (.*)$", prose, re.MULTILINE)
    at = [next(i for i, text in enumerate(headings) if text.startswith(section)) for section in SECTIONS]
    assert at[:1] == [0]
    assert at.index(max(at)) == len(at) - 1
    assert "**The question.**" in prose
    for key in re.findall(r"`((?:data|run|futures|rulers|crossing|balances|skill|sensitivity)\.[a-z_.*]+)`", prose):
        assert key.rsplit(".", 1)[1] in (paths.ROOT / "params.schema.json").read_text(encoding="utf-8"), key


@pytest.mark.parametrize("name", sorted(STAGE_OF))
def test_no_notebook_defines_a_function_or_keeps_an_output(name):
    content = json.loads((paths.NOTEBOOKS / name).read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            tree = ast.parse("".join(cell["source"]))
            assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
                        if not isinstance(node, ast.Lambda)]  # fmt: skip


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_parameter_is_typed_explained_and_as_in_params_yaml_by_default(name):
    tree, source = ast.parse(cells(name, "code")[0]), cells(name, "code")[0].splitlines()
    assert len(tree.body) == len(source)
    for node, line in zip(tree.body, source, strict=True):
        assert isinstance(node, ast.AnnAssign)
        assert "  # " in line
        assert node.target.id in ("economy",) or ast.literal_eval(node.value) is None
    sections = {key.split(".")[0] for key in stages()[STAGE_OF[name]].params}
    if STAGE_OF[name] == "brief":  # a stage that sees all; what moves or crosses parameters reads these
        sections = {"data", "run", "futures", "rulers", "scenario", "crossing", "balances", "sensitivity"}
    assert sections - {*APART} <= {node.target.id for node in tree.body}


@pytest.mark.slow
class TestRun:
    """On the built project, each chapter in a kernel as Jupyter runs it."""

    @pytest.fixture(scope="class")
    @classmethod
    def project(cls, built_copy):
        return built_copy()

    @pytest.mark.parametrize("name", CHAPTERS)
    def test_run_all_gives_pictures_and_tables_and_writes_nothing(self, project, name):
        import nbformat
        from nbclient import NotebookClient

        folder = project if int(name[:2]) % 2 else project / "notebooks"
        before = state(project)
        notebook = nbformat.read(project / "notebooks" / name, as_version=4)
        NotebookClient(notebook, kernel_name="python3", timeout=600).execute(cwd=str(folder))
        assert state(project) == before
        kinds = [kind for cell in notebook.cells for out in cell.get("outputs", ()) for kind in out.get("data", {})]
        assert kinds.count("image/svg+xml") >= 1
        assert kinds.count("text/html") >= 4
        assert kinds.count("text/markdown") >= 4

    @pytest.mark.parametrize("name", CHAPTERS)
    def test_the_pipeline_stored_what_a_kernel_gives(self, project, name):
        content = json.loads((project / "data/processed/notebooks" / name).read_text(encoding="utf-8"))
        kinds = [kind for cell in content["cells"] for out in cell.get("outputs", ()) for kind in out.get("data", {})]
        assert kinds.count("image/svg+xml") >= 1
        assert kinds.count("text/html") >= 4

    @pytest.mark.parametrize(
        ("options", "draws"),
        [(["-p", "draws", "150"], 150), (["-y", "{run: {draws: 120}}"], 120), (["-f", "params.yaml"], 300)],
    )
    def test_papermill_takes_a_scalar_a_section_and_the_file(self, project, tmp_path, monkeypatch, options, draws):
        out = tmp_path / "out.ipynb"
        monkeypatch.chdir(project)
        command = ["notebooks/03_futures.ipynb", str(out), "--no-progress-bar", "-k", "python3"]
        run = CliRunner().invoke(papermill, [*command, *options])
        assert run.exit_code == 0, run.output[-1500:]
        assert f"{draws} futures of" in out.read_text(encoding="utf-8")

    def test_papermill_explains_every_parameter(self, project):
        for name in CHAPTERS:
            said = CliRunner().invoke(papermill, ["--help-notebook", str(project / "notebooks" / name)]).output
            for line in cells(name, "code")[0].splitlines():
                assert line.split(":")[0] in said
                assert line.split("  # ")[1].split()[0] in said

    def test_a_dictionary_given_as_text_is_refused_with_the_way_to_give_it(self, project, tmp_path):
        command = [sys.executable, "-m", "papermill", "notebooks/01_clean.ipynb", str(tmp_path / "out.ipynb")]
        run = subprocess.run(
            [*command, "-p", "data", "{edition: 2020-04}"], cwd=project, capture_output=True, text=True
        )
        assert run.returncode != 0
        assert "papermill -y" in run.stderr


def state(project):
    """Return every file under data/processed and reports with its time of change and size."""
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_size)
        for folder in ("data/processed", "reports")
        for path in sorted((project / folder).rglob("*"))
        if path.is_file()
    }
