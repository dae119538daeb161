from __future__ import annotations

import base64
import hashlib
import html
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overtake import paths as project
from overtake.config.balances import Balance, default_balances
from overtake.config.load import load
from overtake.config.params import Params
from overtake.draws import Draws
from overtake.edition import Edition, clean, read
from overtake.errors import OvertakeError
from overtake.explorer import Settings, build, departures, encode, factors, sample
from overtake.explorer.plans import of_edition
from overtake.explorer.settings import of_params
from overtake.futures.plans import apply, moved
from overtake.rulers import RULERS, observed
from overtake.scenarios.compare import read_all
from tests.explorer_case import Case, case, scenario


@pytest.fixture(scope="module")
def made() -> Case:
    return case(60)


@pytest.fixture(scope="module")
def page(made: Case) -> str:
    return build.page(made.content())


def with_balances(made: Case, balances: dict[str, Balance]) -> Case:
    """Return the case with other balances."""
    return replace(made, tables=replace(made.tables, balances=balances))


def unpacked(text: str, layer: encode.Layer) -> np.ndarray:
    """Return the steps of packed text, read by its description, one number after the other."""
    raw = iter(base64.b64decode(text))

    def natural() -> int:
        groups = []
        for byte in raw:
            groups.append(byte & 127)
            if byte < 128:
                break
        return sum(group << (7 * at) for at, group in enumerate(groups))

    def numbers() -> Any:
        while True:
            number = natural()
            yield from itertools.repeat(0, 1 + natural()) if number == 0 else (number,)

    stream = numbers()
    found = np.zeros_like(layer.steps)
    for at, first in enumerate(layer.first):
        for draw in range(found.shape[0]):
            level = 0
            for year in range(first, found.shape[2]):
                folded = next(stream)
                level += folded // 2 if folded % 2 == 0 else -(folded + 1) // 2
                found[draw, at, year] = level
    assert next(raw, None) is None
    return found


@given(
    st.lists(st.lists(st.integers(-70000, 70000), min_size=4, max_size=4), min_size=1, max_size=6), st.integers(0, 4)
)
def test_packed_steps_come_back(rows: list[list[int]], first: int) -> None:
    steps = np.array(rows, dtype=np.int64)[:, None, :].repeat(2, axis=1)
    steps[:, 0, :first] = 0
    layer = encode.Layer(np.zeros((2, 4)), steps, (first, 0))
    assert (unpacked(encode.pack(layer), layer) == steps).all()


def test_levels_are_kept_to_a_fifth_of_a_per_cent(made: Case) -> None:
    kept = made.content().layers["draws"]
    off = np.exp(kept.logs()) / made.tables.paths.values - 1
    assert np.nanmax(np.abs(off)) < np.exp(encode.STEP / 2) - 1 + 1e-6
    assert (np.isnan(kept.logs()) == np.isnan(made.tables.paths.values)).all()


def test_the_sample_says_what_all_draws_say() -> None:
    paths, balances = case(600).tables.paths, list(default_balances().values())
    few = sample.rows(lambda: paths, balances, 80, 3)
    assert (len(few), list(few)) == (80, sorted(set(few)))
    assert list(few) == list(sample.rows(lambda: paths, balances, 80, 3))
    assert list(sample.rows(lambda: paths, balances, 10_000, 3)) == list(range(600))
    happens = sample.events(paths, balances)
    assert set(np.unique(happens)) == {0.0, 1.0}

    def off(rows: Any) -> float:
        return float(np.abs(happens[rows].mean(axis=0) - happens.mean(axis=0)).mean())

    by_chance = np.mean([off(np.random.default_rng(seed).permutation(600)[:80]) for seed in range(5)])
    assert off(few) < by_chance / 3


def test_every_scenario_of_the_project_is_a_setting_of_the_page(figures: Edition) -> None:
    params = load(project.PARAMS)
    edition = read(params.data)
    history = observed(figures.spending)
    years = (*history.years, *range(history.years[-1] + 1, history.years[-1] + 26))
    values = np.repeat(
        np.concatenate([history.values, np.repeat(history.values[:, :, -1:], 25, axis=2)], axis=2), 3, axis=0
    )
    paths = Draws(values, history.economies, years, history.last_observed, history.unit)
    plans = of_edition(paths, edition, params.futures, params.run.seed)
    assert (plans.start, plans.way) == (params.futures.plan_tiers[-1], "cut")
    scenarios = read_all(project.SCENARIOS, params)
    found = {each["key"]: each["part"] for each in departures.presets(scenarios, params, plans)}
    assert list(found) == [each.name for each in scenarios]
    for each in scenarios:
        setting = {**found[each.name], "side": {}}
        assert scenario(setting, paths.economies, edition) == each.params.scenario
        assert setting["yuan"] == each.params.rulers.prices.real_appreciation_pct.get("CHN", 0)
        assert setting["plans"] == {"cut": "cut", "face_value": 1.0}[each.params.futures.plans]
    odd = params.model_copy(update={"run": params.run.model_copy(update={"seed": 3})})
    assert departures.presets([replace(scenarios[0], params=odd)], params, plans) == []
    # The plans that count, each draw's own part: what the futures of the same seed have.
    planned = apply(paths, edition, params.futures, params.run.seed)
    for pledge in plans.tiers[plans.start]:
        at = paths.economies.index(pledge.iso3)
        lifted = paths.values[:, at] * moved(plans.middle[at], paths, pledge, plans.parts[pledge.iso3])
        np.testing.assert_allclose(lifted, planned.values[:, at], rtol=1e-6)


def test_the_yuan_moves_china_as_the_rulers_have_it(figures: Edition) -> None:
    params = Params()
    history = observed(figures.spending)
    years = (*history.years, *range(history.years[-1] + 1, history.years[-1] + 4))
    values = np.concatenate([history.values, np.repeat(history.values[:, :, -1:], 3, axis=2)], axis=2)
    paths = Draws(values, history.economies, years, history.last_observed, history.unit)
    use = params.rulers.model_copy(update={"use": ("constant_usd", "current_usd", "gdp_ppp", "military_ppp")})
    logs = departures.yuan(paths, figures, use, 7, factors.table(paths, figures, use, 7))
    assert set(logs) == {"current_usd", "military_ppp"}
    low, _, step = departures.YUAN
    at = round((3 - low) / step)
    np.testing.assert_allclose(logs["current_usd"][at, -3:], np.log(1.03) * np.arange(1, 4), atol=1e-9)
    off_grid = use.prices.model_copy(update={"real_appreciation_pct": {"CHN": 0.3}})
    assert departures.yuan(paths, figures, use.model_copy(update={"prices": off_grid}), 7, pd.DataFrame()) == {}


def test_a_gap_is_refused_by_name(made: Case) -> None:
    paths = made.tables.paths
    values = paths.values.copy()
    values[3, paths.economies.index("VNM"), 40] = np.nan
    values[5, paths.economies.index("TWN"), 50] = np.nan
    broken = replace(made, tables=replace(made.tables, paths=paths.with_values(values, paths.unit)))
    with pytest.raises(OvertakeError, match=r"(?s)VNM: no value in 2029.*|TWN: no value in 2039") as told:
        broken.content()
    assert "VNM" in str(told.value)
    assert "TWN" in str(told.value)


def test_same_tables_same_bytes(made: Case, tmp_path: Path) -> None:
    made.write(tmp_path / "a.html")
    rulers = made.tables.rulers
    order = {name: at for at, name in enumerate(rulers["ruler"].unique())}
    mixed = rulers.sample(frac=1, random_state=1).sort_values(
        "ruler", kind="stable", key=lambda names: names.map(order)
    )
    replace(made, tables=replace(made.tables, rulers=mixed)).write(tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_page_too_large_is_refused_and_the_last_one_kept(
    made: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "explorer.html"
    made.write(out)
    before = out.read_bytes()
    monkeypatch.setattr(build, "LIMIT", 100_000)
    with pytest.raises(OvertakeError, match="too large"):
        made.write(out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["explorer.html"]


def test_a_thousand_draws_fit_in_three_megabytes() -> None:
    assert len(build.page(case().content()).encode()) < build.LIMIT


def test_the_policy_admits_this_style_and_script_and_nothing_else(page: str) -> None:
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])  # type: ignore[index]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for kind, content in (("script-src", re.findall(r"<script>(.*?)</script>", page, re.S)),
                          ("style-src", re.findall(r"<style>(.*?)</style>", page, re.S))):  # fmt: skip
        assert len(content) == 1
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy


def test_nothing_in_the_page_points_elsewhere(page: str) -> None:
    outside = re.sub(r"<script.*?</script>|<style>.*?</style>", "", page, flags=re.S)
    assert re.findall(r"""(?:src|action)\s*=\s*["']?(?!data:|#)[^"'\s>]+""", outside) == []
    # Links that a reader may follow lead to the brief's other pages and nowhere else.
    links = set(re.findall(r"""href\s*=\s*["']?(?!data:|#)([^"'\s>]+)""", outside))
    assert links == {"../brief/brief.html", "../annex/annex.html", "../economies/JPN.html"}
    assert not re.search(r"\bstyle\s*=|\bon[a-z]+\s*=", outside)
    assert re.findall(r"url\((?!data:)[^)]*\)", re.search(r"<style>(.*?)</style>", page, re.S)[1]) == []  # type: ignore[index]
    code = re.search(r"<script>(.*)</script>", page, re.S)[1]  # type: ignore[index]
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|importScripts|eval|localStorage)\b", code)


def test_names_and_labels_cannot_break_out(made: Case) -> None:
    evil = "</script><script>alert(1)</script>\u2028<!--"
    names = {**made.settings.names, "JPN": (evil, "ally")}
    settings = replace(made.settings, names=names, source=evil, edition='"><b>')
    balances = {**made.tables.balances, "evil": Balance(label=evil, side={"JPN": 1.0})}
    text = build.page(replace(made, settings=settings, tables=replace(made.tables, balances=balances)).content())
    assert "alert(1)</script>" not in text.replace("&lt;script&gt;alert(1)&lt;/script&gt;", "")
    config = json.loads(text.split('id="data-config">')[1].split("</script>")[0])
    assert {"iso3": "JPN", "name": evil, "group": "ally"} in config["economies"]
    assert text.count("<script>") == 1


def test_modules_share_no_names() -> None:
    names = [
        name
        for module in build.MODULES
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:function|const|let|class) ([\w$]+)",
            (build.ASSETS / module).read_text(encoding="utf-8"),
            re.M,
        )
    ]
    assert sorted(names) == sorted(set(names))
    assert not {"history", "location", "document", "window", "d3", "name", "status", "top"} & set(names)


def test_modules_import_only_what_stands_before_them() -> None:
    for at, module in enumerate(build.MODULES):
        text = (build.ASSETS / module).read_text(encoding="utf-8")
        for names, other in re.findall(r'^import \{ (.*?) \} from "\./(.*?)";$', text, re.M):
            assert other in build.MODULES[:at], (module, other)
            exported = re.findall(
                r"^export (?:async )?(?:function|const) (\w+)", (build.ASSETS / other).read_text(), re.M
            )
            assert set(names.split(", ")) <= set(exported), (module, other)
        assert "import" not in build.joined(text).split("\n", 1)[0]


def test_only_present_levels_are_offered(made: Case) -> None:
    levels = {each["key"]: each["factor"] for each in made.content().config["levels"]}
    assert set(levels) == {"sipri", "uncertain", "ministry", "institute"}
    assert levels["ministry"] == pytest.approx((330 + 450) / 2 / 314)


def test_the_uncertain_level_is_the_rulers(made: Case) -> None:
    found = made.content()
    factors_ = np.exp(found.layers["level"].logs()[:, 0, 0])
    low, high = 330 / 314, 450 / 314
    point = 219 / 314
    at_point, at_one = np.abs(factors_ / point - 1) < 0.002, factors_ == 1
    assert (at_point.sum(), at_one.sum()) == (20, 20)  # a third of sixty draws each
    rest = factors_[~at_point & ~at_one]
    assert ((rest > low * 0.998) & (rest < high * 1.002)).all()


def test_presets_are_what_the_controls_can_show(made: Case) -> None:
    balances = {**made.tables.balances, "odd": Balance(label="Odd", side={"JPN": 0.335}),
                "other": Balance(label="Other", side={"JPN": 1.0}, against={"RUS": 1.0}),
                "far": Balance(label="Far", side={"JPN": 1.0}, threshold=3.0)}  # fmt: skip
    found = {each["key"]: each for each in with_balances(made, balances).content().config["presets"]}
    assert not {"odd", "other", "far"} & set(found)
    assert found["eleven_tied_down"]["side"]["KOR"] == 50
    assert found["eleven_tied_down"]["side"]["IND"] == 75
    assert found["eleven_vs_chn_rus"]["against"] == ["CHN", "RUS"]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"balance": "nobody"}, "nobody"),
     ({"names": {}}, "no name"), ({"breakeven": "XXX"}, "XXX")],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(made: Case, change: dict[str, Any], said: str) -> None:
    with pytest.raises(OvertakeError, match=said):
        replace(made, settings=replace(made.settings, **change)).content()


def test_what_the_page_cannot_show_does_not_stop_the_brief(made: Case) -> None:
    broken = Balance(label="Broken", side={"JPN": 0.335})
    settings = replace(made.settings, level="parity", ruler="yards", balance="broken")
    start = (
        with_balances(replace(made, settings=settings), {"broken": broken, **made.tables.balances})
        .content()
        .config["start"]
    )
    assert (start["level"], start["ruler"], start["against"]) == ("sipri", "constant_usd", ["CHN"])
    assert start["side"] == dict.fromkeys(("JPN", "KOR", "AUS", "PHL", "THA"), 100)
    alone = with_balances(replace(made, settings=settings), {"broken": broken}).content().config["start"]
    assert set(alone["side"]) == {"JPN", "KOR", "AUS", "PHL", "THA"}


def test_equal_errors_share_a_layer(made: Case) -> None:
    found = made.content()
    shared = {each["name"]: each["errors"] for each in found.config["rulers"]}
    assert shared["gdp_ppp"] != shared["current_usd"]
    assert shared["constant_usd"] is None
    assert shared["stock"] is None
    # Viet Nam's purchasing power starts later on one ruler, so the two cannot share.
    assert set(found.layers) == {
        "draws",
        "level",
        "errors-current_usd",
        "errors-gdp_ppp",
        "errors-military_ppp",
    }


@pytest.fixture(scope="module")
def figures() -> Edition:
    raw, params = project.RAW, Params()
    milex, macro, editions = (pd.read_csv(raw / f"{name}.csv") for name in ("milex", "macro", "editions"))
    cleaned = clean.clean_macro(macro, clean.weo_edition(params.data, editions))
    spending = clean.clean_spending(milex, cleaned, editions, params.data)
    ledgers = {name: pd.read_csv(raw / f"{name}.csv") for name in ("composition", "china_estimates")}
    return Edition(params.data.edition, spending, cleaned, ledgers)


def test_factors_and_errors_make_what_the_rulers_measure(figures: Edition) -> None:
    params = Params()
    history = observed(figures.spending)
    rng = np.random.default_rng(1)
    ahead = np.cumsum(rng.normal(0.02, 0.05, (50, len(history.economies), 25)), axis=2)
    future = history.values[:, :, -1:] * np.exp(ahead)
    values = np.concatenate([np.repeat(history.values, 50, axis=0), future], axis=2).astype(np.float32)
    years = (*history.years, *range(history.years[-1] + 1, history.years[-1] + 26))
    paths = Draws(values, history.economies, years, history.last_observed, history.unit)
    table = factors.table(paths, figures, params.rulers, 7)
    errors = factors.errors(paths, figures, params.rulers, 7, table)
    assert list(table.columns) == list(factors.COLUMNS)
    assert set(errors) == {"current_usd", "gdp_ppp", "military_ppp", "symmetric"}
    for name in params.rulers.use:
        rows = table[table["ruler"] == name]
        if (rows["kind"] == "stock").all():
            continue
        by_table = values * factors.wide(table, name, paths) * np.exp(errors.get(name, 0.0))
        measured = RULERS[name].measure(paths, figures, params.rulers, 7)
        np.testing.assert_allclose(by_table, measured.values, rtol=1e-5)
        assert set(rows["unit"]) == {measured.unit}


def test_settings_follow_the_parameters() -> None:
    params = Params()
    found = of_params(params, {"CHN": ("China", "adversary")}, "2026-04", "source", {})
    assert isinstance(found, Settings)
    assert (found.balance, found.ruler) == (params.brief.headline_balance, params.brief.headline_ruler)
    assert (found.sustain, found.interval_pct) == (params.crossing.sustain, params.crossing.interval_pct)
    assert found.depreciation_pct == params.rulers.stock.depreciation_pct
