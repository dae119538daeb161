"""`dvc exp run -S` changes the value that was asked for in params.yaml, and nothing else, however often it is run."""

import difflib

import pytest
from dvc.utils.hydra import apply_overrides
from ruamel.yaml import YAML

from overtake import paths
from overtake.config.load import load

TEXT = (paths.ROOT / "params.yaml").read_text(encoding="utf-8")


def scalars(node, at=()):
    """Yield the dotted key and the value of every number and text; the names of a balance's members are keys too."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from scalars(value, (*at, str(key)))
        elif not isinstance(value, list):
            yield ".".join((*at, str(key))), value


def lists(node, at=()):
    for key, value in node.items():
        if isinstance(value, dict):
            yield from lists(value, (*at, str(key)))
        elif isinstance(value, list) and len(value) > 1:
            yield ".".join((*at, str(key))), value


CONTENT = YAML(typ="safe").load(TEXT)
#: A range's name holds dots, which DVC takes for levels: `-S` cannot reach it.
SCALARS = [(key, value) for key, value in scalars(CONTENT) if not key.startswith("sensitivity.ranges.")]


def changed(path, *settings):
    """Return the lines removed and added when DVC sets these (key, value), twice over."""
    path.write_text(TEXT, encoding="utf-8")
    for _ in range(2):
        apply_overrides(str(path), [f"{key}={value}" for key, value in settings])
    return [line for line in difflib.ndiff(TEXT.splitlines(), path.read_text(encoding="utf-8").splitlines())
            if line[:2] in ("- ", "+ ")]  # fmt: skip


def other(value):
    """Return another value of the same type, as long as most that are there: a list between braces keeps its lines."""
    return 0.7 if isinstance(value, float) else 7 if isinstance(value, int) else "other"


def test_most_keys_are_tried():
    assert len(SCALARS) > 250


def comments(lines, sign):
    """Return key and comment of the lines taken out ("-") or put in ("+"), in their order."""
    return [(line[2:].partition(":")[0], line.partition("#")[2]) for line in lines if line[0] == sign]


SECTIONS = sorted({key.split(".")[0] for key, _ in SCALARS})


@pytest.mark.parametrize("section", SECTIONS)
def test_a_value_is_one_line(tmp_path, section):
    """All keys of a section at once: the lines that hold them change, each keeps its key and its comment."""
    keys = [(key, other(value)) for key, value in SCALARS if key.split(".")[0] == section]
    lines = changed(tmp_path / "params.yaml", *keys)
    assert comments(lines, "-") == comments(lines, "+")
    assert len(lines) <= 2 * len(keys)
    found = dict(scalars(YAML(typ="safe").load(tmp_path / "params.yaml")))
    assert {key: found[key] for key, _ in keys} == dict(keys)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_value_alone_is_one_line(tmp_path, section):
    """The last key of a section."""
    keys = [(key, other(value)) for key, value in SCALARS if key.split(".")[0] == section]
    lines = changed(tmp_path / "params.yaml", keys[-1])
    assert [line[0] for line in lines] == ["-", "+"]
    assert comments(lines, "-") == comments(lines, "+")


def test_a_shorter_list_loses_items_and_no_comment(tmp_path):
    """All lists at once."""
    found = list(lists(CONTENT))
    lines = changed(tmp_path / "params.yaml", *((key, f"[{value[0]}]") for key, value in found))
    assert [line.strip("- ") for line in lines] == [str(item) for _, value in found for item in value[1:]]


def test_the_same_value_changes_nothing(tmp_path):
    assert changed(tmp_path / "params.yaml", ("crossing.sustain", CONTENT["crossing"]["sustain"])) == []


def test_what_dvc_wrote_is_what_was_asked_for(tmp_path):
    changed(tmp_path / "params.yaml", ("data.edition", "'2020-04'"))
    assert load(tmp_path / "params.yaml").data.edition == "2020-04"
