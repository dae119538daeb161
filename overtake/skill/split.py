"""What may be tuned on and what is held back: half of the countries by a hash, and origins to a fixed year."""

from __future__ import annotations

import hashlib

#: Last origin that tuning may look at.
LAST_TUNING_ORIGIN = 2014


def tuning_country(iso3: str) -> bool:
    """Tell whether a country belongs to the half on which models may be tuned (even SHA-256 of its code)."""
    return int(hashlib.sha256(iso3.encode()).hexdigest(), 16) % 2 == 0


def held_back(iso3: str, origin: int) -> bool:
    """Tell whether a country and origin were kept from all tuning."""
    return not tuning_country(iso3) and origin > LAST_TUNING_ORIGIN
