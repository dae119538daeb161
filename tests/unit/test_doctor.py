"""The doctor: what is wrong or stale is said with its reason, mending clears only what a killed run left."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from overtake import draws, paths
from overtake.cli import doctor
from overtake.cli.doctor import NOTE, OK, STALE, WRONG, Finding
from overtake.cli.main import main
from overtake.errors import OvertakeError
from overtake.sources import commit, package


class KilledError(BaseException):
    """What a kill looks like to the code that it ends."""


@pytest.fixture
def root(tmp_path):
    """Return a project with figures and parameters, without outputs."""
    shutil.copytree(paths.RAW, tmp_path / "data" / "raw")
    for name in ("params.yaml", "params.schema.json", "requirements.txt"):
        shutil.copyfile(paths.ROOT / name, tmp_path / name)
    return tmp_path


def states(findings):
    return [finding.state for finding in findings]


def test_pins_are_read_with_their_markers():
    text = (
        "# comment\nalpha==1.0 \\\n    --hash=sha256:00\nbeta[extra]==2.1 ; python_full_version >= '3.11' \\\n"
        "gamma==3 ; sys_platform == 'win32' and platform_machine == 'none' \\\n"
    )
    assert doctor.pins(text) == [("alpha", "1.0"), ("beta", "2.1")]


def test_the_environment_is_that_of_the_pins(root, monkeypatch):
    found = {finding.area: finding for finding in doctor.environment(root)}
    assert found["packages"].state == OK
    assert int(found["packages"].what.split()[0]) > 100
    (root / "requirements.txt").write_text("numpy==0.1 \\\nnosuch-package==1 \\\n", encoding="utf-8")
    monkeypatch.setattr(doctor.ctypes.util, "find_library", lambda name: None)
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 1))
    found = {finding.area: finding for finding in doctor.environment(root)}
    assert found["packages"].state == found["library"].state == found["python"].state == WRONG
    assert "(pinned 0.1), nosuch-package missing (pinned 1)" in found["packages"].what
    assert "apt-get install" in found["library"].next_step


def test_sound_figures_and_parameters(root):
    assert states([*doctor.figures(root), *doctor.parameters(root)]) == [OK, OK, OK]


def test_a_changed_figure_a_bad_parameter_and_an_old_schema(root):
    with (root / "data/raw/economies.csv").open("a") as file:
        file.write("\n")
    (root / "params.yaml").write_text("brief: {headline_balance: elven}\n", encoding="utf-8")
    (root / "params.schema.json").write_text("{}", encoding="utf-8")
    found = {finding.area: finding for finding in doctor.examine(root)}
    assert found["figures"].state == WRONG
    assert "did you mean `eleven`" in found["parameters"].what
    assert found["schema"].state == STALE
    assert found["schema"].next_step == "overtake schema"
    assert doctor.code(list(found.values())) == 2


def test_exit_codes():
    assert doctor.code([Finding("a", OK, ""), Finding("b", NOTE, "")]) == 0
    assert doctor.code([Finding("a", OK, ""), Finding("b", STALE, "")]) == 1
    assert doctor.code([Finding("a", WRONG, ""), Finding("b", STALE, "")]) == 2


def test_the_report_says_a_next_step_once_and_what_to_begin_with():
    findings = [Finding("a", OK, "x"), Finding("b", STALE, "x", "dvc repro"), Finding("c", STALE, "x", "dvc repro")]
    assert doctor.report(findings).split("\n") == [
        "ok     a: x", "stale  b: x", "stale  c: x", "         next: dvc repro", "2 stale; begin with: dvc repro",
    ]  # fmt: skip
    wrong = doctor.report([*findings, Finding("d", WRONG, "x", "edit params.yaml")])
    assert wrong.endswith("1 wrong and 2 stale; begin with: edit params.yaml")
    assert doctor.report(findings[:1]).endswith("\nall is well")


def test_a_change_that_moved_nothing_does_not_make_the_brief_stale(root, monkeypatch):
    def one(finding):
        return lambda _: iter([finding])

    stale = Finding("brief", STALE, "made from other inputs: x changed", "dvc repro")
    for name in ("environment", "leftovers", "figures", "parameters", "sameness"):
        monkeypatch.setattr(doctor, name, lambda _: iter(()))
    monkeypatch.setattr(doctor, "outputs", one(stale))
    monkeypatch.setattr(doctor, "lock", one(doctor.SETTLED))
    assert doctor.code(list(doctor.examine(root))) == 0
    monkeypatch.setattr(doctor, "lock", one(Finding("stage brief", STALE, "x", "dvc repro")))
    assert list(doctor.examine(root))[-1] == stale


def test_the_last_run_is_compared_with_what_is_here(root):
    assert [finding.what for finding in doctor.outputs(root)] == ["not built yet"]
    (root / "reports/brief").mkdir(parents=True)
    path = root / "reports/brief/manifest.json"
    path.write_text("{", encoding="utf-8")
    assert states(doctor.outputs(root)) == [WRONG]
    from overtake.publish.manifest import manifest, whole_settings

    before = json.loads(json.dumps(manifest(root, whole_settings(root))))
    path.write_text(json.dumps(before), encoding="utf-8")
    assert states(doctor.outputs(root)) == [OK]
    before["parameters"]["run.draws"] = 77
    before["figures"]["milex.csv"] = "0" * 64
    before["figures"]["gone.csv"] = "0" * 64
    before["code"].pop("overtake/cli/main.py")
    path.write_text(json.dumps(before), encoding="utf-8")
    (finding,) = doctor.outputs(root)
    assert finding.state == STALE
    for told in ("run.draws 77 -> 10000", "milex.csv changed", "gone.csv is gone", "overtake/cli/main.py is new"):
        assert told in finding.what


def test_a_missing_table_is_told_with_one_next_step(root):
    (root / "data/raw/plans.csv").unlink()
    finding = next(each for each in doctor.examine(root) if each.area == "figures")
    assert finding.state == WRONG
    assert "plans.csv: is missing" in finding.what
    assert str(finding).count("next:") == 1
    assert finding.next_step == "git checkout -- data/raw"


def test_a_full_disk_is_wrong(root, monkeypatch):
    usage = shutil.disk_usage(root)._replace(free=12_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = {finding.area: finding for finding in doctor.environment(root)}
    assert found["disk"].state == WRONG
    assert found["disk"].what == "12 MB free"


def test_a_fresh_clone_is_told_in_one_line(root):
    (finding,) = doctor.lock(root)
    assert (finding.what, finding.next_step) == ("none has run here yet", "make brief")


def test_stale_stages_are_named_with_the_reason(root, monkeypatch):
    deps = {"params.yaml": {"run.draws": "modified"}, "overtake/futures": "modified"}
    outs = {"data/processed/futures.parquet": "deleted", "data/processed/a.parquet": "not in cache"}
    status = {"futures": [{"changed deps": deps}, {"changed outs": outs}, "changed command"]}
    (root / "data/processed").mkdir()
    (root / "data/processed/figures.json").write_text("{}", encoding="utf-8")

    def answer(stdout, stderr=""):
        done = subprocess.CompletedProcess([], 0, stdout, stderr)
        monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: done)
        return list(doctor.lock(root))

    (finding,) = answer(json.dumps(status))
    assert finding.area == "stage futures"
    assert "changed: params.yaml run.draws, overtake/futures; output missing: data/processed/futures" in finding.what
    assert finding.what.endswith("data/processed/a.parquet")
    assert "changed command" in finding.what
    assert states(answer("{}")) == [OK]
    assert states(answer("", "ERROR: no repository")) == [WRONG]


@pytest.mark.parametrize(
    "text", ["", "{", "schema: '2.0'\nstages: [", "\x00\x01", "schema: '2.0'\nstages:\n  clean:\n    c", "stages: 3"]
)
def test_a_damaged_lock_stands_aside(root, text):
    (root / "dvc.lock").write_text(text, encoding="utf-8")
    assert states(doctor.lock(root)) == [WRONG]
    assert any("dvc.lock.damaged" in line for line in doctor.mend(root))
    assert (root / "dvc.lock.damaged").read_text(encoding="utf-8") == text
    assert not (root / "dvc.lock").exists()
    assert doctor.mend(root) == []


def test_a_sound_lock_stays(root):
    shutil.copyfile(paths.ROOT / "dvc.lock", root / "dvc.lock")
    assert doctor.mend(root) == []
    assert (root / "dvc.lock").is_file()
    (root / "dvc.lock").unlink()
    assert not doctor.is_damaged(root / "dvc.lock")


def litter(root):
    """Return what a killed run leaves half written."""
    (root / "data/processed").mkdir()
    (root / "reports/.brief.new" / "tables").mkdir(parents=True)
    link = "data/processed/.qWFsmMVhn0KfgPWxkmivAg.tmp"  # as DVC names it
    for name in ("data/processed/futures.parquet.partial", link, "reports/.brief.new/tables/a.csv"):
        (root / name).write_text("half", encoding="utf-8")
    return root / "data/processed/futures.parquet.partial"


def test_half_written_files_are_cleared(root):
    partial = litter(root)
    (finding,) = doctor.leftovers(root)
    assert finding.state == STALE
    assert "futures.parquet.partial" in finding.what
    assert len(doctor.mend(root)) == 3
    assert not partial.exists()
    assert not list((root / "data/processed").glob(".*.tmp"))
    assert not (root / "reports/.brief.new").exists()
    assert list(doctor.leftovers(root)) == []


@pytest.mark.parametrize("mode", ["read", "write"])
def test_nothing_of_a_run_that_is_at_work_is_touched(root, mode):
    partial = litter(root)
    (root / "dvc.lock").write_text("{", encoding="utf-8")
    (root / ".dvc/tmp").mkdir(parents=True)
    info = {"pid": os.getpid(), "cmd": "dvc repro"}
    locks = {"read": {}, "write": {}} | {mode: {"x": [info] if mode == "read" else info}}
    (root / ".dvc/tmp/rwlock").write_text(json.dumps(locks), encoding="utf-8")
    assert doctor.mend(root) == []
    assert partial.exists()
    assert (root / "dvc.lock").exists()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (root / ".dvc/tmp/rwlock").write_text(json.dumps(locks).replace(str(os.getpid()), str(gone.pid)), encoding="utf-8")
    assert len(doctor.mend(root)) == 4


@pytest.mark.parametrize(
    "text",
    ['{"read": {', "[]", "null", "7", '{"read": []}', '{"write": {"x": 3}}', '{"read": {"x": {"pid": "me"}}}',
     '{"write": {"x": [{"pid": 1e99}]}}', '{"read": {"x": 1}, "write": {"x": {"pid": 99999999999999}}}'],
)  # fmt: skip
def test_a_damaged_list_of_processes_is_removed(root, text):
    (root / ".dvc/tmp").mkdir(parents=True)
    (root / ".dvc/tmp/rwlock").write_text(text, encoding="utf-8")
    assert len(doctor.mend(root)) == 1
    assert not (root / ".dvc/tmp/rwlock").exists()


def test_an_ingest_killed_before_or_after_its_moment(root, monkeypatch):
    """Before the rename nothing has happened, after it the next command carries all of it through, seals included."""
    raw = root / "data" / "raw"
    before = {path.name: path.read_bytes() for path in raw.iterdir()}
    text = before["economies.csv"].decode().replace("Japan", "Nippon")

    def kill(*_):
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(commit.package, "sealed", kill)
        with pytest.raises(KilledError):
            commit.write(raw, {"economies.csv": text})
    assert doctor.mend(root) == []
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == before
    with monkeypatch.context() as patch:
        calls: list[int] = []
        patch.setattr(commit, "finish", lambda _: kill() if calls else calls.append(1))
        with pytest.raises(KilledError):
            commit.write(raw, {"economies.csv": text})
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == before
    assert doctor.mend(root) == ["an ingest that was killed is carried through"]
    assert (raw / "economies.csv").read_text(encoding="utf-8") == text
    sealed = package.resource(package.load(raw), "economies.csv")["hash"]
    assert sealed == f"sha256:{package.sha256(raw / 'economies.csv')}"
    assert not list((root / "data").glob(".raw*"))


def test_the_command_prints_each_finding(root, monkeypatch, capsys):
    from overtake.cli import main as cli

    monkeypatch.setattr(paths, "ROOT", root)
    litter(root)
    assert cli.main(["doctor"]) in (1, 2)
    assert "next: overtake doctor --mend" in capsys.readouterr().out
    assert cli.main(["doctor", "--mend"]) == 0
    assert "mended: half-written" in capsys.readouterr().out


def pages(folder, text, files=("a.html", "tables/b.csv", "z.json")):
    """Write a report of which every file holds `text` to `folder`."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")


def texts(out):
    """Return what stands in the published files."""
    return {path.read_text(encoding="utf-8") for path in out.rglob("*") if path.is_file()}


@pytest.fixture
def out(root):
    """Return reports/brief with an old report."""
    pages(root / "reports/brief", "old", ("a.html", "tables/gone.csv", "z.json"))
    return root / "reports/brief"


@pytest.mark.parametrize("error", [OSError, KilledError])
def test_a_report_that_fails_while_it_is_written_leaves_the_old_one(root, out, error):
    with pytest.raises(error), draws.folder_of(out):
        raise error
    assert texts(out) == {"old"}
    assert [path.name for path in out.parent.iterdir()] == ["brief"]


@pytest.mark.parametrize("killed_at", [1, 2])
def test_a_kill_at_either_rename_is_taken_back_or_is_done(root, out, monkeypatch, killed_at):
    """Killed before the first rename the old report stands; between the two it stands aside and is put back."""
    from pathlib import Path

    real, count = Path.rename, []

    def killed(self, target):
        count.append(target)
        if len(count) == killed_at:
            raise KilledError
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        with pytest.raises(KilledError), draws.folder_of(out) as fresh:
            pages(fresh, "new")
    assert any("taken back" in line for line in doctor.mend(root)) == (killed_at == 2)
    assert texts(out) == {"old"}
    with draws.folder_of(out) as fresh:
        pages(fresh, "new")
    assert texts(out) == {"new"}
    assert not (out / "tables/gone.csv").exists()
    assert [path.name for path in out.parent.iterdir()] == ["brief"]


def test_a_rename_that_fails_puts_the_old_report_back(root, out, monkeypatch):
    from pathlib import Path

    real = Path.rename

    def fails(self, target):
        if self.name == ".brief.new":
            raise PermissionError
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(PermissionError), draws.folder_of(out) as fresh:
        pages(fresh, "new")
    assert texts(out) == {"old"}


def test_a_report_put_aside_by_a_kill_goes_where_a_newer_one_is_there(root, out):
    pages(out.with_name(".brief.old"), "older")
    doctor.mend(root)
    assert texts(out) == {"old"}
    assert [path.name for path in out.parent.iterdir()] == ["brief"]


def test_a_first_report_needs_no_folder(root):
    with draws.folder_of(root / "reports/pdf") as fresh:
        pages(fresh, "new")
    assert texts(root / "reports/pdf") == {"new"}


def test_what_cannot_be_removed_is_told(root, monkeypatch):
    litter(root)

    def fail(path, ignore_errors=False):
        if ignore_errors:
            return
        raise PermissionError(1, "Operation not permitted", f"{path}/a.csv")

    monkeypatch.setattr(shutil, "rmtree", fail)
    with pytest.raises(OvertakeError, match=r"\.brief\.new: cannot be removed"):
        doctor.mend(root)


def test_the_findings_as_json(monkeypatch, capsys):
    found = [doctor.Finding("disk", doctor.WRONG, "1 MB free", "make room")]
    monkeypatch.setattr(doctor, "examine", lambda _: iter(found))
    assert main(["doctor", "--json"]) == 2
    assert json.loads(capsys.readouterr().out) == [
        {"area": "disk", "state": "wrong", "what": "1 MB free", "next_step": "make room"}
    ]
