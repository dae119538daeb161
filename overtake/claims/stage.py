"""What the balances stage adds: claims, the details behind them, editions and the register, from tables on disk."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from overtake import paths
from overtake.claims.evaluate import evaluate
from overtake.claims.known import RULERS, Known, as_of
from overtake.claims.model import load
from overtake.claims.register import outcomes
from overtake.config.params import Params
from overtake.errors import OvertakeError
from overtake.rulers.base import Figures


def tables(
    settings: Params,
    figures: Figures,
    crossings: pd.DataFrame,
    seed: int,
    folder: Path = paths.RAW,
) -> dict[str, pd.DataFrame]:
    """Return the tables `claims`, `claim_details`, `editions` and `register` of the contract.

    figures, crossings: of the edition in use, measured as `settings` say; what earlier editions told is read from
    `folder` (data/raw), each with the rulers' default parameters and odds from past growth alone.
    """
    from overtake.claims import editions
    from overtake.config.core import Data
    from overtake.edition import clean
    from overtake.rulers.tables import observed_table
    from overtake.sources import ledgers, raw

    milex, world = raw.load("milex.csv", folder), raw.load("macro.csv", folder)
    register, known_ledgers = raw.load("editions.csv", folder), ledgers.load_all(folder)
    edition, balances = str(figures.spending["edition"].iloc[0]), settings.balances
    measured = observed_table(figures, settings.rulers.model_copy(update={"use": RULERS}), seed)
    now = Known(edition, figures.spending, figures.macro, known_ledgers, measured, crossings, balances)

    @cache
    def earlier(name: str, weo: str) -> Known:
        return as_of(name, weo, milex, world, register, known_ledgers, balances, seed)

    claims, then = load(folder / "claims.yaml"), when_claimed(folder / "claims.yaml")
    scorecard, details = evaluate(claims, now, earlier(*then), seed)
    known = {
        name: earlier(name, clean.weo_edition(Data(edition=name), register))
        for name in sorted(set(milex["edition"]))
        if name < edition
    }
    compared = editions.table(milex, {**known, edition: now}, balances, settings.crossing, claims, seed)
    found = outcomes(known_ledgers["forecast_register"], now)
    return {"claims": scorecard, "claim_details": details, "editions": compared, "register": found}


def when_claimed(path: Path) -> tuple[str, str]:
    """Return the SIPRI and IMF editions that the commentary's authors could read, from claims.yaml."""
    from overtake.config.load import read_yaml

    entry: Any = read_yaml(path).get("as_of", {})
    if not isinstance(entry, dict) or set(entry) != {"edition", "weo_edition"}:
        raise OvertakeError(
            f"{path}: as_of", "is not known", found=entry, allowed="edition and weo_edition, year-month"
        )
    return str(entry["edition"]), str(entry["weo_edition"])
