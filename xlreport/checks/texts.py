"""X: the wording of what a unit types, and the date of its report.

The texts of 报告模板 are not looked at: they are ours or the outline's, and the report written from them can be
checked as a whole (`xlreport review`). What the reader refuses (text in an amount cell, a negative amount) never
reaches the record; X10 and X11 look for the same slips where a cell takes any text.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import chain, combinations

from xlreport.checks.passages import MOST, TOLD, Passages, first_of
from xlreport.checks.rule import KEPT, NOT_APPLICABLE, Breach, Level, Verdict, rule
from xlreport.checks.words import worded
from xlreport.model.fields import fields_of
from xlreport.model.inputs import Accounts, Procurement, Project, ThreePublic
from xlreport.model.numbers import date_text, rounded
from xlreport.wording import amounts, names, numbering, words, years
from xlreport.wording.fault import LINE, Fault

_WAN = 10_000
_SHORT = 12  # characters of a text that a sentence quotes


def _faults(
    id: str, level: Level, title: str, remedy: str, *finders: Callable[[str], Iterator[Fault]]
) -> None:
    """Register the rule that no text has a fault of this kind."""

    @rule(id, level, title, "", remedy)
    def texts_are_free_of_it(passages: Passages) -> Verdict:
        return passages.breach(chain.from_iterable(find(passages.text) for find in finders))


_UNITS = "金额的单位前后一致"
_faults("X01", Level.HARD, _UNITS, "请核对金额和单位", amounts.unit_slips, amounts.too_large)


def _in_yuan(given: Mapping[str, Decimal | None]) -> tuple[str, ...]:
    """The names of two amounts that are one figure, in 元 and in 万元; the one in 元 first."""
    filled = [(value, name) for name, value in given.items() if value]
    if len(filled) < 2 or max(filled)[0] < _WAN:
        return ()
    for pair in combinations(sorted(filled, reverse=True), 2):
        (large, one), (small, other) = pair
        if small >= 1 and rounded(large / _WAN) == rounded(small):
            return one, other
    return ()


_COLUMNS = {
    Accounts: ("prior", "initial", "full_year", "final"),
    ThreePublic: (
        *("three_public_prior_budget", "three_public_prior"),
        *("three_public_budget", "three_public_final"),
    ),
    Procurement: ("procurement_prior", "procurement_budget", "procurement_final"),
}
# The same line of every column, one after the other.
_LINES = tuple(
    tuple(f"{column}_{field.key}" for column in columns)
    for record, columns in _COLUMNS.items()
    for field in fields_of(record)
)
_SISTERS = tuple(chain.from_iterable(_LINES))
_SAME = "请核对是否有一处按元填写"


@rule("X01", Level.HARD, _UNITS, "", _SAME, figures=_SISTERS)
def columns_have_one_unit(*values: Decimal | None) -> Verdict:
    if not any(values):
        return NOT_APPLICABLE
    if max(filter(None, values)) < _WAN:
        return KEPT
    given = dict(zip(_SISTERS, values, strict=True))
    for line in _LINES:
        if at := _in_yuan({name: given[name] for name in line}):
            large, small = (worded(name, given[name]) for name in at)
            return Breach(words=f"{large}是{small}的一万倍", at=at)
    return KEPT


_AMOUNTS = ("prior", "initial", "full_year", "arrived", "executed")


@rule(
    "X01",
    Level.HARD,
    _UNITS,
    "",
    _SAME,
    figures=("projects_name", *(f"projects_{key}" for key in _AMOUNTS)),
)
def project_has_one_unit(names: tuple[str | None, ...], *columns: tuple[Decimal | None, ...]) -> Verdict:
    if not names:
        return NOT_APPLICABLE
    # Hardly a project is that large, so hardly a row is looked at.
    large = {row for column in columns for row, value in enumerate(column) if value and value >= _WAN}
    said, paths = [], []
    for row in sorted(large):
        given = {key: column[row] for key, column in zip(_AMOUNTS, columns, strict=True)}
        if at := _in_yuan(given):
            one, other = (worded(key, given[key], Project) for key in at)
            said.append(f"项目【{names[row]}】{one}是{other}的一万倍")
            paths += [f"projects[{row}].{key}" for key in at]
    return Breach(words=first_of(said), paths=tuple(paths)) if said else KEPT


_YEARS = "年份是评价年度，报告日期在次年"


@rule("X02", Level.HARD, _YEARS, "", "请更正年份，或写明是与哪一年比较")
def figures_are_of_the_year(passages: Passages, unit_year: int) -> Verdict:
    return passages.breach(passages.outside_names(years.wrong_years(passages.text, unit_year)))


@rule(
    "X02",
    Level.HARD,
    _YEARS,
    "{unit_year}度，而{unit_report_date}",
    "报告应在次年写成，请核对评价年度和报告日期",
)
def report_is_of_the_next_year(unit_report_date: date, unit_year: int) -> Verdict:
    """A date within the year itself is too early, and rule X12 says so."""
    return KEPT if unit_report_date.year in (unit_year, unit_year + 1) else Breach()


@rule("X02", Level.EXPLAIN, "项目名称中的年份与评价年度相近", "", "请核对，确属以前年度安排的请说明")
def project_is_of_the_year(projects_name: tuple[str | None, ...], unit_year: int) -> Verdict:
    if not projects_name:
        return NOT_APPLICABLE
    strange = [
        (row, name, fault)
        for row, name in enumerate(projects_name)
        if name and "年" in name
        for fault in years.strange_years(name, unit_year)
    ]
    if not strange:
        return KEPT
    words = first_of([f"项目【{name}】{fault.says}" for _, name, fault in strange])
    return Breach(
        words=words, paths=tuple(dict.fromkeys(f"projects[{row}].name" for row, *_ in strange[:TOLD]))
    )


_NUMBERS = "文号写成〔年份〕号数，年份四位"


@rule("X03", Level.HARD, _NUMBERS, "", "请核对原文件的文号")
def document_years_are_whole(passages: Passages, unit_year: int | None) -> Verdict:
    latest = unit_year + 1 if unit_year else None
    return passages.breach(words.document_years(passages.text, latest))


_faults("X03", Level.HINT, _NUMBERS, "请改用六角括号", words.document_numbers)


@rule("X04", Level.HARD, "单位名称前后一致", "", "请改成与“单位信息”一致的全称")
def unit_has_one_name(passages: Passages, unit_name: str) -> Verdict:
    return passages.breach(names.name_variants(passages.text, unit_name))


_faults("X05", Level.HARD, "没有模板遗留的字样", "请填写或删去", words.leftovers)
_NUMERALS = "编号齐全、连续"
_faults("X06", Level.HARD, _NUMERALS, "请补上或更正编号", numbering.gaps)


@rule("X06", Level.HARD, _NUMERALS, "", "编号由程序编排，请删去")
def numerals_are_ours(duties_text: tuple[str | None, ...], projects_name: tuple[str | None, ...]) -> Verdict:
    """These stand in the report behind numerals of its own."""
    if not duties_text and not projects_name:
        return NOT_APPLICABLE
    columns = (("duties", "text", duties_text), ("projects", "name", projects_name))
    double = [
        (f"{section}[{row}].{key}", text)
        for section, key, column in columns
        for row, text in enumerate(column)
        if text and text[0] in numbering.FIRST and LINE not in text and numbering.numeral(text)
    ]
    if not double:
        return KEPT
    said = "、".join(
        f"“{text[:_SHORT]}…”" if len(text) > _SHORT else f"“{text}”" for _, text in double[:MOST]
    )
    more = f"等{len(double)}处" if len(double) > MOST else ""
    return Breach(words=f"{said}{more}自带编号", paths=tuple(path for path, _ in double))


def _ours(text: str) -> Iterator[Fault]:
    """The report around these texts prints %."""
    return words.mixed_percent_signs(text, ours=True)


_faults("X07", Level.HINT, "引号成对，百分号一致", "请改成同样的写法", words.unpaired_quotes, _ours)
_faults("X08", Level.HINT, "没有错别字", "请更正", words.typos)
_faults("X09", Level.HINT, "小数位数一致", "请统一写法", amounts.mixed_decimals)
_faults("X10", Level.HARD, "金额写成半角数字，不带逗号", "请改成半角数字", amounts.unplain_digits)
_faults("X11", Level.HARD, "金额不写成负数", "请改写成减少的金额", amounts.negative_amounts)

_DATED = "报告日期在年度终了以后、报送期限以前"


@rule("X12", Level.EXPLAIN, _DATED, "", "请核对报告日期")
def report_is_dated_in_time(
    unit_report_date: date, unit_year: int, settings_deadline: date | None
) -> Verdict:
    said = worded("unit_report_date", unit_report_date)
    if unit_report_date.year == unit_year and unit_report_date < date(unit_year, 12, 31):
        return Breach(words=f"{said}早于{unit_year}年12月31日")
    if settings_deadline and unit_report_date > settings_deadline:
        return Breach(words=f"{said}晚于报送期限{date_text(settings_deadline)}")
    return KEPT
