"""The thresholds: one dated file with their sources, from which settings and rules take them."""

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import xlreport
from xlreport.assets import asset, names_in
from xlreport.datafile import read_asset, with_standard
from xlreport.model.fields import NUMBERS, Field, Kind, fields_of
from xlreport.model.inputs import Settings, empty, with_values
from xlreport.thresholds import threshold, thresholds

PACKAGE = Path(xlreport.__file__).parent
NAMED = thresholds().named
OF_SETTINGS = {field.key: field for field in fields_of(Settings) if field.is_threshold}


def numbers_in(source: str) -> Iterator[Decimal]:
    """The numbers of which a source makes a Decimal, or with a point."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield Decimal(str(node.value))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Decimal":
            yield from (Decimal(str(a.value)) for a in node.args if isinstance(a, ast.Constant))


def asked_for() -> list[str]:
    """The names by which the package asks for thresholds."""
    sources = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.stem != "thresholds")
    return re.findall(r'\bthreshold\("(\w+)"\)', sources)


def test_the_file_says_when_it_was_checked_and_where_each_is_from() -> None:
    assert date(2020, 1, 1) <= thresholds().checked <= date.today()
    text = asset("thresholds.toml").read_text("utf-8")
    assert re.search(r"^checked = \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    for name, each in NAMED.items():
        assert each.value > 0, name
        assert re.search("[一-鿿]{2}", each.source), name
        assert "\n" not in each.source, name
        assert each.unit in {kind.value for kind in Kind} | {"分"}, name


def test_every_threshold_is_used_and_every_one_asked_for_is_there() -> None:
    assert sorted([*asked_for(), *OF_SETTINGS]) == sorted(NAMED)


def test_a_percentage_is_a_fraction() -> None:
    assert (threshold("low_rate"), threshold("far_above")) == (Decimal("0.8"), Decimal("1.3"))
    assert threshold("described_from") == 50


@pytest.mark.parametrize("field", fields_of(Settings), ids=lambda field: field.key)
def test_a_setting_takes_its_default_from_the_file(field: Field) -> None:
    amount = field.kind in NUMBERS and field.kind is not Kind.DATE
    assert field.is_threshold is amount
    if amount:
        usual = NAMED[field.key]
        assert (field.default, field.source, field.shown_unit) == (usual.value, usual.source, usual.unit)


# Definitions: half of the last of two decimals, whole and nothing, 万, a share of 1.
DEFINITIONS = {Decimal(text) for text in ("0", "1", "0.005", "10000", "100")}


@pytest.mark.parametrize("folder", ["checks", "wording", "model/inputs.py", "model/scoring.py"])
def test_no_threshold_is_said_in_code(folder: str) -> None:
    place = PACKAGE / folder
    for path in [place] if place.suffix else sorted(place.glob("*.py")):
        assert set(numbers_in(path.read_text("utf-8"))) <= DEFINITIONS, path.name


def test_a_planted_threshold_is_found() -> None:
    assert set(numbers_in('limit = Decimal("0.8")\nalike = 0.75')) == {Decimal("0.8"), Decimal("0.75")}


@pytest.mark.parametrize("name", names_in("scoring"))
def test_a_standard_says_only_what_it_has_otherwise(name: str) -> None:
    own = read_asset("scoring", name, "评分标准").get("settings", {})
    assert {key for key in own if Decimal(str(own[key])) == NAMED[key].value} == set()
    assert {key for key in own if not NAMED[key].by_standard} == set()


def test_another_standard_brings_the_usual_figures_back() -> None:
    hubei = with_standard(with_values(empty(), settings={"low_rate": Decimal("0.7")}), "湖北").settings
    assert (hubei.execution_points, hubei.partly_from) == (Decimal(20), Decimal("0.5"))
    assert hubei.achieved_from == threshold("achieved_from")
    usual = with_standard(with_values(empty(), settings=hubei), "2020").settings
    for key in ("execution_points", "achieved_from", "partly_from"):
        assert getattr(usual, key) == threshold(key)
    assert usual.low_rate == Decimal("0.7")  # no standard has a word in that


def test_no_word_list_holds_a_figure() -> None:
    for path in sorted(asset("wording").glob("*.toml")):
        held = tomllib.loads(path.read_text("utf-8"))
        assert {key for key, value in held.items() if isinstance(value, int | float)} == set(), path.name
