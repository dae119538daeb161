"""Commands of the skill room: `weights` and `skill`."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overtake import paths
from overtake.errors import OvertakeError

if TYPE_CHECKING:
    from overtake.edition import Edition
    from overtake.futures.series import Series
    from overtake.skill.rolling import Forecaster

#: Models that the full comparison scores beside the combination.
ALONE = ("panel_regression", "pooled_random_walk", "gdp_share")


def register(commands: Any) -> None:
    """Add the commands to the `argparse` subparsers `commands`."""
    weights = commands.add_parser("weights", help="score the growth models at tuning origins, for their weights")
    weights.add_argument("--panel", type=Path, required=True, help="full panel: overtake ingest sipri --all-countries")
    weights.set_defaults(func=_weights)
    skill = commands.add_parser("skill", help="score the models on all countries, beside peers' forecasts")
    skill.add_argument("--panel", type=Path, required=True, help="full panel: overtake ingest sipri --all-countries")
    skill.add_argument("--peers", type=Path, help="peers' quantiles, written by make bench-peers")
    skill.add_argument("--draws", type=int, default=500)
    skill.add_argument("--horizons", type=int, default=15)
    skill.set_defaults(func=_skill)


def _known(edition: str) -> Edition:
    """Return what is shipped, without any forecast of the IMF: a backtest may not see one of later."""
    from overtake.edition import shipped

    return shipped(edition)


def _panel(file: Path) -> tuple[Series, str]:
    """Return a full panel as a series, and its edition."""
    from overtake.draws import read_parquet
    from overtake.skill import full

    panel = read_parquet(file)
    return full.of_panel(panel), f"{int(panel['year'].max()) + 1}-04"


def _weights(arguments: argparse.Namespace) -> int:
    from overtake.config.params import Params
    from overtake.futures import weights
    from overtake.skill.evaluate import tuning_scores
    from overtake.sources import excerpt

    series, edition = _panel(arguments.panel)
    params = Params()
    table = tuning_scores(series, _known(edition), params.futures, params.skill, params.run.seed)
    table = table.assign(source=f"overtake weights --panel milex_{edition}.parquet, tuning half of all countries")
    excerpt.write(paths.RAW, weights.FILE, table)
    print(table[["model", "crps", "n"]].to_string(index=False))
    print(f"wrote data/raw/{weights.FILE}; next: dvc repro")
    return 0


def _skill(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from overtake.config.core import Run
    from overtake.config.params import Params
    from overtake.draws import read_parquet
    from overtake.skill import full, rolling
    from overtake.skill.realtime import forecaster
    from overtake.sources import excerpt

    if not 1 <= arguments.horizons <= 15 or not 100 <= arguments.draws <= 5000:
        raise OvertakeError("overtake skill", "is out of range", allowed="--horizons 1 to 15, --draws 100 to 5000")
    params = Params()
    series, edition = _panel(arguments.panel)
    known, run = _known(edition), Run(seed=params.run.seed, draws=arguments.draws)
    models: dict[str, Callable[[int], Forecaster]] = {}
    for name in ("combined", *ALONE):
        models[name] = full.always(forecaster(known, params.futures.model_copy(update={"model": name}), run))
    models["naive"] = full.always(rolling.naive(arguments.draws, params.run.seed))
    peers: tuple[str, ...] = ()
    if arguments.peers:
        forecasts = read_parquet(arguments.peers)
        peers = tuple(sorted(forecasts["model"].unique()))
        for name in peers:
            models[name] = full.peer(forecasts[forecasts["model"] == name], arguments.draws, params.run.seed)
    index, tasks = full.run(series, range(2000, series.origin), arguments.horizons, models)
    table = full.table(index, tasks, "combined", peers, params.run.seed).round(5)
    command = f"overtake skill --panel milex_{edition}.parquet" + (" --peers forecasts.parquet" if peers else "")
    table = table.assign(
        edition=edition,
        date=datetime.date.today().isoformat(),
        status="derived",
        source=f"{command} --draws {arguments.draws} --horizons {arguments.horizons}",
    )
    excerpt.write(paths.RAW, full.FILE, table[list(full.COLUMNS)])
    for name, found in tasks.items():
        print(f"{name:24s} {found.cpu_seconds:8.1f} s of CPU")
    overall = table[(table["horizon"] == 0) & ~table["score"].str.startswith("pit")]
    print(pd.pivot_table(overall, index=["slice", "model"], columns="score", values="value").round(4).to_string())
    print(f"wrote data/raw/{full.FILE}")
    return 0
