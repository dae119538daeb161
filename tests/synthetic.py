"""Tables by the contracts of docs/architecture.md, made up: plausible in shape, clearly fake in content."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake.balances import joined, summarise
from overtake.balances.trend import COLUMNS as TREND
from overtake.claims.evaluate import COLUMNS
from overtake.claims.regions import COLUMNS as REGIONS
from overtake.cli.validate import write_settings
from overtake.config.balances import Crossing, default_balances
from overtake.config.load import load
from overtake.config.params import Params
from overtake.draws import Draws
from overtake.pipeline import contracts
from overtake.streams import stream
from tests.lanes import made_once

ECONOMIES = {
    # iso3: (name, group, fake level in the last year, fake growth a year)
    "CHN": ("China", "adversary", 300.0, 0.055),
    "JPN": ("Japan", "ally", 60.0, 0.035),
    "KOR": ("South Korea", "ally", 50.0, 0.030),
    "AUS": ("Australia", "ally", 36.0, 0.025),
    "PHL": ("Philippines", "ally", 6.0, 0.045),
    "THA": ("Thailand", "ally", 5.5, 0.010),
    "IND": ("India", "partner", 93.0, 0.040),
    "VNM": ("Viet Nam", "partner", 11.0, 0.060),
    "IDN": ("Indonesia", "partner", 15.0, 0.050),
    "SGP": ("Singapore", "partner", 17.0, 0.030),
    "MYS": ("Malaysia", "partner", 4.5, 0.020),
    "TWN": ("Taiwan", "partner", 17.5, 0.040),
    "NZL": ("New Zealand", "other", 3.0, 0.020),
    "USA": ("United States", "ally", 900.0, 0.012),
    "GBR": ("United Kingdom", "other", 85.0, 0.015),
    "RUS": ("Russia", "other", 150.0, 0.050),
}
FIVE = ["JPN", "KOR", "AUS", "PHL", "THA"]
ELEVEN = [*FIVE, "IND", "VNM", "IDN", "SGP", "MYS", "TWN"]
FIRST, LAST, HORIZON, DRAWS = 1989, 2025, 2050, 240
RULERS = ("constant_usd", "current_usd", "gdp_ppp", "military_ppp", "symmetric", "stock")
UPLIFT = {"gdp_ppp": 2.1, "military_ppp": 1.8, "symmetric": 1.2, "stock": 6.0}


def params() -> dict[str, Any]:
    """Return valid parameters, those of the package but for the number of draws."""
    settings = Params().model_dump(mode="json")
    settings["run"] = {"seed": 7, "draws": DRAWS}
    return settings


def paths(seed: int = 7, tilt: float = 0.0) -> Draws:
    """Return fake history and futures; `tilt` is added to China's growth."""
    rng = stream(seed, "synthetic")
    years = np.arange(FIRST, HORIZON + 1)
    values = np.empty((DRAWS, len(ECONOMIES), len(years)))
    for position, (iso3, (_, _, level, growth)) in enumerate(ECONOMIES.items()):
        growth = growth + (tilt if iso3 == "CHN" else 0.0)
        past = rng.normal(growth, 0.025, LAST - FIRST)
        history = np.concatenate([[0.0], np.cumsum(past)])
        history += np.log(level) - history[-1]
        drift = growth * 0.7 + rng.normal(0, 0.012, (DRAWS, 1))
        steps = drift + rng.normal(0, 0.045, (DRAWS, HORIZON - LAST))
        future = history[-1] + np.cumsum(steps, axis=1)
        values[:, position] = np.exp(np.hstack([np.tile(history, (DRAWS, 1)), future]))
    return Draws(values, tuple(ECONOMIES), tuple(int(y) for y in years), LAST, "constant US$ bn")


def on_ruler(everyone: Draws, ruler: str) -> Draws:
    """Return the paths on a ruler, by made-up factors that lift the poor more than China."""
    factor = np.ones(len(everyone.economies))
    if ruler in UPLIFT:
        for position, iso3 in enumerate(everyone.economies):
            poor = iso3 in ("IND", "VNM", "IDN", "PHL", "THA", "MYS")
            rich = iso3 in ("USA", "JPN", "AUS", "GBR", "KOR", "SGP", "NZL")
            factor[position] = UPLIFT[ruler] * (1.6 if poor else 0.75 if rich else 1.0)
    return everyone.with_values(everyone.values * factor[None, :, None], ruler)


def write_all(root: Path, seed: int = 7, tilt: float = 0.0, edition: str = "2026-04") -> dict[str, Any]:
    """Write every table of the contracts under `root`; return the parameters that belong to them."""
    processed, raw = root / "data" / "processed", root / "data" / "raw"
    processed.mkdir(parents=True, exist_ok=True)
    raw.mkdir(parents=True, exist_ok=True)
    everyone = paths(seed, tilt)
    settings = params()
    settings["data"]["edition"] = edition
    contracts.write(everyone, processed / "futures.parquet")
    exact = everyone.with_values(everyone.values[:1], everyone.unit)
    tables = joined(
        summarise(
            on_ruler(with_error(everyone), ruler),
            on_ruler(exact, ruler),
            default_balances(),
            Crossing(),
            ruler=ruler,
            edition=edition,
        )
        for ruler in RULERS
    )
    frames = {
        "spending": spending(everyone, edition),
        "rulers": rulers(everyone),
        "crossings": tables.crossings,
        "curves": tables.curves,
        "breakeven": tables.breakeven,
        "claims": claims(edition),
        "register": register(),
        "editions": editions(edition),
        "skill": skill(),
        "sensitivity": sensitivity(),
        "sobol": sobol(),
        "flips": flips(),
        "multiverse": multiverse(),
        "multiverse_shares": shares(),
        "trend": trend(edition),
        "implied_shares": implied_shares(),
        "tiers": tiers(),
        "levels": levels(),
        "scenarios": scenarios(),
        "regions": regions(edition),
    }
    for name, frame in frames.items():
        contracts.write(frame, processed / f"{name}.parquet")
    for name, frame in ledgers(frames["spending"], edition).items():
        frame.to_csv(raw / f"{name}.csv", index=False)
    (root / "params.yaml").write_text(json.dumps(settings, indent=1), encoding="utf-8")
    (raw / "references.json").write_text(json.dumps(references(), indent=1), encoding="utf-8")
    write_settings(load(root / "params.yaml"), processed)
    (processed / "figures.json").write_text(json.dumps({"milex.csv": "0" * 64}), encoding="utf-8")
    return settings


def trend(edition: str) -> pd.DataFrame:
    """Return the contract's `trend`, a made-up row for each of its states and first years."""
    rows = [
        (name, share, since, LAST, 0.5, 1.0, 4.0, state, year, edition)
        for name, share in (("usa", 100), ("five", 10), ("eleven", 20))
        for since, state, year in ((2016, "passes", 2047.0), (2020, "never", np.nan), (2010, "leads", np.nan))
    ]
    return pd.DataFrame(rows, columns=list(TREND))


def implied_shares() -> pd.DataFrame:
    """Return the contract's `implied_shares`, made up: India's share falls, all others rise."""
    rows = [
        (step, iso3, year, 2.0 + (-0.05 if iso3 == "IND" else 0.03) * (year - LAST), low, high)
        for step in ("as set", "none", "spent", "enacted", "budgeted", "announced", "aim")
        for iso3 in ECONOMIES
        for year, low, high in ((LAST, np.nan, np.nan), (2030, 1.0, 3.0), (2035, 0.8, 3.4))
    ]
    return pd.DataFrame(rows, columns=["tiers", "iso3", "year", "share_pct", "share_q10", "share_q90"])


def tiers() -> pd.DataFrame:
    """Return the contract's `tiers`, made up."""
    rows = [
        (step, balance, ruler, year, 0.7 - 0.04 * at, 1.2)
        for at, step in enumerate(("none", "spent", "enacted", "budgeted", "announced", "aim"))
        for balance in ("eleven", "five")
        for ruler in ("constant_usd", "current_usd")
        for year in (LAST, 2030, 2035, 2040)
    ]
    return pd.DataFrame(rows, columns=["tiers", "balance", "ruler", "year", "p_ahead", "ratio"])


def levels() -> pd.DataFrame:
    """Return the contract's `levels`, made up."""
    rows = [
        (level, label, of_year, end, factor, balance, ruler, year, 0.5 + (factor - 1), factor)
        for level, label, of_year, end, factor in (
            ("sipri", "SIPRI", LAST, "sipri", 1.0), ("one", "One study", 2024, "low", 0.95),
            ("one", "One study", 2024, "high", 1.2),
        )
        for balance in ("eleven", "five")
        for ruler in ("constant_usd", "current_usd")
        for year in (LAST, 2030, 2035, 2040)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["level", "label", "of_year", "end", "factor", "balance", "ruler", "year",
                                       "p_ahead", "ratio"])  # fmt: skip


def scenarios() -> pd.DataFrame:
    """Return the contract's `scenarios`, made up: one moves the balances, one leaves them."""
    rows = [
        (name, label, description, balance, "constant_usd", year, 0.5 * factor, factor)
        for name, label, description, factor in (
            ("baseline", "Baseline", "The parameters as they stand.", 1.0),
            ("slow", "China slows", "China's spending grows 3 points a year more slowly.", 0.8),
            ("still", "Nothing moves", "A currency that no ruler here sees.", 1.0),
        )
        for balance in ("eleven", "five")
        for year in (LAST, 2030, 2035, 2040)
    ]
    return pd.DataFrame(rows, columns=["scenario", "label", "description", "balance", "ruler", "year", "p_ahead",
                                       "ratio"])  # fmt: skip


def regions(edition: str) -> pd.DataFrame:
    """Return the contract's `regions`, made up: Oceania always behind, the world never."""
    rows = [
        (
            edition,
            "world",
            LAST,
            2024,
            300.0,
            2700.0,
            True,
            300 / 2700,
            300 / 2400,
            np.nan,
            np.nan,
            np.nan,
            np.nan,
            2.0,
        ),
        (edition, "asia_oceania", LAST, 2024, 300.0, 590.0, True, 300 / 590, 300 / 290, 2022.0, LAST, 9.0, 9.0, 2.0),
        (edition, "south_asia", LAST, 2024, 300.0, 100.0, False, np.nan, 3.0, FIRST, LAST, np.nan, np.nan, 2.0),
    ]
    return pd.DataFrame(rows, columns=list(REGIONS))


def spending(everyone: Draws, edition: str) -> pd.DataFrame:
    """Return the contract's `spending`."""
    rows = []
    for iso3 in everyone.economies:
        for year, level in zip(everyone.years, everyone.economy(iso3)[0], strict=True):
            if year <= LAST:
                rows.append(
                    {
                        "iso3": iso3,
                        "year": year,
                        "milex_constant_usd_bn": level,
                        "milex_current_usd_bn": level * 0.97 ** (LAST - year),
                        "milex_lcu_bn": level * 7,
                        "gdp_share_pct": 1.0 + (len(iso3 + str(year)) + hash_of(iso3)) % 5 / 2 + (year - 2010) / 60,
                        "status": "estimate" if iso3 == "CHN" else "reported",
                        "gap_filled": iso3 == "VNM" and 1995 <= year <= 2002,
                        "edition": edition,
                        "price_base": 2024,
                    }
                )
    return pd.DataFrame(rows)


def hash_of(text: str) -> int:
    """Return a small steady number for `text`."""
    return sum(ord(letter) for letter in text)


def rulers(everyone: Draws) -> pd.DataFrame:
    """Return the contract's `rulers`."""
    parts = []
    for ruler in RULERS:
        measured = on_ruler(everyone, ruler)
        for iso3 in measured.economies:
            frame = pd.DataFrame({"year": measured.years, "value": measured.economy(iso3)[0]})
            parts.append(frame[frame["year"] <= LAST].assign(ruler=ruler, iso3=iso3, unit=f"{ruler} bn"))
    return pd.concat(parts, ignore_index=True)[["ruler", "iso3", "year", "value", "unit"]]


def with_error(everyone: Draws) -> Draws:
    """Return the paths with a made-up measurement error, one factor an economy and draw."""
    rng = stream(3, "synthetic error")
    factors = np.exp(rng.normal(0, 0.02, (*everyone.values.shape[:2], 1)))
    return everyone.with_values(everyone.values * factors, everyone.unit)


def claims(edition: str) -> pd.DataFrame:
    """Return the contract's `claims` with three made-up ones."""
    rows = [
        ("A1", "A made-up claim that holds", "rank of CHN", 2.0, 2.0, 2.0, "rank", "= 2", "supported",
         "supported", 2.0),
        ("A2", "A made-up claim that holds in part", "growth gap", 1.9, 0.4, 3.1, "per cent a year", "> 0",
         "partly", "supported", 2.7),
        ("A3", "A made-up claim that fails", "shortfall", -3.3, -5.0, -1.0, "per cent", "> 0", "contradicted",
         "contradicted", 0.4),
        ("A4", "A claim that spending cannot test", "none", np.nan, np.nan, np.nan, "", "", "untestable",
         "untestable", np.nan),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["claim", "sentence", "test", "value", "lo", "hi", "unit", "threshold",
                                        "verdict", "verdict_2020", "value_2020"])  # fmt: skip
    frame["edition"] = edition
    frame["result"] = "The measured value is {value} ({lo} to {hi})."
    frame["would_change"] = "A value on the other side of the threshold."
    frame["beside"] = frame["beside_2020"] = np.nan
    frame["reach"], frame["years"], frame["years_2020"] = (
        ["whole", "spending", "whole", "whole"],
        "2020-2025",
        "to 2019",
    )
    return frame[list(COLUMNS)]


def register() -> pd.DataFrame:
    """Return the contract's `register` with made-up forecasts."""
    rows = [
        ("a", 2001, "Somebody", "China is ahead by 2010", "milex_ratio", "CHN", "USA", "the United States", "at_least",
         1.0, 2010, 2010, 2010, 0.21, "ratio", "missed", np.nan, "made-up"),
        ("b", 2019, "Somebody else", "China is ahead by 2040", "milex_ratio", "CHN", "USA", "the United States",
         "at_least", 1.0, 2040, 2040, LAST, 0.33, "ratio", "open", 7.7, "made-up"),
        ("c", 2019, "A third", "something else", "milex_usd_bn", "CHN", "", "", "near", 1.0, 2040, 2040, LAST, np.nan,
         "US$ bn", "not measured", np.nan, "made-up"),
    ]  # fmt: skip
    columns = ["forecast", "made", "who", "claim", "measure", "subject", "comparator", "denominator", "direction",
               "threshold", "target_year_lo", "target_year_hi", "year", "value", "unit", "state", "needed_pct",
               "reference"]  # fmt: skip
    found = pd.DataFrame(rows, columns=columns)
    found.insert(len(columns) - 1, "remark", "on its own figures")
    return found


def editions(edition: str) -> pd.DataFrame:
    """Return the contract's `editions` with made-up crossing years."""
    rows = [
        ("crossing", name, edition, "eleven", ruler, year, np.nan)
        for name, year in (("2020-04", 2018.0), ("2023-04", np.nan))
        for ruler in ("constant_usd", "current_usd")
    ]
    columns = ["kind", "edition", "compared_with", "subject", "ruler", "value", "compared_value"]
    rest = {"year": np.nan, "change_pct": np.nan, "verdict": "", "compared_verdict": "", "moved": False}
    order = [column.name for column in contracts.CONTRACTS["editions"].columns]
    return pd.DataFrame(rows, columns=columns).assign(**rest)[order]


def skill() -> pd.DataFrame:
    """Return the contract's `skill`."""
    rows = []
    for model, base in (("combination", 0.15), ("random_walk", 0.16), ("naive", 0.18)):
        for horizon in (0, 1, 3, 5, 10):
            for score, scale in (("crps", 1.0), ("in80", 5.0), ("brier", 0.6)):
                value = base * scale * (0.6 + horizon / 12 if score != "in80" else 1)
                rows.append(("rolling", model, 0, horizon, score, value, value * 0.9, value * 1.1, 800))
    columns = ["backtest", "model", "origin", "horizon", "score", "value", "lo", "hi", "n"]
    return pd.DataFrame(rows, columns=columns)


def sensitivity() -> pd.DataFrame:
    """Return the contract's `sensitivity`."""
    rows = []
    for rank, parameter in enumerate(["futures.drift_shrinkage", "futures.plans.realisation", "rulers.ppp.drift",
                                      "crossing.sustain", "futures.tail"]):  # fmt: skip
        swing = 0.2 / (rank + 1)
        rows.append(
            (parameter, 0.25, 0.75, "eleven_us10", "constant_usd", "p_by_2035", 0.5 - swing, 0.5, 0.5 + swing / 2)
        )
    columns = ["parameter", "low", "high", "balance", "ruler", "measure", "at_low", "at_base", "at_high"]
    return pd.DataFrame(rows, columns=columns).assign(reason="made up")


def sobol() -> pd.DataFrame:
    """Return the contract's `sobol`, made up: indices that settle as the design grows."""
    rows = [
        ("eleven", f"p_ahead_{year}", parameter, size, part, 0.4 / size**0.5, part * 1.1, 0.5 / size**0.5, 0.2, 500)
        for year in (2030, 2035)
        for size in (16, 32)
        for parameter, part in (("growth_shift_pct.CHN", 0.5), ("china_level", 0.3), ("threshold", 0.0))
    ]
    columns = ["balance", "measure", "parameter", "samples", "first", "first_conf", "total", "total_conf", "spread",
               "draws"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def flips() -> pd.DataFrame:
    """Return the contract's `flips`, made up: one way with a turn, one without."""
    rows = []
    for kind, subject, question, parameter, base in (
        ("balance", "eleven", "leads in 2030", "china_level", 1.0),
        ("balance", "eleven", "leads in 2035", "china_level", 1.0),
        ("balance", "eleven", "leads in 2030", "threshold", 1.0),
        ("balance", "eleven", "leads in 2035", "threshold", 1.0),
        ("claim", "A1", "rank", "level of China", 1.0),
        ("claim", "A1", "rank", "growth of China", 0.0),
    ):
        turns = parameter != "threshold"
        before, after = ("leads", "does not lead") if kind == "balance" else ("supported", "partly")
        rows.append((kind, subject, question, parameter, base, base - 1, base - 0.25 if turns else np.nan,
                     -0.25 if turns else np.nan, before, after if turns else "", 12, 2000))  # fmt: skip
        rows.append((kind, subject, question, parameter, base, base + 1, np.nan, np.nan, before, "", 9, 2000))
    columns = ["kind", "subject", "question", "parameter", "base", "bound", "flips_at", "change", "before", "after",
               "evaluations", "draws"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def multiverse() -> pd.DataFrame:
    """Return the contract's `multiverse`, made up: a few choices crossed."""
    rows = [
        (edition, 40, "combined", "cut", ruler, coalition, level, share, 2,
         *(0.1 + 0.2 * (ruler == "constant_usd") + 0.3 * (level != "sipri") + step / 10 for step in range(3)))
        for edition in ("2020-04", "2026-04") for ruler in ("constant_usd", "gdp_ppp")
        for coalition in ("eleven", "five") for level in ("sipri", "made_up") for share in (0.0, 0.2)
    ]  # fmt: skip
    columns = ["edition", "window_years", "model", "plans", "ruler", "coalition", "china_level", "us_share", "sustain",
               "p_ahead_2030", "p_ahead_2035", "p_ahead_2040"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def shares() -> pd.DataFrame:
    """Return the contract's `multiverse_shares` of the table above."""
    from overtake.sensitivity.variance import shares as of

    table = multiverse()
    choices = [name for name in table.columns if not name.startswith("p_")]
    measures = [name for name in table.columns if name.startswith("p_")]
    return of(table, choices, measures, ("coalition", "us_share")).assign(specifications=len(table), draws=500)


def ledgers(spent: pd.DataFrame, edition: str) -> dict[str, pd.DataFrame]:
    """Return the committed tables of data/raw that the brief reads."""
    economies = pd.DataFrame([(iso3, e[0], "Asia", e[1]) for iso3, e in ECONOMIES.items()],
                             columns=["iso3", "name", "region", "group"])  # fmt: skip
    milex = []
    for number, name in enumerate(["2020-04", "2023-04", edition]):
        part = spent[spent["year"] <= 2019 + 3 * number].copy()
        part["milex_constant_usd_m"] = part["milex_constant_usd_bn"] * 1000 * (1.08 - 0.04 * number)
        milex.append(part.assign(edition=name, source="sipri", cell=[f"Constant!B{2 + i}" for i in range(len(part))]))
    editions = pd.DataFrame(
        [("sipri", name, f"{name}-27", 2018 + 3 * i, 1989, 2019 + 3 * i, "10.0000/FAKE", "fake.xlsx", "0" * 64,
          "2026-11")
         for i, name in enumerate(["2020-04", "2023-04", edition])],
        columns=["publisher", "edition", "published", "price_base", "first_year", "last_year", "doi", "file",
                 "sha256", "accessed"])  # fmt: skip
    keep = ["edition", "iso3", "year", "milex_constant_usd_m", "gdp_share_pct", "status", "cell", "source"]
    trial = pd.read_csv(Path(__file__).parents[1] / "data" / "raw" / "skill_full.csv")  # of no run: as it is shipped
    return {"economies": economies, "milex": pd.concat(milex)[keep], "editions": editions, "skill_full": trial}


CITED = ("made-up", "edel-mohandas-2020", "fravel-2024", "robertson-2022", "rand-mr1143", "tian-su-2021",
         "sipri-milex", "imf-weo")  # fmt: skip


def references() -> list[dict[str, Any]]:
    """Return a bibliography in CSL-JSON of made-up works under the keys that the brief cites."""
    return [
        {
            "id": key,
            "type": "report",
            "title": f"A Made-up Report ({key})",
            "author": [{"family": "Nobody", "given": "N."}],
            "issued": {"date-parts": [[2020, 10]]},
            "publisher": "Nowhere Institute",
            "DOI": "10.0000/made.up",
        }
        for key in CITED
    ]


@functools.cache
def _once() -> Path:
    root = Path(tempfile.mkdtemp(prefix="overtake-synthetic-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    write_all(root)
    return root


def write_copy(root: Path) -> dict[str, Any]:
    """Copy the tables of `write_all`, made once a session, to `root`; return the parameters that belong to them."""
    shutil.copytree(_once(), root, dirs_exist_ok=True)
    return params()


def said_by(brief: Any, words: str) -> str:
    """Return on one line the HTML that the cells of brief.ipynb with `words` show of the brief's tables."""
    from overtake.brief import balance_tables, choices, findings, record, regions, robust

    names = {"b": brief, "choices": choices, "findings": findings, "record": record, "regions": regions,
             "robust": robust, "tables": balance_tables}  # fmt: skip
    notebook = json.loads((Path(__file__).parents[1] / "notebooks" / "brief.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    found = [str(eval(source, names).html) for source in sources if words in source]
    assert found, f"no cell says {words}"
    return " ".join(" ".join(found).split())


#: Writes brief, annex and the pages of two economies into folders of the folder that is given.
PAGES = """
import pathlib, sys
from overtake.pipeline.run import run_stage, together
from overtake.publish import economies
from overtake.publish.files import write_all
reports = pathlib.Path(sys.argv[1])
for name in ("brief", "annex"):
    write_all(run_stage("brief", only=f"{name}.ipynb"), reports / name)
together(economies.jobs(["JPN", "USA"], reports / "economies"))
"""


def render(root: Path) -> Path:
    """Run and publish brief and annex over the tables under `root`; return the folder reports/brief."""
    project = Path(__file__).resolve().parents[1]
    (root / "notebooks").mkdir(exist_ok=True)
    for name in ("brief", "annex", "economy"):
        shutil.copy(project / "notebooks" / f"{name}.ipynb", root / "notebooks")
    for name in ("CITATION.cff", "dvc.yaml"):
        shutil.copy(project / name, root)
    environment = os.environ | {"OVERTAKE_ROOT": str(root), "PYTHONHASHSEED": "0"}
    for name in ("brief", "annex", "economies"):
        (root / "reports" / name).mkdir(parents=True)
    command = [sys.executable, "-c", PAGES, str(root / "reports")]
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return root / "reports" / "brief"


def rendered() -> Path:
    """Return the folder of a brief over made-up tables, rendered once for all tests; nobody may change it."""

    def make(root: Path) -> str:
        write_copy(root)
        return str(render(root))

    return made_once("rendered", make)[0] / "reports" / "brief"
