"""What a run before made: taken where all that it depends on is the same, made anew where not, or where damaged."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overtake import kept, paths
from overtake.show import style


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "PROCESSED", tmp_path)
    monkeypatch.setenv(kept.AT_WORK, "brief")
    return tmp_path / "chunks" / "drawings"


def test_a_piece_is_made_once_and_anew_where_it_is_damaged(place: Path) -> None:
    made = []

    def make() -> bytes:
        made.append(1)
        return b"a drawing"

    assert [kept.kept("drawings", 1, make) for _ in range(2)] == [b"a drawing"] * 2
    assert len(made) == 1
    (file,) = place.iterdir()
    for damaged in (file.read_bytes()[:-1], b"", file.read_bytes().replace(b"drawing", b"forgery")):
        file.write_bytes(damaged)
        assert kept.kept("drawings", 1, make) == b"a drawing"
    assert len(made) == 4
    kept.kept("drawings", 2, make)
    assert len(made) == 5


def test_only_a_stage_keeps(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(kept.AT_WORK)
    assert kept.kept("drawings", 1, lambda: b"a drawing") == b"a drawing"
    assert not place.exists()


def test_what_cannot_be_kept_is_made_all_the_same(place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"no folder")
    assert kept.kept("drawings", 1, lambda: b"a drawing") == b"a drawing"


def frame(**changed: object) -> pd.DataFrame:
    return pd.DataFrame({"year": [2024, 2025], "value": [1.0, 2.0], "who": ["CHN", "JPN"]} | changed)


def test_whatever_differs_is_told_apart() -> None:
    values = [
        frame(),
        frame(value=[1.0, np.nextafter(2.0, 3.0)]),
        frame(who=["CHN", "KOR"]),
        frame().rename(columns={"value": "share"}),
        frame().set_axis([1, 2]),
        frame().iloc[::-1],
        frame()["value"],
        frame()["year"],
        pd.Index([2024, 2025]),
        np.arange(5000.0),
        np.where(np.arange(5000) == 2500, 1.0, np.arange(5000.0)),  # which a printed array leaves out
        np.arange(5000.0).reshape(2, 2500),
        np.arange(5000),
        [1, 2],
        [[1], 2],
        [1, [2]],
        [1.0, 2.0],
        (1, 2),
        "12",
        12,
        True,
        None,
        {"a": 1},
        {"a": 2},
        style.Size(720, 380),
        style.Size(720, 381),
        partial(style.tidy, 1),
        partial(style.tidy, 2),
        partial(style.inline, 1),
        partial(style.tidy, svg=1),
        paths.PARAMS,
    ]
    found = [kept.fingerprint(value) for value in values]
    assert len(set(found)) == len(values)
    assert found == [kept.fingerprint(value) for value in values]


@pytest.mark.parametrize("value", [object(), {1, 2}, lambda: 1, partial(print, lambda: 1), [pd], iter([1])])
def test_what_cannot_be_told_apart_is_refused_and_made_anew(place: Path, value: object) -> None:
    with pytest.raises(TypeError, match="cannot be told apart"):
        kept.fingerprint(value)
    assert kept.kept("drawings", value, lambda: b"a drawing") == b"a drawing"
    assert not place.exists()


def test_the_last_used_stay(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    for number in range(5):
        kept.kept("drawings", number, str(number).encode)
    for at, file in enumerate(sorted(place.iterdir(), key=lambda path: path.read_bytes()[kept.SEAL :])):
        os.utime(file, ns=(at, at))
    kept.kept("drawings", 0, lambda: b"not made")
    (place.parent / "multiverse" / "run").mkdir(parents=True)
    kept.prune()
    assert sorted(file.read_bytes()[kept.SEAL :] for file in place.iterdir()) == [b"0", b"3", b"4"]
    assert (place.parent / "multiverse" / "run").is_dir()


def line(table: pd.DataFrame, figure: object, size: style.Size) -> None:
    style.panel(figure, size, 30, 10, 10, 30).plot(table["year"], table["value"])


def test_a_drawing_taken_from_the_run_before_is_the_drawing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = style._drawn(style.Size(360, 200), partial(line, frame()))
    first = style.draw(style.Size(360, 200), partial(line, frame()))
    monkeypatch.setattr(style, "_drawn", None)
    assert first == style.draw(style.Size(360, 200), partial(line, frame())) == fresh
    with pytest.raises(TypeError):
        style.draw(style.Size(360, 200), partial(line, frame(value=[2.0, 1.0])))
