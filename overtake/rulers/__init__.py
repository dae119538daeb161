"""Rulers: the ways to measure military expenditure, a file each, every one applied to all economies alike.

To add one: a file here that defines `RULERS`, its name and parameters in `overtake.config.rulers`, its test.
"""

from __future__ import annotations

import importlib
import pkgutil

from overtake.rulers.base import Ruler, observed


def _registry() -> dict[str, Ruler]:
    """Return every ruler of this package's modules by name, in alphabetical order of the modules."""
    found: dict[str, Ruler] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        for ruler in getattr(importlib.import_module(f"{__name__}.{module}"), "RULERS", ()):
            found[ruler.name] = ruler
    return found


RULERS = _registry()

__all__ = ["RULERS", "Ruler", "observed"]
