"""Random legal parameters: every kind of headline, edition, ruler, level, scenario, model, plan, interval, horizon."""

from __future__ import annotations

from typing import Any

import numpy as np

from overtake.config.load import parse
from overtake.config.params import Params
from overtake.errors import OvertakeError

EDITIONS = ("2020-04", "2021-04", "2023-04", "2025-04", "2026-04")
RULERS = ("constant_usd", "current_usd", "gdp_ppp", "military_ppp", "symmetric", "stock", "stock_own")
DRAWS = 200
ELEVEN = ("JPN", "KOR", "AUS", "PHL", "THA", "IND", "VNM", "IDN", "SGP", "MYS", "TWN")
#: Headlines that no declared balance is like: by kind.
UNUSUAL: dict[str, dict[str, Any]] = {
    "one_member": {"label": "India alone", "against": {"CHN": 1.0}, "side": {"IND": 1.0}},
    "two_challengers": {"label": "Japan and South Korea", "against": {"CHN": 1.0, "RUS": 1.0},
                        "side": {"JPN": 1.0, "KOR": 1.0}},
    "us_on_chinas_side": {
        "label": "Four of Asia", "against": {"CHN": 1.0, "USA": 0.5},
        "side": {"JPN": 1.0, "KOR": 1.0, "IND": 1.0, "AUS": 1.0},
    },
    "russia": {"label": "Japan and South Korea", "against": {"RUS": 1.0}, "side": {"JPN": 1.0, "KOR": 1.0}},
    "half_members": {"label": "Half of Japan and of India", "against": {"CHN": 1.0}, "side": {"JPN": 0.5, "IND": 0.5},
                     "breakeven": ["USA"]},
    "twelve": {
        "label": "Twelve of the Pacific", "against": {"CHN": 1.0},
        "side": dict.fromkeys((*ELEVEN, "NZL"), 1.0),
        "breakeven": ["USA", "JPN"],
    },
    "threshold": {"label": "Five treaty allies at nine tenths", "against": {"CHN": 1.0}, "threshold": 0.9,
                  "side": dict.fromkeys(("JPN", "KOR", "AUS", "PHL", "THA"), 1.0)},
    "united_states": {"label": "China and Russia", "against": {"USA": 1.0}, "side": {"CHN": 1.0, "RUS": 1.0}},
}  # fmt: skip
SCENARIOS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"growth_shift_pct": {"CHN": -2.0}, "from_year": 2027, "to_year": 2033},
    {"growth_shift_pct": {"JPN": 3.0, "KOR": 1.5}},
    {"share_targets": {"JPN": {"share_pct": 2.0, "year": 2032}}},
)
LEVELS = ("sipri", "sipri", "sipri", "dod_2024", "careful_mer_2024", "uncertain")
MODELS = ("combined", "combined", "panel_regression", "pooled_random_walk", "gdp_share", "damped_trend", "state_space",
          "error_correction")  # fmt: skip
TIERS = ("spent", "enacted", "budgeted", "announced", "aim")


def chosen(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return `count` legal sets of parameters as params.yaml would hold them; the first are the kinds of headline."""
    random = np.random.default_rng(seed)
    found: list[dict[str, Any]] = []
    while len(found) < count:
        headline = list(UNUSUAL)[len(found)] if len(found) < len(UNUSUAL) else None
        one = drawn(random, headline)
        try:
            parse(one)
        except OvertakeError:
            continue  # not legal: refused in the first second, as it should be
        found.append(one)
    return found


def drawn(random: np.random.Generator, headline: str | None = None) -> dict[str, Any]:
    """Return one set; headline: of `UNUSUAL`, else as often a declared balance."""
    defaults = Params().model_dump(mode="json")["balances"]

    def one(of: Any) -> Any:
        return of[int(random.integers(len(of)))]

    kept = {name: defaults[name] for name in ("five", "eleven", "jpn_kor_aus", "quad", "aukus", "five_us30", "usa")}
    name = headline or one([*UNUSUAL, *defaults])
    kept[name] = UNUSUAL.get(name) or defaults[name]
    use = tuple(dict.fromkeys(("constant_usd", "current_usd", *(ruler for ruler in RULERS if random.random() < 0.5))))
    horizon = int(one((2040, 2045, 2050, 2060)))
    return {
        "data": {"edition": one(EDITIONS)},
        "run": {"draws": DRAWS, "seed": int(random.integers(1, 1000))},
        "futures": {
            "model": one(MODELS),
            "horizon": horizon,
            "plans": one(("off", "cut", "face_value")),
            "plan_tiers": [tier for tier in TIERS if random.random() < 0.7],
        },
        "rulers": {"use": list(use), "china_level": one(LEVELS)},
        "scenario": one(SCENARIOS),
        "crossing": {"sustain": int(one((1, 2, 3))), "interval_pct": float(one((50, 80, 90, 95)))},
        "balances": kept,
        "sensitivity": {
            "draws": DRAWS, "search_draws": DRAWS, "balances": [name if name != "threshold" else "eleven"],
            "multiverse": {"coalitions": ["five", "eleven"]},
        },
        "brief": {"headline_balance": name, "headline_ruler": one(use)},
        "scenarios": {"balances": ["eleven"], "rulers": ["constant_usd"]},
    }  # fmt: skip
