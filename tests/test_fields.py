"""Each field is declared once, and every rate and rule names declared fields only."""

import ast
import inspect
import string
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest

import xlreport.checks
from xlreport.checks.rule import RULES, Rule
from xlreport.model.fields import (
    Count,
    Field,
    Kind,
    Money,
    Place,
    Section,
    Text,
    blank,
    chinese_name,
    fields_of,
    places_of,
    sections_of,
    values_of,
)
from xlreport.model.figures import Parameter, parameters_of, subjects
from xlreport.model.inputs import Accounts, Inputs, Project, Stated, Style, empty, with_values
from xlreport.model.rates import RATES, ROW_RATES, Rate
from xlreport.model.scorecard import Card

SECTIONS = sections_of(Inputs)
CODE = Path(xlreport.__file__).parent

# What a rule's function is handed for each kind of field.
HANDED = {
    Kind.MONEY: Decimal,
    Kind.NUMBER: Decimal,
    Kind.PERCENT: Decimal,
    Kind.COUNT: int,
    Kind.YEAR: int,
    Kind.DATE: date,
    Kind.TEXT: str,
    Kind.LONG_TEXT: str,
    Kind.CHOICE: str,
}


def each_function() -> Iterator[tuple[str, Rule | Rate]]:
    for rate in (*RATES.values(), *ROW_RATES.values()):
        yield rate.key, rate
    for rule in RULES:
        yield f"{rule.id} {rule.function.__name__} {rule.each.__name__ if rule.each else ''}".strip(), rule


FUNCTIONS = dict(each_function())


def misnamed(parameters: Iterable[Parameter]) -> list[str]:
    """The parameters that name no field, no rate, no column and nothing derived of the record."""
    return [p.name for p in parameters if not (p.own or p.place or p.derived) and p.name not in RATES]


def misfetched(parameters: Iterable[Parameter]) -> list[str]:
    """Those that take a whole column for one figure or one figure for a whole column."""
    return [p.name for p in parameters if p.place and p.place.section.table != p.column]


def mistyped(function: Callable[..., Any], parameters: Iterable[Parameter]) -> list[str]:
    """Those whose annotation is not what a field of that kind holds."""
    wrong = []
    annotations = {name: item.annotation for name, item in inspect.signature(function).parameters.items()}
    for parameter in parameters:
        hint = annotations.get(parameter.name)
        if hint is None or not parameter.field:
            continue
        inner = get_args(hint)[0] if get_origin(hint) is tuple else hint
        types = {item for item in get_args(inner) or (inner,) if item is not type(None)}
        if types != {HANDED[parameter.field.kind]}:
            wrong.append(parameter.name)
    return wrong


def unknown_figures(text: str, parameters: Iterable[Parameter]) -> set[str]:
    """The figures in a message or a formula that are no parameters."""
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return named - {parameter.name for parameter in parameters}


@pytest.mark.parametrize("item", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_every_parameter_names_a_declared_figure(item: Rule | Rate) -> None:
    assert item.parameters
    assert misnamed(item.parameters) == []
    assert misfetched(item.parameters) == []
    assert mistyped(item.function, item.parameters) == []


@pytest.mark.parametrize("item", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_every_text_names_figures_of_its_function(item: Rule | Rate) -> None:
    if isinstance(item, Rate):
        assert unknown_figures(item.formula, item.parameters) == set()
        return
    # What is no figure and not the difference, the function itself puts into its breach.
    source = inspect.getsource(item.function)
    words = unknown_figures(item.message, item.parameters) - {"difference"}
    assert {word for word in words if f'"{word}"' not in source} == set()


def test_a_misspelt_parameter_would_be_caught() -> None:
    def spent(final_expenditur: Decimal, full_year_expenditure: Decimal, executed: Decimal) -> None: ...
    def scored(card: Card, cart: Card, stated_grade: str) -> None: ...
    def named(name: str, excecuted: Decimal, procurement_final_total: Decimal) -> None: ...
    def column(projects_executed: Decimal, final_project: tuple[Decimal, ...]) -> None: ...
    def kinds(final_project: int, unit_year: Decimal, projects_name: tuple[str, ...]) -> None: ...

    # A bare `executed` is a field in a rule for each project only.
    assert misnamed(parameters_of(spent)) == ["final_expenditur", "executed"]
    assert misnamed(parameters_of(named, Project)) == ["excecuted"]
    assert misnamed(parameters_of(scored)) == ["cart"]
    assert misfetched(parameters_of(column)) == ["projects_executed", "final_project"]
    assert mistyped(kinds, parameters_of(kinds)) == ["final_project", "unit_year"]
    assert unknown_figures("{final_project}大于{final_basic}", parameters_of(column)) == {"final_basic"}


def test_a_rule_of_records_that_no_section_has_would_be_caught() -> None:
    with pytest.raises(TypeError, match="no such sections of Accounts"):
        subjects(Accounts, of=("final", "finale"))
    with pytest.raises(TypeError, match="no such sections"):
        subjects(Place)


def test_every_field_has_a_name_of_its_own() -> None:
    assert len(places_of(Inputs)) == sum(len(section.fields) for section in SECTIONS)
    assert not set(places_of(Inputs)) & set(RATES)
    paths = [place.path for place, _ in values_of(empty())]
    assert len(paths) == len(set(paths)) > 150


def test_two_fields_of_one_name_would_be_caught() -> None:
    @dataclass(frozen=True)
    class Budget:
        cost_total: Annotated[Money, Field("合计")]

    @dataclass(frozen=True)
    class Costs:
        total: Annotated[Money, Field("合计")]

    @dataclass(frozen=True)
    class Both:
        year: Annotated[Budget, Section("收支情况", "年度")]
        year_cost: Annotated[Costs, Section("收支情况", "费用")]

    with pytest.raises(TypeError, match="year_cost_total would mean two fields"):
        places_of(Both)


def test_a_field_without_a_declaration_would_be_caught() -> None:
    @dataclass(frozen=True)
    class Budget:
        total: Annotated[Decimal | None, "合计"]

    with pytest.raises(TypeError, match="total: declare it as"):
        fields_of(Budget)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_names_in_templates_are_unique_and_usable(section: Section) -> None:
    names = [field.name for field in section.fields]
    if section.key == "projects":
        names += [chinese_name(rate.label) for rate in ROW_RATES.values()]
    assert len(names) == len(set(names))
    assert [name for name in names if not name.isidentifier()] == []


def test_sections_have_names_of_their_own() -> None:
    names = [section.name for section in SECTIONS]
    assert len(names) == len(set(names))
    assert [name for name in names if not name.isidentifier()] == []


def test_what_a_person_reads_tells_two_fields_apart() -> None:
    labels = Counter(
        (section.sheet, Place(section, field, 0 if section.table else None).label)
        for section in SECTIONS
        for field in section.fields
    )
    assert [label for label, times in labels.items() if times > 1] == []


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_a_declaration_is_complete(section: Section) -> None:
    assert section.sheet.strip() == section.sheet != ""
    assert set(section.required) <= {field.key for field in section.fields}
    for field in section.fields:
        assert field.label.strip() == field.label != ""
        assert bool(field.choices) == (field.kind is Kind.CHOICE), field.key
        unset = section.key != "settings" or field.kind is Kind.DATE  # a deadline has no usual day
        assert (field.default is None) == unset, field.key
        if field.kind in (Kind.COUNT, Kind.NUMBER):
            assert field.unit, f"{field.key}: 人, 个, 辆, 分 …"
        if field.kind in (Kind.MONEY, Kind.PERCENT):
            assert field.shown_unit == field.kind.value


def test_the_required_fields() -> None:
    required = {place.path for place in places_of(Inputs).values() if place.field.required}
    assert required == {
        "unit.name",
        "unit.year",
        "unit.report_date",
        "establishment.total",
        "in_post.total",
        "initial.income",
        "initial.expenditure",
        "full_year.expenditure",
        "final.income",
        "final.expenditure",
        "projects.name",
    }


def test_where_several_columns_hold_one_record_the_section_is_said() -> None:
    places = places_of(Inputs)
    assert places["final_expenditure"].label == "决算总支出"
    assert places["unit_name"].label == "单位名称"
    assert places["projects_executed"]._replace(row=2).label == "项目第3行全年执行数"
    assert places["projects_executed"]._replace(row=2).path == "projects[2].executed"


def test_a_blank_record_has_nothing_filled_in() -> None:
    assert {value for _, value in values_of(empty())} == {None}
    inputs = with_values(empty(), projects=(blank(Project), blank(Project)), final={"basic": Decimal(1)})
    filled = {place.path for place, value in values_of(inputs) if value is not None}
    rows = {place.row for place, _ in values_of(inputs) if place.section.key == "projects"}
    assert (filled, rows) == ({"final.basic"}, {0, 1})


# A label is said on the line of its field; sheets, messages and templates get it from there.

LABELS = {field.label for section in SECTIONS for field in section.fields}
# Ordinary words, which head other columns too.
WORDS = {"内容", "说明", "编号", "数据"}
# What a score and a line of the standard are called wherever one stands.
SCORES = {"得分", "自评得分", "总分", "执行率得分", "预算执行率"}
# A printed rate is called like the rate that it is a copy of.
PRINTED = {field.label for field in fields_of(Stated)}


def labels_said(source: str) -> list[str]:
    """The field labels that stand in a source as texts of their own."""
    return [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in LABELS
    ]


DOCUMENTED = (ast.Module, ast.FunctionDef, ast.ClassDef)


def sources(folder: str) -> list[Path]:
    found = sorted((CODE / folder).glob("*.py"))
    assert found
    declared = {CODE / "model" / name for name in ("inputs.py", "self_evaluation.py")}
    return [path for path in found if path not in declared]


@pytest.mark.parametrize(
    "path", [*sources("model"), *sources("sheets"), *sources("papers")], ids=lambda path: path.name
)
def test_no_label_is_said_a_second_time(path: Path) -> None:
    said = set(labels_said(path.read_text(encoding="utf-8")))
    allowed = WORDS | SCORES | (PRINTED if path.name == "rates.py" else set())
    assert said - allowed == set()


@pytest.mark.parametrize("path", sources("checks"), ids=lambda path: path.name)
def test_no_rule_spells_a_unit(path: Path) -> None:
    """Figures come into a message with name and unit from their declaration, never by hand."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)
    }
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert [text for text in texts if "万元" in str(text) and text not in docstrings] == []


def test_a_label_said_again_would_be_caught() -> None:
    assert labels_said('HEADS = (("总支出", 12), ("合计数", 9))') == ["总支出"]
    assert labels_said('"""总支出"""\nx = f"{a}总支出"') == ["总支出", "总支出"]
    assert not (WORDS | SCORES) - LABELS
    assert not {style.value for style in Style} & LABELS


def test_fields_of_different_kinds_are_told_apart_by_their_annotation() -> None:
    @dataclass(frozen=True)
    class Some:
        amount: Annotated[Money, Field("金额")]
        number: Annotated[Count, Field("数量", unit="个")]
        name: Annotated[Text, Field("名称")]

    assert [field.kind for field in fields_of(Some)] == [Kind.MONEY, Kind.COUNT, Kind.TEXT]
    assert [field.key for field in fields_of(Some)] == ["amount", "number", "name"]
    assert [field.shown_unit for field in fields_of(Some)] == ["万元", "个", ""]
