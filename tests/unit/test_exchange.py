"""What others' machines read: a hubverse folder, a data package, the headline with its schema, text, feed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import frictionless
import jsonschema
import numpy as np
import pandas as pd
import pytest

from overtake.config.load import override, parse
from overtake.config.params import Params
from overtake.draws import Draws
from overtake.publish import headline, hub, package

CITATION = {"title": "T", "authors": [{"name": "The developers"}], "license": "MIT", "version": "1.0.0",
            "date-released": "2026-11-23"}  # fmt: skip
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def futures() -> Draws:
    """Return 41 draws of two economies whose quantiles are known: level k + 1 in draw k."""
    values = np.repeat(np.arange(1.0, 42.0)[:, None, None], 2, axis=1).repeat(5, axis=2)
    values[:, 1] *= 10
    return Draws(values, ("CHN", "JPN"), (2023, 2024, 2025, 2026, 2027), 2025, "constant 2024 US$ bn")


@pytest.fixture(scope="module")
def curves() -> pd.DataFrame:
    return pd.DataFrame(
        [("eleven", "constant_usd", year, p) for year, p in ((2024, 0.8), (2025, 0.9), (2026, 0.75), (2027, 1 / 3))],
        columns=["balance", "ruler", "year", "p_ahead"],
    )


@pytest.fixture(scope="module")
def folder(futures: Draws, curves: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hub")
    hub.write(futures, curves, CITATION, out)
    return out


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_answers_are_those_of_the_tables(folder: Path) -> None:
    file = folder / "model-output" / "overtake-pool" / "2025-12-31-overtake-pool.csv"
    frame = pd.read_csv(file, dtype={"output_type_id": str})
    assert tuple(frame.columns) == hub.COLUMNS
    spent = frame[(frame["target"] == "milex_constant_usd_bn") & (frame["location"] == "JPN") & (frame["horizon"] == 2)]
    assert spent.set_index("output_type_id")["value"].to_dict() == pytest.approx(
        {"0.05": 30, "0.1": 50, "0.25": 110, "0.5": 210, "0.75": 310, "0.9": 370, "0.95": 390}
    )
    lead = frame[frame["target"] == "lead"].pivot(index="horizon", columns="output_type_id", values="value")
    assert lead["leads"].to_dict() == pytest.approx({1: 0.75, 2: 0.333333})
    assert (lead.sum(axis=1) == 1).all()


def test_every_answer_is_one_that_is_asked(folder: Path) -> None:
    """The file rules of hubverse: names, rounds, values of each task, quantiles that never fall."""
    tasks = read(folder / "hub-config" / "tasks.json")
    [each_round] = tasks["rounds"]
    frame = pd.read_csv(next((folder / "model-output").rglob("*.csv")), dtype={"output_type_id": str})
    seen = 0
    for task in each_round["model_tasks"]:
        ids = {
            name: set((asked["required"] or []) + (asked["optional"] or [])) for name, asked in task["task_ids"].items()
        }
        rows = frame[frame["target"].isin(ids["target"])]
        seen += len(rows)
        assert all(set(rows[name]) <= allowed for name, allowed in ids.items())
        [(kind, about)] = task["output_type"].items()
        wanted = {str(each) for each in about["output_type_id"]["required"]}
        assert set(rows["output_type"]) == {kind}
        for _, one in rows.groupby(list(ids)):
            assert set(one["output_type_id"]) == wanted
            assert one["value"].is_monotonic_increasing or kind == "pmf"
        assert set(task["target_metadata"][0]["target_keys"]) == {"target"}
    assert seen == len(frame)


def test_the_config_names_its_repository_or_nobodys(folder: Path) -> None:
    admin = read(folder / "hub-config" / "admin.json")
    assert admin["repository"] == {"host": "github", "owner": "overtake", "name": "overtake"}
    assert admin["contact"]["email"].endswith("@example.org")
    own = hub.admin({**CITATION, "repository-code": "https://github.com/us/them/"})
    assert own["repository"] == {"host": "github", "owner": "us", "name": "them"}
    jsonschema.validate(read(folder / "model-metadata" / "overtake-pool.yml"), hub.METADATA_SCHEMA)
    read(folder / "hub-config" / "model-metadata-schema.json")


def test_the_tables_are_a_valid_package_and_a_broken_copy_is_not(tmp_path: Path) -> None:
    crossings = pd.DataFrame({"balance": ["a", "b"], "ruler": "constant_usd", "p_crossed": [0.25, 1.0],
                              "median_year": [2030.0, np.nan], "refused": ["", "no figures"]})  # fmt: skip
    package.write({"crossings": crossings}, CITATION, "2026-04", tmp_path)
    descriptor = read(tmp_path / package.NAME)
    assert frictionless.validate(str(tmp_path / package.NAME)).valid
    fields = {field["name"]: field for field in descriptor["resources"][0]["schema"]["fields"]}
    assert fields["p_crossed"] == {
        "name": "p_crossed", "type": "number", "unit": "probability",
        "description": "leads now and keeps the lead to the horizon", "constraints": {"minimum": 0, "maximum": 1},
    }  # fmt: skip
    assert descriptor["resources"][0]["schema"]["primaryKey"] == ["balance", "ruler"]
    text = (tmp_path / "crossings.csv").read_text(encoding="utf-8")
    (tmp_path / "crossings.csv").write_text(text.replace("0.25", "1.25"), encoding="utf-8")
    report = frictionless.validate(str(tmp_path / package.NAME))
    assert {error.type for task in report.tasks for error in task.errors} >= {"constraint-error"}


def crossings_of(margin_hi: float = 0.13) -> pd.DataFrame:
    row = {"balance": "eleven", "ruler": "constant_usd", "edition": "2026-04", "last_observed": 2025,
           "margin": 0.0677633, "margin_lo": 0.004, "margin_hi": margin_hi}  # fmt: skip
    return pd.DataFrame([row])


def test_the_headline_is_valid_by_its_schema(curves: pd.DataFrame) -> None:
    found = headline.headline(Params(), crossings_of(), curves, "It leads.", CITATION)
    jsonschema.Draft202012Validator.check_schema(headline.SCHEMA)
    jsonschema.validate(json.loads(json.dumps(found)), headline.SCHEMA)
    assert found["margin"] == {"value": 0.0677633, "low": 0.004, "high": 0.13, "interval_pct": 80.0, "year": 2025}
    assert found["leads"][0] == {"year": 2025, "probability": 0.9}
    assert (found["against"], found["side"]["IND"]) == ({"CHN": 1.0}, 1.0)
    tied = parse({"balances": {"eleven": {"label": "Tied", "side": {"JPN": 1.0, "KOR": 0.5, "IND": 1.0},
                                          "tie_downs": {"IND": 0.25}, "against": {"CHN": 1.0}}}}, "test")  # fmt: skip
    mine = headline.headline(tied, crossings_of(), curves, "It leads.", CITATION)
    assert mine["side"] == {"JPN": 1.0, "KOR": 0.5, "IND": 0.75}
    assert (found["date"], found["supposed"]) == ("2026-11-23", {})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**found, "edition": "April"}, headline.SCHEMA)


def test_the_headline_says_what_it_supposes(curves: pd.DataFrame) -> None:
    changed = {"scenario.growth_shift_pct.CHN": -3, "rulers.china_level": "uncertain"}
    params = parse(override(Params().model_dump(mode="json"), changed, "test"), "test")
    found = headline.headline(params, crossings_of(float("nan")), curves, "It leads.", {})
    assert found["supposed"] == {"rulers.china_level": "uncertain", "scenario.growth_shift_pct": {"CHN": -3.0}}
    assert found["margin"]["high"] is None
    assert "date" not in found
    idle = override(Params().model_dump(mode="json"), {"scenario.from_year": 2030, "scenario.to_year": 2040}, "test")
    assert parse(idle, "test").supposed() == {}, "years alone move nothing"
    jsonschema.validate(json.loads(json.dumps(found)), headline.SCHEMA)


def test_the_feed_tells_what_each_edition_changed() -> None:
    columns = ["kind", "edition", "compared_with", "subject", "ruler", "year", "value", "compared_value", "change_pct",
               "moved"]  # fmt: skip
    rows = [
        ("revision", "2024-04", "2026-04", "VNM", "constant_usd", 2013, 3.0, 4.5, 50.0, True),
        ("revision", "2024-04", "2026-04", "JPN", "constant_usd", 2013, 5.0, 5.0, 0.0, False),
        ("crossing", "2024-04", "2026-04", "eleven", "constant_usd", np.nan, np.nan, 2020, np.nan, True),
        ("verdict", "2024-04", "2026-04", "A2", "", np.nan, 1, 2, np.nan, True),
        ("crossing", "2026-04", "2026-04", "eleven", "constant_usd", np.nan, 2020, 2020, np.nan, False),
    ]
    text = headline.feed(pd.DataFrame(rows, columns=columns), {"eleven": "The <eleven>"}, {"VNM": "Viet Nam"})
    root = ElementTree.fromstring(text)
    [entry] = root.findall(f"{ATOM}entry")
    said = entry.findtext(f"{ATOM}summary")
    assert said is not None
    assert said.startswith("1 of 2 yearly figures differ. The largest change is Viet Nam in 2013: +50.0%.")
    assert "The <eleven>, constant US$ at market exchange rates: none by that edition, 2020 by the newest" in said
    assert said.endswith("Verdicts that differ: A2.")
    assert root.findtext(f"{ATOM}updated") == "2026-04-01T00:00:00Z"
    assert len({node.text for node in root.iter(f"{ATOM}id")}) == 2


def test_the_text_names_sources_and_places() -> None:
    text = headline.plain_text(CITATION, "> **It leads.**", "2026-04")
    assert text.startswith("# T\n\n> **It leads.**\n")
    assert "edition 2026-04" in text
    assert "](headline.json)" in text
