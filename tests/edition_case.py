"""An edition of made-up tables, for tests of any room."""

from __future__ import annotations

import pandas as pd

from overtake.edition import Edition


def made(spending: pd.DataFrame, macro: pd.DataFrame, name: str = "2026-04", **ledgers: pd.DataFrame) -> Edition:
    """Return an edition of these figures and ledgers, without anything learned or published besides."""
    return Edition(name, spending, macro, ledgers)
