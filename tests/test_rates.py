"""Every rate by a table of worked figures, and its native Excel formula against the function."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import formualizer
import pytest

from xlreport.model.figures import Parameter
from xlreport.model.inputs import Inputs, Project, empty, with_values
from xlreport.model.numbers import percent_text
from xlreport.model.rates import KEY_RATES, RATES, ROW_RATES, Rate, RateValue, rate_values, row_rate

ALL = RATES | ROW_RATES

# For each rate: the figures in the order of its parameters ("" blank), and what it is: a percentage as
# printed, — over a zero base, "" where an input is blank. The source where the figures are published.
TABLE: dict[str, tuple[tuple[str, ...], ...]] = {
    "execution_rate": (
        ("5420.82", "5420.82", "100%"),  # 衡东县科技和工业信息化局 2023
        ("3824.26", "4753.66", "80.45%"),  # 零陵区林业局 2021
        ("0", "4753.66", "0%"),
        ("0", "0", "—"),
        ("5", "0", "—"),
        ("", "4753.66", ""),
        ("3824.26", "", ""),
        ("", "0", ""),
    ),
    "initial_completion_rate": (
        ("5420.82", "731.38", "741.18%"),  # 衡东 2023, who print 741.17
        ("9746.50", "10210.34", "95.46%"),  # 上海市普陀区规划和自然资源局 2024, who print 95.45
        ("9746.50", "0", "—"),
        ("", "10210.34", ""),
    ),
    "budget_completion_rate": (  # initial, closing, carried over, additions
        ("2710.42", "19.8", "", "", "99.27%"),  # worked example of the Hunan scoring table
        ("1000", "50", "100", "400", "96.67%"),
        ("1000", "0", "100", "400", "100%"),
        ("0", "0", "", "", "—"),
        ("0", "5", "0", "0", "—"),
        ("0", "5", "", "20", "75%"),
        ("", "19.8", "100", "400", ""),
        ("2710.42", "", "100", "400", ""),
    ),
    "budget_control_rate": (
        ("100", "1000", "10%"),
        ("4689.44", "731.38", "641.18%"),  # 衡东 2023, if all of it had been additions
        ("0", "1000", "0%"),
        ("100", "0", "—"),
        ("", "1000", ""),
        ("100", "", ""),
    ),
    "adjustment_rate": (  # initial, additions, reductions, structural
        ("1000", "100", "50", "25", "17.5%"),
        ("1000", "100", "", "", "10%"),
        ("0", "100", "50", "", "—"),
        ("1000", "", "50", "25", ""),
    ),
    "budget_change_rate": (  # full year, initial, carried over
        ("5420.82", "731.38", "", "641.18%"),  # 衡东 2023
        ("1450", "1000", "50", "40%"),
        ("600", "1000", "50", "-45%"),
        ("5420.82", "0", "", "—"),
        ("", "731.38", "50", ""),
    ),
    "final_change_rate": (
        ("5420.82", "731.38", "641.18%"),  # 衡东 2023
        ("800", "1000", "-20%"),
        ("5420.82", "0", "—"),
        ("5420.82", "", ""),
    ),
    "yearly_change_rate": (
        ("1342.49", "1274.38", "5.34%"),  # 益阳市总工会 2022
        ("1274.38", "1342.49", "-5.07%"),
        ("203.17", "200", "1.59%"),  # a tie, which the difference of two doubles misses
        ("1342.49", "0", "—"),
        ("", "1274.38", ""),
    ),
    "carry_over_rate": (
        ("100.00", "9859.38", "1.01%"),  # 普陀 2024
        ("0", "9859.38", "0%"),
        ("100", "0", "—"),
        ("", "9859.38", ""),
    ),
    "carry_over_change_rate": (
        ("100.00", "112.88", "-11.41%"),  # 普陀 2024
        ("112.88", "112.88", "0%"),
        ("100", "0", "—"),
        ("0", "0", "—"),
        ("100", "", ""),
    ),
    "basic_share": (
        ("509.63", "5420.82", "9.4%"),  # 衡东 2023
        ("5377.64", "9759.38", "55.1%"),  # 普陀 2024
        ("0", "0", "—"),
        ("", "5420.82", ""),
    ),
    "project_share": (
        ("4911.19", "5420.82", "90.6%"),  # 衡东 2023
        ("4381.74", "9759.38", "44.9%"),  # 普陀 2024
        ("0", "0", "—"),
        ("4911.19", "", ""),
    ),
    "appropriation_share": (  # general public, income, fund, state capital
        ("9746.50", "9746.50", "", "", "100%"),  # 普陀 2024
        ("800", "1000", "100", "50", "95%"),
        ("800", "1000", "", "50", "85%"),
        ("800", "0", "100", "", "—"),
        ("", "1000", "100", "50", ""),
    ),
    "public_control_rate": (
        ("95.86", "95.86", "100%"),  # 益阳 2022
        ("110", "100", "110%"),
        ("95.86", "0", "—"),
        ("95.86", "", ""),
    ),
    "three_public_control_rate": (
        ("0.39", "2.85", "13.68%"),  # 普陀 2024
        ("1.97", "10", "19.7%"),  # 衡东 2023
        ("0.39", "0", "—"),
        ("", "2.85", ""),
    ),
    "three_public_change_rate": (
        ("63.46", "32", "98.31%"),  # worked example of the Hunan scoring table
        ("32", "63.46", "-49.57%"),
        ("63.46", "0", "—"),
        ("63.46", "", ""),
    ),
    "three_public_final_change_rate": (
        ("0.39", "0.54", "-27.78%"),  # 普陀 2024
        ("2.74", "3.33", "-17.72%"),  # 益阳 2022
        ("0.39", "0", "—"),
        ("", "0.54", ""),
    ),
    "procurement_rate": (
        ("2319.21", "2319.21", "100%"),
        ("90", "100", "90%"),
        ("90", "0", "—"),
        ("90", "", ""),
    ),
    "sme_share": (
        ("70", "90", "77.78%"),
        ("0", "90", "0%"),
        ("0", "0", "—"),
        ("", "90", ""),
    ),
    "staffing_control_rate": (
        ("30", "36", "83.33%"),  # 衡东 2023
        ("136", "143", "95.1%"),  # worked example of the Hunan scoring table
        ("52", "52", "100%"),  # 益阳 2022
        ("50", "46", "108.7%"),  # 贯塘乡 2023
        ("128", "169", "75.74%"),  # 衡阳县林业局 2021
        ("30", "0", "—"),
        ("", "36", ""),
        ("30", "", ""),
    ),
    "asset_use_rate": (
        ("266.93", "266.93", "100%"),  # 衡东 2023
        ("480", "500", "96%"),
        ("0", "0", "—"),
        ("", "266.93", ""),
    ),
    "building_area_rate": (
        ("480", "500", "96%"),
        ("525.5", "500", "105.1%"),
        ("0", "0", "—"),  # nothing built
        ("480", "0", "—"),
        ("", "500", ""),
        ("480", "", ""),
    ),
    "building_investment_rate": (
        ("118", "120", "98.33%"),
        ("120", "120", "100%"),
        ("0", "0", "—"),
        ("118", "", ""),
    ),
    "project_execution_rate": (
        ("11.39", "54", "21.09%"),  # 衡东 2023
        ("433.8", "438.8", "98.86%"),  # 衡东 2023
        ("5.00", "5.00", "100%"),  # 南充市林业局 2023
        ("0", "0", "—"),
        ("", "54", ""),
        ("11.39", "", ""),
    ),
    "project_arrival_rate": (
        ("194.25", "500", "38.85%"),  # the rate of a published report of 红河
        ("500", "500", "100%"),
        ("0", "0", "—"),
        ("", "500", ""),
    ),
}

ROWS = [(key, row[:-1], row[-1]) for key, rows in TABLE.items() for row in rows]


def figure(item: Parameter, text: str) -> Decimal | int | None:
    """A figure as the record holds it: people are counted, amounts are exact."""
    if not text:
        return None
    assert item.field
    return int(text) if item.field.unit == "人" else Decimal(text)


def computed(item: Rate, figures: tuple[str, ...]) -> RateValue:
    """The rate of a record in which only these figures are filled in."""
    if item.each is Project:
        blank = dict.fromkeys(Project._fields)
        values: dict[str, Any] = {p.name: figure(p, f) for p, f in zip(item.parameters, figures, strict=True)}
        return row_rate(item.key, Project(**{**blank, **values}))
    inputs: Inputs = empty()
    for parameter, text in zip(item.parameters, figures, strict=True):
        assert parameter.place
        section, field = parameter.place.section.key, parameter.place.field.key
        inputs = with_values(inputs, **{section: {field: figure(parameter, text)}})
    return rate_values(inputs)[item.key]


@pytest.mark.parametrize(("key", "figures", "expected"), ROWS)
def test_a_rate_is_what_its_worked_figures_say(key: str, figures: tuple[str, ...], expected: str) -> None:
    value = computed(ALL[key], figures)
    if expected in ("", "—"):
        assert (value.value, value.cell) == (None, expected)
    else:
        assert value.value is not None
        assert percent_text(value.value) == expected
        assert value.cell == (Decimal(expected.rstrip("%")) / 100)


def test_every_rate_has_its_rows() -> None:
    assert set(TABLE) == set(ALL)
    for key, rows in TABLE.items():
        kinds = {row[-1] if row[-1] in ("", "—") else "%" for row in rows}
        assert (kinds, len(rows) >= 3) == ({"", "—", "%"}, True), key
        assert {len(row) for row in rows} == {len(ALL[key].parameters) + 1}, key


def test_every_needed_figure_makes_the_rate_blank() -> None:
    for item in ALL.values():
        full = tuple("7" for _ in item.parameters)
        assert not computed(item, full).blank
        for at, parameter in enumerate(item.parameters):
            figures = (*full[:at], "", *full[at + 1 :])
            assert computed(item, figures).blank is not parameter.optional, (item.key, parameter.name)


def test_labels_and_keys_are_unique_and_sources_named() -> None:
    assert len({item.label for item in RATES.values()}) == len(RATES)
    assert len({item.label for item in ROW_RATES.values()}) == len(ROW_RATES)
    assert not set(RATES) & set(ROW_RATES)
    assert set(KEY_RATES) <= set(RATES)
    assert [item.key for item in ALL.values() if not item.source.strip()] == []


def test_the_formula_names_every_parameter_and_nothing_else() -> None:
    for item in ALL.values():
        names: set[str] = set()
        item.excel(lambda parameter, names=names: names.add(parameter.name) or "A1")  # type: ignore[misc]
        assert names == {parameter.name for parameter in item.parameters}
        for parameter in item.parameters:
            assert f"{{{parameter.name}}}" in item.formula, item.key


def test_the_words_of_a_formula_are_chinese() -> None:
    assert RATES["execution_rate"].words == "决算总支出 ÷ 全年预算总支出"
    assert [item.key for item in ALL.values() if any(c.isascii() and c.isalpha() for c in item.words)] == []


@pytest.mark.parametrize(
    ("fraction", "cell"),
    [("0.12345", "0.1235"), ("0.12344999", "0.1234"), ("-0.00005", "-0.0001"), ("7.41177", "7.4118")],
)
def test_a_cell_holds_four_decimals_half_up(fraction: str, cell: str) -> None:
    assert RateValue(Decimal(fraction)).cell == Decimal(cell)


def figures_of(item: Rate, random: Random, at: int) -> Iterator[str]:
    """Figures of two and of six decimals, small and large, zeros, blanks, ties at the fourth decimal."""
    tie = at % 5 == 0 and len(item.parameters) == 2
    for position, parameter in enumerate(item.parameters):
        assert parameter.field
        if random.random() < 0.06:
            yield ""
        elif random.random() < 0.08:
            yield "0"
        elif parameter.field.unit == "人":
            yield str(random.randint(0, 400))
        elif tie and item.formula.endswith(parameter.name + "}"):
            yield str(random.choice((1, 2, 4)))
        elif tie and position == 0:
            yield str(Decimal(random.randint(0, 40000) * 2 + 1) / 20000)
        else:
            decimals = random.choice((2, 6))
            yield str(Decimal(random.randint(0, 10 ** random.randint(3, 10))).scaleb(-decimals))


@pytest.mark.parametrize("key", sorted(ALL))
def test_the_native_formula_gives_the_same_cell(key: str) -> None:
    item = ALL[key]
    random = Random(key)
    rows = [tuple(figures_of(item, random, at)) for at in range(300)] + [row[:-1] for row in TABLE[key]]
    columns = {parameter.name: "ABCDEFGH"[at] for at, parameter in enumerate(item.parameters)}
    book = formualizer.Workbook()
    book.add_sheet("比率")
    for at, figures in enumerate(rows, 1):
        for column, text in enumerate(figures, 1):
            if text:
                book.set_value("比率", at, column, float(text))
        formula = item.excel(lambda parameter, at=at: f"{columns[parameter.name]}{at}")  # type: ignore[misc]
        book.set_formula("比率", at, 9, formula)
    book.evaluate_all()
    wrong = []
    kinds = set()
    for at, figures in enumerate(rows, 1):
        cell = computed(item, figures).cell
        if isinstance(cell, Decimal) and abs(cell) >= 10**7:
            continue  # the double of a cell has no digits left for the fourth decimal
        expected = cell if isinstance(cell, str) else float(cell)
        kinds.add(expected if isinstance(expected, str) else "%")
        if (got := book.get_value("比率", at, 9)) != expected:
            wrong.append((figures, got, expected))
    assert wrong == []
    assert kinds == {"", "—", "%"}


def test_the_engine_of_this_test_rounds_and_fails_like_a_spreadsheet() -> None:
    """Else the test above would prove nothing."""
    book = formualizer.Workbook()
    book.add_sheet("比率")
    book.set_value("比率", 1, 1, 0.12345)
    for row, formula in enumerate(("=ROUND(A1,4)", "=COUNT(A1,B1)", '=IFERROR(A1/B1,"—")', "=A1+B1"), 1):
        book.set_formula("比率", row, 3, formula)
    book.evaluate_all()
    assert [book.get_value("比率", row, 3) for row in range(1, 5)] == [0.1235, 1.0, "—", 0.12345]


def test_a_project_is_rated_by_its_own_figures() -> None:
    blank: dict[str, Any] = dict.fromkeys(Project._fields)
    one = Project(**{**blank, "executed": Decimal(1), "full_year": Decimal(4)})
    assert row_rate("project_execution_rate", one).value == Decimal("0.25")
    assert row_rate("project_execution_rate", one._replace(full_year=Decimal(0))).cell == "—"
