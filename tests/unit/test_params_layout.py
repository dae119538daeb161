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


def changed(path, key, value):
    """Return the lines removed and added when DVC sets `key` twice over."""
    path.write_text(TEXT, encoding="utf-8")
    for _ in range(2):
        apply_overrides(str(path), [f"{key}={value}"])
    return [line for line in difflib.ndiff(TEXT.splitlines(), path.read_text(encoding="utf-8").splitlines())
            if line[:2] in ("- ", "+ ")]  # fmt: skip


def test_most_keys_are_tried():
    assert len(SCALARS) > 250


@pytest.mark.parametrize("section", sorted(CONTENT))
def test_a_value_is_one_line(tmp_path, section):
    """All keys of all sections but for the balances, of which the first and the last stand for all."""
    keys = [(key, value) for key, value in SCALARS if key.split(".")[0] == section]
    for key, value in keys if section != "balances" else [*keys[:8], *keys[-3:]]:
        new = 0.123 if isinstance(value, float) else 7 if isinstance(value, int) else "other"
        lines = changed(tmp_path / "params.yaml", key, new)
        assert [line[0] for line in lines] == ["-", "+"], key
        assert lines[0].split("#")[1:] == lines[1].split("#")[1:], "the comment behind the value"


@pytest.mark.parametrize(("key", "value"), list(lists(CONTENT)), ids=str)
def test_a_shorter_list_loses_items_and_no_comment(tmp_path, key, value):
    lines = changed(tmp_path / "params.yaml", key, f"[{value[0]}]")
    assert [line.strip("- ") for line in lines] == [str(item) for item in value[1:]]


def test_the_same_value_changes_nothing(tmp_path):
    assert changed(tmp_path / "params.yaml", "crossing.sustain", CONTENT["crossing"]["sustain"]) == []


def test_what_dvc_wrote_is_what_was_asked_for(tmp_path):
    changed(tmp_path / "params.yaml", "data.edition", "'2020-04'")
    assert load(tmp_path / "params.yaml").data.edition == "2020-04"
