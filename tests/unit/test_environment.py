"""The lock is installed as it stands: newer releases, made since, change nothing and stop nothing."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from overtake import paths

#: The case that broke: `covers` asks for `measure[toml]`, and a release of `measure` came after the lock.
RELEASES = {
    ("measure", "1.0"): ["toml-reader>=1; extra == 'toml'"],
    ("measure", "2.0"): ["toml-reader>=2; extra == 'toml'"],
    ("toml-reader", "1.0"): [],
    ("toml-reader", "2.0"): [],
    ("covers", "1.0"): ["measure[toml]>=1.0"],
    ("covers", "2.0"): ["measure[toml]>=2.0"],
}
PINS = {"covers": "1.0", "measure[toml]": "1.0", "toml-reader": "1.0"}


def wheel(folder, name, version, requires):
    """Write a pure wheel of no code; return its path."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Dist: {one}" for one in requires]
    metadata += ["Provides-Extra: toml"] if any("extra" in one for one in requires) else []
    files = {
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(text)}")
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,"]) + "\n"
    target = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return target


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Return a folder of wheels and the lock of their first releases."""
    folder = tmp_path_factory.mktemp("index")
    wheels = {key: wheel(folder, *key, requires) for key, requires in RELEASES.items()}
    lock = folder / "lock.txt"
    digest = {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in wheels.items()}
    lock.write_text(
        "".join(f"{pin}=={v} \\\n    --hash=sha256:{digest[pin.split('[')[0], v]}\n" for pin, v in PINS.items()),
        encoding="utf-8",
    )
    return folder, lock


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Return an environment with pip alone; to be copied, since making one takes seconds."""
    venv.create(folder := tmp_path_factory.mktemp("bare") / "e", with_pip=True)
    return folder


def own_environment(folder, index):
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))},
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "PIP_CONFIG_FILE": os.devnull,
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(index),
        "UV_NO_CONFIG": "1",
        "HOME": str(folder),
    }


def installed(python):
    code = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    return {name: version for name, version in (one.split("==") for one in found) if name in {n for n, _ in RELEASES}}


FIRST = {"covers": "1.0", "measure": "1.0", "toml-reader": "1.0"}


def test_the_script_installs_the_pins_though_every_package_has_a_newer_release(index, tmp_path):
    folder, lock = index
    target = tmp_path / "an environment"
    command = [str(paths.ROOT / ".ci" / "environment"), sys.executable, str(target), str(lock), "--packages-only"]
    run = subprocess.run(command, capture_output=True, text=True, env=own_environment(tmp_path, folder))
    assert run.returncode == 0, run.stderr
    assert installed(target / "bin" / "python") == FIRST


def test_the_script_says_what_a_lock_lacks(index, bare, tmp_path):
    folder, lock = index
    shutil.copytree(bare, tmp_path / "e", symlinks=True)
    short = tmp_path / "short.txt"
    short.write_text(lock.read_text(encoding="utf-8").split("measure[toml]==")[0], encoding="utf-8")
    command = [str(paths.ROOT / ".ci" / "environment"), sys.executable, str(tmp_path / "e"), str(short)]
    run = subprocess.run(
        [*command, "--packages-only"], capture_output=True, text=True, env=own_environment(tmp_path, folder)
    )
    assert run.returncode == 1
    assert "covers 1.0 requires measure, which is not installed" in run.stderr


def test_pip_alone_gets_the_pins_too(index, bare, tmp_path):
    folder, lock = index
    shutil.copytree(bare, tmp_path / "e", symlinks=True)
    python = tmp_path / "e" / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", "-r", lock]
    run = subprocess.run(command, capture_output=True, text=True, env=own_environment(tmp_path, folder))
    assert run.returncode == 0, run.stderr
    assert installed(python) == FIRST


@pytest.mark.parametrize("name", ["requirements", "requirements-test"])
def test_all_that_a_package_of_the_lock_asks_for_stands_in_it_with_its_extras(name):
    """`pip check` sees no extras; pip before 24 looks `package[extra]` up anew, unless the pin names the extra."""
    from importlib import metadata

    text = (paths.ROOT / f"{name}.txt").read_text(encoding="utf-8")
    lock = {
        canonicalize_name(match[1]): {extra.strip() for extra in (match[2] or "").split(",") if extra.strip()}
        for match in re.finditer(r"^([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?==", text, re.MULTILINE)
    }
    asked = 0
    for package in lock:
        try:
            requires = metadata.requires(package) or []
        except metadata.PackageNotFoundError:  # a package of another platform
            continue
        for one in map(Requirement, requires):
            wanted = one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *lock[package]))
            if wanted:
                asked += bool(one.extras)
                assert one.extras <= lock[canonicalize_name(one.name)], f"{package} asks for {one}"
    assert asked >= 4


def test_the_lock_of_the_brief_is_part_of_the_lock_of_the_tests():
    pins = [
        set(re.findall(r"^([A-Za-z0-9._-]+(?:\[[^\]]*\])?==\S+)", (paths.ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-test.txt")
    ]
    assert pins[0] < pins[1]
