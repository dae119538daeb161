"""docs/dependencies.md speaks of every dependency; CI, dev container and pre-commit call the Makefile's commands."""

import hashlib
import json
import re
import subprocess
import sys
from urllib.parse import unquote

import pytest
from ruamel.yaml import YAML

from overtake import paths
from overtake.cli.doctor import pins

PAGE = (paths.ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
PINS = (paths.ROOT / "requirements-test.txt").read_text(encoding="utf-8")


def direct(name):
    lines = (paths.ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return [bare for line in lines if (bare := line.split("#")[0].strip()) and not bare.startswith("-")]


def test_every_direct_dependency_has_its_reason():
    reasons = PAGE.split("## Why each is here")[1].split("##")[0]
    named = {
        name.strip(" *") for row in re.findall(r"^\| ([^|]+) \|", reasons, re.MULTILINE) for name in row.split(",")
    }
    assert {*direct("requirements"), *direct("requirements-test")} <= named


def test_every_pin_has_hashes_and_stands_in_the_table_of_licences():
    found = pins(PINS)
    assert len(found) > 100
    licences = PAGE.split("<!-- licences -->")[1].split("<!-- /licences -->")[0]
    missing = [name for name, version in found if f"{name} {version}" not in licences]
    assert not missing, "python -m tests.licences"
    blocks = re.split(r"\n(?=[A-Za-z0-9])", PINS)
    bare = [block.split("\n")[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert not bare


def test_the_table_is_written_from_what_is_installed(tmp_path):
    from tests import licences

    page = tmp_path / "page.md"
    page.write_text(f"before\n{licences.MARKS[0]}\nold\n{licences.MARKS[1]}\nafter\n", encoding="utf-8")
    licences.write(page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before")
    assert text.endswith("after\n")
    assert "| MIT |" in text
    assert "old" not in text


def test_the_page_of_plots_holds_the_builds_that_dvc_asks_for_whole_and_under_their_licence():
    from tests import plots_page

    page = plots_page.PAGE.read_text(encoding="utf-8")
    held = re.findall(r"^([\w-]+) ([\d.]+) \(Copyright .*\), sha256 (\w{64})$", page, re.MULTILINE)
    assert [(name, version) for name, version, _ in held] == plots_page.wanted()
    assert len(held) == 3
    builds = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)[:3]
    assert [hashlib.sha256(build.encode()).hexdigest() for build in builds] == [digest for _, _, digest in held]
    assert "Redistribution and use in source and binary forms" in page
    assert all(f"{name} {version}" in " ".join(PAGE.split()) for name, version in plots_page.wanted())
    assert "html_template = plots/page.html" in (paths.ROOT / ".dvc" / "config").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", [".github/workflows/ci.yml", ".pre-commit-config.yaml", ".devcontainer/devcontainer.json"]
)
def test_all_call_the_same_commands(name):
    text = (paths.ROOT / name).read_text(encoding="utf-8")
    content = json.loads(text) if name.endswith("json") else YAML(typ="safe", pure=True).load(text)
    assert content
    assert re.search(r"make check|\.ci/run", text)
    targets = set(re.findall(r"^([a-z-]+):", (paths.ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", text)) <= targets


def test_actions_are_pinned_by_hash():
    used = [
        line.split("uses:")[1].strip()
        for path in sorted((paths.ROOT / ".github" / "workflows").glob("*.yml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "uses:" in line
    ]
    assert len(used) >= 8
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_every_python_that_the_package_admits_is_in_the_matrix():
    ci = YAML(typ="safe", pure=True).load((paths.ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert ci["jobs"]["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]


def test_the_site_builds_and_every_link_of_it_is_there(tmp_path):
    """MkDocs in strict mode stops at a link or an anchor that leads nowhere; a second look counts the files."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path)]
    run = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    links = 0
    for page in tmp_path.glob("*.html"):
        if page.name == "404.html":  # written for the root of a host
            continue
        for link in re.findall(r'(?:href|src)="([^"#:]+)[#"]', page.read_text(encoding="utf-8")):
            links += 1
            assert (tmp_path / unquote(link)).exists() or unquote(link).startswith("reports/"), f"{page.name}: {link}"
    assert links > 100
