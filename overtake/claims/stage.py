"""What the balances stage adds from tables on disk: claims, the details behind them, editions, register, regions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from overtake import paths
from overtake.claims import editions, regions
from overtake.claims.evaluate import evaluate, load
from overtake.claims.register import outcomes
from overtake.config.core import Data
from overtake.config.params import Params
from overtake.edition import Edition
from overtake.errors import OvertakeError


def tables(
    settings: Params, edition: Edition, curves: pd.DataFrame, path: Path = paths.RAW / "claims.yaml"
) -> dict[str, pd.DataFrame]:
    """Return the tables `claims`, `claim_details`, `editions`, `register` and `regions` of the contract.

    edition, curves: those in use, measured as `settings` say; earlier editions are judged each with the rulers'
    default parameters and odds from past growth alone.
    """
    claims, (name, weo) = load(path), when_claimed(path)
    earlier = {each: known_then(edition, each) for each in edition.names() if each < edition.name}
    then = earlier.get(name)
    if then is None or then.weo != weo:
        then = known_then(edition, name, weo)
    scorecard, details = evaluate(claims, edition, then, settings, curves)
    compared = editions.table([*earlier.values(), edition], claims, settings, curves)
    return {
        "claims": scorecard,
        "claim_details": details,
        "editions": compared,
        "register": outcomes(edition),
        "regions": regions.table(edition),
    }


def known_then(edition: Edition, name: str, weo: str = "matching") -> Edition:
    """Return an earlier edition with the ledgers as they could have been written by the month of its IMF edition."""
    found = edition.at(Data(edition=name, weo_edition=weo))
    return found.up_to(found.weo)


def when_claimed(path: Path) -> tuple[str, str]:
    """Return the SIPRI and IMF editions that the commentary's authors could read, from claims.yaml."""
    from overtake.config.load import read_yaml

    entry: Any = read_yaml(path).get("as_of", {})
    if not isinstance(entry, dict) or set(entry) != {"edition", "weo_edition"}:
        raise OvertakeError(
            f"{path}: as_of", "is not known", found=entry, allowed="edition and weo_edition, year-month"
        )
    return str(entry["edition"]), str(entry["weo_edition"])
