"""Drawings as PNG: their width, their text, the same bytes."""

from __future__ import annotations

import struct

from overtake.publish.png import WIDTH, jobs, png

TEXT = "<text x='2' y='20' font-size='18' fill='#d55e00'>{}</text>"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 120 30'>{}</svg>"


def test_a_drawing_is_1200_pixels_wide_with_its_text_and_the_same_bytes_twice():
    found = png(SVG.format(TEXT.format("China")))
    assert struct.unpack(">II", found[16:24]) == (WIDTH, WIDTH // 4)
    assert found == png(SVG.format(TEXT.format("China")))
    assert found != png(SVG.format("")), "the typeface was found"


def test_every_drawing_of_brief_and_annex_is_written(tmp_path):
    for page, name in (("brief", "a"), ("annex", "b")):
        (tmp_path / page / "figures").mkdir(parents=True)
        (tmp_path / page / "figures" / f"{name}.svg").write_text(SVG.format(""))
    (tmp_path / "png").mkdir()
    for job in jobs(tmp_path, tmp_path / "png"):
        job()
    assert {path.name for path in (tmp_path / "png").iterdir()} == {"a.png", "b.png"}
