"""Random numbers by name: a stream depends on the seed and its names, never on who else was asked for."""

from __future__ import annotations

import hashlib

import numpy as np

#: Up to so many draws, shocks are kept for the next settings that ask for them; more are drawn again, to save memory.
KEPT = 50_000


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the generator of the stream called `names` under `seed`.

    Same seed and names give the same numbers on any machine, in any order of calls and for any number of
    workers. Two different tuples of names give independent streams (SeedSequence over a SHA-256 of the names).
    """
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    words = np.frombuffer(digest, dtype="<u4")
    return np.random.default_rng(np.random.SeedSequence([seed, *words.tolist()]))
