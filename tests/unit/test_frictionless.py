"""data/raw follows the standard that it claims: Frictionless' own validation, by its own code, without the network."""

import shutil

import frictionless
import pytest

from overtake import paths


@pytest.fixture
def package(tmp_path):
    shutil.copytree(paths.RAW, tmp_path / "raw")
    return tmp_path / "raw"


def problems(folder):
    report = frictionless.validate(str(folder / "datapackage.json"))
    found = {error.type for task in report.tasks for error in task.errors} | {error.type for error in report.errors}
    assert report.valid == (not found)
    return found, len(report.tasks)


def test_the_package_is_valid(package):
    found, tasks = problems(package)
    assert not found
    assert tasks == len(list(package.glob("*.*"))) - 1


def test_a_broken_copy_is_not(package):
    file = package / "economies.csv"
    header, first, *rest = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([header, "japan" + first[3:], *rest]) + "\n", encoding="utf-8")
    found, _ = problems(package)
    assert "constraint-error" in found
    assert "hash-count" in found
