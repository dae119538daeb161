"""Command `balance`: who leads a coalition of the analyst's choosing, and until when, within two seconds."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from overtake.balances import States
    from overtake.config.balances import Balance, Crossing
    from overtake.config.params import Params
    from overtake.draws import Draws

EXAMPLES = """examples:
  overtake balance --side JPN,KOR,AUS:0.5 --against CHN
  overtake balance --side JPN,KOR,AUS,USA:0.3 --against CHN,RUS --ruler gdp_ppp --by 2035
  overtake balance --side JPN,KOR --against CHN --tie-down KOR:0.5 --threshold 2
"""


def register(commands: Any) -> None:
    """Add `balance` to the `argparse` subparsers `commands`."""
    balance = commands.add_parser(
        "balance",
        help="the state of an ad-hoc balance, from the futures in place",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    balance.add_argument("--side", required=True, help="the coalition: JPN,KOR,AUS:0.5 (share of spending, else 1)")
    balance.add_argument("--against", default="CHN", help="the other side (default: CHN)")
    balance.add_argument("--tie-down", help="share of a member's spending that others tie down: KOR:0.5,IND:0.2")
    balance.add_argument("--threshold", type=float, default=1.0, help="ratio at which it is crossed (default: 1)")
    balance.add_argument("--ruler", default="constant_usd", help="how spending is measured (default: constant_usd)")
    balance.add_argument("--by", type=int, action="append", help="P(crossed by this year); may be repeated")
    balance.add_argument("--break-even", help="economy whose break-even share is shown, such as USA")
    balance.add_argument("--json", action="store_true", help="the answer as JSON")
    balance.set_defaults(func=_balance)


def _balance(arguments: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.balances import breakeven, ratio, states
    from overtake.balances.adhoc import adhoc_balance
    from overtake.config.economies import legal, unknown
    from overtake.config.load import load
    from overtake.errors import OvertakeError

    asked = adhoc_balance(
        arguments.side, arguments.against, threshold=arguments.threshold, tie_downs=arguments.tie_down
    )
    params = load(paths.PARAMS)
    futures, observed = _measured(arguments.ruler, params)
    drawn = ratio(futures, asked, "--side")
    found = states(drawn, futures.years, futures.last_observed, params.crossing.sustain, asked.threshold)
    years = arguments.by or [2030, 2035, 2040]
    by_year = _by_years(found, years)
    shares: dict[int, list[float]] = {}
    member = (arguments.break_even or "").upper()
    if member:
        if member not in legal():
            raise OvertakeError("--break-even", f"{member}: {unknown(member)}")
        share = breakeven(futures, asked, member, "--break-even")
        shares = _shares(futures, share, arguments.by or [futures.last_observed, 2035], params.crossing)
    supposed = params.supposed()
    if arguments.json:
        record = _record(asked, arguments.ruler, futures, found, by_year) | {"supposed": supposed}
        print(json.dumps(record | ({"break_even": {member: shares}} if member else {}), indent=1))
        return 0
    print(_answer(asked, arguments.ruler, futures, observed, found, params.crossing, drawn))
    if supposed:
        departures = (f"{key} {json.dumps(value)}" for key, value in supposed.items())
        print("as supposed in params.yaml: " + "; ".join(departures))
    print("crossed by " + ", ".join(f"{year}: {chance:.1%}" for year, chance in by_year.items()))
    if member:
        told = (f"{year}: {middle:.0%} ({low:.0%} to {high:.0%})" for year, (low, middle, high) in shares.items())
        print(f"break-even share of {member} ({params.crossing.interval_pct:g}% interval) " + ", ".join(told))
    return 0


def _measured(ruler: str, params: Params) -> tuple[Draws, Draws]:
    """Return futures and observed years on `ruler`; constant US$ needs no other table than these two."""
    from overtake import paths
    from overtake.draws import read_draws, read_parquet
    from overtake.edition import of_run
    from overtake.errors import OvertakeError
    from overtake.rulers import RULERS
    from overtake.rulers.base import observed
    from overtake.rulers.tables import measure

    if ruler not in RULERS:
        raise OvertakeError("--ruler", "no such ruler", found=ruler, allowed=", ".join(params.rulers.use))
    futures = read_draws(paths.PROCESSED / "futures.parquet")
    if ruler == "constant_usd" and params.rulers.china_level == "sipri":
        return futures, observed(read_parquet(paths.PROCESSED / "spending.parquet"))
    edition = of_run()
    history = observed(edition.spending)
    return (
        measure(ruler, futures, edition, params.rulers, params.run.seed),
        measure(ruler, history, edition, params.rulers, params.run.seed),
    )


def _answer(
    asked: Balance, ruler: str, futures: Draws, observed: Draws, found: States, crossing: Crossing, drawn: Any
) -> str:
    """Return the lines that say where the balance stands and what may become of it."""
    import numpy as np

    from overtake.balances import ratio
    from overtake.balances.sides import weights
    from overtake.balances.states import STATES
    from overtake.balances.summary import first_crossed, year_interval

    last = futures.last_observed
    now = ratio(observed, asked, "--side")[0, observed.years.index(last)]
    tail = (100 - crossing.interval_pct) / 2
    low, high = np.percentile(drawn[:, futures.years.index(last)], [tail, 100 - tail])
    crossed = first_crossed(observed, asked, crossing, "--side")
    horizon = futures.years[-1]
    words = {
        "crossed": f"crossed, and so to {horizon}",
        "crossing": f"crossing by {horizon}",
        "not_within": f"not crossed by {horizon}",
        "crossed_back": "crossed back",
    }
    against, side = weights(asked)
    lines = [
        f"{_names(against)} against {_names(side)}  ({ruler}, {futures.unit})",
        f"ratio in {last}: {now:.2f} ({crossing.interval_pct:g}% interval {low:.2f} to {high:.2f});"
        f" crossed above {asked.threshold:g}",
        f"as published: {'not crossed at ' + str(last) if np.isnan(crossed) else f'crossed in {crossed:.0f}'}",
        *(f"  {found.probability(state):6.1%}  {words[state]}" for state in STATES),
    ]
    median, first, final = year_interval(found, crossing)
    if not np.isnan(median):
        end = f"after {horizon}" if np.isnan(final) else f"{final:.0f}"
        lines.append(f"median year: {median:.0f} ({crossing.interval_pct:g}% interval {first:.0f} to {end})")
    return "\n".join(lines)


def _record(asked: Balance, ruler: str, futures: Draws, found: States, by_year: dict[int, float]) -> dict[str, Any]:
    """Return the answer for machines: sides with shares, probability of each state, P(crossed by year), 0 to 1."""
    from overtake.balances.sides import weights
    from overtake.balances.states import STATES

    against, side = weights(asked)
    return {
        "against": against,
        "side": side,
        "threshold": asked.threshold,
        "ruler": ruler,
        "unit": futures.unit,
        "states": {state: float(found.probability(state)) for state in STATES},
        "crossed_by": by_year,
    }


def _by_years(found: States, years: list[int]) -> dict[int, float]:
    """Return P(crossed by year) for each of `years`."""
    from overtake.balances import crossing_curve
    from overtake.errors import raise_all

    span = f"{found.years[0]} to {found.years[-1]}"
    raise_all("--by", [f"{year}; allowed: {span}" for year in years if year not in found.years])
    by_year, _ = crossing_curve(found)
    return {year: float(by_year[found.years.index(year)]) for year in years}


def _shares(futures: Draws, share: Any, years: list[int], crossing: Crossing) -> dict[int, list[float]]:
    """Return the break-even share in each of `years`: lower end of the interval, median, upper end."""
    import numpy as np

    tail = (100 - crossing.interval_pct) / 2
    at = {year: share[:, futures.years.index(year)] for year in years}
    return {
        year: [float(value) for value in np.percentile(draws, [tail, 50, 100 - tail])] for year, draws in at.items()
    }


def _names(shares: dict[str, float]) -> str:
    """Return `JPN + KOR + 50 % AUS`."""
    return " + ".join(iso3 if share == 1 else f"{share * 100:g}% {iso3}" for iso3, share in shares.items())
