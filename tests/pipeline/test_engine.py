"""The engine gives what a kernel gives: the same outputs, in the same order, cell by cell."""

import json

import nbformat
import pytest
from nbclient import NotebookClient

from overtake.pipeline.run import run_notebook
from tests.pipeline.test_runner import notebook

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>'
CELLS = (
    "run = {}",
    "import pandas as pd\nframe = pd.DataFrame({'a': [1.5, 2.0]})\nframe",
    "print('one')\nprint('two')\nimport sys\nprint('three', file=sys.stderr)\ndisplay(frame)\nprint('four')",
    f"from IPython.display import SVG, HTML\ndisplay(SVG('''{SVG}'''))\nHTML('<p>text</p>')",
    "class Both:\n    def _repr_mimebundle_(self, **_):\n"
    "        return {'text/html': '<b>b</b>', 'text/markdown': '**b**'}\n\n"
    "Both()",
    "from matplotlib_inline.backend_inline import set_matplotlib_formats\nset_matplotlib_formats('svg')\n"
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(figsize=(1, 1))\nax.plot([1, 2])\n1",
    "plt.plot([1, 2]);",
    "_, In[1][:3]",
    "'quiet';",
    "handle = display('before', display_id='it')",
    "handle.update('after')",
    "print('gone')\nfrom IPython.display import clear_output\nclear_output()\nprint('left')",
    "!echo shell",
    "%%capture caught\nprint('caught')",
    "caught.stdout",
    "None",
    "fig",
)  # fmt: skip


def shape(cell):
    """Return a cell's execution count and its outputs: type, stream, forms and the text of those that are the same."""
    if cell["cell_type"] != "code":
        return None
    outputs = [
        (o["output_type"], o.get("name"), o.get("execution_count"), o.get("text"), sorted(o.get("data", {})),
         {kind: text for kind, text in o.get("data", {}).items() if kind in ("text/html", "text/markdown")},
         o.get("ename"), o.get("evalue"))
        for o in cell["outputs"]
    ]  # fmt: skip
    return cell["execution_count"], outputs


@pytest.fixture(scope="module")
def by_kernel(tmp_path_factory):
    """Return the shapes of the cells as nbclient's kernel gives them."""
    node = nbformat.reads(json.dumps(notebook(*CELLS)), as_version=4)
    NotebookClient(node, kernel_name="python3", timeout=120).execute(cwd=str(tmp_path_factory.mktemp("kernel")))
    return [shape(cell) for cell in node.cells]


def test_every_cell_has_the_outputs_of_a_kernel(by_kernel, tmp_path):
    (tmp_path / "notebooks").mkdir()
    source = tmp_path / "notebooks" / "trial.ipynb"
    source.write_text(json.dumps(notebook(*CELLS)), encoding="utf-8")
    done = json.loads(run_notebook(source, tmp_path / "out.ipynb", {}, tmp_path).read_text(encoding="utf-8"))
    ours = [shape(cell) for cell in nbformat.reads(json.dumps(done), as_version=4).cells]
    for number, (cell, expected) in enumerate(zip(ours, by_kernel, strict=True)):
        assert cell == expected, CELLS[number]
    kinds = [kind for _, outputs in ours for output in outputs for kind in output[4]]
    assert kinds.count("text/html") >= 3
    assert kinds.count("image/svg+xml") >= 4
    assert {output[0] for _, outputs in ours for output in outputs} == {"stream", "display_data", "execute_result"}


def test_a_question_to_the_reader_is_refused_as_a_kernel_refuses_it(tmp_path):
    (tmp_path / "notebooks").mkdir()
    source = tmp_path / "notebooks" / "trial.ipynb"
    source.write_text(json.dumps(notebook("run = {}", "input('name? ')")), encoding="utf-8")
    with pytest.raises(Exception, match="does not support input requests"):
        run_notebook(source, tmp_path / "out.ipynb", {}, tmp_path)


def test_the_engine_is_one_of_papermills_own():
    from importlib.metadata import entry_points

    (point,) = entry_points(group="papermill.engine", name="overtake")
    # What stands there is imported while papermill still is; the engine itself comes when a notebook runs.
    assert point.value == "overtake.pipeline.entry:InProcessEngine"
