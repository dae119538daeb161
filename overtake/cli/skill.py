"""Commands of the skill room: `weights`, `skill`, `freeze` and `score`."""

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
    skill.add_argument("--draws", type=int, default=2000)
    skill.add_argument("--horizons", type=int, default=10)
    skill.set_defaults(func=_skill)
    freeze = commands.add_parser("freeze", help="keep what the last run says, to be scored by a later edition")
    freeze.set_defaults(func=_freeze)
    score = commands.add_parser("score", help="score every frozen forecast by the edition in use")
    score.set_defaults(func=_score)


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
    from overtake.config.load import load
    from overtake.futures import weights
    from overtake.skill.evaluate import tuning_scores
    from overtake.sources import excerpt

    series, edition = _panel(arguments.panel)
    params = load(paths.PARAMS)
    table = tuning_scores(series, _known(edition), params.futures, params.skill, params.run.seed)
    table = table.assign(source=f"overtake weights --panel milex_{edition}.parquet, tuning half of all countries")
    excerpt.write(paths.RAW, weights.FILE, table)
    print(table[["model", "crps", "n"]].to_string(index=False))
    print(f"wrote data/raw/{weights.FILE}; next: dvc repro")
    return 0


def _skill(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from overtake.config.load import load
    from overtake.draws import read_parquet
    from overtake.skill import full, peers
    from overtake.sources import excerpt

    if not 1 <= arguments.horizons <= 15 or not 100 <= arguments.draws <= 5000:
        raise OvertakeError("overtake skill", "is out of range", allowed="--horizons 1 to 15, --draws 100 to 5000")
    params, draws = load(paths.PARAMS), arguments.draws
    seed, futures = params.run.seed, params.futures
    panel = read_parquet(arguments.panel)
    series, edition = _panel(arguments.panel)
    known = _known(edition)
    models: dict[str, Callable[[int], Forecaster]] = {}
    for name in ("combined", *ALONE):
        models[name] = full.learned(panel, known, futures.model_copy(update={"model": name}), draws, seed)
    models["naive"] = full.always(peers.naive(draws, seed))
    for name, make in (("analogs", peers.analogs), ("scaled", peers.scaled), ("linear", peers.linear)):
        models[name] = make(series, draws, seed)
    if arguments.peers:
        forecasts = read_parquet(arguments.peers)
        for name in sorted(forecasts["model"].unique()):
            models[name] = full.peer(forecasts[forecasts["model"] == name], draws, seed)
    origins = range(full.FIRST_ORIGIN, series.origin)
    index, tasks = full.run(series, origins, arguments.horizons, models, full.regions(panel), seed)
    table = full.table(index, tasks, "combined", seed, ALONE).round(5)
    command = f"overtake skill --panel milex_{edition}.parquet" + (
        " --peers forecasts.parquet" if arguments.peers else ""
    )
    table = table.assign(
        edition=edition,
        date=datetime.date.today().isoformat(),
        status="derived",
        source=f"{command} --draws {draws} --horizons {arguments.horizons}",
    )
    excerpt.write(paths.RAW, full.FILE, table[list(full.COLUMNS)])
    for name, found in tasks.items():
        print(f"{name:24s} {found.cpu_seconds:8.1f} s of CPU")
    overall = table[(table["horizon"] == 0) & table["score"].isin(["crps", "brier", "in80", "log"])]
    print(
        pd.pivot_table(overall, index=["question", "score", "model"], columns="slice", values="value")
        .round(4)
        .to_string()
    )
    print(f"wrote data/raw/{full.FILE}")
    return 0


def _freeze(_: argparse.Namespace) -> int:
    from overtake import edition as editions
    from overtake.config.load import load
    from overtake.draws import read_draws
    from overtake.skill import frozen

    settings = load(paths.PARAMS)
    edition = editions.of_run()
    rows = frozen.rows(read_draws(paths.PROCESSED / "futures.parquet"), dict(settings.balances))
    date = datetime.date.today().isoformat()
    target = frozen.freeze(paths.ROOT, rows, edition, dict(settings.balances), settings.model_dump(mode="json"), date)
    print(f"froze {len(rows)} rows of edition {edition.name}: {target.relative_to(paths.ROOT).as_posix()}")
    print("next: commit it with its description; `overtake score` when a later edition is in use")
    return 0


def _score(_: argparse.Namespace) -> int:
    import pandas as pd

    from overtake import edition as editions
    from overtake.config.load import load
    from overtake.skill import frozen

    forecasts = frozen.read(paths.ROOT)
    if not forecasts:
        raise OvertakeError(frozen.FOLDER.as_posix(), "holds no frozen forecast", next_step="overtake freeze")
    edition = editions.read(load(paths.PARAMS).data)
    found = pd.concat([frozen.scored(forecast, edition) for forecast in forecasts], ignore_index=True)
    if found.empty:
        names = ", ".join(forecast.name for forecast in forecasts)
        print(f"edition {edition.name} reports no year after those of {names}: nothing to score yet")
        return 0
    means = found.groupby(["forecast", "kind", "horizon", "score"], sort=False)["value"].agg(["mean", "count"])
    print(means.round(4).to_string())
    return 0
