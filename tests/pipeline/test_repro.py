"""The whole pipeline in fresh clones: it ends well, does nothing twice, reruns only what must, gives the same bytes."""

import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from ruamel.yaml import YAML

from overtake import paths

pytestmark = pytest.mark.slow

#: Fewer draws than the brief's, the same code: what is tested here does not depend on their number.
SMALL = {("run", "draws"): 300, ("skill", "draws"): 200, ("skill", "bootstrap"): 100, ("sensitivity", "draws"): 200}
SMALL |= {("skill", "first_origin"): 2017, ("sensitivity", "search_draws"): 200, ("sensitivity", "samples"): 16}
SMALL |= {("sensitivity", "multiverse", "draws"): 100, ("sensitivity", "multiverse", "window_years"): [25, 40]}
SMALL |= {("sensitivity", "multiverse", "models"): ["combined", "pooled_random_walk"]}
SMALL |= {("sensitivity", "multiverse", "editions"): ["2020-04", "2026-04"]}


def clone(target: Path) -> Path:
    """Copy what git would give a newcomer (tracked and new files), with small parameters."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=paths.ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    for name in filter(None, listed):
        source = paths.ROOT / name
        if source.is_file() and name != "dvc.lock":
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)
    subprocess.run(["git", "init", "-q"], cwd=target, check=True)
    change(target, SMALL)
    return target


def change(root: Path, values: dict[tuple[str, ...], object]) -> None:
    yaml = YAML()
    content = yaml.load((root / "params.yaml").read_text(encoding="utf-8"))
    for keys, value in values.items():
        node = content
        for key in keys[:-1]:
            node = node[key]
        node[keys[-1]] = value
    with (root / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def repro(root: Path, *targets: str, **environment: str) -> str:
    """Run `dvc repro`, all of it or up to `targets`, in `root`; return what it printed, fail with it when it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {key: value for key, value in os.environ.items() if key != "OVERTAKE_ROOT"}
    done = subprocess.run(
        ["dvc", "repro", *targets], cwd=root, capture_output=True, text=True, env={**clean, "PATH": path, **environment}
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def ran(output: str) -> set[str]:
    return {line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")}


def hashes(root: Path) -> dict[str, str]:
    found = {}
    for folder in ("data/processed", "reports"):
        for file in sorted((root / folder).rglob("*")):
            if file.is_file():
                found[str(file.relative_to(root))] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="module")
def built(built_once, built_copy):
    return built_copy(), built_once[1]


def test_a_fresh_clone_builds_the_brief(built):
    root, output = built
    assert {"validate", "clean", "futures", "balances", "brief"} <= ran(output)
    page = (root / "reports/brief/brief.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 6
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert (root / "reports/pdf/brief.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((root / "reports/brief/metrics.json").read_text(encoding="utf-8"))


def test_every_link_between_the_pages_leads_somewhere(built):
    root, _ = built
    dead = []
    for file in (root / "reports").rglob("*"):
        if file.suffix not in (".html", ".xml", ".txt", ".md"):
            continue
        text = re.sub(r"<(script|style)\b.*?</\1>", "", file.read_text(encoding="utf-8"), flags=re.S)
        found = re.findall(r"""\b(?:href|src)=["']?([^"'\s>]+)""", text) + re.findall(r"\]\(([^)\s]+)\)", text)
        for link in {html.unescape(each) for each in found}:
            path = unquote(link.split("#")[0].split("?")[0])
            if path and not re.match(r"[a-z][a-z0-9+.-]*:", path) and not (file.parent / path).exists():
                dead.append(f"{file.relative_to(root)}: {link}")
    assert dead == []


def test_historic_crossings_come_out_of_the_pipeline(built):
    """Check values 18 and 19 of the dossier, constant 2024 and current US$."""
    root, _ = built
    table = pd.read_parquet(root / "data/processed/crossings.parquet").set_index(["ruler", "balance"])
    constant = {"jpn": 1999, "ind": 1991, "jpn_kor_aus": 2006, "five": 2007, "quad_ex_us": 2009, "aukus_ex_us": 2008}
    constant |= {"eleven": 2020, "eleven_ex_vnm": 2018}
    current = {"jpn": 2006, "ind": 1991, "jpn_kor_aus": 2011, "five": 2012, "quad_ex_us": 2012, "aukus_ex_us": 2009}
    current |= {"eleven": 2020, "eleven_ex_vnm": 2018}
    for ruler, years in (("constant_usd", constant), ("current_usd", current)):
        assert {name: table.loc[(ruler, name), "first_crossed"] for name in years} == years
    never = ["five_us20", "five_us30", "five_us100", "eleven_us10", "eleven_us100", "quad", "aukus"]
    assert table.loc[[("constant_usd", name) for name in never], "first_crossed"].isna().all()
    assert table.loc[("constant_usd", "eleven"), "margin"] == pytest.approx(0.068, abs=0.0005)
    assert table.loc[("gdp_ppp", "eleven"), "margin"] == pytest.approx(0.835 - 1, abs=0.0005)


def test_a_second_run_does_nothing(built):
    root, _ = built
    assert ran(repro(root)) == set()


def test_one_balance_reruns_only_what_depends_on_it(built):
    root, _ = built
    text = (root / "params.yaml").read_text(encoding="utf-8")
    change(root, {("balances", "five", "side", "THA"): 0.5})
    assert ran(repro(root, "validate")) == {"validate"}
    told = subprocess.run(["dvc", "status", "--json"], cwd=root, capture_output=True, text=True, check=True).stdout
    moved = set(json.loads(told))
    (root / "params.yaml").write_text(text, encoding="utf-8")
    assert {"balances", "brief"} <= moved
    assert not moved & {"clean", "rulers", "futures"}


def test_a_label_reruns_only_what_prints_it(built):
    root, _ = built
    text = (root / "params.yaml").read_text(encoding="utf-8")
    repro(root, "validate")
    change(root, {("balances", "eleven", "label"): "Eleven of them"})
    assert ran(repro(root, "brief")) == {"validate", "brief"}
    told = subprocess.run(["dvc", "status", "--json"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert set(json.loads(told)) == {"economies"}
    for name in ("brief", "annex"):
        assert "Eleven of them" in (root / f"reports/{name}/{name}.html").read_text(encoding="utf-8")
    (root / "params.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("broken", "new"), [("annex", {"brief"}), ("brief", set())])
def test_what_fails_in_the_briefs_stage_leaves_the_last_good_ones(built, broken, new):
    """A page that is made is in place at once; nothing else of a run that fails is."""
    root, _ = built
    text, notebook = (root / "params.yaml").read_text(encoding="utf-8"), root / "notebooks" / f"{broken}.ipynb"
    whole, folders = notebook.read_text(encoding="utf-8"), ("brief", "annex", "explorer", "pdf", "png")
    pages = {name: sorted((root / "reports" / name).glob("*.*")) for name in folders}
    before = {name: [path.read_bytes() for path in paths] for name, paths in pages.items()}
    change(root, {("balances", "eleven", "label"): f"Eleven, without {broken}"})
    cells = json.loads(whole)
    cells["cells"][-1]["source"] = ["raise ValueError('as the test has it')"]
    notebook.write_text(json.dumps(cells), encoding="utf-8")
    try:
        with pytest.raises(AssertionError, match=rf"notebooks/{broken}\.ipynb, cell"):
            repro(root, "brief")
    finally:
        notebook.write_text(whole, encoding="utf-8")
        (root / "params.yaml").write_text(text, encoding="utf-8")
    moved = {name for name, paths in pages.items() if before[name] != [path.read_bytes() for path in paths]}
    assert moved == new
    assert not list((root / "reports").glob(".*.*"))


def test_an_older_edition_rebuilds_the_brief_as_of_its_publication(built):
    root, _ = built
    change(root, {("data", "edition"): "2020-04"})
    assert "clean" in ran(repro(root, "brief"))
    spending = pd.read_parquet(root / "data/processed/spending.parquet")
    assert set(spending["price_base"]) == {2018}
    assert spending["year"].max() == 2019
    page = re.sub(r"<[^>]+>", "", (root / "reports/brief/brief.html").read_text(encoding="utf-8"))
    assert "SIPRI edition of April 2020, data to 2019" in page


def test_a_bad_parameter_stops_in_the_first_stage_and_the_last_brief_stays(built):
    root, _ = built
    before = (root / "reports/brief/brief.html").read_bytes()
    change(root, {("crossing", "sustain"): 99})
    with pytest.raises(AssertionError, match=r"crossing\.sustain"):
        repro(root)
    assert (root / "reports/brief/brief.html").read_bytes() == before
