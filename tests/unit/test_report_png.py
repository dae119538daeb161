"""Drawings as PNG: their width, their text, the same bytes."""

from __future__ import annotations

import struct

from overtake.publish.png import WIDTH, png, write

TEXT = "<text x='2' y='20' font-size='18' fill='#d55e00'>{}</text>"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 120 30'>{}</svg>"


def test_a_drawing_is_1200_pixels_wide_with_its_text_and_the_same_bytes_twice():
    found = png(SVG.format(TEXT.format("China")))
    assert struct.unpack(">II", found[16:24]) == (WIDTH, WIDTH // 4)
    assert found == png(SVG.format(TEXT.format("China")))
    assert found != png(SVG.format("")), "the typeface was found"


def test_every_drawing_of_a_folder_is_written(tmp_path):
    for name in ("figures", "png"):
        (tmp_path / name).mkdir()
    for name in ("a", "b"):
        (tmp_path / "figures" / f"{name}.svg").write_text(SVG.format(""))
    write(tmp_path / "figures", tmp_path / "png")
    assert {path.name for path in (tmp_path / "png").iterdir()} == {"a.png", "b.png"}
