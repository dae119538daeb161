"""Texts of parameters, scenarios, claims and data/raw hold only signs that figures and PDF can draw."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from overtake import paths
from overtake.config.load import read_yaml
from overtake.config.text import LATIN, PLAIN, _drawn, undrawn
from overtake.errors import OvertakeError


def test_signs_that_no_font_has_are_named_before_the_run(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(
        "balances:\n  one: {label: Friends 日本 🇮🇳}\n  two: {label: ok}\nbrief: {x: ['ไทย']}\n", encoding="utf-8"
    )
    with pytest.raises(OvertakeError) as caught:
        read_yaml(path)
    said = str(caught.value)
    assert "2 problems" in said
    assert "balances.one.label: text that holds signs that no font of the brief draws: " in said
    for sign in ("日 (U+65E5)", "本 (U+672C)", "🇮 (U+1F1EE)", "🇳 (U+1F1F3)", "ไ (U+0E44)"):
        assert sign in said


@pytest.mark.parametrize("text", ["Škoda, Łódź, Việt Nam", "Ελλάδα и Россия", "10 € – 20 ₤ “so” ≥ 3 → ✓"])
def test_signs_of_the_fonts_are_taken(text: str) -> None:
    assert undrawn(text) == []


def test_what_is_not_asked_of_a_font_is_in_it() -> None:
    drawn = _drawn()
    assert set(range(0x20, 0x7F)) | set(range(0xA0, LATIN + 1)) | {ord(sign) for sign in PLAIN} <= drawn
    own = TTFont(paths.OWN / "overtake" / "show" / "fonts" / "source-sans-3-latin-400-normal.ttf").getBestCmap()
    assert set(own) <= drawn
