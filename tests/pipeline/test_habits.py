"""DVC's habits do no harm and its trust is looked after: pull, checkpoints, settings that move, a damaged cache."""

import hashlib
import io
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from overtake.errors import OvertakeError
from overtake.pipeline import cache, guard
from overtake.pipeline.stages import stages
from tests.chromium import NOWHERE, started

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(built_copy):
    return built_copy()


def call(root, *command):
    """Run a command of the environment in `root`; fail with what it said."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("OVERTAKE_")}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env={**clean, "PATH": path})
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
    return done.stdout


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_pull_after_clone_brings_the_brief(project, tmp_path):
    """A remote that is a folder: what docs/sharing.md says."""
    call(project, "dvc", "remote", "add", "--default", "shared", str(tmp_path / "remote"))
    call(project, "git", "add", "--all")
    call(project, "git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "run")
    call(project, "dvc", "push", "--quiet")
    call(tmp_path, "git", "clone", "--quiet", str(project), "clone")
    assert not list((tmp_path / "clone/reports").rglob("*.html"))
    call(tmp_path / "clone", "dvc", "pull", "--quiet")
    for name in ("brief/brief.html", "brief/numbers.json", "pdf/brief.pdf", "explorer/explorer.html"):
        assert digest(tmp_path / "clone/reports" / name) == digest(project / "reports" / name)
    assert list((tmp_path / "clone/reports/brief/tables").glob("*.csv"))
    assert digest(tmp_path / "clone/data/processed/crossings.parquet") == digest(
        project / "data/processed/crossings.parquet"
    )


def test_an_experiment_changes_one_value_and_its_table_shows_what_differs(built_copy):
    """Bare, DVC's table has a column for every key of params.yaml and every dependency, and no setting for fewer."""
    root = built_copy()
    for setting in ("user.name", "user.email"):
        call(root, "git", "config", setting, "a")
    call(root, "git", "add", "--all")
    call(root, "git", "commit", "--quiet", "--message", "run")
    for years in (3, 4):
        call(root, "dvc", "exp", "run", "--quiet", "--set-param", f"crossing.sustain={years}", "validate")
        assert call(root, "git", "diff", "--numstat", "params.yaml") == "1\t1\tparams.yaml\n"
    columns = call(root, "dvc", "exp", "show", "--only-changed", "--csv").splitlines()[0].split(",")
    assert "crossing.sustain" in columns
    assert len(columns) <= 30, columns


def test_a_users_jupyter_leaves_the_status_clean(project):
    kept = project / "notebooks/.ipynb_checkpoints/brief-checkpoint.ipynb"
    kept.parent.mkdir()
    kept.write_text("{}", encoding="utf-8")
    assert "up to date" in call(project, "dvc", "status")


def test_what_a_stage_reads_may_not_move_while_it_runs(project):
    stage = stages(project)["balances"]
    params, text = project / "params.yaml", (project / "params.yaml").read_text(encoding="utf-8")
    before = guard.inputs(stage, project)
    guard.unchanged(before, guard.inputs(stage, project), "balances")
    params.write_text(text.replace("first_origin: 2017", "first_origin: 2016"), encoding="utf-8")
    guard.unchanged(before, guard.inputs(stage, project), "balances")  # not its own key
    params.write_text(text.replace("sustain: 2", "sustain: 3", 1), encoding="utf-8")
    with pytest.raises(OvertakeError, match=r"(?s)params\.yaml: crossing.*next: +dvc repro balances"):
        guard.inputs(stage, project)
    params.write_text(text.replace("seed: 20201015", "seed: 7", 1), encoding="utf-8")
    with pytest.raises(OvertakeError, match=r"params\.yaml: run"):
        guard.unchanged(before, guard.inputs(stage, project), "balances")
    params.write_text(text, encoding="utf-8")
    ledger = project / "data/raw/plans.csv"
    os.utime(ledger, ns=(time.time_ns(), time.time_ns()))
    with pytest.raises(OvertakeError, match=r"data/raw/plans\.csv"):
        guard.unchanged(before, guard.inputs(stage, project), "balances")


def test_one_stage_at_a_time(project):
    with guard.alone(project), pytest.raises(OvertakeError, match="another stage is at work"), guard.alone(project):
        pass
    with guard.alone(project):
        pass


def object_of(project, name):
    digest = dict(cache.recorded(project))[name]
    return cache.folder(project) / cache.OBJECTS / digest[:2] / digest[2:]


def test_objects_damaged_with_their_mode_kept_are_found_and_made_anew(project):
    """One cut, one zeroed at its size and time, as a power cut leaves them."""
    assert cache.damaged(project) == []
    whole = {}
    for name, spoil in (("rulers", lambda content: content[:-100]), ("spending", lambda content: bytes(len(content)))):
        table = project / f"data/processed/{name}.parquet"
        path = object_of(project, str(table.relative_to(project)))
        whole[table] = path, table.read_bytes()
        at = path.stat()
        path.chmod(0o644)
        path.write_bytes(spoil(path.read_bytes()))
        path.chmod(at.st_mode)
        os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
        table.unlink()
    assert set(cache.damaged(project)) == {path for path, _ in whole.values()}
    assert call(project, "overtake", "doctor", "--mend").count("was damaged and is removed") == len(whole)
    assert not any(path.exists() for path, _ in whole.values())
    call(project, "dvc", "repro")
    assert all(table.read_bytes() == content for table, (_, content) in whole.items())
    assert cache.damaged(project) == []


def test_an_output_zeroed_at_its_size_and_time_is_found(project):
    path = project / "data/processed/spending.parquet"
    whole, at = path.read_bytes(), path.stat()
    path.chmod(0o644)
    path.write_bytes(bytes(len(whole)))
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
    call(project, "overtake", "doctor", "--mend")
    call(project, "dvc", "repro")
    assert path.read_bytes() == whole


def test_an_entry_of_the_run_cache_that_does_not_parse_is_removed(project):
    entry = next(path for path in (cache.folder(project) / "runs").rglob("*") if path.is_file())
    entry.chmod(0o644)
    entry.write_text("cmd: [", encoding="utf-8")
    assert cache.damaged(project) == [entry]
    call(project, "overtake", "doctor", "--mend")
    assert not entry.exists()


#: What stands on a canvas that is no shade of grey, in pixels: lines of a plot, without axes and legends.
COLOURED = """canvas => {
    const {width, height} = canvas, seen = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    let count = 0;
    for (let at = 0; at < seen.length; at += 4)
        count += Math.max(...seen.slice(at, at + 3)) - Math.min(...seen.slice(at, at + 3)) > 60;
    return count;
}"""


@pytest.fixture(scope="module")
def page_of_plots(project):
    """Return the page that `dvc plots show` writes."""
    call(project, "dvc", "plots", "show")
    return project / "dvc_plots/index.html"


def test_the_page_of_plots_fetches_nothing(page_of_plots):
    page = page_of_plots.read_text(encoding="utf-8")
    assert len(re.findall("<script", page)) == 4 + 2  # the library, how it writes years; a plot each
    assert re.findall(r"<(?:script|link|iframe)[^>]+(?:src|href)=", page) == []
    shown = re.findall(r'<img src="([^"$]+)"', page)
    assert len(shown) == 2
    assert all((page_of_plots.parent / name).read_text(encoding="utf-8").startswith("<svg") for name in shown)


def test_the_page_of_plots_shows_drawings_without_a_network(page_of_plots):
    """In a browser that knows no other machine: lines on both canvases, pictures that can be read."""
    with started(NOWHERE) as browser:
        page = browser.new_page()
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(page_of_plots.as_uri())
        page.wait_for_function("document.querySelectorAll('canvas.marks').length == 2")
        lines = [canvas.evaluate(COLOURED) for canvas in page.query_selector_all("canvas.marks")]
        pictures = page.eval_on_selector_all("img", "all => all.map(each => [each.complete, each.width])")
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len(lines) == 2
    assert min(lines) > 300
    assert len(pictures) == 2
    assert all(complete and width > 300 for complete, width in pictures)


def test_a_stage_ends_with_its_parent(tmp_path):
    """The parent is killed alone; the child had asked to end with it."""
    child = "import time; from overtake import work; work.end_with_parent(); print('on', flush=True); time.sleep(600)"
    start = f"p = subprocess.Popen([sys.executable, '-c', {child!r}]); print(p.pid, flush=True); p.wait()"
    parent = f"import subprocess, sys; {start}"
    started = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    said = [started.stdout.readline().strip() for _ in range(2)]
    pid = next(int(line) for line in said if line.isdigit())
    started.kill()
    started.wait()
    for _ in range(3000):
        if not Path(f"/proc/{pid}/stat").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            break
        time.sleep(0.02)
    else:
        pytest.fail("the child lives on")
    started.stdout.close()


class _Terminal(io.StringIO):
    """A terminal that tells when the work on it is said to go on."""

    def __init__(self):
        super().__init__()
        self.went_on = threading.Event()

    def isatty(self):
        return True

    def write(self, text):
        if "at work for" in text:
            self.went_on.set()
        return super().write(text)


def test_progress_is_told_on_a_terminal_alone(monkeypatch, capsys):
    monkeypatch.setattr(guard, "EVERY", 0.01)
    before = threading.active_count()
    with guard.told("made"):
        assert threading.active_count() == before
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "made: started"
    assert lines[1].startswith("made: done in ")
    assert len(lines) == 2
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with guard.told("made"):
        assert terminal.went_on.wait(60)
    assert "made: at work for 0 s" in terminal.getvalue()
