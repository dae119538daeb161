"""Every checkout is itself: the command acts on the one it stands in, with that one's code, and on nothing outside."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest

from overtake import __version__, paths

#: As the console script that pip writes does it.
SCRIPT = "import sys; from overtake.cli.main import main; sys.exit(main())"


def run(command, cwd, **environment):
    clean = {key: value for key, value in os.environ.items() if key not in ("OVERTAKE_ROOT", "PYTHONPATH", "PWD")}
    return subprocess.run(command, cwd=cwd, env=clean | environment, capture_output=True, text=True)


def script(cwd, *arguments, code=paths.OWN):
    """Run the console script of the checkout `code` in the folder `cwd`."""
    start = f"import sys; sys.path.insert(0, {str(code)!r}); {SCRIPT}"
    return run([sys.executable, "-P", "-c", start, *arguments], cwd)


@pytest.fixture
def other(tmp_path):
    """Return the root of another checkout: code, figures and parameters, in a folder with an odd name."""
    root = tmp_path / 'it\'s an “other” "one"'
    shutil.copytree(paths.OWN / "overtake", root / "overtake", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(paths.OWN / "data" / "raw", root / "data" / "raw")
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copyfile(paths.OWN / name, root / name)
    (root / "data" / "processed").mkdir()
    (root / "notebooks").mkdir()
    return root


def test_outside_of_a_checkout_it_refuses_in_one_line_and_writes_nothing(tmp_path):
    for command in (["validate"], ["params"], ["doctor", "--mend"]):
        done = script(tmp_path, *command)
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert "is in no checkout of Overtake; cd into one" in done.stderr
        assert list(tmp_path.iterdir()) == []


def test_version_help_and_completion_need_no_checkout(tmp_path):
    assert script(tmp_path, "--version").stdout == f"overtake {__version__}\n"
    assert "COMMAND" in script(tmp_path, "--help").stdout
    bash = script(tmp_path, "--print-completion", "bash").stdout
    assert "-F _shtab_overtake overtake" in bash
    assert "--tie-down" in bash
    assert script(tmp_path, "--print-completion", "zsh").stdout.startswith("#compdef overtake\n")
    odd = script(tmp_path, "--print-completion", "fish")
    assert odd.returncode == 2
    assert "allowed: bash, zsh" in odd.stderr


def test_a_command_looks_less_for_garbage_and_not_at_all_at_the_end():
    """Its objects are frozen last of all that is to be done at the end."""
    told = "import atexit, gc; atexit.register(lambda: print(gc.get_threshold()[0], gc.get_freeze_count() > 10_000))"
    done = run([sys.executable, "-c", f"{told}; {SCRIPT}", "outputs"], paths.OWN)
    assert done.stdout.splitlines()[-1] == "20000 True"


def test_the_script_of_one_checkout_acts_on_the_one_it_stands_in(other):
    done = script(other / "notebooks", "validate")
    assert (done.returncode, done.stderr) == (0, "")
    assert (other / "data" / "processed" / "figures.json").is_file()
    (other / "params.yaml").write_text("run: {seed: -1}\n", encoding="utf-8")
    done = script(other, "validate")
    assert done.returncode == 2
    assert "run.seed" in done.stderr


def test_it_runs_the_code_of_the_checkout_it_stands_in(other):
    init = other / "overtake" / "__init__.py"
    init.write_text(init.read_text(encoding="utf-8") + 'print("code of the other")\n', encoding="utf-8")
    assert "code of the other" in script(other, "validate").stdout
    assert "code of the other" not in script(paths.OWN, "outputs").stdout


def test_a_package_linked_into_a_checkout_is_that_checkouts(other):
    shutil.rmtree(other / "overtake")
    (other / "overtake").symlink_to(paths.OWN / "overtake")
    assert script(other, "validate").returncode == 0
    assert (other / "data" / "processed" / "figures.json").is_file()


@pytest.mark.parametrize("command", [["validate"], ["run", "clean"], ["balance", "--side", "JPN"]])
def test_outside_the_environment_one_line_says_how_to_come_into_it(other, command):
    done = run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.'); {SCRIPT}", *command], other)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "`. .venv/bin/activate`" in done.stderr
    assert "`make brief`" in done.stderr


def test_the_package_names_its_dependencies_as_the_requirements_do():
    lines = (paths.OWN / "requirements.in").read_text(encoding="utf-8").splitlines()
    wanted = [name for line in lines if (name := line.split("#")[0].strip())]
    project = tomllib.loads((paths.OWN / "pyproject.toml").read_text(encoding="utf-8"))
    builds = [re.split(r"[<>=]", name)[0] for name in project["build-system"]["requires"]]
    assert project["project"]["dependencies"] == [name for name in wanted if name not in builds]


def test_the_wheel_carries_them(tmp_path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(paths.OWN / name, tmp_path / name)
    shutil.copytree(paths.OWN / "overtake", tmp_path / "overtake", ignore=shutil.ignore_patterns("__pycache__"))
    made = run([sys.executable, "-c", "from flit_core.buildapi import build_wheel; print(build_wheel('.'))"], tmp_path)
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(tmp_path / made.stdout.strip()) as wheel:
        metadata = wheel.read(f"overtake-{__version__}.dist-info/METADATA").decode()
    found = re.findall(r"^Requires-Dist: (\S+)", metadata, re.MULTILINE)
    assert {"pandas", "dvc", "weasyprint", "ruamel.yaml"} <= set(found)
    assert "Requires-Python: >=3.11" in metadata
