"""The runner: validated parameters in, steady notebook out, a short error on failure, nothing good overwritten."""

import json
import os
import shutil
import signal
from argparse import Namespace

import pytest

from overtake.cli import main
from overtake.config.params import Params
from overtake.errors import OvertakeError
from overtake.paths import ROOT
from overtake.pipeline import run as pipeline
from overtake.pipeline.run import run_notebook, run_stage, steady_notebook, subset


def notebook(*sources):
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number:02d}",
            "metadata": {"tags": ["parameters"]} if number == 0 else {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def save(root, *sources):
    path = root / "notebooks" / "trial.ipynb"
    path.write_text(json.dumps(notebook(*sources)), encoding="utf-8")
    return path


def test_parameters_arrive_typed_and_two_runs_give_the_same_bytes(root):
    source = save(root, "run = {}", "print(type(run['seed']).__name__, run['seed'], hash('fixed'))\n{'a': object}")
    target = root / "out.ipynb"
    first = run_notebook(source, target, {"run": {"seed": 3}}, root).read_bytes()
    second = run_notebook(source, target, {"run": {"seed": 3}}, root).read_bytes()
    assert first == second
    assert b"int 3" in first
    for moving in (b"start_time", b"duration", b"papermill", str(root).encode()):
        assert moving not in first


def test_failing_cell_is_named_and_the_last_good_output_stays(root):
    target = root / "out.ipynb"
    run_notebook(save(root, "run = {}", "1 + 1"), target, {}, root)
    good = target.read_bytes()
    with pytest.raises(OvertakeError) as caught:
        run_notebook(
            save(root, "run = {}", "from overtake.edition import clean\nclean.fill(None, None)"), target, {}, root
        )
    message = str(caught.value)
    assert "notebooks/trial.ipynb, cell In [2]" in message
    assert "overtake/edition/clean.py" in message
    assert "data/processed/failed/out.ipynb" in message
    assert len(message.splitlines()) <= 5
    assert "\x1b" not in message
    assert target.read_bytes() == good
    assert (root / "data/processed/failed/out.ipynb").is_file()


def test_a_request_to_end_is_no_fault_of_the_cell(root, monkeypatch, capsys):
    """SIGTERM while a cell runs ends the command with its own code and one line; a cell's own exit is its fault."""
    source = save(root, "run = {}", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nsum(range(10**8))")
    parser = Namespace(
        parse_args=lambda _: Namespace(func=lambda _: run_notebook(source, root / "out.ipynb", {}, root))
    )
    monkeypatch.setattr(main, "parser", lambda: parser)
    with pytest.raises(SystemExit, match="143"):
        main.main([])
    assert capsys.readouterr().err.splitlines()[-1].startswith("overtake: asked to end (SIGTERM)")
    assert not (root / "out.ipynb").exists()
    with pytest.raises(OvertakeError, match=r"cell In \[2\]: SystemExit"):
        run_notebook(save(root, "run = {}", "raise SystemExit(3)"), root / "out.ipynb", {}, root)


def test_our_own_error_keeps_its_words(root):
    source = save(
        root,
        "run = {}",
        "from overtake.errors import OvertakeError\nraise OvertakeError('milex.csv, row 3', 'negative', found=-1)",
    )
    with pytest.raises(OvertakeError, match=r"milex\.csv, row 3: negative"):
        run_notebook(source, root / "out.ipynb", {}, root)


def test_a_cell_that_never_ends_is_stopped_with_the_next_command(root, monkeypatch):
    monkeypatch.setattr(pipeline, "CELL_TIMEOUT", 1)
    with pytest.raises(OvertakeError) as caught:
        run_notebook(save(root, "run = {}", "while True: pass"), root / "out.ipynb", {}, root)
    message = str(caught.value)
    assert "notebooks/trial.ipynb: no answer in time" in message
    assert "allowed: 1 s a cell" in message
    assert "rerun `dvc repro`" in message
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    assert not (root / "out.ipynb").exists()


def test_a_cell_that_cannot_be_parsed_is_named_and_prints_nothing(root, capsys):
    with pytest.raises(OvertakeError, match=r"cell In \[2\]: SyntaxError"):
        run_notebook(save(root, "run = {}", "1 +"), root / "out.ipynb", {}, root)
    assert "Traceback" not in "".join(capsys.readouterr())


def test_the_users_own_ipython_folder_is_put_back(root, monkeypatch):
    for value in ("/some/where", None):
        if value is None:
            monkeypatch.delenv("IPYTHONDIR")
        else:
            monkeypatch.setenv("IPYTHONDIR", value)
        run_notebook(save(root, "run = {}"), root / "out.ipynb", {}, root)
        assert os.environ.get("IPYTHONDIR") == value


def test_unknown_stage_and_missing_notebook_are_refused(root):
    shutil.copy(ROOT / "dvc.yaml", root)
    with pytest.raises(OvertakeError, match="no such stage"):
        run_stage("everything", root)
    with pytest.raises(OvertakeError, match="is missing"):
        run_notebook(root / "notebooks" / "nothing.ipynb", root / "out.ipynb", {}, root)


def test_subset_holds_only_the_keys_asked_for():
    chosen = subset(Params(), ("run.seed", "data"))
    assert set(chosen) == {"run", "data"}
    assert set(chosen["run"]) == {"seed"}
    assert chosen["data"]["edition"] == Params().data.edition


def test_a_warning_of_a_library_names_no_folder_of_the_machine(root):
    warn = "import warnings, numpy, overtake.paths\n"
    warn += "for module in (numpy, overtake.paths, warnings):\n"
    warn += "    print(warnings.formatwarning('beware', UserWarning, module.__file__, 7, ''), end='')"
    source = save(root, "run = {}", warn, "print('a')\nprint('b')")
    made = json.loads(run_notebook(source, root / "out.ipynb", {}, root).read_text(encoding="utf-8"))
    told, said = made["cells"][-2]["outputs"][0]["text"], made["cells"][-1]["outputs"][0]["text"]
    places = ["numpy/__init__.py:7: UserWarning: beware", "overtake/paths.py:7: UserWarning: beware",
              "warnings.py:7: UserWarning: beware"]  # fmt: skip
    assert [line.strip() for line in told] == places
    assert said == ["a\n", "b\n"]


def test_steady_notebook_drops_times_and_random_ids():
    raw = notebook("a = 1")
    raw["cells"][0]["id"] = "f00ba4"
    raw["cells"][0]["metadata"]["papermill"] = {"start_time": "now"}
    raw["metadata"]["papermill"] = {"duration": 1.0}
    steady = json.dumps(steady_notebook(raw))
    assert "f00ba4" not in steady
    assert "papermill" not in steady
