"""Parameters: strict types, ranges, nearest names, YAML 1.2, one error for all problems."""

import json

import pytest

from overtake import paths
from overtake.config.load import json_schema, load, override, parse, read_yaml, undeclared
from overtake.config.params import Params
from overtake.errors import OvertakeError


def write(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_file_states_the_models_defaults():
    """Every default stands in params.yaml, and nothing else: the file and the models cannot drift apart."""
    assert load(paths.PARAMS) == Params()
    written = json.loads(json.dumps(read_yaml(paths.PARAMS)))
    stated, known = set(_leaves(written)), set(_leaves(Params().model_dump(mode="json")))
    assert stated <= known
    # A declared balance states what sets it apart; its tie-downs, threshold and break-even stand only where set.
    quiet = {"tie_downs", "threshold", "breakeven"}
    assert {
        leaf for leaf in known - stated if leaf.split(".")[0] != "balances" or leaf.split(".")[2] not in quiet
    } == set()


def _leaves(tree, prefix=""):
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def test_shipped_schema_is_the_models():
    assert (paths.ROOT / "params.schema.json").read_text(encoding="utf-8") == json_schema()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data: {editon: '2026-04'}", "data.editon: no such parameter; did you mean `edition`?"),
        ("dta: {}", "dta: no such parameter; did you mean `data`?"),
        ("run: {draws: many}", "run.draws"),
        ("run: {draws: true}", "run.draws"),
        ("run: {draws: 7}", "run.draws: input should be greater than or equal to 100 (found 7)"),
        ("run: {seed: 1.5}", "run.seed"),
        ("run: {seed: .nan}", "run.seed"),
        ("data: {edition: 2026}", "data.edition"),
        ("run: {draws: 100, draws: 200}", "valid YAML"),
        ("run: &a {draws: 100}\nbrief: *a", "anchors"),
        ("run: !!python/object:os.system {}", "tags"),
        ("- run", "must be a mapping"),
        ("run: {draws: 100", "valid YAML"),
    ],
)
def test_bad_parameters_are_refused_with_their_place(tmp_path, text, expected):
    with pytest.raises(OvertakeError) as caught:
        load(write(tmp_path, text))
    assert expected in str(caught.value)


def test_all_problems_come_at_once(tmp_path):
    with pytest.raises(OvertakeError, match="2 problems"):
        load(write(tmp_path, "run: {draws: 7, seed: -1}"))


def test_missing_file_names_the_remedy(tmp_path):
    with pytest.raises(OvertakeError, match="is missing"):
        load(tmp_path / "params.yaml")


@pytest.mark.parametrize("text", ["? - a\n: b\n", "a:\n  ? 2026-01-01\n  : b\n"])
def test_a_key_that_is_a_list_or_a_date_is_refused(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(OvertakeError, match="a key must be text"):
        read_yaml(path)


@pytest.mark.parametrize("text", ["? - - a\n: b\n", "? {a: 1}\n: b\n", "? - - region:x [\n"])
def test_a_key_that_is_no_text_is_refused(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(OvertakeError, match="is not valid YAML"):
        read_yaml(path)


def test_yaml_1_2_reads_norway_and_exponents(tmp_path):
    raw = read_yaml(write(tmp_path, "a: NO\nb: 1e-3\nc: 0o17\nd: yes\n"))
    assert raw == {"a": "NO", "b": 0.001, "c": 15, "d": "yes"}


def test_whole_floats_are_the_same_parameter():
    assert parse({"run": {"draws": 200.0}}) == parse({"run": {"draws": 200}})


def test_override_takes_known_keys_only():
    raw = {"run": {"seed": 1, "draws": 200}}
    assert override(raw, {"run.seed": 2}, "scenarios/x.yaml")["run"] == {"seed": 2, "draws": 200}
    assert raw["run"]["seed"] == 1
    with pytest.raises(OvertakeError, match=r"run.sed.*no such parameter(.|\n)*run.seed"):
        override(raw, {"run.sed": 2}, "scenarios/x.yaml")
    with pytest.raises(OvertakeError, match="no such parameter"):
        override(raw, {"nothing.here": 2}, "scenarios/x.yaml")


def test_names_that_no_section_declares_are_told_with_the_nearest():
    assert undeclared(Params()) == []
    raw = {"brief": {"headline_balance": "elven", "headline_ruler": "constant"}, "sensitivity": {"balances": ["quadd"]}}
    lines = undeclared(parse(raw))
    assert lines[0] == "brief.headline_balance: no balance elven in balances; did you mean `eleven`?"
    assert lines[1].startswith("sensitivity.balances: no balance quadd in balances; did you mean `quad`")
    assert lines[2] == "brief.headline_ruler: no ruler constant; did you mean `constant_usd`?"
    assert len(lines) == 3


def test_what_cannot_be_moved_is_told_before_anything_runs():
    known = Params().sensitivity.model_dump(mode="json")["ranges"]
    assert undeclared(parse({"sensitivity": {"ranges": known}})) == []
    one = {"low": 0.1, "high": 0.2, "reason": "as the test has it"}
    wrong = ["nonsense", "futures.pooled_random_walk.own_drfit", "futures.plans", "growth_shift_pct.XXX"]
    lines = undeclared(parse({"sensitivity": {"ranges": known | dict.fromkeys(wrong, one)}}))
    assert [line.split(" is no parameter that can be moved")[0] for line in lines] == [
        f"sensitivity.ranges: {key}" for key in wrong
    ]
    assert lines[1].endswith("did you mean `futures.pooled_random_walk.own_drift`?")


def test_references_that_lead_nowhere_are_told_at_once_with_both_keys():
    """A horizon before the years asked of it, a headline ruler out of use, a balance that four sections name."""
    lines = undeclared(parse({"futures": {"horizon": 2034}}))
    assert [line.split(":")[0] for line in lines] == [
        "crossing.reversal_years", "sensitivity.years",
        *["sensitivity.multiverse.years"] * 2,
    ]  # fmt: skip
    assert all("futures.horizon, 2034" in line for line in lines)
    assert undeclared(parse({"futures": {"horizon": 2041}})) == []
    (line,) = undeclared(parse({"rulers": {"use": ["current_usd", "gdp_ppp"]}}))
    assert line == "brief.headline_ruler: constant_usd is not in rulers.use; in use: current_usd, gdp_ppp"
    balances = Params().model_dump(mode="json")["balances"]
    del balances["five"]
    lines = undeclared(parse({"balances": balances, "scenarios": {"balances": ["eleven"]}}))
    assert [line.split(":")[0] for line in lines] == ["crossing.reversal", "sensitivity.multiverse.coalitions"]
    assert all("no balance five in balances" in line for line in lines)


def test_a_notebook_cannot_read_a_key_that_it_was_not_given():
    given = {"run": {"seed": 7}, "futures": {"plans": "off"}, "crossing": Params().crossing.model_dump(mode="json")}
    found = Params.declared(given)
    assert (found.run.seed, found.futures.plans, found.crossing) == (7, "off", Params().crossing)
    assert found.futures.model_copy(update={"plans": "cut"}).plans == "cut"
    for read in (lambda: found.run.draws, lambda: found.futures.horizon, lambda: found.balances):
        with pytest.raises(OvertakeError, match="is not among the parameters of this notebook"):
            read()
    with pytest.raises(AttributeError):
        _ = found.run.nothing
    assert Params.declared(Params().model_dump(mode="json")) == Params()


def test_a_balance_without_a_label_is_named_by_its_key_and_an_empty_one_is_refused():
    sides = {"against": {"CHN": 1.0}, "side": {"JPN": 1.0}}
    assert Params.of({"balances": {"two_words": sides}}).balances["two_words"].label == "two words"
    with pytest.raises(OvertakeError, match=r"balances\.two_words\.label"):
        parse({"balances": {"two_words": {**sides, "label": ""}}})
