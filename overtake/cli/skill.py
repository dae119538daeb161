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
    import pandas as pd

    from overtake.config.params import Params
    from overtake.edition import Edition
    from overtake.futures.series import Series
    from overtake.skill.rolling import Forecaster

#: What `--then` takes.
EARLIER = "panels whose last year is before that of --panel, each once"
#: Models that the full comparison scores beside the combination.
ALONE = ("panel_regression", "pooled_random_walk", "gdp_share")


def register(commands: Any) -> None:
    """Add the commands to the `argparse` subparsers `commands`."""
    weights = commands.add_parser("weights", help="score the growth models at tuning origins, for their weights")
    weights.add_argument("--panel", type=Path, required=True, help="full panel: overtake ingest sipri --all-countries")
    weights.set_defaults(func=_weights)
    skill = commands.add_parser("skill", help="score the models on all countries, beside peers' forecasts")
    skill.add_argument("--panel", type=Path, required=True, help="full panel: overtake ingest sipri --all-countries")
    skill.add_argument("--then", type=Path, nargs="+", default=[], help="full panels of earlier editions: in real time")
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


def _panel(file: Path) -> tuple[pd.DataFrame, Series, str]:
    """Return a full panel, the same as a series, and its edition."""
    from overtake.draws import read_parquet
    from overtake.futures.series import of_panel

    panel = read_parquet(file)
    return panel, of_panel(panel), f"{int(panel['year'].max()) + 1}-04"


def _models(
    panel: pd.DataFrame, series: Series, edition: str, params: Params, draws: int
) -> dict[str, Callable[[int], Forecaster]]:
    """Return our models and the short peers, with what an edition's panel tells."""
    from overtake.skill import full, peers

    known, seed = _known(edition), params.run.seed
    models = {
        name: full.learned(panel, known, params.futures.model_copy(update={"model": name}), draws, seed)
        for name in (full.OURS, *ALONE)
    }
    models["naive"] = full.always(peers.naive(draws, seed))
    for name, make in (("analogs", peers.analogs), ("scaled", peers.scaled), ("linear", peers.linear)):
        models[name] = make(series, draws, seed)
    return models


def _in_real_time(
    newest: Series, arguments: argparse.Namespace, params: Params, regions: dict[str, str]
) -> pd.DataFrame:
    """Return the rows (see `full.table`) of forecasts from the panels of earlier editions."""
    import pandas as pd

    from overtake.skill import full

    past = {}
    for file in arguments.then:
        panel, series, edition = _panel(file)
        if series.origin >= newest.origin or edition in past:
            raise OvertakeError("--then", "names no earlier edition, or one twice", found=file.name, allowed=EARLIER)
        past[edition] = (series, _models(panel, series, edition, params, arguments.draws))
    if not past:
        return pd.DataFrame()
    index, tasks = full.in_real_time(newest, past.values(), arguments.horizons, regions, params.run.seed)
    return full.table(index, tasks, full.OURS, params.run.seed, ALONE, full.by_edition)


def _weights(arguments: argparse.Namespace) -> int:
    from overtake.config.load import load
    from overtake.futures import weights
    from overtake.skill.evaluate import tuning_scores
    from overtake.sources import excerpt

    _, series, edition = _panel(arguments.panel)
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
    from overtake.skill import full
    from overtake.sources import excerpt

    if not 1 <= arguments.horizons <= 15 or not 100 <= arguments.draws <= 5000:
        raise OvertakeError("overtake skill", "is out of range", allowed="--horizons 1 to 15, --draws 100 to 5000")
    params, draws = load(paths.PARAMS), arguments.draws
    seed = params.run.seed
    panel, series, edition = _panel(arguments.panel)
    models = _models(panel, series, edition, params, draws)
    if arguments.peers:
        forecasts = read_parquet(arguments.peers)
        for name in sorted(forecasts["model"].unique()):
            models[name] = full.peer(forecasts[forecasts["model"] == name], draws, seed)
    origins = range(full.FIRST_ORIGIN, series.origin)
    regions = full.regions(panel)
    index, tasks = full.run(series, origins, arguments.horizons, models, regions, seed)
    table = full.table(index, tasks, full.OURS, seed, ALONE)
    table = pd.concat([table, _in_real_time(series, arguments, params, regions)], ignore_index=True).round(5)
    given = [f"--panel milex_{edition}.parquet"]
    given += ["--then " + " ".join(file.name for file in arguments.then)] * bool(arguments.then)
    given += ["--peers forecasts.parquet"] * bool(arguments.peers)
    table = table.assign(
        edition=edition,
        date=datetime.date.today().isoformat(),
        status="derived",
        source=f"overtake skill {' '.join(given)} --draws {draws} --horizons {arguments.horizons}",
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
    from overtake.rulers.china import of_run
    from overtake.skill import frozen

    settings = load(paths.PARAMS)
    edition = editions.of_run()
    rows = frozen.rows(of_run(paths.PROCESSED, settings), dict(settings.balances))
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
