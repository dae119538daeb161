"""The explorer in real Chromium: Python's numbers, speed, addresses, accessibility, silence on the network."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from overtake.balances import summarise
from overtake.config.balances import Crossing
from overtake.explorer.content import Content
from overtake.explorer.said import said
from overtake.show.formats import PROBABILITY, SHARE
from overtake.streams import stream
from tests.bench.explorer import MOVE
from tests.explorer_case import BY_YEARS, Case, answer, case, spending

pytestmark = pytest.mark.browser

Open = Callable[..., Any]

READ = """() => {
  const text = (selector) => document.querySelector(selector).textContent;
  const found = { sentence: text("#sentence"), share: text("#share-sentence"), notice: text("#notice") };
  for (const dd of document.querySelectorAll("[data-p]")) found["p-" + dd.dataset.p] = dd.textContent;
  for (const dd of document.querySelectorAll("[data-value]")) found[dd.dataset.value] = dd.textContent;
  return found;
}"""


@pytest.fixture(scope="session")
def made() -> Case:
    """Return the case."""
    return case()


@pytest.fixture(scope="session")
def found(made: Case) -> Content:
    """Return what its page embeds."""
    return made.content()


@pytest.fixture(scope="session")
def explorer(made: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the case."""
    out = tmp_path_factory.mktemp("explorer") / "explorer.html"
    made.write(out)
    return out


def eventually(page: Any, expression: str) -> None:
    """Wait until a JavaScript expression holds (the page's policy forbids Playwright's own waiting)."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never held: {expression}")


def fragment(setting: dict[str, Any]) -> str:
    """Return the address of a setting."""
    side = ",".join(f"{iso3}:{percent / 100:g}" for iso3, percent in setting["side"].items())
    plain = ("ruler", "level", "threshold", "sustain", "plans", "tiers", "from", "to", "yuan", "year")
    rest = {key: setting[key] for key in plain}
    rest["without"] = ",".join(setting["without"]) or "none"
    rest["growth"] = ",".join(f"{iso3}:{rate:g}" for iso3, rate in setting["growth"].items()) or "none"
    rest["reach"] = (
        ",".join(":".join(map(str, (iso3, *to.values()))) for iso3, to in setting["reach"].items()) or "none"
    )
    return f"#side={side}&against={','.join(setting['against'])}&" + "&".join(f"{k}={v}" for k, v in rest.items())


def settings(count: int, config: dict[str, Any]) -> list[dict[str, Any]]:
    """Return random settings: every control moved, small and large coalitions, whole and broken shares."""
    rng = stream(5, "explorer settings")
    economies = [each["iso3"] for each in config["economies"] if each["iso3"] != "CHN"]
    found = []
    for _ in range(count):
        against = ["CHN", "RUS"] if rng.random() < 0.25 else ["CHN"]
        able = [iso3 for iso3 in economies if iso3 not in against]
        members = list(rng.choice(able, size=int(rng.integers(1, len(able) + 1)), replace=False))
        shares = [100 if rng.random() < 0.5 else int(rng.integers(1, 101)) for _ in members]
        if "USA" in members and rng.random() < 0.8:
            shares[members.index("USA")] = int(rng.integers(1, 60))
        found.append({
            "side": {str(iso3): share for iso3, share in zip(members, shares, strict=True)},
            "against": against,
            "ruler": str(rng.choice([each["name"] for each in config["rulers"]])),
            "level": str(rng.choice([each["key"] for each in config["levels"]])),
            "threshold": round(float(rng.integers(10, 41)) * 0.05, 2) if rng.random() < 0.6 else 1.0,
            "sustain": int(rng.integers(1, 11)),
            "plans": round(float(rng.integers(0, 21)) * 0.05, 2) if rng.random() < 0.5 else "cut",
            **departures(rng, config, economies),
        })  # fmt: skip
    return found


def departures(rng: np.random.Generator, config: dict[str, Any], economies: list[str]) -> dict[str, Any]:
    """Return random departures from the futures, each kind in half of the settings."""
    last, horizon = config["lastObserved"], config["years"][1]
    years = sorted(int(year) for year in rng.integers(last + 1, horizon + 1, 2))
    whose = [name for name in ("CHN", "members", "USA") if rng.random() < 0.4]
    reach = {}
    if rng.random() < 0.5:
        known = [iso3 for iso3 in economies if config["shares"][iso3]["perGovernment"]]
        government = rng.random() < 0.5
        who = "members" if rng.random() < 0.6 else str(rng.choice(known if government else economies))
        share, year = round(float(rng.integers(10, 60)) / 10, 1), int(rng.integers(last + 1, horizon + 1))
        reach[who] = {"share": share, "year": year, "definition": "government" if government else "sipri"}
    return {
        "tiers": str(rng.choice(config["plans"]["tiers"])),
        "without": sorted(iso3 for iso3 in config["plans"]["economies"] if rng.random() < 0.2),
        "growth": {name: float(rng.integers(-10, 11)) / 2 for name in whose},
        "from": years[0],
        "to": years[1],
        "reach": reach,
        "yuan": float(rng.integers(-10, 11)) / 2 if rng.random() < 0.5 else 0.0,
        "year": int(rng.integers(last, horizon + 1)),
    }


def test_equal_python_for_three_hundred_random_settings(
    opened: Open, explorer: Path, found: Content, made: Case
) -> None:
    watched = opened(explorer)
    differing, compared, told = [], 0, {"p-crossed": 0, "p-crossing": 0, "p-not_within": 0, "p-crossed_back": 0}
    for setting in settings(300, found.config):
        watched.page.evaluate(
            "address => new Promise(done => { addEventListener('hashchange', () => setTimeout(done), {once: true});"
            " location.hash = address; })",
            fragment(setting),
        )
        shown = watched.page.evaluate(READ)
        assert shown["notice"] == "", (setting, shown["notice"])
        wanted = answer(found, setting, made)
        since = wanted.pop("since")
        if "passed" in shown["sentence"]:
            assert (since in shown["sentence"]) if since else ("lately" in shown["sentence"]), setting
        differing += [
            (fragment(setting), key, value, shown[key]) for key, value in wanted.items() if shown[key] != value
        ]
        compared += len(wanted)
        for state in told:
            told[state] += wanted[state] not in ("<1%", ">99%")
    assert not differing, differing[:10]
    assert compared == 300 * 15
    assert min(told.values()) >= 10, told  # every state is at stake in some of the settings


@pytest.mark.parametrize("slider", ["#us", "#member-IND", "#plans"])
def test_a_move_of_a_slider_costs_less_than_fifty_milliseconds_of_the_processor(
    opened: Open, explorer: Path, slider: str
) -> None:
    page = opened(explorer).page
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})  # of the page's thread, whoever else works here

    def spent() -> float:
        return next(
            each["value"]
            for each in session.send("Performance.getMetrics")["metrics"]
            if each["name"] == "TaskDuration"
        )

    before = spent()
    moves = len(page.evaluate(MOVE, [slider, 5]))
    assert 0 < 1000 * (spent() - before) / moves < 50


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(
    opened: Open, explorer: Path, violations: Callable[[Any], list[str]], width: int, scheme: str
) -> None:
    watched = opened(explorer, width=width, scheme=scheme)
    watched.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    watched.page.wait_for_timeout(100)
    assert violations(watched.page) == []
    watched.page.evaluate("location.hash = 'side=XXX&nonsense=1'")
    watched.page.wait_for_selector("#notice:not([hidden])")
    assert violations(watched.page) == []


@pytest.mark.parametrize("width", [1280, 800, 360])
def test_nothing_is_wider_than_the_page(opened: Open, explorer: Path, width: int) -> None:
    watched = opened(explorer, width=width)
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    ids = watched.page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert sorted(ids) == sorted(set(ids))


HAND_MADE = [
    ("#side=JPN,XXX", "XXX"),
    ("#side=JPN:1.5", "0 to 1"),
    ("#side=JPN:-1", "0 to 1"),
    ("#side=JPN:NaN", "0 to 1"),
    ("#side=JPN:1e-1", "0 to 1"),
    ("#side=JPN:0.123", "0 to 1"),
    ("#side=JPN:1:1", "0 to 1"),
    ("#side=JPN,JPN", "named twice"),
    ("#side=CHN", "both sides"),
    ("#side=RUS,JPN&against=CHN,RUS", "both sides"),
    ("#side=JPN:0", "counts nothing"),
    ("#side=", "unknown economy"),
    ("#side=constructor", "unknown economy"),
    ("#side=__proto__", "unknown economy"),
    ("#__proto__=1", "unknown"),
    ("#side=JPN&side=KOR", "given twice"),
    ("#against=USA", "CHN or CHN,RUS"),
    ("#ruler=toString", "unknown"),
    ("#level=parity", "unknown"),
    ("#tiers=hopes", "unknown"),
    ("#without=XXX", "without"),
    ("#without=JPN,JPN", "once each"),
    ("#growth=CHN:50", "-20 to 20"),
    ("#growth=CHN", "-20 to 20"),
    ("#growth=__proto__:1", "unknown"),
    ("#growth=CHN:1,CHN:2", "named twice"),
    ("#reach=JPN:3.5", "2026 to 2050"),
    ("#reach=JPN:3.5:2020", "2026 to 2050"),
    ("#reach=JPN:0:2030", "0.1 to 20"),
    ("#reach=JPN:3:2030:nato", "sipri or government"),
    ("#reach=VNM:3:2030:government", "no factor"),
    ("#reach=constructor:3:2030", "unknown"),
    ("#from=2040&to=2030", "not before"),
    ("#yuan=9", "-5 to 5"),
    ("#year=2020", "2025 to 2050"),
    ("#pin=side%3DXXX", "unknown economy"),
    ("#pin=pin%3Dside", "a pin of its own"),
    ("#threshold=0", "0.5 to 2"),
    ("#threshold=1.01", "steps of 0.05"),
    ("#threshold=Infinity", "0.5 to 2"),
    ("#sustain=0", "1 to 10"),
    ("#sustain=1.5", "1 to 10"),
    ("#plans=2", "0 to 1"),
    ("#plans=off", "0 to 1"),
    ("#side=%E0%A4%A", "decoded"),
    ("#side=<img src=x onerror=alert(1)>", "unknown economy"),
    ("#side=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "unknown economy"),
    ("#nonsense", "unknown"),
    ("#" + "side=JPN&" * 200, "characters long"),
    ("#" + "growth=CHN:1," * 200, "characters long"),
]


def refused_whole(watched: Any, start: dict[str, str], said: str) -> None:
    """Check that the page tells why, shows what it did at the start, and took nothing of the address for markup."""
    eventually(watched.page, f"document.querySelector('#notice').textContent.includes({json.dumps(said)})")
    assert {**watched.page.evaluate(READ), "notice": ""} == {**start, "notice": ""}
    assert watched.page.evaluate("document.querySelectorAll('#notice img, #notice script').length") == 0
    assert watched.errors == []
    assert watched.requests == []


def test_hand_made_addresses_are_refused_whole(opened: Open, explorer: Path) -> None:
    watched = opened(explorer)
    start = watched.page.evaluate(READ)
    for address, why in HAND_MADE:
        watched.page.evaluate("address => { location.hash = address; }", address)
        refused_whole(watched, start, why)
        watched.page.evaluate("location.hash = 'side=JPN'")
        eventually(watched.page, "document.querySelector('#notice').textContent === ''")


@pytest.mark.parametrize(("address", "said"), [HAND_MADE[0], *HAND_MADE[-6:]])
def test_a_page_that_is_opened_with_one_refuses_it_too(opened: Open, explorer: Path, address: str, said: str) -> None:
    refused_whole(opened(explorer, address), opened(explorer).page.evaluate(READ), said)


def test_an_address_survives_the_way_round(opened: Open, explorer: Path, found: Content) -> None:
    watched = opened(explorer, "#side=JPN,USA:0.3&threshold=1.1")
    watched.page.locator("#us").press("ArrowRight")
    eventually(watched.page, "location.hash.includes('USA:0.31')")
    shown = watched.page.evaluate(READ)
    address = watched.page.evaluate("location.hash")
    again = opened(explorer, address)
    assert again.page.evaluate(READ) == shown
    assert "threshold=1.1" in address
    assert watched.page.locator("#live").text_content().endswith(shown["sentence"])


def test_an_address_that_a_messenger_has_encoded_still_works(opened: Open, explorer: Path) -> None:
    plain = opened(explorer, "#side=JPN:0.5,KOR,USA:0.2&threshold=0.8").page.evaluate(READ)
    coded = opened(explorer, "#side=JPN%3A0.5%2CKOR%2CUSA%3A0.2&threshold=0.8").page.evaluate(READ)
    assert coded == plain
    assert plain["notice"] == ""


def test_every_control_works_by_keyboard(opened: Open, explorer: Path) -> None:
    page = opened(explorer).page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    before = page.evaluate(READ)
    moves = {"us": "End", "member-IND": "Home", "threshold": "ArrowRight", "sustain": "ArrowRight", "plans": "End",
             "growth-CHN": "Home", "growth-members": "End", "reach": "ArrowDown", "share": "End",
             "definition": "ArrowDown", "by": "ArrowUp", "tiers": "ArrowUp", "ruler": "ArrowDown", "yuan": "End",
             "level": "ArrowDown", "against-CHN": "ArrowDown", "year": "End"}  # fmt: skip
    for control, key in moves.items():
        page.locator(f"#{control}").focus()
        page.keyboard.press(key)
        page.wait_for_timeout(80)
        after = page.evaluate(READ)
        assert after != before, control
        before = after
    assert page.locator("#member-RUS").is_disabled()


def probability_of(page: Any, address: str) -> int:
    """Return the printed probability of the headline at an address, per cent; 0 and 100 for beyond."""
    page.evaluate("address => { location.hash = address; }", address)
    page.wait_for_timeout(20)
    said = page.evaluate(READ)
    assert said["notice"] == ""
    return {"<1%": 0, ">99%": 100}.get(said["lead"]) or int(said["lead"].strip("<>%"))


MONOTONE = {
    "growth": (["CHN:-4", "CHN:-1", "none", "CHN:1.5", "CHN:4"], 1),
    "growth ": (["members:-4", "members:-1", "none", "members:1.5", "members:4"], -1),
    "growth  ": (["USA:-4", "USA:-1", "none", "USA:1.5", "USA:4"], -1),
    "reach": (["none", "members:2:2035", "members:2.5:2035", "members:3.5:2035", "members:5:2035"], -1),
    "reach ": (["CHN:1:2035", "CHN:2.2:2035", "CHN:3:2035"], 1),
    "yuan": (["-5", "-2", "0", "2.5", "5"], 1),
    "threshold": (["0.6", "0.8", "1", "1.3", "1.8"], -1),
    "level": (["institute", "sipri", "ministry"], 1),
    "side": ([f"JPN,KOR,AUS,IND:{share / 100:g},TWN,USA:0.1" for share in (0, 20, 55, 100)], -1),
    "side ": ([f"JPN,KOR,AUS,IND,TWN,USA:{share / 100:g}" for share in (1, 10, 20, 40, 80)], -1),
    "against": (["CHN", "CHN,RUS"], 1),
}


@pytest.mark.parametrize("lever", MONOTONE)
def test_the_probability_is_monotone_in_each_lever(opened: Open, explorer: Path, lever: str) -> None:
    page = opened(explorer).page
    values, sign = MONOTONE[lever]
    for ruler in ("constant_usd", "current_usd"):
        kept = {"side": "JPN,KOR,AUS,IND,TWN,USA:0.1", "ruler": ruler, "year": "2037", lever.strip(): None}
        rest = "&".join(f"{key}={value}" for key, value in kept.items() if value)
        found = [sign * probability_of(page, f"#{rest}&{lever.strip()}={value}") for value in values]
        assert found == sorted(found)
        assert found[-1] > found[0] or (lever == "yuan" and ruler == "constant_usd")


def test_a_scenario_is_a_setting(opened: Open, explorer: Path) -> None:
    page = opened(explorer).page
    page.locator("#scenario").select_option("up")
    eventually(page, "location.hash.includes('reach=')")
    assert "reach=JPN:3.5:2035,KOR:3.5:2035" in page.evaluate("location.hash")
    assert "reaches at least 3.5% of GDP by 2035" in page.locator("#headline").text_content()
    assert page.locator("#reach").input_value() == "several"
    page.locator("#growth-CHN").press("Home")
    assert page.locator("#scenario").input_value() == ""
    page.locator("#undo").click()
    assert page.locator("#scenario").input_value() == "up"
    page.locator("#reset").click()
    eventually(page, "!location.hash.includes('reach=')")


def test_the_briefs_own_numbers_stand_where_the_setting_is_the_briefs(opened: Open, tmp_path: Path) -> None:
    few = case(300)
    start = few.content().config["start"]
    whole = spending(few.content(), {**start, "side": start["side"]}, few)
    balance = few.tables.balances["eleven_us10"].model_copy(update={"breakeven": ("USA",)})
    told = summarise(
        whole, few.tables.observed, {"eleven_us10": balance}, Crossing(), ruler="constant_usd", edition="x"
    )
    words = said(told.crossings, told.curves, told.breakeven, ["eleven_us10"], "USA")
    tables = replace(few.tables, rows=np.arange(40), said=words,
                     errors={name: each[:40] for name, each in few.tables.errors.items()})  # fmt: skip
    Case(tables, few.settings, few.edition).write(tmp_path / "explorer.html")
    page = opened(tmp_path / "explorer.html").page
    shown = page.evaluate(READ)
    curve = told.curves.set_index("year")
    row = told.crossings.iloc[0]
    assert {year: shown[f"in-{year}"] for year in BY_YEARS} == {
        year: PROBABILITY(curve.loc[year, "p_ahead"]) for year in BY_YEARS
    }
    assert shown["p-crossing"] == PROBABILITY(row["p_crossing"])
    assert f"{row['median_year']:.0f}" in shown["sentence"]
    share = told.breakeven[told.breakeven["year"] == 2035].iloc[0]
    assert shown["share-2035"].startswith(f"{SHARE(share['share_q50'])} ({SHARE(share['share_q10'])} to ")
    # One point more of the US, and the forty draws speak: in whole fortieths.
    page.locator("#us").press("ArrowRight")
    eventually(page, "location.hash.includes('USA:0.11')")
    other = page.evaluate(READ)
    assert {other[f"in-{year}"] for year in BY_YEARS} <= {PROBABILITY(count / 40) for count in range(41)}


def test_a_pinned_setting_is_seen_beside_the_other_and_in_the_address(opened: Open, explorer: Path) -> None:
    watched = opened(explorer, "#year=2040")
    first = watched.page.evaluate(READ)["lead"]
    watched.page.locator("#pin").click()
    watched.page.locator("#us").press("End")
    eventually(watched.page, "location.hash.includes('USA&') && location.hash.includes('&pin=')")
    again = opened(explorer, watched.page.evaluate("location.hash")).page
    for page in (watched.page, again):
        said = page.locator("#pinned").text_content()
        assert said.startswith(f"Pinned: {first}, ")
        assert "in 2040" in said
    assert again.evaluate(READ) == watched.page.evaluate(READ)
    watched.page.locator("#year").press("Home")
    eventually(watched.page, "document.querySelector('#pinned').textContent.includes('in 2025')")
    watched.page.locator("#pin").click()
    assert watched.page.locator("#pinned").is_hidden()


def test_an_empty_coalition_is_said_and_does_not_break_the_page(opened: Open, explorer: Path) -> None:
    watched = opened(explorer, "#side=JPN")
    watched.page.locator("#member-JPN").evaluate("e => { e.closest('details').open = true; e.focus(); }")
    watched.page.keyboard.press("Home")
    eventually(watched.page, "document.querySelector('#sentence').textContent.includes('at least one')")
    assert watched.page.locator("#figures").is_hidden()
    watched.page.keyboard.press("End")
    eventually(watched.page, "document.querySelector('#sentence').textContent.includes('Japan')")
    assert watched.errors == []


def test_sentences_change_their_grammar(opened: Open, explorer: Path, found: Content, made: Case) -> None:
    page = opened(explorer).page
    heads = set()
    for setting in settings(60, found.config):
        page.evaluate("address => { location.hash = address; }", fragment(setting))
        page.wait_for_timeout(20)
        shown = page.evaluate(READ)
        several = "China and Russia" if len(setting["against"]) == 2 else "China "
        assert shown["sentence"].startswith(several), shown["sentence"]
        assert "undefined" not in shown["sentence"] + shown["share"]
        assert "NaN" not in shown["sentence"] + shown["share"]
        heads |= {words for words in ("passed", "once led", "overtake", "newly", "median year")
                  if words in shown["sentence"]}  # fmt: skip
        assert "lose the lead" not in shown["sentence"]
        for rest in (shown["sentence"], page.locator("#headline").text_content()):
            assert (setting["ruler"] == "constant_usd") == ("measured by" not in rest)
            assert bool(any(setting["growth"].values())) == ("yearly growth of" in rest)
            assert bool(setting["reach"]) == ("of GDP by" in rest)
        if len(setting["against"]) == 2:
            assert "Russia is " not in shown["sentence"]
    assert {"passed", "overtake", "median year"} <= heads


@pytest.mark.parametrize(
    ("side", "named"),
    [
        ("PHL", "the Philippines"),
        ("JPN", "Japan"),
        ("USA", "the United States"),
        ("JPN,KOR,AUS,PHL,THA", "the five treaty allies"),
        ("JPN,KOR,AUS,PHL,THA,USA:0.3", "the five treaty allies and 30% of US spending"),
        ("JPN,KOR,AUS,PHL,THA,USA", "the five treaty allies and the United States"),
        ("GBR,IND:0.5", "the United Kingdom and 50% of India"),
        ("JPN,KOR,GBR,TWN,USA:0.1", "four economies and 10% of US spending"),
        ("JPN,KOR,GBR,TWN:0.2,USA:0.1", "four economies (some in part) and 10% of US spending"),
    ],
)
def test_the_coalition_is_called_by_its_name(opened: Open, explorer: Path, side: str, named: str) -> None:
    sentence = opened(explorer, f"#side={side}").page.evaluate(READ)["sentence"]
    assert f"{named} " in sentence or f"{named}," in sentence
    assert f" the {named}" not in sentence


def test_no_request_leaves_and_nothing_is_stored(opened: Open, explorer: Path) -> None:
    watched = opened(explorer)
    watched.page.locator("#us").press("End")
    watched.page.wait_for_timeout(600)
    assert watched.requests == []
    assert watched.errors == []
    assert watched.page.evaluate("performance.getEntriesByType('resource').length") == 0
    assert watched.page.evaluate("localStorage.length + document.cookie.length") == 0
    # Even a script that got in could not speak to anyone.
    assert watched.page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'refused')") == "refused"


def test_figures_download_as_svg_and_csv(opened: Open, explorer: Path, found: Content) -> None:
    page = opened(explorer, accept_downloads=True).page
    for name in ("ratio", "curve", "breakeven"):
        with page.expect_download() as told:
            page.locator(f"#{name} button", has_text="SVG").click()
        svg = Path(told.value.path()).read_text(encoding="utf-8")
        root = ElementTree.fromstring(svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in svg
        assert "side=" in svg
        assert page.locator(f"#{name} h3").text_content().split(";")[0][:20] in svg
        with page.expect_download() as told:
            page.locator(f"#{name} button", has_text="CSV").click()
        rows = list(csv.DictReader(io.StringIO(Path(told.value.path()).read_text(encoding="utf-8"))))
        assert [int(row["year"]) for row in rows] == list(range(int(rows[0]["year"]), found.config["years"][1] + 1))
        assert rows[0]["setting"].startswith("side=")
        if name == "curve":
            shown = page.evaluate(READ)
            ahead = {int(row["year"]): float(row["p_ahead"]) for row in rows}
            assert {year: PROBABILITY(ahead[year]) for year in BY_YEARS} == {
                year: shown[f"in-{year}"] for year in BY_YEARS
            }
        with page.expect_download() as told:
            page.locator(f"#{name} button", has_text="PNG").click()
        assert Path(told.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_pointing_at_a_year_reads_it_out(opened: Open, explorer: Path) -> None:
    from playwright.sync_api import expect

    page = opened(explorer).page
    page.locator("#curve-svg").scroll_into_view_if_needed()
    box = page.locator("#curve-svg").bounding_box()
    assert "2050" in page.locator("#curve .readout").text_content()
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] / 2)
    expect(page.locator("#curve .readout")).not_to_contain_text("2050")
    read = page.locator("#curve .readout").text_content()
    page.locator("#curve summary").click()
    page.wait_for_selector("#curve tbody tr")
    rows = page.evaluate(
        "[...document.querySelectorAll('#curve tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    page.mouse.move(5, 5)
    assert [": ".join(row) for row in rows].count(read) == 1
    expect(page.locator("#curve .readout")).to_contain_text("2050")


def test_tables_say_what_the_drawings_show(opened: Open, explorer: Path) -> None:
    page = opened(explorer).page
    page.locator("#curve summary").click()
    page.wait_for_selector("#curve tbody tr")
    shown = page.evaluate(READ)
    rows = page.evaluate(
        "[...document.querySelectorAll('#curve tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    table = {row[0]: row[1] for row in rows}
    assert all(table[str(year)] == shown[f"in-{year}"] for year in BY_YEARS)


def test_motion_and_script_are_optional(opened: Open, explorer: Path) -> None:
    page = opened(explorer, java_script_enabled=False).page
    assert "needs JavaScript" in page.content()
    text = explorer.read_text(encoding="utf-8")
    style = text.split("<style>")[1].split("</style>")[0]
    assert "transition" not in style
    assert "animation" not in style
    json.loads(text.split('id="data-config">')[1].split("</script>")[0])
