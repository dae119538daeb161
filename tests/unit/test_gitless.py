"""A project without git: an archive tells DVC so itself, a bare copy is told by `overtake doctor --mend`."""

import io
import os
import subprocess
import sys
import zipfile

import pytest

from overtake import paths
from overtake.cli.doctor import gitless


def dvc(root, *arguments):
    done = subprocess.run([sys.executable, "-m", "dvc", *arguments], cwd=root, capture_output=True, text=True,
                          env=os.environ | {"DVC_NO_ANALYTICS": "1"})  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def git(root, *arguments):
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout


@pytest.fixture
def archived(tmp_path):
    """Return the .dvc folder's files as `git archive` (a zip download) gives them, in a folder of their own."""
    for name in (".gitattributes", ".dvc/config", ".dvc/.gitignore"):
        source, target = paths.ROOT / name, tmp_path / "from" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    origin = tmp_path / "from"
    git(origin, "init", "-q")
    git(origin, "add", "-A")
    git(origin, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all")
    root = tmp_path / "ünpacked 'here'"
    with zipfile.ZipFile(io.BytesIO(git(origin, "archive", "--format=zip", "HEAD"))) as archive:
        archive.extractall(root)
    return root, origin


def test_only_an_archive_tells_dvc_to_do_without_git(archived):
    unpacked, origin = archived
    assert dvc(unpacked, "config", "core.no_scm") == "true"
    assert dvc(unpacked, "config", "core.autostage") == "false"
    assert "no data or pipelines tracked" in dvc(unpacked, "status")
    assert gitless(unpacked) == []
    assert "no_scm" not in dvc(origin, "config", "--list")


def test_an_archive_inside_another_git_repository_works(archived):
    unpacked, _ = archived
    git(unpacked.parent, "init", "-q")
    assert "no data or pipelines tracked" in dvc(unpacked, "status")


def test_a_copy_without_git_is_mended_and_one_with_git_left_alone(tmp_path):
    root = tmp_path / "copy"
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc" / "config").write_bytes((paths.ROOT / ".dvc" / "config").read_bytes())
    assert gitless(root) == ["the project lies in no git: DVC does without (.dvc/config.local)"]
    assert gitless(root) == []
    assert "no data or pipelines tracked" in dvc(root, "status")
    git(tmp_path, "init", "-q")  # a folder of a larger repository
    assert gitless(root) == ["the project lies in git now: DVC uses it (.dvc/config.local is removed)"]
    assert not (root / ".dvc" / "config.local").exists()
    assert gitless(root) == []
    assert "no data or pipelines tracked" in dvc(root, "status")


def test_settings_of_ones_own_stay(tmp_path):
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text("[core]\n    autostage = false\n", encoding="utf-8")
    local = tmp_path / ".dvc" / "config.local"
    local.write_text("[core]\n    remote = mine\n['remote \"mine\"']\n    url = /tmp/mine\n", encoding="utf-8")
    assert len(gitless(tmp_path)) == 1
    assert local.read_text(encoding="utf-8").startswith("[core]\n    no_scm = true\n    remote = mine\n['remote")
    assert "remote.mine.url=/tmp/mine" in dvc(tmp_path, "config", "--list")
